"""What a strategy is given, and what it makes of it: the same for every page and every file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.augment import PRESETS, AugmentPolicy, Pictures
from core.augment.draws import join_pictures
from core.dataset import Labelled, Rows
from core.embed import Embeddings, available_devices
from core.progress import Progress, silent
from core.randomness import stream
from core.resample.batched import BatchedCost
from core.resample.drawing import IDENTICAL
from core.resample.plan import BalancePlan
from core.resample.segments import ClassReport
from core.resample.synthetic import SyntheticPoints, no_points
from core.words import count_of, named


@dataclass(frozen=True, eq=False)
class Made:
    """What came out of carrying a plan out on a training side."""

    plan: BalancePlan  # with the counts that came out
    kept: Rows  # rows of the training side that stay, ascending
    copies: Rows  # (K,) the image of each byte copy
    pictures: Pictures  # that are to be made, all of them
    points: SyntheticPoints
    class_weight: NDArray[np.float64]  # (C,) how much a piece of each class counts in training
    logit_offset: NDArray[np.float64]  # (C,) added to the logarithm of each class's score
    policy: AugmentPolicy  # that pictures are made by
    pictured: int = 0  # the first so many pictures are of a point each, in the order of the points
    report: tuple[ClassReport, ...] = ()  # what became of each class that got points
    cost: BatchedCost | None = None  # of batches, where the strategy works in them
    variance_kept: float | None = None  # by the components that neighbours were looked for in

    @property
    def other_pictures(self) -> Pictures:
        """Return the pictures that are of no point: of classes that points cannot be made for."""
        return self.pictures.only(slice(self.pictured, None))

    def said(self, title: str, classes: Sequence[str]) -> str:
        """Return what a strategy with points has made, of which classes."""
        labels = [classes[code] for code in np.unique(self.points.codes).tolist()]
        if not labels:
            return (
                f"{title} made no synthetic points: no class with 2 or more images is below the "
                "target."
            )
        count, of = count_of(len(self.points), "synthetic point"), named(labels, most=3)
        if self.points.parents is None:
            return f"{title} made {count} for {of}."
        return f"{title} put {count} between neighbours of {of}."

    def told(self, classes: Sequence[str]) -> list[str]:
        """Return what a plan could not know of its classes."""
        return [
            f"All images of '{classes[one.code]}' have the same vector, so there is no point "
            "between them. The class gets augmented pictures instead."
            for one in self.report
            if one.note == IDENTICAL
        ]

    def count_added(self, class_count: int) -> NDArray[np.intp]:
        """Return (C,) how many pieces are added to each class, copies left out.

        A point and the picture of it count once.
        """
        codes = np.concatenate([self.points.codes, self.other_pictures.codes])
        return np.bincount(codes, minlength=class_count)


@dataclass(frozen=True, eq=False)
class TrainingSide:
    """The rows that may be used, and what a strategy knows of them."""

    dataset: Labelled
    plan: BalancePlan
    embeddings: Embeddings | None = None  # images without a vector become no parent
    rows: Rows | None = None  # the only ones that may be used; None: the training split
    policy: AugmentPolicy = PRESETS["standard"]
    seed: int = 0  # of all but pictures, which hang on the policy's
    progress: Progress = silent

    @cached_property
    def allowed(self) -> Rows:
        """Return the rows that may be used, ascending."""
        return np.sort(self.dataset.training_rows if self.rows is None else self.rows)

    @cached_property
    def usable(self) -> Rows:
        """Return the rows with a vector; all where there are no embeddings."""
        if self.embeddings is None:
            return self.allowed
        return np.intersect1d(self.allowed, self.embeddings.rows)

    @cached_property
    def different(self) -> Rows:
        """Return the usable rows, of classes that are to grow each image once.

        A point between two identical images, of one content or with one vector, would be a copy of
        both.
        """
        rows = self.usable
        codes = self.dataset.codes[rows]
        grows = np.isin(codes, [code for code, count in self.add.items() if count])
        stays = np.ones(len(rows), np.bool_)
        for names in (pd.factorize(self.dataset.digests[rows])[0], self._vector_numbers(rows)):
            stays &= ~(pd.DataFrame({"code": codes, "name": names}).duplicated() & grows)
        return rows[stays]

    def are_identical(self, first: Rows, second: Rows) -> NDArray[np.bool_]:
        """Return (P,) whether the images of each pair are of one content, or with one vector."""
        digests = self.dataset.digests
        same_vector = self._vector_numbers(first) == self._vector_numbers(second)
        return np.asarray(same_vector | (digests[first] == digests[second]), np.bool_)

    @property
    def add(self) -> dict[int, int]:
        """Return code -> pieces asked for."""
        return self._by_code(self.plan.add)

    @property
    def keep(self) -> dict[int, int]:
        """Return code -> images that may stay."""
        return self._by_code(self.plan.keep)

    def number(self, name: str) -> int:
        """Return the setting of that name."""
        return int(self.plan.settings[name])

    def text(self, name: str) -> str:
        """Return the setting of that name."""
        return str(self.plan.settings[name])

    @property
    def device(self) -> str:
        """Return the device that embedded the images, where it is still there."""
        if self.embeddings is None or self.embeddings.device != "cuda":
            return "cpu"
        return "cuda" if "cuda" in {one.name for one in available_devices()} else "cpu"

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """Return (R, D) of rows that have one."""
        assert self.embeddings is not None
        return self.embeddings.vectors[self.embeddings.positions_of(rows)]

    def _vector_numbers(self, rows: Rows) -> NDArray[np.intp]:
        assert self.embeddings is not None
        return self.embeddings.vector_numbers[self.embeddings.positions_of(rows)]

    def rng_of(self, code: int) -> np.random.Generator:
        """Return the stream of a class."""
        # A stream of its own per class: another class's count changes nothing here.
        return stream(self.seed, self.plan.strategy, self.dataset.classes[code])

    def as_it_is(self) -> Made:
        """Return what a strategy makes that changes nothing; `replace` says what it does."""
        labels = self.dataset.classes
        weight = [self.plan.weight.get(label, 1.0) for label in labels]
        return Made(
            self.plan,
            kept=self.allowed,
            copies=np.empty(0, np.intp),
            pictures=join_pictures(),
            points=no_points(),
            class_weight=np.array(weight, np.float64),
            logit_offset=np.zeros(len(labels)),
            policy=self.policy,
        )

    def _by_code(self, counts: Mapping[str, int]) -> dict[int, int]:
        codes = {label: code for code, label in enumerate(self.dataset.classes)}
        return {codes[label]: count for label, count in counts.items() if label in codes}


def settled(side: TrainingSide, made: Made) -> Made:
    """Return what was made, with the counts that came out in its plan."""
    classes = side.dataset.classes
    kept = np.bincount(side.dataset.codes[made.kept], minlength=len(classes))
    copies = np.bincount(side.dataset.codes[made.copies], minlength=len(classes))
    added = copies + made.count_added(len(classes))
    code_of = {label: code for code, label in enumerate(classes)}
    keep, add = (
        # A plan may know fewer classes than the dataset.
        {label: int(counts[code_of[label]]) for label in made.plan.before}
        for counts in (kept, added)
    )
    return replace(made, plan=made.plan.settled(keep, add))
