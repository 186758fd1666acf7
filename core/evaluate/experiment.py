"""The fixed part of a comparison: what all candidates share, and the folds that are drawn first."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.dataset import LEFT_OUT, SPLITS, TEST, ImageDataset, Rows
from core.duplicates import picture_groups
from core.duplicates.duplicates import Groups
from core.embed import Embeddings
from core.errors import SettingError, TooFewClassesError
from core.evaluate.folds import Fold, kept_together, make_folds, scored_rows
from core.evaluate.head import Head
from core.evaluate.heads import DEFAULT_HEAD, check_head, find_head
from core.evaluate.metrics import METRICS, PRIMARY
from core.evaluate.outcomes import MARGIN
from core.progress import Progress
from core.randomness import stream_seed

DEFAULT_FOLDS = 5
DRAWING = "drawing folds"

_LARGEST_MARGIN = 0.5
_SEEDS = 5  # on a test split, of heads that learn once on folds; twice as many of others


@dataclass(frozen=True, eq=False)
class Experiment:
    """What all candidates of a comparison share.

    Raises:
        SettingError: a metric that there is not, a number out of range, or a head that cannot learn
            with the encoder.
    """

    dataset: ImageDataset  # validation and test splits are not touched
    # Images without a vector are left out. Those of an encoder that has learned labels are not
    # used: its base learns in each fold, or stands in for it.
    embeddings: Embeddings
    head: Head = field(default_factory=lambda: find_head(DEFAULT_HEAD))
    metric: str = PRIMARY  # the one that matters to the person
    margin: float = MARGIN  # a difference below which two candidates are as good
    n_splits: int = DEFAULT_FOLDS
    repeats: int | None = None  # how often folds, or seeds, are drawn; None: what suits the head
    on_test_split: bool = False  # learn from all training images, score the test split
    shows_leak: bool = False  # also measure what resampling before splitting would have reported
    seed: int = 0  # same seed, same predictions
    device: str = "cpu"  # of a network
    # The images before a person changed labels or left some out, where that was done: every one of
    # them is scored with its first label, and what was changed acts on what is learned from alone.
    original: ImageDataset | None = None

    def __post_init__(self) -> None:
        check_repeats(self.n_splits, self.repeats)
        if self.metric not in METRICS:
            raise SettingError(
                f"There is no metric '{self.metric}'. The metrics are: {', '.join(METRICS)}."
            )
        check_margin(self.margin)
        base = self.embeddings.base
        check_head(self.head, base or self.embeddings.encoder)
        if base is not None and self.shows_leak:
            raise SettingError(
                "What resampling before splitting would report is not measured with an adapted "
                f"encoder. Embed with '{base}' to see it, or do not ask for it."
            )

    @property
    def repeat_count(self) -> int:
        """Return how often each candidate scores each image."""
        adapts = self.embeddings.base is not None
        asked = self.repeats or default_repeats(
            self.head, is_held_out=self.on_test_split, adapts=adapts
        )
        return max(2, asked) if self.on_test_split else asked

    @property
    def scoring(self) -> ImageDataset:
        """Return the images as they are scored: as they came, but with the splits that hold now.

        A split that was repaired makes a score stricter; leaving hard images out would flatter it.
        """
        if self.original is None:
            return self.dataset
        before, now = (one.table["split"].to_numpy(object) for one in (self.original, self.dataset))
        splits = np.where(now == LEFT_OUT, before, now)
        table = self.original.table.assign(split=pd.Categorical(splits))
        return replace(self.original, table=table)

    @property
    def first_codes(self) -> NDArray[np.intp]:
        """Return the place of each row's first label among the classes now; -1: there is none."""
        if self.original is None:
            return self.dataset.codes
        places = {label: code for code, label in enumerate(self.dataset.classes)}
        own = [places.get(label, -1) for label in self.original.classes]
        return np.asarray(own, np.intp)[self.original.codes]


def check_repeats(folds: int, repeats: int | None) -> None:
    """Refuse what gives no interval.

    Raises:
        SettingError: fewer than 2 folds, or no repeat.
    """
    if folds < 2 or (repeats is not None and repeats < 1):
        raise SettingError("A comparison needs at least 2 folds and 1 repeat.")


def check_margin(margin: float) -> None:
    """Refuse a margin that calls everything the same, or nothing.

    Raises:
        SettingError: it is not between 0 and 50 points.
    """
    if not 0 < margin <= _LARGEST_MARGIN:
        raise SettingError(
            f"The margin is {100 * margin:g} points. Use more than 0 and at most "
            f"{100 * _LARGEST_MARGIN:g} points, such as 1."
        )


def share_of(points: float) -> float:
    """Return what a person gives in points, or per cent, as a share; 1 is 0.01."""
    return round(points / 100, 6)


