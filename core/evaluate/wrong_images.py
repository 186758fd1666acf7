"""Which images a candidate gets wrong, and what it takes them for: the pictures behind a figure."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.dataset import ImageDataset, Rows
from core.evaluate.predictions import Predictions
from core.words import count_of

COLUMNS = ("strategy", "path", "row", "label", "predicted", "times", "repeats", "share")
ROW, ACTUAL, PREDICTED, TIMES = range(4)  # what stands in the columns of `count_wrong`


@dataclass(frozen=True, eq=False)
class WrongImages:
    """W images that are scored wrong, those first that are wrong most often."""

    rows: Rows  # (W,) of the dataset
    times: NDArray[np.intp]  # (W,) repeats in which it is so, 1 or more
    predicted: NDArray[np.intp]  # (W,) place in `classes` of what it is taken for most often
    repeats: int  # all that were done
    text: str  # what they are, with how many

    def __post_init__(self) -> None:
        freeze(self, "rows", "times", "predicted")

    @property
    def shares(self) -> list[str]:
        """Return of each image in how many repeats it is so, in words."""
        return [f"{times:,} of {count_of(self.repeats, 'repeat')}" for times in self.times]


def count_wrong(predictions: Predictions, candidate: str) -> NDArray[np.intp]:
    """Return (P, 4) row, true class, predicted class and the number of repeats, for each that is.

    Classes are places in `predictions.classes`. The pairs of an image and a class that are
    predicted most often come first, ties by row and class.
    """
    labels = predictions.labels[candidate].astype(np.intp)  # (D, N)
    repeat, image = np.nonzero(labels != predictions.actual)
    pairs = image * len(predictions.classes) + labels[repeat, image]
    found, times = np.unique(pairs, return_counts=True)
    images, predicted = np.divmod(found, max(1, len(predictions.classes)))
    table = np.stack(
        [predictions.rows[images], predictions.actual[images], predicted, times], axis=1
    ).astype(np.intp)
    return table[np.argsort(-times, kind="stable")]


def find_wrong(
    wrong: NDArray[np.intp],
    classes: Sequence[str],
    repeats: int,
    *,
    label: str | None = None,
    predicted: str | None = None,
) -> WrongImages:
    """Return the images behind a class or a cell of a confusion matrix.

    Args:
        wrong: What `count_wrong` has given.
        classes: The classes that are scored.
        repeats: Those that were done.
        label: Of these alone; None: of all.
        predicted: Taken for this one alone; None: for any.
    """
    for text, column in ((label, ACTUAL), (predicted, PREDICTED)):
        if text is not None:
            wrong = wrong[wrong[:, column] == list(classes).index(text)]
    # The first of a row is what it is taken for most often.
    rows, first, place = np.unique(wrong[:, ROW], return_index=True, return_inverse=True)
    times = np.bincount(place, wrong[:, TIMES], minlength=len(rows)).astype(np.intp)
    order = np.lexsort((rows, -times))
    of = f" of '{label}'" if label is not None else ""
    as_ = f" for '{predicted}'" if predicted is not None else " for another label"
    text = f"{count_of(len(rows), 'image')}{of} taken{as_} in at least one of {repeats:,}"
    return WrongImages(
        rows[order], times[order], wrong[first[order], PREDICTED], repeats,
        f"{text} {'repeat' if repeats == 1 else 'repeats'}.",
    )  # fmt: skip


def find_always_wrong(
    wrong: Mapping[str, NDArray[np.intp]], classes: Sequence[str], repeats: int
) -> WrongImages:
    """Return the images that every candidate gets wrong in more than half of the repeats.

    How often is counted for the candidate that is wrong least often.

    Args:
        wrong: Candidate -> what `count_wrong` has given.
        classes: The classes that are scored.
        repeats: Those that were done.
    """
    each = [find_wrong(one, classes, repeats) for one in wrong.values()]
    size = max((int(one.rows.max(initial=-1)) + 1 for one in each), default=0)
    times, predicted = np.zeros((len(each), size), np.intp), np.zeros(size, np.intp)
    for place, one in enumerate(each):
        times[place, one.rows] = one.times
        if place == 0:
            predicted[one.rows] = one.predicted
    least = times.min(axis=0) if len(each) else np.zeros(0, np.intp)
    rows = np.flatnonzero(2 * least > repeats)
    rows = rows[np.argsort(-least[rows], kind="stable")]
    who = f"all {len(each):,} strategies get" if len(each) > 1 else "the strategy gets"
    text = f"{count_of(len(rows), 'image')} that {who} wrong in more than half of the repeats."
    return WrongImages(rows, least[rows], predicted[rows], repeats, text)


def wrong_as_csv(
    wrong: Mapping[str, NDArray[np.intp]],
    classes: Sequence[str],
    repeats: int,
    dataset: ImageDataset,
) -> str:
    """Return a line for each image that a candidate takes for another class, the worst first.

    `share` is that of the repeats in which it is so.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, table in wrong.items():
        for row, actual, predicted, times in table.tolist():
            share = f"{times / repeats:.4f}"
            labels = (classes[actual], classes[predicted])
            writer.writerow([name, dataset.path(row), row, *labels, times, repeats, share])
    return text.getvalue()
