"""Random copies and random omissions, drawn by imbalanced-learn."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.errors import TooFewClassesError
from core.randomness import stream_seed

_SEEDS = 2**32  # scikit-learn takes 32-bit seeds


def draw_copies(
    rows: Rows, codes: NDArray[np.intp], add: Mapping[int, int], *, seed: int
) -> tuple[Rows, NDArray[np.intp]]:
    """Return which of `rows` to repeat, and the code of each repeat, `add` (code -> count) of them.

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
        return rows[:0], codes[:0]
    _check_classes(present)
    sampler = RandomOverSampler(sampling_strategy=goal, random_state=_seed(seed, "copies"))
    sampler.fit_resample(rows[:, None], codes)
    # The sampler gives the originals first, in their order, then the repeats.
    repeats = np.asarray(sampler.sample_indices_[len(rows) :], np.intp)
    return rows[repeats], codes[repeats]


def draw_fewer(rows: Rows, codes: NDArray[np.intp], keep: Mapping[int, int], *, seed: int) -> Rows:
    """Return the rows that stay, ascending: at most `keep` (code -> count) of each class."""
    from imblearn.under_sampling import RandomUnderSampler

    present = _counted(codes)
    goal = {code: min(count, keep.get(code, count)) for code, count in present.items()}
    if goal == present:
        return np.sort(rows)
    _check_classes(present)
    sampler = RandomUnderSampler(sampling_strategy=goal, random_state=_seed(seed, "fewer"))
    sampler.fit_resample(rows[:, None], codes)
    return np.sort(rows[sampler.sample_indices_])


def _counted(codes: NDArray[np.intp]) -> dict[int, int]:
    values, counts = np.unique(codes, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _check_classes(counts: Mapping[int, int]) -> None:
    if len(counts) < 2:
        raise TooFewClassesError(
            "There is one class. Copies and omissions balance two or more: add a second class, or "
            "use augmented pictures to make a single class larger."
        )


def _seed(seed: int, name: str) -> int:
    return stream_seed(seed, "sampler", name) % _SEEDS
