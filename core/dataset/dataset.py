"""A set of labelled images: one table with a row per image, and the files that were skipped."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.dataset.choices import NOTHING_CHOSEN, Choices, Decided, SkippedFile, Take
from core.dataset.proposal import NOTHING_OPEN, Proposal
from core.dataset.table import ORIGINAL, name_pictures
from core.errors import EmptyDatasetError, SettingError
from core.pictures.decoding import DEFAULT_DECODING, Decoding
from core.randomness import stream

TRAIN, VALIDATION, TEST = "train", "validation", "test"
SPLITS = (TRAIN, VALIDATION, TEST)
LEFT_OUT = "left out"  # in place of a split: nothing learns from the image or is measured on it

Rows = NDArray[np.intp]


class Labelled(Protocol):
    """N rows with labels: all that a sampler has to know of a dataset."""

    @property
    def classes(self) -> list[str]:
        """Return the labels in name order; a label's place is its code."""

    @property
    def codes(self) -> NDArray[np.intp]:
        """Return (N,) the code of each row's label."""

    @property
    def training_rows(self) -> Rows:
        """Return the rows that may be learned from, ascending."""

    @property
    def digests(self) -> NDArray[Any]:
        """Return (N,) the SHA-256 of each row's file, as text."""

    @property
    def ordinals(self) -> NDArray[np.intp]:
        """Return (N,) which each row is among those with its digest, from 0, in order of row."""


@dataclass(frozen=True, eq=False)
class ImageDataset:
    """N labelled images. The row number is an image's identity everywhere.

    `table` has the columns of `build_table`, is sorted by path, and is never changed. `path` is the
    name that the person knows, `file` where the bytes lie, relative to `root`; `group` is the
    patient, camera or sender, '' where nobody knows; `origin` and `parent` tell pictures that
    Evenset made, in an export that came back, and what each was made from.
    """

    name: str
    root: Path
    table: pd.DataFrame
    skipped: tuple[SkippedFile, ...] = ()
    take: Take | None = None
    choices: Choices = NOTHING_CHOSEN  # all that it takes to read the source again in the same way
    decided: tuple[Decided, ...] = ()
    reading: str = ""  # the sentence that says how its labels were read, and how else they could be
    original_labels: Mapping[str, str] = field(default_factory=dict)  # by path, where changed
    proposal: Proposal = NOTHING_OPEN  # how its pictures are best decoded, by all that were read
    decoding: Decoding = DEFAULT_DECODING  # one for the whole set: as proposed, or as chosen

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def classes(self) -> list[str]:
        """Return the labels in name order; a label's place is its code.

        A label whose images are all left out is among them, with 0 images.
        """
        return sorted(self.table["label"].unique().tolist())

    @cached_property
    def codes(self) -> NDArray[np.intp]:
        """Return (N,) the code of each row's label."""
        codes = self.table["label"].cat.set_categories(self.classes).cat.codes
        return _frozen(np.asarray(codes, np.intp))

    @cached_property
    def digests(self) -> NDArray[Any]:
        """Return (N,) the SHA-256 of each row's file, as text."""
        return self.table["digest"].to_numpy(object)

    @cached_property
    def shapes(self) -> NDArray[np.int64]:
        """Return (N, 3) width, height and bytes of each row; asking the table for each is slow."""
        shapes = self.table[["width", "height", "bytes"]].to_numpy(np.int64)
        shapes.setflags(write=False)
        return shapes

    @cached_property
    def files(self) -> NDArray[Any]:
        """Return (N,) where each row's bytes lie, relative to `root`, as text."""
        return self.table["file"].to_numpy(object)

    @cached_property
    def is_damaged(self) -> NDArray[np.bool_]:
        """Return (N,) whether a row's file is damaged inside, as was found while it was loaded."""
        is_damaged = (self.table["damage"] != "").to_numpy(bool)
        is_damaged.setflags(write=False)
        return is_damaged

    @cached_property
    def ordinals(self) -> NDArray[np.intp]:
        """Return (N,) which each row is among those with its digest, from 0, in order of row."""
        return _frozen(np.asarray(self.table.groupby("digest").cumcount(), np.intp))

    @cached_property
    def split_codes(self) -> NDArray[np.intp]:
        """Return (N,) the place of each row's split in SPLITS; -1 for a row that is left out."""
        codes = self.table["split"].cat.set_categories(list(SPLITS)).cat.codes
        return _frozen(np.asarray(codes, np.intp))

    @cached_property
    def group_codes(self) -> NDArray[np.intp]:
        """Return (N,) the group of each row; a row that names none is a group of its own."""
        codes, names = pd.factorize(self.table["group"])
        alone = np.flatnonzero(self.table["group"] == "")
        codes[alone] = len(names) + np.arange(len(alone))
        return _frozen(np.asarray(codes, np.intp))

    @cached_property
    def has_groups(self) -> bool:
        """Return whether a row names its group."""
        return bool((self.table["group"] != "").any())

    @cached_property
    def is_made(self) -> NDArray[np.bool_]:
        """Return (N,) whether Evenset has made a row's picture from another one."""
        is_made = (self.table["origin"] != ORIGINAL).to_numpy(bool)
        is_made.setflags(write=False)
        return is_made

    @cached_property
    def families(self) -> NDArray[np.intp]:
        """Return (N,) the family of each row: an original and all that was made from it."""
        parents = self.table["parent"].to_numpy(object)
        names = np.where(parents == "", self.table["path"].to_numpy(object), parents)
        return _frozen(np.asarray(pd.factorize(names)[0], np.intp))

    @cached_property
    def training_rows(self) -> Rows:
        """Return the rows of the training split, ascending; without splits, all rows."""
        return _frozen(np.flatnonzero(self.split_codes == SPLITS.index(TRAIN)))

    @cached_property
    def held_out_rows(self) -> Rows:
        """Return the rows of the other splits, ascending."""
        return _frozen(np.flatnonzero(self.split_codes > SPLITS.index(TRAIN)))

    @cached_property
    def present_rows(self) -> Rows:
        """Return the rows that are in a split, ascending: all but those that are left out."""
        return _frozen(np.flatnonzero(self.split_codes >= 0))

    @cached_property
    def digest(self) -> str:
        """Return a name of the content: paths, labels, splits, groups and pixels of all images.

        Groups, origins and parents count only where there is one.
        """
        digest = blake2b(digest_size=16)
        groups = ["group"] if self.has_groups else []
        origins = ["origin", "parent"] if self.is_made.any() else []
        for column in ("path", "label", "split", *groups, *origins):
            digest.update("\0".join(self.table[column].tolist()).encode())
        digest.update("\0".join(self.picture_keys.tolist()).encode())
        return digest.hexdigest()

    @cached_property
    def picture_keys(self) -> NDArray[np.object_]:
        """Return (N,) a name of each image's pixels: what is made of them is kept under it.

        It is the digest of the file, and what the set decides where the pixels hang on that.
        """
        return name_pictures(self.table, self.decoding)

    @cached_property
    def splits(self) -> list[str]:
        """Return the splits that hold images, training first."""
        present = np.bincount(self.split_codes[self.present_rows], minlength=len(SPLITS))
        return [split for split, count in zip(SPLITS, present, strict=True) if count]

    @cached_property
    def lost(self) -> dict[str, int]:
        """Return label -> skipped pictures, in name order, of labels that have no image left.

        Labels that were not taken, or that a person has changed to others, are not among them.
        """
        known = {*self.classes, *self.original_labels.values()}
        taken = None if self.take is None or "*" in self.take.counts else set(self.take.counts)
        counts = Counter(
            skip.label
            for skip in self.skipped
            if skip.label and skip.label not in known and (taken is None or skip.label in taken)
        )
        return dict(sorted(counts.items()))

    def counts(self, split: str | None = None) -> dict[str, int]:
        """Return label -> images of `split` (None: of any), for every class, in name order."""
        codes = self.codes[self._is_in(split)]
        return dict(
            zip(
                self.classes,
                np.bincount(codes, minlength=len(self.classes)).tolist(),
                strict=True,
            )
        )

    def rows_of(self, label: str, split: str | None = None) -> Rows:
        """Return the rows of one class, ascending."""
        if label not in self._code_of:
            return np.empty(0, np.intp)
        return np.flatnonzero((self.codes == self._code_of[label]) & self._is_in(split))

    def _is_in(self, split: str | None) -> NDArray[np.bool_]:
        """Return (N,) whether each row is in `split` (None: in any)."""
        codes = self.split_codes
        return codes >= 0 if split is None else codes == SPLITS.index(split)

    @cached_property
    def _code_of(self) -> dict[str, int]:
        return {label: code for code, label in enumerate(self.classes)}

    def path(self, row: int) -> str:
        """Return the name that the person knows."""
        return str(self.table["path"].iloc[row])

    def label(self, row: int) -> str:
        """Return the label of a row."""
        return str(self.table["label"].iloc[row])

    def read_bytes(self, row: int) -> bytes:
        """Return the content of a row's file."""
        return (self.root / str(self.files[row])).read_bytes()


