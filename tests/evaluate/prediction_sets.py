"""Kept predictions, drawn or made by hand."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.evaluate.predictions import Predictions


def kept(
    labels: Mapping[str, NDArray[np.intp]],
    actual: Sequence[int] | NDArray[np.intp],
    *,
    runs: NDArray[np.intp] | None = None,
    groups: NDArray[np.intp] | None = None,
    is_held_out: bool = False,
) -> Predictions:
    """Return predictions of candidates that are sure of every label, (R, N) or (N,) each."""
    codes = np.asarray(actual, np.intp)
    tables = {name: np.atleast_2d(given) for name, given in labels.items()}
    count = int(codes.max()) + 1
    repeats = len(next(iter(tables.values())))
    # Every fifth image of a class: folds to which each class brings the same.
    places = np.arange(len(codes)) - np.searchsorted(codes, codes)
    folds = np.tile(places % 5, (repeats, 1)) if runs is None else runs
    return Predictions(
        np.arange(len(codes)),
        codes,
        np.arange(len(codes)) if groups is None else groups,
        tuple("abcdefghij"[:count]),
        folds.astype(np.int16),
        {name: np.eye(count, dtype=np.float16)[table] for name, table in tables.items()},
        is_held_out,
    )


def drawn(
    seed: int,
    sizes: Sequence[int],
    rights: Mapping[str, float],
    *,
    repeats: int = 3,
    group_size: int = 1,
) -> Predictions:
    """Return predictions that are right in a share of images, an image often the same each time."""
    rng = np.random.default_rng(seed)
    actual = np.repeat(np.arange(len(sizes)), sizes)
    groups = np.arange(len(actual)) // group_size
    ease = rng.standard_normal(len(actual))
    labels = {}
    for name, share in rights.items():
        noise = rng.standard_normal((repeats, len(actual)))
        is_right = ease + noise < np.sqrt(2) * (4 * share - 2)
        other = (actual + rng.integers(1, len(sizes), (repeats, len(actual)))) % len(sizes)
        labels[name] = np.where(is_right, actual, other)
    of_group = np.array([rng.permutation(groups.max() + 1) % 5 for _ in range(repeats)])
    return kept(labels, actual, runs=of_group[:, groups], groups=groups)
