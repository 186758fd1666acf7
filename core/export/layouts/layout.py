"""What a layout says: where pictures lie, which files stand beside them, and who reads it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Protocol

from core.dataset import ImageDataset
from core.export.index_files import IndexFile
from core.export.manifest import ManifestRow
from core.resample import BalancePlan


class Shard(Protocol):
    """A file that takes many pictures, open for writing."""

    def add(self, row: ManifestRow, content: bytes) -> None:
        """Write one picture; the last part of the row's path is its name in here."""


@dataclass(frozen=True)
class Shards:
    """How pictures lie inside of files, many in each."""

    name: str  # of the file of a split, with {split}, {number} and {of} in it
    open: Callable[[IO[bytes], Sequence[str]], AbstractContextManager[Shard]]  # file, labels
    # The suffix of every picture in them; its own where this is None.
    suffix: Callable[[ImageDataset], str] | None = None

    def name_of(self, split: str, number: int, of: int) -> str:
        """Return the path of the shard with this number, from 0, of so many of its split."""
        return self.name.format(split=split, number=number, of=of)

    def pattern_of(self, split: str) -> str:
        """Return the path of all shards of a split, with one '*' for their numbers."""
        first, second = self.name_of(split, 0, 1), self.name_of(split, 1, 2)
        same = next(i for i, (a, b) in enumerate(zip(first, second, strict=True)) if a != b)
        start = first[:same].rstrip("0123456789")
        return f"{start}*.{first.rpartition('.')[2]}"


@dataclass(frozen=True)
class Layout:
    """One way to lay files out; any container can hold it."""

    name: str
    title: str
    help: str
    index: tuple[IndexFile, ...]  # the files beside the pictures
    # Split, class as a safe name -> where its pictures lie; of shards, or without pictures, None.
    folder: Callable[[str, str], str] | None = None
    is_numbered: bool = False  # pictures are called by numbers in place of their names
    shards: Shards | None = None
    readers: tuple[str, ...] = ()  # code that reads it, with FOLDER for its place
    caveat: str = ""  # what does not

    @property
    def has_pictures(self) -> bool:
        """Return whether it holds pictures, and does not only point to them."""
        return self.folder is not None or self.shards is not None

    def suffix_of(self, dataset: ImageDataset) -> str | None:
        """Return the suffix of all pictures; None where each has that of its format."""
        shards = self.shards
        return None if shards is None or shards.suffix is None else shards.suffix(dataset)

    def index_of(self, dataset: ImageDataset, plan: BalancePlan) -> list[IndexFile]:
        """Return the files beside the pictures, in this order."""
        return [file for file in self.index if file.is_there(dataset, plan)]
