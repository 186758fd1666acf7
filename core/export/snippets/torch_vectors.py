"""Balanced batches of real vectors and synthetic points, which are made as they are drawn."""

import struct
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

FOLDER = "FOLDER"


def mapped(path, name):
    """Return an array of an .npz that is not compressed, where it lies: memory stays flat."""
    with zipfile.ZipFile(path) as packed:
        header = packed.getinfo(f"{name}.npy").header_offset
    with path.open("rb") as file:
        file.seek(header + 26)  # two lengths, of what stands between here and the array
        file.seek(sum(struct.unpack("<HH", file.read(4))), 1)
        np.lib.format.read_magic(file)
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
        return np.memmap(path, kind, "r", file.tell(), shape)


# A real vector lies at its own place, a synthetic one at a fraction of the way to a neighbor.
vectors = mapped(Path(FOLDER, "vectors.npz"), "vectors")
with np.load(Path(FOLDER, "vectors.npz")) as real:
    rows = real["row"]
    own = np.flatnonzero((real["split"] == "train") & (real["path"] != ""))
    own_codes = real["code"][own]
with np.load(Path(FOLDER, "synthetic_vectors.npz")) as points:
    base = np.concatenate([own, np.searchsorted(rows, points["base_row"])])
    neighbor = np.concatenate([own, np.searchsorted(rows, points["neighbor_row"])])
    fraction = np.concatenate([np.zeros(len(own), np.float32), points["fraction"]])
    codes = np.concatenate([own_codes, points["code"]])


class BalancedVectors(IterableDataset):
    """Batches of (B, D) vectors and their codes, in which classes come equally often."""

    def __init__(self, batch_size=256, batches=None, seed=0):
        self.classes = [np.flatnonzero(codes == code) for code in np.unique(codes)]
        self.batch_size, self.seed, self.epoch = batch_size, seed, 0
        self.batches = batches or max(1, len(codes) // batch_size)

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __iter__(self):
        worker = get_worker_info()
        first, step = (worker.id, worker.num_workers) if worker else (0, 1)
        for batch in range(first, self.batches, step):
            rng = np.random.default_rng([self.seed, self.epoch, batch])
            order = np.resize(rng.permutation(len(self.classes)), self.batch_size)
            drawn = np.array([rng.choice(self.classes[place]) for place in order])
            begin, end = vectors[base[drawn]], vectors[neighbor[drawn]]
            made = begin + fraction[drawn, None] * (end - begin)
            yield torch.from_numpy(made), torch.from_numpy(codes[drawn])


loader = DataLoader(BalancedVectors(), batch_size=None)
