"""Edits in a file: each image by its path and content, so that other row numbers do not matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import records
from core.dataset import ImageDataset
from core.dataset.edits import Change, Edit, Edits, checked_label, checked_split
from core.words import count_of

EDITS_NAME = "edits.json"
_VERSION = 1
_MOST_NAMED = 10  # images that are not there


@dataclass(frozen=True)
class NamedImage:
    """An image of a source, whatever its row."""

    path: records.FileName
    digest: str  # SHA-256 of its file


@dataclass(frozen=True)
class NamedEdit:
    """One change, as it stands in a file."""

    what: Change
    value: str
    images: tuple[NamedImage, ...]
    why: str = ""

    def __post_init__(self) -> None:
        if self.what is Change.LABEL:
            object.__setattr__(self, "value", checked_label(self.value))
        elif self.what is Change.SPLIT:
            checked_split(self.value)


@dataclass(frozen=True)
class NamedEdits:
    """All that a file of edits holds."""

    edits: tuple[NamedEdit, ...]


def name_edits(edits: Sequence[Edit], dataset: ImageDataset) -> tuple[NamedEdit, ...]:
    """Return the edits of `dataset` as a file holds them."""
    paths, digests = dataset.table["path"], dataset.table["digest"]
    return tuple(
        NamedEdit(
            edit.what,
            edit.value,
            tuple(map(NamedImage, paths.iloc[edit.rows], digests.iloc[edit.rows])),
            edit.why,
        )
        for edit in edits
    )


def find_edits(
    named: Sequence[NamedEdit], dataset: ImageDataset
) -> tuple[Edits, tuple[NamedImage, ...]]:
    """Return the edits by row of `dataset`, and the images that are not there as they were."""
    wanted = dict.fromkeys(image for edit in named for image in edit.images)
    paths = {image.path for image in wanted}
    # Only what is looked for: a set may have a million paths.
    rows = [row for row, path in enumerate(dataset.table["path"].tolist()) if path in paths]
    there = dataset.table.iloc[rows]
    row_of = dict(zip(map(NamedImage, there["path"], there["digest"]), rows, strict=True))
    done = []
    for edit in named:
        found = [row_of[image] for image in edit.images if image in row_of]
        if found:
            rows_found = np.unique(np.asarray(found, np.intp))
            done.append(Edit(rows_found, edit.what, edit.value, edit.why))
    return Edits(tuple(done)), tuple(image for image in wanted if image not in row_of)


def missing_text(missing: Sequence[NamedImage], dataset: ImageDataset) -> str:
    """Return the sentence for images that were changed, and are not there as they were."""
    listed = ", ".join(f"'{image.path}'" for image in missing[:_MOST_NAMED])
    if len(missing) > _MOST_NAMED:
        listed += f" and {len(missing) - _MOST_NAMED:,} more"
    are = "is" if len(missing) == 1 else "are"
    return (
        f"{count_of(len(missing), 'image')} of the edits {are} not in '{dataset.name}', or not "
        f"with the same content: {listed}. Their edits are ignored."
    )


def edits_text(named: Sequence[NamedEdit]) -> str:
    """Return the content of a file of edits."""
    return records.to_text(NamedEdits(tuple(named)), _VERSION)


def parse_edits(content: bytes | str, name: str) -> tuple[NamedEdit, ...]:
    """Return the edits of a file; `name` is what messages call it.

    Raises:
        SettingError: it holds none, or none that this version knows.
    """
    where = f"The file of edits '{name}'"
    return records.read_text(NamedEdits, content, where, _VERSION).edits


def read_edits(path: Path) -> tuple[NamedEdit, ...]:
    """Read a file of edits.

    Raises:
        SettingError: it is missing, or holds no edits.
    """
    return parse_edits(records.read_file(path, "file of edits"), path.name)
