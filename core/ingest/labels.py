"""The label, split and group of each picture, and what does not match; nothing is decided yet."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from core.ingest.columns import Columns, column_names, tell_apart
from core.ingest.file_index import FileIndex
from core.ingest.layout import NO_LABEL, SPLIT_CODES, Places
from core.ingest.tables import Table, read_cells
from core.progress import Progress

UNKNOWN_SPLIT = -1
_REPORT_EVERY = 10_000
# Patient 7 is '7.0' in a table that pandas wrote where some image has no patient.
_WHOLE = re.compile(r"(\d+)\.0+")


@dataclass(frozen=True)
class LabelsFile:
    """A table that names files of the source, or several of one form such as one per split."""

    tables: tuple[Table, ...]
    columns: Columns
    given: str | None = None  # the path that a person named, where it is no file of the source

    @property
    def name(self) -> str:
        """Return what the person knows it by: 'images.csv', 'test.csv, train.csv'."""
        return ", ".join(table.path for table in self.tables)


@dataclass(eq=False)
class SourceLabels:
    """The labels, splits and groups of P pictures; the pictures and rows that do not fit."""

    codes: NDArray[np.intp]  # (P,) places in `names`, or NO_LABEL
    names: list[str]  # of the labels
    splits: NDArray[np.int8]  # (P,) places in SPLITS, or UNKNOWN_SPLIT
    groups: NDArray[np.intp]  # (P,) places in `group_names`
    group_names: list[str] = field(default_factory=lambda: [""])  # '' for none but its own
    pictures: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def present(self) -> list[str]:
        """Return the labels that pictures have."""
        return [self.names[code] for code in np.unique(self.codes) if code != NO_LABEL]

    @property
    def has_telling_groups(self) -> bool:
        """Return whether the groups tell pictures apart, and some pictures not."""
        return tell_apart(self.groups[self.codes != NO_LABEL].tolist())

    def forget_groups(self) -> None:
        """Leave each picture a group of its own."""
        self.groups[:] = 0
        del self.group_names[1:]


def label_by_folders(places: Places) -> SourceLabels:
    """Return the labels that folders say."""
    found = SourceLabels(
        places.codes.copy(), list(places.names), places.splits.copy(), np.zeros_like(places.codes)
    )
    found.pictures["outside_classes"] = np.flatnonzero(places.codes == NO_LABEL).tolist()
    like_splits = [code for code, name in enumerate(places.names) if name.lower() in SPLIT_CODES]
    if 0 < len(like_splits) < len(places.names) and not places.has_clean_splits:
        is_split = np.isin(places.codes, like_splits)
        found.pictures["split_among_classes"] = np.flatnonzero(is_split).tolist()
    return found


def label_by_table(
    labels_file: LabelsFile, index: FileIndex, places: Places, progress: Progress
) -> SourceLabels:
    """Return the labels that the rows of a table say; its split column beats the folders."""
    count = len(places.codes)
    found = SourceLabels(
        np.full(count, NO_LABEL, np.intp), [], places.splits.copy(), np.zeros(count, np.intp)
    )
    code_of: dict[str, int] = {}
    group_of = {"": 0}
    has_row = np.zeros(count, bool)
    for row in _rows(labels_file, progress):
        matches = index.find(row.file, folder=row.folder)
        if len(matches) != 1:
            kind = "rows_of_several_files" if matches else "rows_without_file"
            found.rows[kind].append(row.text)
            continue
        place = matches[0]
        code = code_of.setdefault(row.label, len(code_of)) if row.label else NO_LABEL
        if found.groups[place] == 0:
            found.groups[place] = group_of.setdefault(row.group, len(group_of))
        if not has_row[place]:
            has_row[place] = True
            found.codes[place] = code
            if row.split is not None:
                found.splits[place] = SPLIT_CODES.get(row.split.lower(), UNKNOWN_SPLIT)
        elif code in {found.codes[place], NO_LABEL}:
            found.rows["repeated_rows"].append(row.text)
        elif found.codes[place] == NO_LABEL:
            found.codes[place] = code
        else:
            found.pictures["several_labels"].append(place)
    found.names.extend(code_of)
    found.group_names = list(group_of)
    found.pictures["files_without_row"] = np.flatnonzero(~has_row).tolist()
    is_empty = has_row & (found.codes == NO_LABEL)
    found.pictures["rows_without_label"] = np.flatnonzero(is_empty).tolist()
    found.pictures["unknown_splits"] = np.flatnonzero(found.splits == UNKNOWN_SPLIT).tolist()
    found.pictures["several_labels"] = sorted(set(found.pictures["several_labels"]))
    return found


@dataclass(frozen=True)
class _Row:
    """What a row of a labels file says; `folder` is that of the table."""

    text: str
    folder: str
    file: str
    label: str
    split: str | None
    group: str


def _rows(labels_file: LabelsFile, progress: Progress) -> Iterator[_Row]:
    columns = labels_file.columns
    wanted = [columns.file, *(columns.one_hot or [columns.label])]
    label_count = len(wanted) - 1
    wanted += [column for column in (columns.split, columns.group) if column is not None]
    names = column_names(labels_file.tables[0], columns.has_header)
    classes = [names[column] for column in columns.one_hot]
    for table in labels_file.tables:
        folder = table.path.rpartition("/")[0]
        stem = PurePosixPath(table.path).stem
        split = stem if stem.lower() in SPLIT_CODES else None
        for line, cells in read_cells(table, wanted, has_header=columns.has_header):
            if line % _REPORT_EVERY == 0:
                progress("reading labels", line, 0)
            yield _Row(
                f"{table.path}, row {line}: {cells[0]}",
                folder,
                cells[0],
                _one_hot(cells[1 : 1 + label_count], classes) if classes else cells[1],
                cells[1 + label_count] if columns.split is not None else split,
                _whole(cells[-1]) if columns.group is not None else "",
            )


def _whole(cell: str) -> str:
    """Return '7' for '7.0', and other cells as they are."""
    found = _WHOLE.fullmatch(cell)
    return found[1] if found else cell


def _one_hot(cells: Sequence[str], classes: Sequence[str]) -> str:
    """Return the class whose column holds a 1, or '' where it is not exactly one."""
    ones = [name for name, cell in zip(classes, cells, strict=False) if cell in {"1", "1.0"}]
    return ones[0] if len(ones) == 1 else ""


def alike(labels: Sequence[str]) -> list[list[str]]:
    """Return the groups of labels that differ only in case, spaces or Unicode form."""
    groups: dict[str, list[str]] = defaultdict(list)
    for label in sorted(set(labels)):
        groups[_bare(label)].append(label)
    return [group for group in groups.values() if len(group) > 1]


def known_label(label: str, known: Sequence[str]) -> str:
    """Return the one of `known` that `label` is, or is alike to; else `label`."""
    if label in known:
        return label
    return next((other for other in known if _bare(other) == _bare(label)), label)


def _bare(label: str) -> str:
    return " ".join(normalize("NFKC", label).casefold().split())
