"""Batches that have pictures of every class, as many of each, for PyTorch."""

import csv
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, Sampler

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


class BalancedBatches(Sampler):
    """Batches of `per_class` pictures of every class; a class comes round when all were drawn."""

    def __init__(self, codes, per_class=4, seed=0):
        codes = torch.as_tensor(codes)
        self.classes = [(codes == code).nonzero().flatten() for code in codes.unique()]
        self.per_class, self.seed, self.epoch = per_class, seed, 0

    def __len__(self):
        return max(1, max(len(members) for members in self.classes) // self.per_class)

    def __iter__(self):
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        self.epoch += 1
        rounds = [self.endless(members, generator) for members in self.classes]
        for _ in range(len(self)):
            yield [next(members) for members in rounds for _ in range(self.per_class)]

    @staticmethod
    def endless(members, generator):
        while True:
            yield from members[torch.randperm(len(members), generator=generator)].tolist()


train = Pictures("train")
loader = DataLoader(train, batch_sampler=BalancedBatches(train.codes))