def spread(rows: Rows, most: int) -> Rows:
    """Return at most so many of these rows, from all over them, in their order."""
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(np.intp)]


def select(dataset: ImageDataset, take: Take) -> ImageDataset:
    """Return a smaller dataset as `take` says, with rows numbered from 0.

    Raises:
        SettingError: `take` names a class that is not there, or a count below 1.
        EmptyDatasetError: no training image is left.
    """
    _check_take(dataset, take)
    rest = take.counts.get("*", 0) if "*" in take.counts else 0
    keep = np.zeros(len(dataset), bool)
    held_out = dataset.split_codes > SPLITS.index(TRAIN)
    for code, label in enumerate(dataset.classes):
        count = take.counts.get(label, rest)
        if count == 0:
            continue
        keep[held_out & (dataset.codes == code)] = True
        rows = dataset.rows_of(label, TRAIN)
        if take.order == "random":
            rows = stream(take.seed, "take", label).permutation(rows)
        keep[rows[:count]] = True
    if not keep[dataset.training_rows].any():
        raise EmptyDatasetError(
            f"No training image of '{dataset.name}' is left. Choose more classes or images."
        )
    return replace(dataset, table=dataset.table[keep].reset_index(drop=True), take=take)


def column_text(dataset: ImageDataset) -> str:
    """Return " (column 'patient')" where groups come from a column of the labels file."""
    column = dataset.choices.group_column
    return f" (column '{column}')" if column else ""


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
