"""Datasets without files, one row for each label, and vectors drawn for them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.dataset import Choices, ImageDataset, build_table
from core.embed import Embeddings


def images(
    labels: Sequence[str],
    *,
    digests: Sequence[str] | None = None,
    splits: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
) -> ImageDataset:
    """Return a dataset with one row per label, in that order, all different unless said.

    The groups are of a column 'patient'.
    """
    records = [
        {
            "path": f"{row:05d}.png",
            "label": label,
            "split": splits[row] if splits else "train",
            "group": groups[row] if groups else "",
            "width": 8,
            "height": 8,
            "format": "PNG",
            "bytes": 64,
            "digest": digests[row] if digests else str(row),
            "file": f"{row:05d}.png",
        }
        for row, label in enumerate(labels)
    ]
    table = build_table(pd.DataFrame(records).to_dict("list"))
    return ImageDataset(
        "drawn", Path(), table, choices=Choices(group_column="patient" if groups else None)
    )


def embedded(vectors: NDArray[np.floating], rows: NDArray[np.intp] | None = None) -> Embeddings:
    """Return vectors of `rows` (all rows unless given)."""
    rows = np.arange(len(vectors)) if rows is None else rows
    return Embeddings(vectors.astype(np.float32), rows, "drawn", "digest", "cpu")


def clusters(
    counts: dict[str, int], *, apart: float, seed: int = 0, dimension: int = 6
) -> tuple[ImageDataset, Embeddings]:
    """Return a round cloud of width 1 per class; centres lie `apart` from the origin."""
    rng = np.random.default_rng(seed)
    labels = [label for label, count in counts.items() for _ in range(count)]
    places = np.repeat(np.arange(len(counts)), list(counts.values()))
    vectors = rng.standard_normal((len(labels), dimension)) + apart * np.eye(dimension)[places]
    return images(labels), embedded(vectors)