def default_repeats(head: Head, *, is_held_out: bool = False, adapts: bool = False) -> int:
    """Return how often folds are drawn; on a test split, from how many seeds is learned.

    The head alone decides, never what came out. `adapts`: an encoder learns in each fold first.
    """
    repeats = 1 if adapts else head.repeats
    if not is_held_out:
        return repeats
    return _SEEDS if repeats == 1 else 2 * _SEEDS


@dataclass(frozen=True, eq=False)
class Run:
    """One fold of one repeat."""

    number: int  # among all runs of the comparison
    repeat: int
    place: int  # among the folds of its repeat
    fold: Fold
    seed: int


@dataclass(frozen=True, eq=False)
class Design:
    """Which images are learned from and scored in each run: drawn before anything is fitted."""

    repeats: tuple[tuple[Run, ...], ...]
    rows: Rows  # (N,) scored, ascending
    actual: NDArray[np.intp]  # (N,) codes that they are scored by
    codes: NDArray[np.intp]  # (C,) of the classes that are scored, ascending
    pictures: Groups  # of every row of the dataset, the picture that it shows
    groups: Groups  # of every row of the dataset, what stays together

    @property
    def runs(self) -> Iterator[Run]:
        """Yield all runs, those of the first repeat first."""
        return (run for runs in self.repeats for run in runs)

    @property
    def folds(self) -> list[Fold]:
        """Return the fold of each run."""
        return [run.fold for run in self.runs]

    @property
    def whole(self) -> Rows:
        """Return all images that are learned from in some run of the first repeat."""
        return np.unique(np.concatenate([run.fold.train for run in self.repeats[0]]))

    def fold_of(self, repeat: int) -> NDArray[np.int16]:
        """Return (N,) the place of the fold that scores each image in a repeat."""
        found = np.full(len(self.rows), -1, np.int16)
        for run in self.repeats[repeat]:
            found[np.searchsorted(self.rows, run.fold.test)] = run.place
        return found


def draw_design(experiment: Experiment, progress: Progress) -> Design:
    """Return the runs of an experiment.

    What looks the same stays on one side, and so does what is of one group, such as a patient,
    where the dataset says so.

    Raises:
        TooFewClassesError: fewer than two classes have two different training images, or groups.
        SettingError: groups of which no folds can be made.
    """
    dataset, first = experiment.scoring, experiment.first_codes
    rows = experiment.embeddings.rows
    rows = rows[first[rows] >= 0]
    pictures = picture_groups(dataset, progress)
    groups = kept_together(dataset, pictures, rows)
    count = experiment.repeat_count
    drawn: list[list[Fold]] = []
    if experiment.on_test_split:
        drawn = [[_whole_fold(experiment.dataset, dataset, rows)]] * count
        scored = drawn[0][0].test
    else:
        scored = scored_rows(dataset, rows, groups)
        for repeat in range(count):
            progress(DRAWING, repeat, count)
            seed = experiment.seed
            again = stream_seed(seed, "repeat", repeat) if repeat else seed
            folds = make_folds(
                dataset, rows, groups=groups, n_splits=experiment.n_splits, seed=again
            )
            drawn.append([_as_edited(experiment.dataset, fold) for fold in folds])
    # Seeds hang on repeat and place: more repeats leave the first ones as they are.
    repeats, number = [], 0
    for repeat, folds in enumerate(drawn):
        runs = []
        for place, fold in enumerate(folds):
            seed = stream_seed(experiment.seed, "run", repeat, place)
            runs.append(Run(number, repeat, place, fold, seed))
            number += 1
        repeats.append(tuple(runs))
    actual = first[scored]
    return Design(tuple(repeats), scored, actual, np.unique(actual), pictures, groups)


def _as_edited(dataset: ImageDataset, fold: Fold) -> Fold:
    """Return a fold that learns from what was not left out."""
    train = np.intersect1d(fold.train, dataset.training_rows)
    if len(np.unique(dataset.codes[train])) < 2:
        raise TooFewClassesError(
            f"So much of '{dataset.name}' is left out that a fold has fewer than 2 classes to "
            "learn from. Undo some of it on Audit."
        )
    return Fold(train, fold.test)


def _whole_fold(edited: ImageDataset, dataset: ImageDataset, embedded: Rows) -> Fold:
    """Return the training split as it was edited, and the test split as it came.

    What Evenset has made is learned from, and never scored.
    """
    train = np.intersect1d(embedded, edited.training_rows)
    test = np.flatnonzero(dataset.split_codes == SPLITS.index(TEST))
    test = np.intersect1d(test, embedded)
    test = test[~dataset.is_made[test]]
    test = test[np.isin(dataset.codes[test], dataset.codes[train])]
    if len(np.unique(dataset.codes[test])) < 2:
        raise TooFewClassesError(
            f"The test split of '{dataset.name}' has fewer than 2 of the training classes, so "
            "nothing can be scored on it. Compare on folds of the training split instead."
        )
    return Fold(train, test)
