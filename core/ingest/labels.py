"""The label, split and group of each picture, and what does not match; nothing is decided yet."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from core.dataset import SPLITS, TRAIN
from core.ingest.cells import NO_FORM, CellForm, ones, whole
from core.ingest.columns import Columns, column_names, tell_apart
from core.ingest.file_index import FileIndex
from core.ingest.folders import NO_LABEL, Folders
from core.ingest.names import SPLIT_CODES, is_split_name, split_of
from core.ingest.tables import Table, read_cells
from core.progress import Progress

UNKNOWN_SPLIT = -1
_TRAIN = SPLITS.index(TRAIN)
_REPORT_EVERY = 10_000
_REMEMBERED = 100_000  # distinct cells of labels


@dataclass(frozen=True)
class LabelsFile:
    """A table that names files of the source, or several of one form such as one per split."""

    tables: tuple[Table, ...]
    columns: Columns
    form: CellForm = NO_FORM  # of the cells of the label column
    relaxation: str = ""  # how files are found that nothing agrees with exactly: of RELAXATIONS
    given: str | None = None  # the path that a person named, where it is no file of the source
    is_of_export: bool = False  # Evenset wrote it: nothing is guessed, and cells are as they are

    @property
    def name(self) -> str:
        """Return what the person knows it by: 'images.csv', 'test.csv, train.csv'."""
        return ", ".join(table.path for table in self.tables)

    @property
    def column_names(self) -> list[str]:
        """Return the names of its columns, all different."""
        return column_names(self.tables[0], self.columns.has_header)


@dataclass(eq=False)
class SourceLabels:
    """The labels, splits and groups of P pictures; the pictures and rows that do not fit."""

    codes: NDArray[np.intp]  # (P,) places in `names`, or NO_LABEL
    names: list[str]  # of the labels
    splits: NDArray[np.int8]  # (P,) places in SPLITS, or UNKNOWN_SPLIT
    groups: NDArray[np.intp]  # (P,) places in `group_names`
    group_names: list[str] = field(default_factory=lambda: [""])  # '' for none but its own
    # Place of a picture with several labels -> all of them; its code is that of the first.
    combinations: dict[int, tuple[str, ...]] = field(default_factory=dict)
    proposals: dict[str, str] = field(default_factory=dict)  # mismatch -> decision, not the first
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

    def add_row(self, place: int, code: int, row: "Row") -> None:
        """Add another row of a picture that has had one."""
        held = self.codes[place]
        before = self.combinations.get(place) or ((self.names[held],) if held != NO_LABEL else ())
        if set(row.labels) <= set(before):
            self.rows["repeated_rows"].append(row.text)
            return
        if held == NO_LABEL:
            self.codes[place] = code
        both = tuple(dict.fromkeys((*before, *row.labels)))
        if len(both) > 1:
            self.combinations[place] = both

    def set_aside_unlabelled(
        self, folder_of: NDArray[np.intp], folders: Folders, kind: str
    ) -> None:
        """Tell pictures of folders of splits in which no picture has a label from other ones.

        Args:
            folder_of: (P,) places of the pictures' folders.
            folders: What they say.
            kind: The mismatch that holds all pictures without a label.
        """
        has_label = np.zeros(len(folders.names), np.bool_)
        has_label[folder_of[self.codes != NO_LABEL]] = True
        is_aside = unlabelled_splits(folders, has_label)
        if not is_aside.any():
            return
        without = np.asarray(self.pictures[kind], np.intp)
        aside = is_aside[folder_of[without]]
        self.pictures["unlabelled_split"] = without[aside].tolist()
        self.pictures[kind] = without[~aside].tolist()


def unlabelled_splits(folders: Folders, has_label: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which folders are of a split for validation or test in which no picture has a label.

    Args:
        folders: What D folders say.
        has_label: (D,) whether a picture of the folder has a label.
    """
    has = [place for place, is_one in enumerate(has_label) if is_one]
    labelled = {split_folder(folders.names[place]) for place in has}
    asides = [
        bool(has_split) and split != _TRAIN and split_folder(name) not in labelled
        for name, has_split, split in zip(
            folders.names, folders.has_split, folders.splits, strict=True
        )
    ]
    return np.array(asides, np.bool_)


def split_folder(name: str) -> str:
    """Return the part of a folder's path that ends with the name of a split, else all of it."""
    parts = name.split("/")
    for depth, part in enumerate(parts, 1):
        if split_of(part) is not None:
            return "/".join(parts[:depth])
    return name


def label_by_folders(folders: Folders, folder_of: NDArray[np.intp], level: int) -> SourceLabels:
    """Return the labels that folders say at a level, counted from 1."""
    of_folder, names = folders.labels_at(level)
    codes = of_folder[folder_of] if len(of_folder) else np.zeros(0, np.intp)
    splits = folders.splits[folder_of] if len(of_folder) else np.zeros(0, np.int8)
    found = SourceLabels(codes, names, splits, np.zeros_like(codes))
    found.pictures["outside_classes"] = np.flatnonzero(codes == NO_LABEL).tolist()
    found.set_aside_unlabelled(folder_of, folders, "outside_classes")
    like_splits = [code for code, name in enumerate(names) if name.lower() in SPLIT_CODES]
    if 0 < len(like_splits) < len(names) and not folders.has_clean_splits:
        is_split = np.isin(codes, like_splits)
        found.pictures["split_among_classes"] = np.flatnonzero(is_split).tolist()
        # 'test' beside classes mostly holds pictures without labels; 'train' alone is a vehicle.
        if any(SPLIT_CODES[names[code].lower()] == _TRAIN for code in like_splits):
            found.proposals["split_among_classes"] = "class"
    return found


