"""Copies and omissions, chosen by imbalanced-learn."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.errors import TooFewClassesError
from core.randomness import stream_seed

_SEEDS = 2**32  # scikit-learn takes 32-bit seeds


def draw_copies(rows: Rows, codes: NDArray[np.intp], add: Mapping[int, int], *, seed: int) -> Rows:
    """Return which of `rows` to repeat, `add` (code -> count) of them.

    Args:
        rows: (N,) rows to draw from, with replacement.
        codes: (N,) their labels.
        add: How many repeats of each class.
        seed: Same seed, same rows.
    """
    from imblearn.over_sampling import RandomOverSampler

    present = _counted(codes)
    goal = {code: count + add.get(code, 0) for code, count in present.items()}
    if goal == present:
        return rows[:0]
    _check_classes(present)
    sampler = RandomOverSampler(sampling_strategy=goal, random_state=_seed(seed, "copies"))
    sampler.fit_resample(rows[:, None], codes)
    # The sampler gives the originals first, in their order, then the repeats.
    repeats = np.asarray(sampler.sample_indices_[len(rows) :], np.intp)
    return rows[repeats]


def draw_fewer(rows: Rows, codes: NDArray[np.intp], keep: Mapping[int, int], *, seed: int) -> Rows:
    """Return the rows that stay, ascending: at most `keep` (code -> count) of each class."""
    from imblearn.under_sampling import RandomUnderSampler

    goal = _goal(codes, keep)
    if goal is None:
        return np.sort(rows)
    sampler = RandomUnderSampler(sampling_strategy=goal, random_state=_seed(seed, "fewer"))
    sampler.fit_resample(rows[:, None], codes)
    return np.sort(rows[sampler.sample_indices_])


def near_others(
    vectors: NDArray[np.float32],
    rows: Rows,
    codes: NDArray[np.intp],
    keep: Mapping[int, int],
    *,
    version: int,
    n_neighbors: int,
) -> Rows:
    """Return the rows that stay by NearMiss, ascending.

    Args:
        vectors: (N, D) of `rows`.
        rows: (N,) rows to choose from.
        codes: (N,) their labels.
        keep: Code -> images to keep at most. Version 3 may keep fewer.
        version: 1, 2 or 3 of the paper.
        n_neighbors: Images of the smallest class that a distance is taken to.

    Source:
        Zhang & Mani, kNN approach to unbalanced data distributions, ICML 2003 workshop.
    """
    from imblearn.under_sampling import NearMiss

    from core.neighbours.exact import ExactNeighbors

    goal = _goal(codes, keep)
    if goal is None:
        return np.sort(rows)
    # imbalanced-learn measures to the smallest class, which may have fewer.
    reach = min(n_neighbors, min(_counted(codes).values()))
    sampler = NearMiss(
        sampling_strategy=goal,
        version=version,
        n_neighbors=ExactNeighbors(reach),
        n_neighbors_ver3=ExactNeighbors(reach),
    )
    with _quiet():
        sampler.fit_resample(vectors, codes)
    return np.sort(rows[np.unique(sampler.sample_indices_)])


def middle_of_clusters(
    vectors: NDArray[np.float32],
    rows: Rows,
    codes: NDArray[np.intp],
    keep: Mapping[int, int],
    *,
    seed: int,
) -> Rows:
    """Return the rows that stay, ascending: the image nearest to the middle of each cluster.

    A class that is to shrink is divided into as many clusters as images are to stay. Where one
    image is the nearest to two middles, one fewer stays.
    """
    from imblearn.under_sampling import ClusterCentroids
    from sklearn.cluster import MiniBatchKMeans

    from core.neighbours import nearest

    goal = _goal(codes, keep)
    if goal is None:
        return np.sort(rows)
    sampler = ClusterCentroids(
        sampling_strategy=goal,
        voting="hard",
        estimator=MiniBatchKMeans(n_init=1, random_state=_seed(seed, "clusters")),
    )
    with _quiet():
        chosen, labels = sampler.fit_resample(vectors, codes)
    kept = []
    # It returns copies of the vectors, not where they stood.
    for code in np.unique(codes):
        members = np.flatnonzero(codes == code)
        if code not in goal:
            kept.append(members)
            continue
        found = nearest(vectors[members], 1, np.asarray(chosen)[labels == code])
        kept.append(members[np.unique(found.positions)])
    return np.sort(rows[np.concatenate(kept)])


@contextmanager
def _quiet() -> Iterator[None]:
    # They warn of classes that give fewer images than asked for; the counts are shown instead.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def _goal(codes: NDArray[np.intp], keep: Mapping[int, int]) -> dict[int, int] | None:
    """Return code -> images to keep, of the classes that lose some; None where none does."""
    present = _counted(codes)
    goal = {code: keep[code] for code, count in present.items() if keep.get(code, count) < count}
    if not goal:
        return None
    _check_classes(present)
    return goal


def _counted(codes: NDArray[np.intp]) -> dict[int, int]:
    values, counts = np.unique(codes, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _check_classes(counts: Mapping[int, int]) -> None:
    if len(counts) < 2:
        raise TooFewClassesError(
            "There is only one class. Add a second class, or use augmented pictures to enlarge a "
            "single class."
        )


def _seed(seed: int, name: str) -> int:
    return stream_seed(seed, "sampler", name) % _SEEDS
