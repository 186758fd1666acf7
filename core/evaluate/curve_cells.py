"""Learn from parts of the images: what each image is given when a class has fewer of them.

Parts are nested within each fold, so that curves differ by the number of images and by little else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.duplicates.duplicates import Groups
from core.evaluate.folds import Fold
from core.progress import Progress, silent
from core.randomness import stream

FRACTIONS = (0.25, 0.5, 0.75, 1.0)  # of the images to learn from
STAGE = "learning from parts of the images"

# From the rows to learn from and the rows to score to (M, C) probabilities of all classes.
FitPredict = Callable[[Rows, Rows], NDArray[np.floating]]


@dataclass(frozen=True, eq=False)
class CurveCells:
    """Which of N images were given their class, learned from F parts of the images, R times."""

    counts: NDArray[np.float64]  # (F,) images that were learned from, averaged over runs
    right: NDArray[np.bool_]  # (F, R, N) the last part is the whole
    codes: NDArray[np.intp]  # (N,)
    groups: NDArray[np.intp]  # (N,) images of one group are never parted
    runs: NDArray[np.int16]  # (R, N) the fold that scored the image

    @property
    def group_count(self) -> int:
        """Return how many groups there are."""
        return len(np.unique(self.groups))


@dataclass(frozen=True, eq=False)
class PartsDesign:
    """Which images may be learned from and scored, and how parts are drawn of them."""

    codes: NDArray[np.intp]  # (D,) of every row of the dataset, to learn
    actual: NDArray[np.intp]  # (D,) to score by: labels before they were edited
    groups: Groups  # (D,) what stays together
    repeats: Sequence[Sequence[Fold]]  # every scored row is on one test side of each
    seed: int = 0  # draws the parts; more repeats leave the first ones as they are


def measure_cells(
    design: PartsDesign,
    fit_predict: FitPredict,
    *,
    code: int | None = None,
    progress: Progress = silent,
) -> CurveCells:
    """Return which images are recognised when learned from a quarter to all of the images.

    Args:
        design: The folds.
        fit_predict: Learns and scores; it is given rows alone.
        code: The class that has fewer images, others being whole; it alone is scored. None: every
            class has fewer, and all are scored.
        progress: Told of fits done.
    """
    codes, actual, repeats = design.codes, design.actual, design.repeats
    scored = np.sort(np.concatenate([fold.test for fold in repeats[0]]))
    if code is not None:
        scored = scored[actual[scored] == code]
    right = np.zeros((len(FRACTIONS), len(repeats), len(scored)), np.bool_)
    runs = np.full((len(repeats), len(scored)), -1, np.int16)
    counts: list[list[int]] = []
    done, total = 0, sum(len(folds) for folds in repeats) * len(FRACTIONS)
    for repeat, folds in enumerate(repeats):
        for number, fold in enumerate(folds):
            test = fold.test if code is None else fold.test[actual[fold.test] == code]
            places = np.searchsorted(scored, test)
            runs[repeat, places] = number
            rng = stream(design.seed, "parts", repeat, number)
            parts = nested_parts(fold.train, codes, design.groups, code, rng)
            counts.append([_count(part, codes, code) for part in parts])
            for place, part in enumerate(parts):
                progress(STAGE, done, total)
                done += 1
                if len(test):
                    given = np.asarray(fit_predict(part, test)).argmax(axis=1)
                    right[place, repeat, places] = given == actual[test]
    known = np.unique(design.groups[scored], return_inverse=True)[1]
    return CurveCells(np.mean(counts, axis=0), right, actual[scored], known, runs)


def nested_parts(
    train: Rows,
    codes: NDArray[np.intp],
    groups: Groups,
    code: int | None,
    rng: np.random.Generator,
) -> list[Rows]:
    """Return the rows of each part, ascending: each has those before it, and groups stay whole.

    Args:
        train: (N,) rows to learn from.
        codes: (D,) of every row of the dataset.
        groups: (D,) what stays together.
        code: The class that is thinned; None: each class for itself. One group of it always stays.
        rng: Draws which groups stay.
    """
    thinned = np.unique(codes[train]) if code is None else np.array([code])
    rank = np.zeros(len(train))  # share of the class's groups that come before
    for one in thinned.tolist():
        is_own = codes[train] == one
        names, places = np.unique(groups[train[is_own]], return_inverse=True)
        rank[is_own] = rng.permutation(len(names))[places] / len(names)
    # Rounded up, so that a quarter of five groups is two: the first one always stays.
    return [np.sort(train[rank < fraction - 1e-9]) for fraction in FRACTIONS]


def _count(part: Rows, codes: NDArray[np.intp], code: int | None) -> int:
    return len(part) if code is None else int((codes[part] == code).sum())
