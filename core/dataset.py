"""A set of labelled images: one table with a row per image, and the files that were skipped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import EmptyDatasetError, SettingError
from core.randomness import stream

TRAIN, VALIDATION, TEST = "train", "validation", "test"
SPLITS = (TRAIN, VALIDATION, TEST)

COLUMNS = ("path", "label", "split", "width", "height", "format", "bytes", "digest", "file")

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class SkippedFile:
    """A file of the source that could not be used."""

    path: str
    reason: str


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


class Labelled(Protocol):
    """Rows with labels: all that a sampler has to know of a dataset."""

    @property
    def classes(self) -> list[str]:
        """Return the labels in name order; a label's place is its code."""

    @property
    def codes(self) -> NDArray[np.intp]:
        """Return (N,) the code of each row's label."""

    @property
    def training_rows(self) -> Rows:
        """Return the rows that may be learned from, ascending."""


@dataclass(frozen=True, eq=False)
class ImageDataset:
    """N labelled images. The row number is an image's identity everywhere.

    `table` has the columns COLUMNS, is sorted by path, and is never changed. `path` is the name
    that the person knows, `file` where the bytes lie, relative to `root`.
    """

    name: str
    root: Path
    table: pd.DataFrame
    skipped: tuple[SkippedFile, ...] = ()
    take: Take | None = None

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def classes(self) -> list[str]:
        """Return the labels in name order; a label's place is its code."""
        return sorted(self.table["label"].unique().tolist())

    @cached_property
    def codes(self) -> NDArray[np.intp]:
        """Return (N,) the code of each row's label."""
        codes = pd.Categorical(self.table["label"], categories=self.classes).codes
        return _frozen(np.asarray(codes, np.intp))

    @cached_property
    def training_rows(self) -> Rows:
        """Return the rows of the training split, ascending; without splits, all rows."""
        return _frozen(np.flatnonzero(self.table["split"].to_numpy() == TRAIN))

    @cached_property
    def digest(self) -> str:
        """Return a name of the content: paths, labels, splits and bytes of all images."""
        digest = blake2b(digest_size=16)
        for column in ("path", "label", "split", "digest"):
            digest.update("\0".join(self.table[column]).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    @cached_property
    def splits(self) -> list[str]:
        """Return the splits that hold images, training first."""
        present = set(self.table["split"].unique())
        return [split for split in SPLITS if split in present]

    def counts(self, split: str | None = None) -> dict[str, int]:
        """Return label -> images of `split` (None: all), for every class, in name order."""
        codes = self.codes
        if split is not None:
            codes = codes[self.table["split"].to_numpy() == split]
        return dict(
            zip(
                self.classes,
                np.bincount(codes, minlength=len(self.classes)).tolist(),
                strict=True,
            )
        )

    def rows_of(self, label: str, split: str | None = None) -> Rows:
        """Return the rows of one class, ascending."""
        mask = self.table["label"].to_numpy() == label
        if split is not None:
            mask = mask & (self.table["split"].to_numpy() == split)
        return np.flatnonzero(mask)

    def path(self, row: int) -> str:
        """Return the name that the person knows."""
        return str(self.table["path"].iloc[row])

    def label(self, row: int) -> str:
        """Return the label of a row."""
        return str(self.table["label"].iloc[row])

    def read_bytes(self, row: int) -> bytes:
        """Return the content of a row's file."""
        return (self.root / str(self.table["file"].iloc[row])).read_bytes()


def select(dataset: ImageDataset, take: Take) -> ImageDataset:
    """Return a smaller dataset as `take` says, with rows numbered anew.

    Raises:
        SettingError: `take` names a class that is not there, or a count below 1.
        EmptyDatasetError: no training image is left.
    """
    _check_take(dataset, take)
    rest = take.counts.get("*", 0) if "*" in take.counts else 0
    keep = np.zeros(len(dataset), bool)
    held_out = dataset.table["split"].to_numpy() != TRAIN
    for label in dataset.classes:
        count = take.counts.get(label, rest)
        if count == 0:
            continue
        keep[held_out & (dataset.table["label"].to_numpy() == label)] = True
        rows = dataset.rows_of(label, TRAIN)
        if take.order == "random":
            rows = stream(take.seed, "take", label).permutation(rows)
        keep[rows[:count]] = True
    if not keep[dataset.training_rows].any():
        raise EmptyDatasetError(
            f"No training image of '{dataset.name}' is left. Choose more classes or images."
        )
    return replace(dataset, table=dataset.table[keep].reset_index(drop=True), take=take)


def build_table(records: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return the table of a dataset from one record per image, sorted by path."""
    texts = [column for column in COLUMNS if column != "file"]
    table = pd.DataFrame.from_records(list(records), columns=texts)
    # pandas' texts are UTF-8; a file name may hold any bytes, and must open the file again.
    table["file"] = pd.Series([record["file"] for record in records], dtype=object)
    for column in ("width", "height", "bytes"):
        table[column] = table[column].astype(np.int64)
    return table.sort_values("path", kind="stable").reset_index(drop=True)


def _check_take(dataset: ImageDataset, take: Take) -> None:
    unknown = sorted(set(take.counts) - set(dataset.classes) - {"*"})
    if unknown:
        known = ", ".join(dataset.classes[:12]) + (", ..." if len(dataset.classes) > 12 else "")
        raise SettingError(f"There is no class '{unknown[0]}'. The classes are: {known}.")
    for label, count in take.counts.items():
        if count is not None and count < 1:
            raise SettingError(f"Class '{label}': {count} images. Take at least 1.")
    if take.order not in {"name", "random"}:
        raise SettingError(f"Order '{take.order}' is unknown. Use 'name' or 'random'.")


def _frozen(array: NDArray[np.intp]) -> NDArray[np.intp]:
    array.setflags(write=False)
    return array
