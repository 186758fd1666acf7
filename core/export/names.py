"""Names of files and folders that every system can hold."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

# '$' beside what systems forbid: Hugging Face takes '$HOME' in a path for the folder of that name.
_FORBIDDEN = re.compile(r'[$<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)
_LONGEST_BYTES = 120  # systems allow 255, of which numbers and suffixes need some


def safe_name(name: str) -> str:
    """Return a name for one folder or file stem that is the same as `name` wherever it can be."""
    text = name.encode("utf-8", "replace").decode()
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text))
    name = name.encode()[:_LONGEST_BYTES].decode("utf-8", "ignore").rstrip(". ").lstrip(" ")
    if name.startswith("."):
        name = "_" + name[1:]
    if name.startswith("__"):  # Hugging Face leaves such folders out, as it does '__pycache__'
        name = "_" + name.lstrip("_")
    if name.split(".")[0].rstrip().lower() in _RESERVED:
        name = "_" + name
    return name or "_"


def class_folders(labels: Sequence[str]) -> dict[str, str]:
    """Return label -> folder name; labels that would share one get numbers, in label order."""
    folders: dict[str, str] = {}
    used: set[str] = set()
    for label in sorted(labels):
        folders[label] = unused(safe_name(label), used)
    return folders


def stem_of(path: str, label: str) -> str:
    """Return the stem of an image from its source path, with folders below the class kept.

    It has no dot: some readers take what follows any dot of a name for its suffix.
    """
    parts = PurePosixPath(path).parts
    below = parts[parts.index(label) + 1 :] if label in parts[:-1] else parts[-1:]
    stem = "__".join([*below[:-1], PurePosixPath(below[-1]).stem])
    return safe_name(safe_name(stem).replace(".", "_"))


def unused(name: str, used: set[str]) -> str:
    """Return `name`, or `name` with a number when it is in `used`; add it there.

    Case does not tell names apart, since it does not on Windows and macOS.
    """
    candidate, number = name, 2
    while candidate.casefold() in used:
        candidate = f"{name}~{number}"
        number += 1
    used.add(candidate.casefold())
    return candidate
