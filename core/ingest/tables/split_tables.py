"""Join the tables that annotations or a workbook keep for each split: one, with their splits."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath

from core.ingest.tables.table import SAMPLE_ROWS, Row, Table, read_cells

_SPLIT = re.compile(
    r"(?<![a-z])(train(?:ing)?|val(?:id(?:ation)?)?|dev|test(?:ing)?)(?![a-z])", re.IGNORECASE
)
# The names of the others, such as 'train.csv', are read as they are.
_SUFFIXES = frozenset({".json", ".xml"})
_COLUMN = "split"
_BETWEEN = "#"  # a workbook and its sheet


def join_splits(tables: Sequence[Table]) -> tuple[list[Table], list[str]]:
    """Return the tables, those for several splits as one, and the paths of what it was made of.

    'instances_train2017.json' and 'instances_val2017.json' are one where they have the same
    columns, and so are the sheets 'train' and 'test' of a workbook.
    """
    sets: dict[tuple[object, ...], dict[str, Table]] = {}
    for table in tables:
        name = _name_of(table.path)
        found = _SPLIT.findall(name) if name else []
        columns = table.names or table.rows[0]
        if len(found) == 1 and _COLUMN not in columns:
            key = (_whole(table.path), table.width, columns)
            sets.setdefault(key, {}).setdefault(found[0].lower(), table)
    kept = list(tables)
    parts: list[str] = []
    for (path, *_), by_split in sets.items():
        if len(by_split) > 1:
            first = kept.index(next(iter(by_split.values())))
            kept[first] = _joined(str(path), by_split)
            kept = [table for table in kept if table not in by_split.values()]
            parts += [table.path for table in by_split.values()]
    return kept, parts


def _name_of(path: str) -> str:
    """Return what may say the split: the name of a sheet, or of a file of annotations."""
    pure = PurePosixPath(path)
    if _BETWEEN in path:
        return path.rpartition(_BETWEEN)[2]
    return pure.stem if pure.suffix.lower() in _SUFFIXES else ""


def _whole(path: str) -> str:
    """Return the path of all parts: 'instances_*2017.json', 'labels.xlsx'."""
    if _BETWEEN in path:
        workbook, _, sheet = path.rpartition(_BETWEEN)
        rest = _SPLIT.sub("*", sheet)
        return workbook if rest == "*" else f"{workbook}{_BETWEEN}{rest}"
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{_SPLIT.sub('*', name)}"


def _joined(path: str, by_split: dict[str, Table]) -> Table:
    first = next(iter(by_split.values()))
    names = None if first.names is None else (*first.names, _COLUMN)
    rows = [
        (*row, split if first.names is not None or number else _COLUMN)
        for split, table in by_split.items()
        for number, row in enumerate(table.rows)
        if first.names is not None or number or table is first
    ]
    kind = first.kind
    if first.names is None:
        sheets = " and ".join(f"'{_name_of(table.path)}'" for table in by_split.values())
        kind = f"{kind.partition(',')[0]}, sheets {sheets}"
    about = " ".join(table.about for table in by_split.values() if table.about)
    reads = partial(_rows, by_split)
    return Table(
        path,
        first.file,
        None,
        first.width + 1,
        tuple(rows[:SAMPLE_ROWS]),
        names,
        kind,
        about,
        reads,
    )


def _rows(by_split: dict[str, Table], columns: Sequence[int]) -> Iterator[Row]:
    first = next(iter(by_split.values()))
    inner = [column for column in columns if column < first.width]
    for split, table in by_split.items():
        has_header = first.names is None
        for place, (number, cells) in enumerate(read_cells(table, inner, has_header=False)):
            if has_header and place == 0 and table is not first:
                continue
            own = iter(cells)
            last = _COLUMN if has_header and place == 0 else split
            yield number, tuple(next(own) if c < first.width else last for c in columns)
