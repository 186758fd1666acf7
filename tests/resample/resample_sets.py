"""Datasets that are labels and vectors alone, without a file."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from core.dataset import ImageDataset, build_table
from core.embed import Embeddings
from core.randomness import stream


def points_of(counts: Mapping[str, int]) -> tuple[ImageDataset, Embeddings]:
    """Return `counts` (label -> training images) and one test image each, with vectors.

    An image's vector depends on its name alone.
    """
    names = [
        (f"{split}/{label}/{number}.png", label, split)
        for label, count in counts.items()
        for split, many in (("train", count), ("test", 1))
        for number in range(many)
    ]
    records = [
        {"path": path, "label": label, "split": split, "width": 8, "height": 8}
        | {"format": "PNG", "bytes": 9, "digest": path, "file": path}
        for path, label, split in names
    ]
    dataset = ImageDataset("drawn", Path(), build_table(pd.DataFrame(records).to_dict("list")))
    vectors = np.stack([stream(0, path).standard_normal(5) for path in dataset.table["path"]])
    rows = np.arange(len(dataset))
    return dataset, Embeddings(vectors.astype(np.float32), rows, "drawn", "digest", "cpu")
