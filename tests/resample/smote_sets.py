"""Points and labels for SMOTE: clouds, and the sets on which two SMOTEs are compared."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, silent
from core.resample.searching import BlockSearch
from core.resample.segments import Request, Segments, SmoteSettings, draw_segments

Labelled = tuple[NDArray, NDArray]


def draw_from(
    search: BlockSearch | NDArray,
    codes: NDArray,
    add: Mapping[int, int],
    settings: SmoteSettings = SmoteSettings(),  # noqa: B008 (it is frozen)
    *,
    rng_of: Callable[[int], np.random.Generator],
    name_of: Callable[[int], str] = str,
    progress: Progress = silent,
) -> Segments:
    """Return the places between neighbours that exact search finds, among all vectors or some."""
    if not isinstance(search, BlockSearch):
        search = BlockSearch(search)
    request = Request(add, rng_of, name_of)
    return draw_segments(search, codes, request, settings, progress=progress)


def clouds(counts: Mapping[str, int], *, seed: int = 0, dimension: int = 4) -> Labelled:
    """Return overlapping clouds in mixed order, float32, with the keys as labels."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(list(counts), list(counts.values())))
    centres = {label: place * 0.8 for place, label in enumerate(counts)}
    vectors = rng.standard_normal((len(labels), dimension))
    vectors += np.array([centres[label] for label in labels])[:, None]
    return vectors.astype(np.float32), labels


def comparison_sets() -> dict[str, Labelled]:
    """Return name -> points and labels, among them copies, ties and constant columns."""
    rng = np.random.default_rng(7)
    vectors, labels = clouds({"a": 60, "b": 25, "c": 9})
    doubled = np.concatenate([vectors[:47], vectors[:47]])
    grid = np.stack(np.meshgrid(*[np.arange(10.0)] * 2), axis=-1).reshape(-1, 2)
    grid_labels = (grid.sum(axis=1) % 3 == 0).astype(int)
    constant = vectors.copy()
    constant[:, 1] = 3
    return {
        "float32": (vectors, labels),
        "float64": (vectors.astype(np.float64), labels),
        "two classes": clouds({"x": 40, "y": 7}, seed=1),
        "six classes": clouds({"f": 50, "a": 30, "b": 20, "c": 12, "d": 8, "e": 6}, seed=2),
        "wide": clouds({"a": 30, "b": 10}, seed=3, dimension=200),
        "copies, float32": (doubled, np.concatenate([labels[:47]] * 2)),
        "copies, float64": (doubled.astype(np.float64), np.concatenate([labels[:47]] * 2)),
        "all points alike": (np.ones((40, 3)), np.repeat([0, 1], [25, 15])),
        "grid, float32": (grid.astype(np.float32), grid_labels),
        "grid, float64": (grid, grid_labels),
        "numbers as labels": (vectors, np.unique(labels, return_inverse=True)[1]),
        "a constant column": (constant, labels),
        "far from zero": (vectors + np.float32(1e4), labels),
        "smallest that works": (rng.random((26, 3)), np.repeat([0, 1], [20, 6])),
    }
