"""A record for each thing that an audit looks for, and what it is given to look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.audit.measures import PictureMeasures
from core.audit.shortcuts import Shortcuts
from core.dataset import ImageDataset, Rows
from core.dataset.finding import Finding
from core.duplicates import Groups, duplicate_groups
from core.evaluate.label_errors import LabelErrors
from core.parameters import Parameter
from core.resample.difficulty import Difficulty


class Need(StrEnum):
    """What a check looks at; the value says what is missing, for people."""

    ROWS = "the images' rows"
    PICTURES = "the pictures"
    LABELS_OF_PICTURES = "the pictures beside their labels"
    VECTORS = "the embedding"
    PREDICTIONS = "predictions from the embedding"


@dataclass(frozen=True, eq=False)
class Insights:
    """What takes a second look at N images; what is None is not known yet."""

    difficulty: Difficulty | None = None  # of all images, from their vectors
    label_errors: LabelErrors | None = None  # from predictions that never saw the image
    shortcuts: Shortcuts | None = None  # from measures and labels


@dataclass(frozen=True, eq=False)
class AuditInput:
    """All that is known of N images; what is None is not known yet."""

    dataset: ImageDataset
    measures: PictureMeasures | None = None  # of the pictures
    insights: Insights = Insights()
    thresholds: Mapping[str, float] = field(default_factory=dict)  # check -> where it differs

    @cached_property
    def copies(self) -> Groups:
        """Return (N,) the group of each row: rows of one group hold the same bytes."""
        return duplicate_groups(self.dataset)

    def has(self, need: Need) -> bool:
        """Return whether what `need` names is there."""
        return {
            Need.ROWS: True,
            Need.PICTURES: self.measures is not None,
            Need.LABELS_OF_PICTURES: self.insights.shortcuts is not None,
            Need.VECTORS: self.insights.difficulty is not None,
            Need.PREDICTIONS: self.insights.label_errors is not None,
        }[need]

    def threshold(self, check: "Check") -> float:
        """Return from where on `check` finds an image.

        Raises:
            SettingError: it is out of range.
        """
        assert check.threshold is not None
        return check.threshold.check(self.thresholds.get(check.name, check.threshold.default))

    def beyond(self, check: "Check") -> Rows:
        """Return the rows that `check` finds by their scores, those that show it most first.

        Images that are left out, and those that could not be measured, are none of them.

        Raises:
            SettingError: the threshold is out of range.
        """
        assert check.scores is not None
        present = self.dataset.present_rows
        excess = check.excess(check.scores(self)[present], self.threshold(check))
        found = np.flatnonzero(excess > 0)
        return present[found[np.argsort(-excess[found], kind="stable")]]


@dataclass(frozen=True)
class Check:
    """One thing that an audit looks for."""

    name: str
    title: str
    help: str  # what it looks at
    find: Callable[[AuditInput], list[Finding]]
    need: Need = Need.ROWS
    # Where each image is measured: (N,) NaN where it cannot be, and where a finding begins.
    scores: Callable[[AuditInput], NDArray[np.float64]] | None = None
    threshold: Parameter | None = None
    is_low: bool = False  # an image is found below the threshold instead of above it

    def excess(self, scores: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
        """Return how far scores lie beyond the threshold: what is above 0 is found."""
        return threshold - scores if self.is_low else scores - threshold

    def said(self, score: float) -> str:
        """Return a score as people read it, such as '2.1 px'; '' where there is none."""
        if not np.isfinite(score):
            return ""
        number = f"{score:,.3g}" if abs(score) < 1000 else f"{score:,.0f}"
        unit = self.threshold.unit if self.threshold is not None else ""
        if not unit:
            return f"score {number}"
        return f"{number}{'' if unit == '%' else ' '}{unit}"
