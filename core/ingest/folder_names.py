"""How likely the names of folders are names of classes, and not of parts, dates or cameras."""

import re
from collections.abc import Mapping, Sequence

from core.ingest.names import CONTAINERS, is_split_name, split_of, tokens_of

# Before a number, or a letter alone, these count parts of a set: 'part_1', 'images_001', 'batch2'.
_PARTS = frozenset(
    {"part", "parts", "batch", "batches", "chunk", "chunks", "group", "folder", "set", "subset",
     "fold", "disc", "disk", "vol", "volume", "shard", "archive", "session", "day", "week", "cam",
     "camera", "roll", "dir", "split", "page", "upload", "export", "zip", "block", "section",
     "image", "images", "img", "imgs", "data", "photos", "pictures", "files", "site", "location",
     "patient", "subject", "scene", "sequence", "seq", "video", "clip", "run", "round", "station",
     "bag", "box", "tile", "slide", "case", "user", "person", "worker", "annotator", "trial"}
)  # fmt: skip
# Before a number, these name a class: 'class3', 'c7', 'grade 2'.
_CLASSES = frozenset(
    {"class", "c", "cls", "label", "l", "category", "cat", "type", "grade", "stage", "level",
     "kind", "n", "species", "k"}
)  # fmt: skip
_CAMERA = re.compile(r"\d{3}[A-Z_]{5}|\d{3}_\d{4}|\d{3}[A-Z]{4,5}|DCIM|\d{3}MEDIA|Camera", re.ASCII)
# Where phones put pictures.
_PHONE = frozenset(
    {"dcim", "camera", "camera roll", "screenshots", "whatsapp images", "download", "downloads",
     "instagram", "bluetooth", "restored", "edited", "favorites", "recents", "sent"}
)  # fmt: skip
_DATE = re.compile(
    r"(19|20)\d\d([-_. ]?(0[1-9]|1[0-2])([-_. ]?[0-3]\d)?)?([-_ T].*)?"
    r"|[0-3]?\d[-_.][01]?\d[-_.]((19|20)?\d\d)"
)
CLEAN = 1.0
NUMBER = 0.7
NUMBERED = 0.6
PART = 0.15
NO_CLASS = 0.1


def folders_quality(counts: Mapping[str, int]) -> float:
    """Return how likely folders are classes, 0 to 1, from name -> pictures of each."""
    total = sum(counts.values())
    if not total:
        return 0.0
    shared = _shared_template(list(counts))
    splits = _splits_of_one_thing(list(counts))
    return (
        sum(
            (NO_CLASS if name in splits else _quality(name, shared)) * count
            for name, count in counts.items()
        )
        / total
    )


def may_be_class(name: str) -> bool:
    """Return whether a folder's name alone speaks for a class."""
    return _quality(name, False) >= NUMBERED


def _quality(name: str, is_shared: bool) -> float:
    if is_split_name(name) or name.lower() in CONTAINERS or name.lower() in _PHONE:
        return NO_CLASS
    if _CAMERA.fullmatch(name) or _DATE.fullmatch(name):
        return NO_CLASS
    if name.isdecimal():
        return NUMBER
    words = tokens_of(name)
    if not words:
        return CLEAN
    # 'part_1', 'part_a', 'part1of3'.
    letters = [word for word in words if not word.isdecimal()]
    is_numbered = words[-1].isdecimal() or (len(words) > 1 and len(words[-1]) == 1)
    if not is_numbered:
        return CLEAN
    before = words[-2] if len(words) > 1 else ""
    if before in _PARTS or (is_shared and any(word in _PARTS for word in letters)):
        return PART
    if before in _CLASSES or not is_shared:
        return CLEAN
    return NUMBERED


def _splits_of_one_thing(names: Sequence[str]) -> set[str]:
    """Return names such as 'ISIC_Training_Input' and 'ISIC_Test_Input', if there are several."""
    found = {name: said for name in names if (said := split_of(name)) is not None}
    return {
        name
        for name, (code, rest) in found.items()
        if any(other != code and words == rest for other, words in found.values())
    }


def _shared_template(names: Sequence[str]) -> bool:
    """Return whether several names differ in their numbers or last letter alone."""
    templates = {
        tuple("#" if word.isdecimal() or len(word) == 1 else word for word in tokens_of(name))
        for name in names
    }
    return len(names) > 1 and len(templates) == 1
