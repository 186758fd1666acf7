"""Draw training pictures so that classes come equally often, also in several processes (DDP)."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
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


class DistributedDraws(Sampler):
    """The same draws in every process, of which each takes its own part; as many in each."""

    def __init__(self, seed=0):
        self.seed, self.epoch = seed, 0
        is_distributed = dist.is_available() and dist.is_initialized()
        self.rank = dist.get_rank() if is_distributed else 0
        self.world_size = dist.get_world_size() if is_distributed else 1

    def set_epoch(self, epoch):
        """Call this before each epoch, in every process: else all epochs are the same."""
        self.epoch = epoch

    def generator(self):
        return torch.Generator().manual_seed(self.seed + self.epoch)


class WeightedDraws(DistributedDraws):
    """With replacement: each draw is of a picture with the probability of its weight."""

    def __init__(self, weights, seed=0):
        super().__init__(seed)
        self.weights = torch.as_tensor(weights, dtype=torch.double)

    def __len__(self):
        return math.ceil(len(self.weights) / self.world_size)

    def __iter__(self):
        count = len(self) * self.world_size
        draws = torch.multinomial(self.weights, count, True, generator=self.generator())
        return iter(draws[self.rank :: self.world_size].tolist())


class RepeatedDraws(DistributedDraws):
    """Without replacement: each picture its repeats at most, and in one process alone an epoch."""

    def __init__(self, codes, draws_per_class, seed=0):
        super().__init__(seed)
        self.codes, self.draws_per_class = torch.as_tensor(codes), draws_per_class
        # Every epoch repeats as many pictures as often; the last process has the fewest draws.
        repeats = self.repeats(torch.arange(len(codes))).sort(descending=True).values
        self.length = int(repeats[self.world_size - 1 :: self.world_size].sum())

    def repeats(self, order):
        """Return how often each picture is drawn; what does not divide goes to the first ones."""
        repeats = torch.zeros_like(self.codes)
        for code in self.codes.unique():
            members = order[self.codes[order] == code]
            each, more = divmod(self.draws_per_class, len(members))
            repeats[members] = each
            repeats[members[:more]] += 1
        return repeats

    def __len__(self):
        return self.length

    def __iter__(self):
        generator = self.generator()
        order = torch.randperm(len(self.codes), generator=generator)
        repeats = self.repeats(order)
        # Dealt out by repeats, so that no process has many more draws than another.
        order = order[repeats[order].argsort(descending=True, stable=True)]
        mine = order[self.rank :: self.world_size]
        draws = mine.repeat_interleave(repeats[mine])
        draws = draws[torch.randperm(len(draws), generator=generator)]
        return iter(draws[: self.length].tolist())


train = Pictures("train")
weighted = WeightedDraws([training["sampler_weight"][code] for code in train.codes])
repeated = RepeatedDraws(train.codes, training["draws_per_class"])
loader = DataLoader(train, batch_size=32, sampler=repeated)  # or weighted
