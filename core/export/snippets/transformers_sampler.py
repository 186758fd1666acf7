"""Draw training pictures by weight in the Trainer of transformers."""

import csv
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset, WeightedRandomSampler
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


class WeightedTrainer(Trainer):
    """A Trainer that draws by weight; with several processes each takes its part of the draws."""

    def _get_train_sampler(self, train_dataset=None):
        dataset = self.train_dataset if train_dataset is None else train_dataset
        weights = [training["sampler_weight"][code] for code in dataset.codes]
        generator = torch.Generator().manual_seed(self.args.seed)  # the same in all processes
        return WeightedRandomSampler(weights, len(dataset), generator=generator)


# Yours in its place, such as AutoModelForImageClassification.from_pretrained(...).
config = ResNetConfig(hidden_sizes=[16, 32], depths=[1, 1], num_labels=len(code_of))
model = ResNetForImageClassification(config)
settings = TrainingArguments("trained", num_train_epochs=1, per_device_train_batch_size=32)
trainer = WeightedTrainer(model, settings, train_dataset=Pictures("train"))
trainer.train()
