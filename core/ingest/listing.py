"""What a source holds, before any picture is looked into."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.dataset import SkippedFile


@dataclass(frozen=True, eq=False)
class Listing:
    """The names of F files in two columns, and where their bytes lie.

    A million files are two lists, not a million objects.
    """

    name: str  # of the source, as the person knows it
    root: Path
    paths: Sequence[str]  # (F,) names as the person knows them, parts divided by '/'
    files: Sequence[str]  # (F,) where the bytes lie, relative to `root`; '' where none were kept
    skipped: tuple[SkippedFile, ...] = ()  # refused while listing or unpacking
    empty_folders: tuple[str, ...] = ()  # without a file or folder inside, as the person knows them
    notes: tuple[str, ...] = ()  # what was assumed in listing it, in sentences
