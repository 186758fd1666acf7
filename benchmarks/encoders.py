"""Compare encoders by their neighbours: python benchmarks/encoders.py DATA [SOURCE ...].

DATA is the folder of real pictures. Prints the balanced accuracy of 5 nearest neighbours (cosine,
leave one out) for raw pixels, each encoder that is here, and the learned half of the default one.
Each further SOURCE (a folder, a zip or 'sample:NAME') is added; the samples also get a silhouette.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import balanced_accuracy_score, silhouette_score

from core.embed import DEFAULT_ENCODER, ENCODERS, halves
from core.embed.encoder import open_encoder
from core.ingest import open_source
from core.pictures.decode import Pixels, decode, resize

# None of these trained the network or found its directions; of CIFAR-10 it is the test side.
JUDGED = ("caltech97.zip", "clothing_splits.zip", "cifar10.zip")
SAMPLES = ("sample:parts", "sample:digits")
NEIGHBOURS = 5
RAW_PX = 32
_BLOCK = 256

Vectors = NDArray[np.float32]


def read(source: str) -> tuple[list[Pixels], NDArray[np.intp]]:
    """Return the pictures of a source and the codes of their labels; of CIFAR-10 the test side."""
    with tempfile.TemporaryDirectory() as folder:
        dataset = open_source(source, Path(folder))
        rows = np.arange(len(dataset))
        if Path(source).name == "cifar10.zip":
            rows = np.flatnonzero(dataset.table["split"] == "test")
        pictures = [decode(dataset.read_bytes(int(row))) for row in rows]
    return pictures, np.asarray(dataset.codes[rows], np.intp)


def encoders() -> dict[str, tuple[int, Callable[[NDArray[np.uint8]], Vectors]]]:
    """Return each encoder's side in px, and the function over a batch."""
    made: dict[str, tuple[int, Callable[[NDArray[np.uint8]], Vectors]]] = {
        "pixels": (RAW_PX, lambda pixels: pixels.reshape(len(pixels), -1).astype(np.float32))
    }
    for name, encoder in ENCODERS.items():
        made[name] = (encoder.input_px, open_encoder(encoder, "cpu"))
    side_px, joined = made[DEFAULT_ENCODER]
    made["learned half"] = (side_px, lambda pixels: joined(pixels)[:, : halves.LEARNED_DIMENSION])
    return made


def vectors_of(
    pictures: list[Pixels], side_px: int, encode: Callable[[NDArray[np.uint8]], Vectors]
) -> Vectors:
    """Return (N, D) rows of length 1."""
    rows = []
    for start in range(0, len(pictures), _BLOCK):
        batch = pictures[start : start + _BLOCK]
        rows.append(encode(np.stack([resize(p, width=side_px, height=side_px) for p in batch])))
    vectors = np.concatenate(rows)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def neighbour_accuracy(vectors: Vectors, codes: NDArray[np.intp]) -> float:
    """Return the balanced accuracy of the vote of each image's nearest others."""
    found = np.empty_like(codes)
    for start in range(0, len(codes), _BLOCK):
        near = vectors[start : start + _BLOCK] @ vectors.T
        near[np.arange(len(near)), start + np.arange(len(near))] = -np.inf
        nearest = np.argsort(-near, axis=1)[:, :NEIGHBOURS]
        votes = np.zeros((len(near), codes.max() + 1))
        for rank in range(NEIGHBOURS):
            # Equal votes go to the label of the nearest.
            votes[np.arange(len(near)), codes[nearest[:, rank]]] += 1 - rank / 100
        found[start : start + _BLOCK] = votes.argmax(axis=1)
    return float(balanced_accuracy_score(codes, found))


def compare(data: Path, others: list[str]) -> None:
    """Print the table."""
    made = encoders()
    print(f"{'':24}{'images':>8}", *(f"{name:>18}" for name in made))
    judged: list[list[float]] = []
    seconds = dict.fromkeys(made, 0.0)
    count = 0
    for source in [*(str(data / name) for name in JUDGED), *SAMPLES, *others]:
        pictures, codes = read(source)
        figures, silhouettes = [], []
        for name, (side_px, encode) in made.items():
            start = perf_counter()
            vectors = vectors_of(pictures, side_px, encode)
            seconds[name] += perf_counter() - start
            figures.append(100 * neighbour_accuracy(vectors, codes))
            if source in SAMPLES:
                silhouettes.append(silhouette_score(vectors, codes, metric="cosine"))
        count += len(pictures)
        judged += [figures] if Path(source).name in JUDGED else []
        print(f"{Path(source).name:24}{len(codes):>8,}", *(f"{value:>18.1f}" for value in figures))
        if silhouettes:
            print(f"{'  silhouette':32}", *(f"{value:>18.3f}" for value in silhouettes))
    mean = dict(zip(made, np.mean(judged, axis=0), strict=True))
    print(f"{'mean of the first three':32}", *(f"{value:>18.1f}" for value in mean.values()))
    print(f"{'ms per image':32}", *(f"{1e3 * s / count:>18.2f}" for s in seconds.values()))


if __name__ == "__main__":
    compare(Path(sys.argv[1]), sys.argv[2:])
