"""What a person changes in the labels after looking: in order, undoable, the rows stay the same."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import pandas as pd

from core.arrays import freeze, read_only
from core.dataset import LEFT_OUT, SPLITS, ImageDataset, Rows
from core.errors import EmptyDatasetError, SettingError
from core.words import count_of

_MOST_PAIRS = 8  # of labels that a summary names one by one


class Change(StrEnum):
    """What an edit does to its images; the values stand in files."""

    LEAVE_OUT = "leave_out"
    RESTORE = "restore"
    LABEL = "label"
    SPLIT = "split"
    TOGETHER = "together"  # into one group, which no fold parts
    REVIEW = "review"  # put on the list of images to look at later
    REVIEWED = "reviewed"


ABOUT_REVIEW = frozenset({Change.REVIEW, Change.REVIEWED})
# Who has left an image out, taken it back or given it another label has looked at it.
_ENDS_REVIEW = frozenset({Change.REVIEWED, Change.LEAVE_OUT, Change.RESTORE, Change.LABEL})
_DONE = {
    Change.LEAVE_OUT: "left out",
    Change.RESTORE: "restored",
    Change.LABEL: "relabelled to",
    Change.SPLIT: "moved to",
    Change.TOGETHER: "kept together",
    Change.REVIEW: "put on the review list",
    Change.REVIEWED: "kept",
}


@dataclass(frozen=True, eq=False)
class Edit:
    """One change of R images."""

    rows: Rows  # (R,) ascending, R >= 1; read-only
    what: Change
    value: str = ""  # the label, the split or the group, where `what` gives one
    why: str = ""  # what it was done for, such as the finding's id; '' where nothing is said

    def __post_init__(self) -> None:
        if len(self.rows) == 0 or self.rows[0] < 0 or (np.diff(self.rows) <= 0).any():
            raise ValueError("Row numbers must be 0 or more, ascending, each once.")
        freeze(self, "rows")

    @property
    def text(self) -> str:
        """Return what was done: '3 images left out', '1 image moved to test'."""
        value = {Change.LABEL: f" '{self.value}'", Change.SPLIT: f" {self.value}"}
        return f"{count_of(len(self.rows), 'image')} {_DONE[self.what]}{value.get(self.what, '')}"


@dataclass(frozen=True, eq=False)
class Edits:
    """All changes that hold, in order, and those that were undone. Each method returns new edits.

    They are changes of one dataset as it was taken: rows and embeddings of it stay what they are.
    """

    done: tuple[Edit, ...] = ()
    undone: tuple[Edit, ...] = ()  # the last one is the first to be done again

    def __len__(self) -> int:
        return len(self.done)

    def leave_out(self, rows: Rows | Sequence[int], *, why: str = "") -> "Edits":
        """Take images out of every split: nothing learns from them or is measured on them."""
        return self._with(rows, Change.LEAVE_OUT, why=why)

    def restore(self, rows: Rows | Sequence[int], *, why: str = "") -> "Edits":
        """Take images back that were left out, with the label and split that they had."""
        return self._with(rows, Change.RESTORE, why=why)

    def relabel(
        self,
        rows: Rows | Sequence[int],
        label: str,
        *,
        of: ImageDataset | None = None,
        why: str = "",
    ) -> "Edits":
        """Give images another label, which may be a new one.

        Args:
            rows: The images.
            label: What they are to be called.
            of: The dataset as it was taken: those that have the label already are left alone.
            why: What it is done for.

        Raises:
            SettingError: the label is empty.
        """
        return self._with(rows, Change.LABEL, checked_label(label), of, why)

    def move(
        self,
        rows: Rows | Sequence[int],
        split: str,
        *,
        of: ImageDataset | None = None,
        why: str = "",
    ) -> "Edits":
        """Put images into another split.

        Args:
            rows: The images.
            split: Where they are to be.
            of: The dataset as it was taken: those that are there already are left alone.
            why: What it is done for.

        Raises:
            SettingError: there is no such split.
        """
        return self._with(rows, Change.SPLIT, checked_split(split), of, why)

    def keep_together(self, rows: Rows | Sequence[int], *, why: str = "") -> "Edits":
        """Put images, with all of the groups that they are in, into one group."""
        return self._with(rows, Change.TOGETHER, group_name(rows), why=why)

    def review(self, rows: Rows | Sequence[int], *, why: str = "") -> "Edits":
        """Put images on the list of those to look at later; nothing else changes."""
        return self._with(rows, Change.REVIEW, why=why)

    def reviewed(self, rows: Rows | Sequence[int], *, why: str = "") -> "Edits":
        """Note that images were looked at and stay as they are; they are off that list."""
        return self._with(rows, Change.REVIEWED, why=why)

    def followed_by(self, edits: Iterable[Edit], of: ImageDataset) -> "Edits":
        """Return these edits, then what others change in `of`, the dataset as it was taken."""
        after = self
        for edit in edits:
            after = after._with(edit.rows, edit.what, edit.value, of, edit.why)
        return after

    def undo(self) -> "Edits":
        """Return the edits without the last one, which `redo` does again."""
        return Edits(self.done[:-1], (*self.undone, *self.done[-1:]))

    def redo(self) -> "Edits":
        """Return the edits with the one that was undone last."""
        return Edits((*self.done, *self.undone[-1:]), self.undone[:-1])

    def undo_all(self) -> "Edits":
        """Return no edits; `redo` does them again one by one."""
        return Edits((), (*self.undone, *reversed(self.done)))

    @property
    def last(self) -> Edit | None:
        """Return what `undo` would undo."""
        return self.done[-1] if self.done else None

    @cached_property
    def of_data(self) -> tuple[Edit, ...]:
        """Return the edits that change labels or splits: all but those of the review list."""
        return tuple(edit for edit in self.done if edit.what not in ABOUT_REVIEW)

    @cached_property
    def left_out_rows(self) -> Rows:
        """Return the rows that are left out, ascending."""
        return self._rows_between({Change.LEAVE_OUT}, {Change.RESTORE})

    @cached_property
    def review_rows(self) -> Rows:
        """Return the rows to look at later, ascending."""
        return self._rows_between({Change.REVIEW}, _ENDS_REVIEW)

    @cached_property
    def kept_rows(self) -> Rows:
        """Return the rows that were looked at last and stay as they are, ascending."""
        begins = {Change.REVIEWED}
        return self._rows_between(begins, (_ENDS_REVIEW | {Change.REVIEW}) - begins)

    def kept_for(self, why: str) -> Rows:
        """Return the rows that were looked at for `why` and stay as they are, ascending."""
        done = (one for one in self.done if one.what is not Change.REVIEWED or one.why == why)
        return Edits(tuple(done)).kept_rows

    def apply(self, dataset: ImageDataset) -> ImageDataset:
        """Return `dataset`, as it was taken, with other labels and splits: same rows, same order.

        Raises:
            SettingError: a row is not in the dataset.
            EmptyDatasetError: no training image is left.
        """
        self._check_rows(dataset)
        if not self.of_data:
            return dataset
        labels, splits = dataset.table["label"], dataset.table["split"]
        new_labels = _replaced(labels, self._values(Change.LABEL))
        new_splits = _replaced(
            splits, [*self._values(Change.SPLIT), (self.left_out_rows, LEFT_OUT)]
        )
        groups = _joined(dataset.table["group"], self._values(Change.TOGETHER))
        table = dataset.table.assign(label=new_labels, split=new_splits, group=groups)
        # The names that were there before keep their codes.
        changed = np.flatnonzero(labels.cat.codes != new_labels.cat.codes)
        paths = dataset.table["path"].iloc[changed].tolist()
        originals = dict(zip(paths, labels.iloc[changed].tolist(), strict=True))
        edited = replace(dataset, table=table, original_labels=originals)
        if len(edited.training_rows) == 0:
            raise EmptyDatasetError(
                f"No training image of '{dataset.name}' would be left. Keep some of them."
            )
        return edited

    def summary(self, dataset: ImageDataset) -> list[str]:
        """Return what has changed in `dataset`, as it was taken, a sentence for each kind."""
        edited = self.apply(dataset)
        sentences = []
        if left_out := len(self.left_out_rows):
            sentences.append(f"{count_of(left_out, 'image')} left out")
        rows = edited.present_rows
        for pair, count in _pairs(dataset, edited, rows, "label"):
            sentences.append(f"{count_of(count, 'image')} relabelled {pair}")
        for pair, count in _pairs(dataset, edited, rows, "split"):
            sentences.append(f"{count_of(count, 'image')} moved {pair}")
        if together := self._rows_between({Change.TOGETHER}, ()).size:
            sentences.append(f"{count_of(together, 'image')} kept together in folds")
        if waiting := len(self.review_rows):
            sentences.append(f"{count_of(waiting, 'image')} to review later")
        return sentences

    def _with(
        self,
        rows: Rows | Sequence[int],
        what: Change,
        value: str = "",
        of: ImageDataset | None = None,
        why: str = "",
    ) -> "Edits":
        """Return these edits and one more, unless that changes nothing."""
        changed = self._changed_by(_checked(rows), what, value, of, why)
        return Edits((*self.done, Edit(changed, what, value, why))) if len(changed) else self

    def _changed_by(
        self, rows: Rows, what: Change, value: str, of: ImageDataset | None, why: str
    ) -> Rows:
        """Return those of `rows` that are not as an edit would have them."""
        if what in (Change.LEAVE_OUT, Change.RESTORE):
            is_so = np.isin(rows, self.left_out_rows, invert=what is Change.RESTORE)
        elif what in ABOUT_REVIEW:
            # Who has found a picture sharp has not yet said that its label is right.
            same = self.review_rows if what is Change.REVIEW else self.kept_for(why)
            is_so = np.isin(rows, same)
        elif of is None or what is Change.TOGETHER:
            return rows
        else:
            column = of.table["label" if what is Change.LABEL else "split"]
            now = _replaced(column, self._values(what))
            # What is no row of the dataset is refused where the edits are applied.
            is_so = rows < len(of)
            is_so[is_so] = (now.iloc[rows[is_so]] == value).to_numpy()
        return rows[~is_so]

    def _values(self, what: Change) -> list[tuple[Rows, str]]:
        return [(edit.rows, edit.value) for edit in self.done if edit.what is what]

    def _rows_between(self, begins: Iterable[Change], ends: Iterable[Change]) -> Rows:
        """Return the rows whose last edit of either kind is one of `begins`."""
        is_in = np.zeros(max((edit.rows[-1] + 1 for edit in self.done), default=0), bool)
        for edit in self.done:
            if edit.what in begins:
                is_in[edit.rows] = True
            elif edit.what in ends:
                is_in[edit.rows] = False
        rows = np.flatnonzero(is_in)
        return read_only(rows)

    def _check_rows(self, dataset: ImageDataset) -> None:
        largest = max((int(edit.rows[-1]) for edit in self.done), default=-1)
        if largest >= len(dataset):
            raise SettingError(
                f"There is no image {largest:,} in '{dataset.name}': it has "
                f"{count_of(len(dataset), 'image')}, numbered from 0."
            )


def checked_label(label: str) -> str:
    """Return a label as a labels file would give it: without spaces around it.

    Raises:
        SettingError: nothing is left of it.
    """
    label = label.strip()
    if not label or not label.isprintable():
        raise SettingError(f"{label!r} is no label. Use a word of letters, digits or signs.")
    return label


def checked_split(split: str) -> str:
    """Return `split`.

    Raises:
        SettingError: there is no such split.
    """
    if split not in SPLITS:
        known = f"{', '.join(SPLITS[:-1])} or {SPLITS[-1]}"
        raise SettingError(f"There is no split '{split}'. Use {known}.")
    return split


def group_name(rows: Rows | Sequence[int]) -> str:
    """Return what the group of images that are to be kept together is called."""
    return f"together {int(np.min(rows))}" if len(rows) else ""


def _checked(rows: Rows | Sequence[int]) -> Rows:
    unique = np.unique(np.asarray(rows, np.intp))
    if len(unique) and unique[0] < 0:
        raise SettingError(f"There is no image {unique[0]}: rows are numbered from 0.")
    return unique


def _replaced(column: pd.Series, changes: Iterable[tuple[Rows, str]]) -> pd.Series:
    """Return a column of categories with other values in some rows; new ones come last."""
    names = column.cat.categories.tolist()
    codes = np.array(column.cat.codes, np.intp)
    for rows, value in changes:
        if value not in names:
            names.append(value)
        codes[rows] = names.index(value)
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(names)), index=column.index)


def _joined(column: pd.Series, changes: Sequence[tuple[Rows, str]]) -> pd.Series:
    """Return the groups after some images, each with its whole group, were put into one."""
    for rows, name in changes:
        groups = column.iloc[rows].unique()
        is_named = column.isin([group for group in groups if group])
        column = _replaced(column, [(np.union1d(rows, np.flatnonzero(is_named)), name)])
    return column


def _pairs(
    dataset: ImageDataset, edited: ImageDataset, rows: Rows, column: str
) -> list[tuple[str, int]]:
    """Return what changed to what, and how often, the most frequent first."""
    before, after = dataset.table[column].iloc[rows], edited.table[column].iloc[rows]
    old, new = before.astype(object).to_numpy(), after.astype(object).to_numpy()
    changed = np.flatnonzero(old != new)
    quote = "'" if column == "label" else ""
    counts = Counter(
        f"from {quote}{old[place]}{quote} to {quote}{new[place]}{quote}" for place in changed
    ).most_common()
    rest = sum(count for _, count in counts[_MOST_PAIRS:])
    return counts[:_MOST_PAIRS] + ([("otherwise", rest)] if rest else [])
