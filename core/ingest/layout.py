"""Which label and split a file has, from where it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.dataset import TEST, TRAIN, VALIDATION

SPLIT_FOLDERS = {
    "train": TRAIN,
    "training": TRAIN,
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "dev": VALIDATION,
    "test": TEST,
    "testing": TEST,
}
_JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


@dataclass(frozen=True)
class Place:
    """Where a file belongs; `label` None means that no class folder holds it."""

    label: str | None
    split: str


def is_junk(path: str) -> bool:
    """Return whether a file was left by an operating system and is nobody's data."""
    return any(
        part.startswith(".") or part.lower() in _JUNK_NAMES for part in PurePosixPath(path).parts
    )


def find_places(paths: Sequence[str]) -> list[Place]:
    """Return the place of each image path, relative to the source, parts divided by '/'.

    Folders that wrap all others are passed over; where all remaining top folders are names of
    splits, they are splits; the next folder is the class, and what lies deeper belongs to it.
    """
    parts = [PurePosixPath(path).parts for path in paths]
    skip = _wrapping_folders(parts)
    tops = {part[skip].lower() for part in parts if len(part) > skip + 1}
    has_splits = bool(tops) and tops <= set(SPLIT_FOLDERS) and TRAIN in map(SPLIT_FOLDERS.get, tops)
    if has_splits:
        has_splits = any(len(part) > skip + 2 for part in parts)
    places = []
    for part in parts:
        below = part[skip:]
        split = SPLIT_FOLDERS[below[0].lower()] if has_splits and len(below) > 1 else TRAIN
        folders = below[1:-1] if has_splits else below[:-1]
        places.append(Place(folders[0] if folders else None, split))
    return places


def _wrapping_folders(parts: Sequence[tuple[str, ...]]) -> int:
    """Return how many leading folders hold all others and are neither split nor class."""
    count = 0
    while True:
        tops = {part[count] for part in parts if len(part) > count + 1}
        if len(tops) != 1 or tops.pop().lower() in SPLIT_FOLDERS:
            return count
        sub_folders = {part[count + 1] for part in parts if len(part) > count + 2}
        has_images = any(len(part) == count + 2 for part in parts)
        # The last folder before the files is the class, even when it is the only one. A stray
        # picture beside several folders makes no class of the folder that holds them all.
        if not sub_folders or (has_images and len(sub_folders) == 1):
            return count
        count += 1
