"""One thing that is wrong in a dataset, and what one click does about it."""

from dataclasses import KW_ONLY, dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.dataset.dataset import Rows
from core.dataset.edits import Edit


class Severity(StrEnum):
    """How much a finding matters."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def sign(self) -> str:
        """Return a sign for people: the weight of a finding is never told by colour alone."""
        return _SIGNS[self][0]

    @property
    def words(self) -> str:
        """Return what the weight means for people."""
        return _SIGNS[self][1]


_SIGNS = {
    Severity.HIGH: ("▲", "Action needed"),
    Severity.MEDIUM: ("◆", "Check"),
    Severity.LOW: ("●", "Information"),
}


@dataclass(frozen=True)
class Remedy:
    """What one click does about a finding: it can be undone as any other edit."""

    title: str  # of the button, with the number: 'Leave out 12 images'
    edits: tuple[Edit, ...]  # of the dataset as it was taken, in order, each with its why


@dataclass(frozen=True, eq=False)
class Finding:
    """One thing that is wrong, with the rows that show it."""

    id: str
    severity: Severity
    rows: Rows  # (R,) those that show it most first where `scores` are given, else ascending
    text: str
    remedy: str  # what to do about it, in words
    _: KW_ONLY
    remedies: tuple[Remedy, ...] = ()  # what a click can do about it, the best first
    labels: tuple[str, ...] = ()  # the classes that it is about, where it is about classes
    scores: NDArray[np.float64] | None = None  # (R,) how each row was measured
    suggested: NDArray[np.intp] | None = None  # (R,) codes of the labels that look likelier
    check: str = ""  # the entry of the registry that found it

    def __post_init__(self) -> None:
        freeze(self, "rows", "scores", "suggested")

    def found_by(self, check: str) -> "Finding":
        """Return the finding with the name of the check that found it."""
        return replace(self, check=check)
