"""Pictures of an export for PyTorch, in random order: nothing is left to correct."""

import csv
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

FOLDER = "FOLDER"

training = json.loads(Path(FOLDER, "training.json").read_text("utf-8"))
code_of = {label: code for code, label in enumerate(training["classes"])}
with Path(FOLDER, "manifest.csv").open(encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))


class Pictures(Dataset):
    """Pictures of one split, (3, 224, 224) from 0 to 1, each with the code of its class."""

    def __init__(self, split):
        self.rows = [row for row in rows if row["split"] == split]
        self.codes = [code_of[row["label"]] for row in self.rows]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        with Image.open(Path(FOLDER, self.rows[index]["path"])) as image:
            pixels = np.asarray(image.convert("RGB").resize((224, 224)), np.float32) / 255
        return torch.from_numpy(pixels).permute(2, 0, 1), self.codes[index]


train = Pictures("train")
loader = DataLoader(train, batch_size=32, shuffle=True)
