"""Tables as candidates: which are one set, which columns could be labels, what a sample says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from core.dataset import SPLITS
from core.errors import SourceError
from core.ingest.cells import CellForm, find_form, ones
from core.ingest.columns import Columns, column_names, guess_columns, label_quality
from core.ingest.exports import export_file
from core.ingest.file_index import RELAXATIONS, FileIndex
from core.ingest.labels import LabelsFile, table_splits
from core.ingest.names import split_of, tokens_of
from core.ingest.tables import PassedOver, Table, is_index, read_cells

_SAMPLE_ROWS = 4_096  # of each set of tables, spread over all its rows
_MOST_COLUMNS = 12  # of one table that are offered as labels
_LEAST_QUALITY = 0.1  # of a column that is offered
_SUBMISSION = re.compile(r"submission|submit|(^|[_\W])sub([_\W]|$)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class JudgedTable:
    """A labels file with one of its columns as labels, and what a sample of its rows says."""

    labels_file: LabelsFile
    quality: float  # of the column, 0 to 1
    rows: int  # in all
    sampled: int  # rows that were looked at
    labels: dict[int, str] = field(default_factory=dict)  # place of a picture -> its first label
    rows_without_file: int = 0  # of those sampled
    several: float = 0.0  # share of cells with several labels
    splits: frozenset[str] = frozenset()


def usable_tables(
    tables: Sequence[Table], index: FileIndex
) -> tuple[list[LabelsFile], list[PassedOver]]:
    """Return the labels files among tables, those of one form as one; and why others are none."""
    found: dict[tuple[object, ...], list[tuple[Table, Columns, str]]] = {}
    passed: list[PassedOver] = []
    sets: list[LabelsFile] = []
    for table in tables:
        columns, relaxation = find_columns(table, index)
        if columns is None:
            passed.append(PassedOver(table.path, "no column names pictures of this source"))
            continue
        reason = _why_submission(table, columns)
        if reason:
            passed.append(PassedOver(table.path, reason))
            continue
        if is_index(table):
            sets.append(export_file([table]))
            continue
        form = _form_of(table, columns)
        found.setdefault(form, []).append((table, columns, relaxation))
    for parts in found.values():
        _, columns, relaxation = min(parts, key=lambda part: _split_in(part[0]))
        sets.append(
            LabelsFile(tuple(table for table, _, _ in parts), columns, relaxation=relaxation)
        )
    return sets, passed


def find_columns(table: Table, index: FileIndex) -> tuple[Columns | None, str]:
    """Return the columns of a table, and the last resort by which its files were found, or ''."""
    folder = table.path.rpartition("/")[0]
    for relaxation in ("", *RELAXATIONS):
        columns = guess_columns(table, index, folder=folder, relaxation=relaxation)
        if columns is not None:
            return columns, relaxation
    return None, ""


def judge_columns(labels_file: LabelsFile, index: FileIndex) -> list[JudgedTable]:
    """Return one candidate for each column that may hold labels, the guessed one first."""
    columns = labels_file.columns
    if labels_file.is_of_export:
        return _judged(labels_file, [columns.label], index)
    names = labels_file.column_names
    taken = {columns.file, columns.split, columns.label, *columns.one_hot}
    body = _body(labels_file.tables[0], columns)
    others = [
        (label_quality(names[column], [row[column] for row in body]), -column)
        for column in range(labels_file.tables[0].width)
        if column not in taken
    ]
    best = [-place for quality, place in sorted(others, reverse=True) if quality > _LEAST_QUALITY]
    wanted = [columns.label, *best[:_MOST_COLUMNS]]
    return _judged(labels_file, wanted, index)


def with_column(labels_file: LabelsFile, column: int, cells: Sequence[str]) -> LabelsFile:
    """Return the labels file with another column of labels, read as a sample of its cells wants."""
    columns = labels_file.columns
    if column != columns.label:
        group = None if columns.group == column else columns.group
        columns = replace(columns, label=column, one_hot=(), group=group)
    form = labels_file.form
    if not labels_file.is_of_export:
        form = CellForm() if columns.one_hot else find_form(cells)
    return replace(labels_file, columns=columns, form=form)


def sample_cells(
    labels_file: LabelsFile, wanted: Sequence[int]
) -> tuple[list[tuple[str, str, tuple[str, ...]]], int]:
    """Return table, its folder and the wanted cells of rows spread over all; and the count of rows.

    Damage ends a table: what comes before it is judged, and it is told when the table is read.
    """
    kept: list[tuple[str, str, tuple[str, ...]]] = []
    count, step = 0, 1
    for table in labels_file.tables:
        folder = table.path.rpartition("/")[0]
        rows = read_cells(table, wanted, has_header=labels_file.columns.has_header)
        for cells in _undamaged(rows):
            if count % step == 0:
                kept.append((table.path, folder, cells))
                if len(kept) > 2 * _SAMPLE_ROWS:
                    del kept[1::2]
                    step *= 2
            count += 1
    return kept, count


def _undamaged(rows: Iterator[tuple[int, tuple[str, ...]]]) -> Iterator[tuple[str, ...]]:
    try:
        for _, cells in rows:
            yield cells
    except SourceError:
        return


def _judged(labels_file: LabelsFile, wanted: Sequence[int], index: FileIndex) -> list[JudgedTable]:
    columns, names = labels_file.columns, labels_file.column_names
    hot = columns.one_hot
    read = [columns.file, *wanted, *hot]
    if columns.split is not None:
        read.append(columns.split)
    kept, count = sample_cells(labels_file, read)
    found = [index.find(c[0], folder=f, relaxation=labels_file.relaxation) for _, f, c in kept]
    splits = {SPLITS[code] for code in table_splits(labels_file.tables).values()}
    if columns.split is not None:
        splits = {cells[-1] for _, _, cells in kept}
    judged = []
    for number, column in enumerate(wanted, 1):
        texts = [cells[number] for _, _, cells in kept]
        file = with_column(labels_file, column, texts)
        is_hot = bool(file.columns.one_hot)
        labels: dict[int, str] = {}
        several = 0
        for (_, _, cells), places in zip(kept, found, strict=True):
            said = (
                _hot_labels(cells[1 + len(wanted) : 1 + len(wanted) + len(hot)], hot, names)
                if is_hot
                else file.form.labels(cells[number])
            )
            several += len(said) > 1
            if len(places) == 1 and said:
                labels.setdefault(places[0], said[0])
        is_sure = is_hot or labels_file.is_of_export
        quality = 1.0 if is_sure else label_quality(names[column], texts)
        judged.append(
            JudgedTable(
                file,
                quality if number == 1 else 0.9 * quality,
                count,
                len(kept),
                labels,
                sum(len(places) != 1 for places in found),
                several / max(1, len(kept)),
                frozenset(splits),
            )
        )
    return judged


def _body(table: Table, columns: Columns) -> Sequence[Sequence[str]]:
    return table.rows[int(columns.has_header and table.names is None) :]


def _split_in(table: Table) -> int:
    found = split_of(PurePosixPath(table.path).stem)
    return 0 if found is None else found[0]


def _form_of(table: Table, columns: Columns) -> tuple[object, ...]:
    """Return what tables of one set share: columns, and a name that differs in split or number."""
    path = PurePosixPath(table.path)
    words = tokens_of(path.stem)
    split = split_of(path.stem)
    names = tuple(column_names(table, columns.has_header)) if columns.has_header else None
    # Which of two groups is guessed hangs on the rows: the training table says it for all.
    shape = replace(columns, group=None)
    if split is not None:
        return ("one for each split", names, shape, path.suffix, split[1])
    pattern = tuple("#" if word.isdecimal() else word for word in words)
    return ("one name", names, shape, path.suffix, pattern) if names else (table.path,)


def _hot_labels(
    cells: Sequence[str], columns: Sequence[int], names: Sequence[str]
) -> tuple[str, ...]:
    return ones(cells, [names[column] for column in columns])


def _why_submission(table: Table, columns: Columns) -> str:
    """Return why a table holds answers of nobody: a form to be filled in; '' where it does not."""
    body = _body(table, columns)
    others = [c for c in range(table.width) if c != columns.file]
    cells = [[row[c] for row in body] for c in others]
    numbers = [_numbers(column) for column in cells]
    is_same = len(body) > 1 and all(len(set(column)) == 1 for column in cells)
    shares = [column for column in numbers if column and all(0 <= n <= 1 for n in column)]
    has_fraction = any(n not in {0.0, 1.0} for column in shares for n in column)
    if is_same and has_fraction and len(shares) == len(others):
        return "the same probability in each row"
    if len(shares) == len(others) > 1 and has_fraction:
        sums = [sum(column[row] for column in shares) for row in range(len(body))]
        if all(abs(total - 1) < 0.02 for total in sums):
            return "probabilities, no labels"
    if _SUBMISSION.search(PurePosixPath(table.path).stem):
        return "a form for a submission"
    return ""


def _numbers(cells: Sequence[str]) -> list[float]:
    """Return the cells as numbers, or nothing where one is none."""
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        return []
