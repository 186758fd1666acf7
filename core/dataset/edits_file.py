"""Edits in a file: each image by its path and content, so that other row numbers do not matter."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import __version__
from core.dataset import ImageDataset
from core.dataset.edits import Change, Edit, Edits, checked_label, checked_split
from core.errors import SettingError
from core.words import count_of

EDITS_NAME = "edits.json"
_VERSION = 1
_MOST_NAMED = 10  # images that are not there


@dataclass(frozen=True)
class NamedImage:
    """An image of a source, whatever its row."""

    path: str
    digest: str  # SHA-256 of its file


@dataclass(frozen=True)
class NamedEdit:
    """One change, as it stands in a file."""

    what: Change
    value: str
    images: tuple[NamedImage, ...]


def name_edits(edits: Sequence[Edit], dataset: ImageDataset) -> tuple[NamedEdit, ...]:
    """Return the edits of `dataset` as a file holds them."""
    paths, digests = dataset.table["path"], dataset.table["digest"]
    return tuple(
        NamedEdit(
            edit.what,
            edit.value,
            tuple(map(NamedImage, paths.iloc[edit.rows], digests.iloc[edit.rows])),
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
            done.append(Edit(np.unique(np.asarray(found, np.intp)), edit.what, edit.value))
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


def edits_to_json(named: Sequence[NamedEdit]) -> list[dict[str, object]]:
    """Return what `edits_from_json` reads."""
    return [
        {
            "what": edit.what.value,
            "value": edit.value,
            "images": [{"path": image.path, "digest": image.digest} for image in edit.images],
        }
        for edit in named
    ]


def edits_from_json(data: object) -> tuple[NamedEdit, ...]:
    """Return the edits that `edits_to_json` described.

    Raises:
        SettingError: a label is empty, or a split unknown.
        ValueError, TypeError, KeyError: they are none.
    """
    if not isinstance(data, list):
        raise TypeError("A list of edits.")
    return tuple(map(_edit_from_json, data))


def edits_text(named: Sequence[NamedEdit]) -> str:
    """Return the content of a file of edits."""
    data = {"version": _VERSION, "evenset": __version__, "edits": edits_to_json(named)}
    # Escaped: a file name may hold bytes that no text can.
    return json.dumps(data, indent=1) + "\n"


def parse_edits(content: bytes | str, name: str) -> tuple[NamedEdit, ...]:
    """Return the edits of a file; `name` is what messages call it.

    Raises:
        SettingError: it holds none, or none that this version knows.
    """
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SettingError(
            f"'{name}' contains no edits: it is not JSON. Choose an edits.json."
        ) from error
    if not isinstance(data, Mapping) or data.get("version") != _VERSION or "edits" not in data:
        raise SettingError(
            f"'{name}' contains no edits of version {_VERSION}. Choose an edits.json from Audit."
        )
    try:
        return edits_from_json(data["edits"])
    except (ValueError, TypeError, KeyError) as error:
        raise SettingError(f"The edits in '{name}' are damaged. Choose another file.") from error


def read_edits(path: Path) -> tuple[NamedEdit, ...]:
    """Read a file of edits.

    Raises:
        SettingError: it is missing, or holds no edits.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingError(
            f"The edits '{path}' cannot be read ({error.strerror}). Check the path."
        ) from error
    return parse_edits(content, path.name)


def _edit_from_json(data: Mapping[str, object]) -> NamedEdit:
    what, value, images = Change(str(data["what"])), data["value"], data["images"]
    if not isinstance(value, str) or not isinstance(images, list):
        raise TypeError("An edit has a text and a list of images.")
    if what is Change.LABEL:
        value = checked_label(value)
    elif what is Change.SPLIT:
        value = checked_split(value)
    return NamedEdit(
        what, value, tuple(NamedImage(str(one["path"]), str(one["digest"])) for one in images)
    )