def label_by_names(
    labels: Sequence[str], folders: Folders, folder_of: NDArray[np.intp]
) -> SourceLabels:
    """Return the labels that (P,) texts from the pictures' names say, '' for none."""
    code_of = {"": NO_LABEL}
    codes = np.fromiter(
        (code_of.setdefault(label, len(code_of) - 1) for label in labels), np.intp, len(labels)
    )
    splits = folders.splits[folder_of] if len(labels) else np.zeros(0, np.int8)
    found = SourceLabels(codes, list(code_of)[1:], splits, np.zeros_like(codes))
    found.pictures["names_without_label"] = np.flatnonzero(codes == NO_LABEL).tolist()
    found.set_aside_unlabelled(folder_of, folders, "names_without_label")
    return found


def label_by_table(
    labels_file: LabelsFile,
    index: FileIndex,
    folders: Folders,
    folder_of: NDArray[np.intp],
    progress: Progress,
) -> SourceLabels:
    """Return the labels that the rows of a table say; its split column beats the folders.

    Raises:
        SourceError: the table is damaged.
    """
    count = len(folder_of)
    splits = folders.splits[folder_of] if count else np.zeros(0, np.int8)
    found = SourceLabels(np.full(count, NO_LABEL, np.intp), [], splits, np.zeros(count, np.intp))
    code_of: dict[str, int] = {}
    group_of = {"": 0}
    has_row = np.zeros(count, bool)
    for row in rows_of(labels_file, progress):
        matches = index.find(row.file, folder=row.folder, relaxation=labels_file.relaxation)
        if len(matches) != 1:
            kind = "rows_of_several_files" if matches else "rows_without_file"
            found.rows[kind].append(row.text)
            continue
        place = matches[0]
        code = NO_LABEL
        for label in row.labels[:1]:
            code = code_of.setdefault(label, len(code_of))
            if code == len(found.names):
                found.names.append(label)
        if found.groups[place] == 0:
            found.groups[place] = group_of.setdefault(row.group, len(group_of))
        if has_row[place]:
            found.add_row(place, code, row)
            continue
        has_row[place] = True
        found.codes[place] = code
        if row.split is not None:
            found.splits[place] = split_code(row.split)
        if len(row.labels) > 1:
            found.combinations[place] = row.labels
    found.group_names = list(group_of)
    found.pictures["files_without_row"] = np.flatnonzero(~has_row).tolist()
    is_empty = has_row & (found.codes == NO_LABEL)
    found.pictures["rows_without_label"] = np.flatnonzero(is_empty).tolist()
    found.pictures["unknown_splits"] = np.flatnonzero(found.splits == UNKNOWN_SPLIT).tolist()
    found.pictures["several_labels"] = sorted(found.combinations)
    found.set_aside_unlabelled(folder_of, folders, "files_without_row")
    return found


@dataclass(frozen=True)
class Row:
    """What a row of a labels file says; `folder` is that of the table."""

    text: str
    folder: str
    file: str
    labels: tuple[str, ...]
    split: str | None
    group: str


def rows_of(labels_file: LabelsFile, progress: Progress) -> Iterator[Row]:
    """Yield the rows of a labels file, table by table.

    Raises:
        SourceError: a table is damaged; the rows before have been yielded.
    """
    columns = labels_file.columns
    wanted = [columns.file, *(columns.one_hot or [columns.label])]
    label_count = len(wanted) - 1
    wanted += [column for column in (columns.split, columns.group) if column is not None]
    names = labels_file.column_names
    classes = [names[column] for column in columns.one_hot]
    labels_in: dict[str, tuple[str, ...]] = {}
    as_group = str if labels_file.is_of_export else whole
    splits = {path: SPLITS[code] for path, code in table_splits(labels_file.tables).items()}
    for table in labels_file.tables:
        folder = table.path.rpartition("/")[0]
        split = splits.get(table.path)
        for line, cells in read_cells(table, wanted, has_header=columns.has_header):
            if line % _REPORT_EVERY == 0:
                progress("reading labels", line, 0)
            if classes:
                labels = ones(cells[1 : 1 + label_count], classes)
            else:
                labels = labels_in.get(cells[1], ())
                if not labels:
                    labels = labels_file.form.labels(cells[1])
                    if len(labels_in) < _REMEMBERED:
                        labels_in[cells[1]] = labels
            yield Row(
                f"{table.path}, row {line}: {cells[0]}",
                folder,
                cells[0],
                labels,
                cells[1 + label_count] if columns.split is not None else split,
                as_group(cells[-1]) if columns.group is not None else "",
            )


def table_splits(tables: Sequence[Table]) -> dict[str, int]:
    """Return the splits that the names of a set of tables say: 'train.csv', 'val_labels.csv'.

    One of them is for training, or the names are of something else: a table 'test_results'.
    """
    codes = {
        table.path: found[0]
        for table in tables
        if (found := split_of(PurePosixPath(table.path).stem)) is not None
    }
    return codes if _TRAIN in codes.values() and len(codes) == len(tables) else {}


def split_code(text: str) -> int:
    """Return the place in SPLITS of what a cell or a table's name says, or UNKNOWN_SPLIT."""
    known = SPLIT_CODES.get(text.lower())
    if known is None and is_split_name(text):
        found = split_of(text)
        known = None if found is None else found[0]
    return UNKNOWN_SPLIT if known is None else known


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
