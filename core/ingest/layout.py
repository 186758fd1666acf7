"""Which label and split a picture has from where it lies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.dataset import SPLITS, TEST, TRAIN, VALIDATION
from core.ingest.tables import TABLE_SUFFIXES
from core.pictures.decode import IMAGE_SUFFIXES

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
SPLIT_CODES = {name: SPLITS.index(split) for name, split in SPLIT_FOLDERS.items()}
_JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", "__macosx", ".ds_store"})
_OTHER_REASONS = {
    ".heic": "a HEIC picture, which is not supported: convert it to JPEG",
    ".heif": "a HEIC picture, which is not supported: convert it to JPEG",
    ".svg": "an SVG drawing, which is not supported: convert it to PNG",
    ".zip": "an archive inside the source: unpack it first",
    ".tar": "an archive inside the source: unpack it first",
    ".gz": "an archive inside the source: unpack it first",
    ".tgz": "an archive inside the source: unpack it first",
    ".bz2": "an archive inside the source: unpack it first",
    ".xz": "an archive inside the source: unpack it first",
    ".rar": "an archive inside the source: unpack it first",
    ".7z": "an archive inside the source: unpack it first",
}

NO_LABEL = -1

Parts = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Places:
    """Where each of N pictures belongs, as its folders say."""

    codes: NDArray[np.intp]  # (N,) places in `names`, or NO_LABEL outside of every class folder
    names: list[str]  # of the class folders
    splits: NDArray[np.int8]  # (N,) places in SPLITS
    # Every picture lies in one of several folders of splits: a folder inside is a class, whatever
    # its name.
    has_clean_splits: bool = False


def suffix_of(path: str) -> str:
    """Return the suffix of a name in small letters, with its dot, or ''."""
    name = path[path.rfind("/") + 1 :]
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def may_be_picture(path: str) -> bool:
    """Return whether a file is worth a look: by its suffix, or because it has none.

    The content decides in the end. Names such as 'img.0017' end in a number, not a suffix.
    """
    suffix = suffix_of(path)
    return suffix in IMAGE_SUFFIXES or not suffix or suffix[1:].isdecimal()


def is_wanted(path: str) -> bool:
    """Return whether the bytes of a file matter: it may be a picture, or hold labels."""
    return not is_junk(path) and (may_be_picture(path) or suffix_of(path) in TABLE_SUFFIXES)


def why_no_picture(path: str) -> str:
    """Return the reason why a file that is not worth a look is skipped."""
    return _OTHER_REASONS.get(suffix_of(path), "not an image file")


def is_junk(path: str) -> bool:
    """Return whether a file was left by an operating system and is nobody's data."""
    return any(part.startswith(".") or part.lower() in _JUNK_NAMES for part in path.split("/"))


def find_places(paths: Sequence[str], *, has_labels: bool = False) -> Places:
    """Return the places of picture paths, relative to the source, parts divided by '/'.

    Folders that wrap all others are passed over; where all remaining top folders are names of
    splits, they are splits; the next folder is the class, and what lies deeper belongs to it.

    Args:
        paths: Of all pictures.
        has_labels: Whether a table says the labels: then splits need not hold class folders.
    """
    # A million pictures lie in a few thousand folders: all is decided by folder.
    codes, names = pd.factorize(np.array([path.rpartition("/")[0] for path in paths], object))
    folders: list[Parts] = [tuple(name.split("/")) if name else () for name in names]
    skip = _wrapping_folders(folders)
    below = [folder[skip:] for folder in folders]
    tops = {folder[0].lower() for folder in below if folder}
    has_splits = bool(tops) and tops <= set(SPLIT_FOLDERS) and TRAIN in map(SPLIT_FOLDERS.get, tops)
    has_splits = has_splits and (has_labels or any(len(folder) > 1 for folder in below))
    # Splits beside class folders, where each holds classes of the same names.
    mixed = set() if has_splits else _splits_among_classes(below)
    names_seen: dict[str, int] = {}
    labels = np.full(len(folders), NO_LABEL, np.intp)
    splits = np.zeros(len(folders), np.int8)
    for number, folder in enumerate(below):
        inner = folder
        if folder and (has_splits or folder[0] in mixed):
            splits[number] = SPLIT_CODES[folder[0].lower()]
            inner = folder[1:]
        if inner:
            labels[number] = names_seen.setdefault(inner[0], len(names_seen))
    return Places(labels[codes], list(names_seen), splits[codes], has_splits and len(tops) > 1)


def _splits_among_classes(below: Sequence[Parts]) -> set[str]:
    """Return the top folders that are splits although classes lie beside them.

    'cat', 'dog', 'test/cat', 'test/dog': the folders of 'test' are classes that are also at the
    top, so it is no class itself.
    """
    classes = {folder[0] for folder in below if folder and folder[0].lower() not in SPLIT_FOLDERS}
    inner: dict[str, set[str]] = {}
    for folder in below:
        if folder and folder[0].lower() in SPLIT_FOLDERS:
            inner.setdefault(folder[0], set()).add(folder[1] if len(folder) > 1 else "")
    return {name for name, labels in inner.items() if classes and labels <= classes}


def _wrapping_folders(folders: Sequence[Parts]) -> int:
    """Return how many leading folders hold all others and are neither split nor class."""
    count = 0
    while True:
        tops = {folder[count] for folder in folders if len(folder) > count}
        if len(tops) != 1 or tops.pop().lower() in SPLIT_FOLDERS:
            return count
        sub_folders = {folder[count + 1] for folder in folders if len(folder) > count + 1}
        has_images = any(len(folder) == count + 1 for folder in folders)
        # The last folder before the files is the class, even when it is the only one. A stray
        # picture beside several folders makes no class of the folder that holds them all.
        if not sub_folders or (has_images and len(sub_folders) == 1):
            return count
        count += 1
