"""A table by its first rows, how all of it is read, and why a file is no table."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol

from core.errors import SourceError
from core.pictures.decode import IMAGE_SUFFIXES
from core.words import count_of

SAMPLE_ROWS = 200
_SAMPLE_CELLS = 1_000_000
_MOST_COLUMNS = 20_000
_MOST_TITLES = 20  # rows above a table
_PICTURES = tuple(IMAGE_SUFFIXES)


class Files(Protocol):
    """What of a listing of files matters here: so this package lies below it."""

    @property
    def root(self) -> Path:
        """Return the folder that `files` are relative to."""

    @property
    def paths(self) -> Sequence[str]:
        """Return (F,) names as the person knows them, parts divided by '/'."""

    @property
    def files(self) -> Sequence[str]:
        """Return (F,) where the bytes lie; '' where none were kept."""


Row = tuple[int, tuple[str, ...]]  # its number, and its stripped cells
CellRow = tuple[int, list[str]]
Reads = Callable[[Sequence[int]], Iterator[Row]]


@dataclass(frozen=True)
class TableFormat:
    """How a text is cut into cells."""

    encoding: str
    delimiter: str  # a comma, a semicolon, a tab, a bar or a space


@dataclass(frozen=True)
class Table:
    """A table by its first rows. Without names, its first row may or may not be a header."""

    path: str  # as the person knows it; 'labels.xlsx#Sheet2' where a workbook holds several
    file: Path  # or the folder in which many files lie that are one table
    format: TableFormat | None  # of text; None for all others
    width: int  # columns
    rows: tuple[tuple[str, ...], ...]  # up to 200 that are not blank, each of `width` cells
    names: tuple[str, ...] | None  # of the columns; None where the first row may hold them
    kind: str = ""  # for people: "CSV", "COCO annotations"
    about: str = ""  # a sentence on how it was read, or ''
    # Reads the cells of some columns in all rows, a header being one of them; None: `rows` are all.
    reads: Reads | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Records:
    """All rows of a table that was made of something else, or why it cannot be one."""

    names: tuple[str, ...] | None = None  # of the columns; None where the first row may hold them
    rows: Sequence[tuple[str, ...]] = ()
    about: str = ""  # a sentence on how they were made, or ''
    refusal: str = ""  # what it is instead: 'boxes of several classes in 31 of 40 images'


@dataclass(frozen=True)
class PassedOver:
    """A table that was looked at and is not used."""

    path: str
    reason: str  # for people, such as 'empty' or 'one column'


class TableError(SourceError):
    """A file is no table of labels that can be read."""

    def __init__(
        self,
        path: str,
        found: str,
        advice: str = "Choose another labels file.",
        *,
        reason: str = "",
        is_prose: bool = False,
    ) -> None:
        """Say what was found and what to do.

        Args:
            path: Of the file.
            found: What follows its name in a sentence: 'is empty'.
            advice: What to do.
            reason: The same in a few words for a list: 'empty'.
            is_prose: Whether the file seems to be text for people, which need not be mentioned.
        """
        super().__init__(f"'{path}' {found}. {advice}")
        self.path = path
        self.reason = reason or found.removeprefix("is ")
        self.is_prose = is_prose


def read_cells(table: Table, columns: Sequence[int], *, has_header: bool) -> Iterator[Row]:
    """Yield number and the stripped cells of `columns` of each row, from the whole file.

    The number is that of the line where the row begins, the header's being 1; where a table has no
    lines, that of the row. Blank rows are passed over; a cell that a row does not have is ''.

    Raises:
        SourceError: the file is damaged; the rows before have been yielded.
    """
    rows = _kept(table.rows, columns) if table.reads is None else table.reads(columns)
    return islice(rows, int(has_header and table.names is None), None)


def table_of(path: str, file: Path, kind: str, records: Records) -> Table:
    """Return the table of some records, which stay in memory.

    Raises:
        TableError: they cannot be one.
    """
    if records.refusal:
        advice = "Save the labels as CSV, with a column of files and one of labels."
        raise TableError(path, f"holds {records.refusal}", advice, reason=records.refusal)
    sample = sample_of((0, record) for record in records.rows if any(record))
    width, rows = checked(path, sample, records.names)
    reads = partial(_kept, records.rows)
    return Table(
        path, file, None, width, rows, records.names, kind, about=records.about, reads=reads
    )


def _kept(records: Sequence[Sequence[str]], columns: Sequence[int]) -> Iterator[Row]:
    for number, record in enumerate(records, 1):
        if any(record):
            yield number, tuple(record[c] if c < len(record) else "" for c in columns)


def without_titles(
    rows: Iterator[CellRow], is_table: Callable[[list[str]], bool]
) -> Iterator[CellRow]:
    """Yield rows without those at the top that hold a title or a remark instead of cells.

    Args:
        rows: Number and cells of each row.
        is_table: Whether a row has several cells.
    """
    before: list[CellRow] = []
    for number, row in rows:
        if is_table(row):
            yield number, row
            break
        before.append((number, row))
        if len(before) > _MOST_TITLES or row[-1].lower().endswith(_PICTURES):
            yield from before
            break
    else:
        yield from before
    yield from rows


def sample_of(rows: Iterable[tuple[int, Sequence[str]]]) -> list[Sequence[str]]:
    """Return the first rows, fewer where they are very long."""
    sample: list[Sequence[str]] = []
    cells = 0
    for _, row in islice(rows, SAMPLE_ROWS):
        sample.append(row)
        cells += len(row)
        if cells >= _SAMPLE_CELLS:
            break
    return sample


def checked(
    path: str, sample: Sequence[Sequence[str]], names: Sequence[str] | None = None
) -> tuple[int, tuple[tuple[str, ...], ...]]:
    """Return the width of a table and its first rows, each filled up to it.

    Raises:
        TableError: there are no rows, fewer than two columns, or far too many.
    """
    if not sample:
        raise no_rows(path)
    width = len(names) if names is not None else max(map(len, sample))
    check_width(path, width)
    return width, tuple((*row, *[""] * (width - len(row))) for row in sample)


def check_width(path: str, width: int) -> None:
    """Refuse a table of fewer than two columns, or of more than can be looked at."""
    if width < 2:
        raise one_column(path)
    if width > _MOST_COLUMNS:
        raise TableError(
            path,
            f"has {count_of(width, 'column')}; at most {_MOST_COLUMNS:,} are read",
            "Keep the columns that hold file names and labels.",
        )


def no_rows(path: str) -> TableError:
    """Return the refusal of a table without rows."""
    return TableError(path, "has no rows", reason="no rows")


def one_column(path: str, *, is_prose: bool = False) -> TableError:
    """Return the refusal of a table that cannot hold both files and labels."""
    return TableError(
        path,
        "does not have two or more columns",
        "A labels file has a column of files and one of labels, separated by commas, semicolons, "
        "tabs, bars or spaces.",
        reason="a single column",
        is_prose=is_prose,
    )


def unopened(path: str, error: OSError) -> TableError:
    """Return the refusal of a file that cannot be opened."""
    reason = error.strerror or type(error).__name__
    return TableError(path, f"cannot be opened ({reason})")


def as_text(value: object) -> str:
    """Return a value as the text of its cell: null is '', lists and objects stay JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | dict):
        return clean(json.dumps(value, ensure_ascii=False, default=str, skipkeys=True))
    return str(value)


def clean(text: str) -> str:
    """Return `text` without what JSON can spell and no file name or label can hold."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
