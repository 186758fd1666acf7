"""Weigh the loss by class in the Trainer of transformers."""

import csv
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn.functional import cross_entropy
from torch.utils.data import Dataset
from transformers import ResNetConfig, ResNetForImageClassification, Trainer, TrainingArguments

FOLDER = "FOLDER"

training = json.loads(Path(FOLDER, "training.json").read_text("utf-8"))
code_of = {label: code for code, label in enumerate(training["classes"])}
with Path(FOLDER, "manifest.csv").open(encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))


class Pictures(Dataset):
    """Pictures of one split, (3, 224, 224) from -1 to 1, each with the code of its class."""

    def __init__(self, split):
        self.rows = [row for row in rows if row["split"] == split]
        self.codes = [code_of[row["label"]] for row in self.rows]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        with Image.open(Path(FOLDER, self.rows[index]["path"])) as image:
            pixels = np.asarray(image.convert("RGB").resize((224, 224)), np.float32) / 127.5 - 1
        pixel_values = torch.from_numpy(pixels).permute(2, 0, 1)
        return {"pixel_values": pixel_values, "labels": self.codes[index]}


def weighted_loss(outputs, labels, num_items_in_batch=None):
    """Return the loss; the Trainer adds up those of accumulated batches, so all share one count."""
    logits = outputs.logits
    weight = torch.tensor(training["class_weight"], dtype=logits.dtype, device=logits.device)
    count = len(labels) if num_items_in_batch is None else num_items_in_batch
    return cross_entropy(logits, labels, weight=weight, reduction="sum") / count


# Yours in its place, such as AutoModelForImageClassification.from_pretrained(...).
config = ResNetConfig(hidden_sizes=[16, 32], depths=[1, 1], num_labels=len(code_of))
model = ResNetForImageClassification(config)
settings = TrainingArguments("trained", num_train_epochs=1, per_device_train_batch_size=32)
trainer = Trainer(model, settings, train_dataset=Pictures("train"), compute_loss_func=weighted_loss)
trainer.train()
