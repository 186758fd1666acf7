"""Small datasets and vectors for the tests of comparisons."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.dataset import Choices, ImageDataset, build_table
from core.embed import Embeddings
from core.evaluate.balancing import apply_candidate, balance
from core.evaluate.bench import Side, fill_caches, prepare
from core.evaluate.candidates import Candidate
from core.evaluate.experiment import Experiment
from core.evaluate.features import FeatureSource
from core.evaluate.folds import Fold
from core.evaluate.inputs import HeadInput
from core.evaluate.picture_cache import PictureCache
from core.evaluate.training_set import TrainingSet
from core.progress import silent


def balanced_side(
    dataset: ImageDataset,
    embeddings: Embeddings,
    fold: Fold,
    source: FeatureSource,
    candidate: Candidate,
) -> TrainingSet:
    """Return what a candidate makes of the training side of a fold."""
    steps = apply_candidate(dataset, embeddings, fold.train, candidate, seed=0)
    return balance(dataset, source, candidate, steps)


def prepared_caches(
    dataset: ImageDataset,
    embeddings: Embeddings,
    folds: Sequence[Fold],
    candidate: Candidate,
    head_input: HeadInput | None = None,
) -> dict[str, PictureCache]:
    """Return the pictures that a candidate learns from in some fold."""
    sides = {number: Side(fold.train, 0, embeddings) for number, fold in enumerate(folds)}
    prepared = prepare(dataset, sides, [candidate], (head_input is not None, perf_counter), silent)
    experiment = Experiment(dataset, embeddings)
    return fill_caches(experiment, prepared, head_input, silent, perf_counter)


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
