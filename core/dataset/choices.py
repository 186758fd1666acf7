"""How a source was read and which part of it was taken: what a person chose, what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.records import FileName


@dataclass(frozen=True)
class SkippedFile:
    """A file of the source that could not be used."""

    path: str
    reason: str
    label: str = ""  # that its picture would have, where that is known


@dataclass(frozen=True)
class Decided:
    """Something in a source that did not match, and what was done about it."""

    kind: str  # a key of `core.ingest.MISMATCHES`
    count: int
    text: FileName  # what was found
    decision: str  # a key of the kind's decisions
    names: tuple[FileName, ...]  # the files, rows or labels concerned


@dataclass(frozen=True)
class Choices:
    """How a person wants a source to be read; what is not chosen is proposed."""

    labels_file: FileName | None = None  # its name in the source, or a path; '' for folders
    image_column: str | None = None
    label_column: str | None = None
    split_column: str | None = None  # '' for none
    group_column: str | None = None  # of a patient, camera or sender; '' for none
    label_level: int | None = None  # of the folders that say the labels, from 1 for the outermost
    label_pattern: str | None = None  # a regular expression whose group is the label in a path
    decisions: Mapping[str, str] = field(default_factory=dict)  # kind of mismatch -> decision
    background: str | None = None  # behind transparent parts: a key of BACKGROUNDS
    white_level: int | None = None  # of 16-bit values, the one that becomes 255


NOTHING_CHOSEN = Choices()


@dataclass(frozen=True)
class Take:
    """Which classes to keep, and at most how many training images of each.

    `counts` maps a label to a count; '*' stands for every class that is not named, None for all
    images. Without '*', classes that are not named are left out. Validation and test images of
    the classes that stay are all kept: they are what a result is measured on.
    """

    counts: Mapping[str, int | None]
    order: str = "name"  # 'name': the first in order of path; 'random': drawn with `seed`
    seed: int = 0
