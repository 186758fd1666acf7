"""Open labels files: text cut by a delimiter, JSON lines, Parquet. Every cell is text."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from core.errors import SourceError
from core.ingest.listing import Listing
from core.ingest.table_parquet import parquet_names, parquet_rows
from core.ingest.table_text import find_encoding, json_rows, text_rows, unopened
from core.words import count_of

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".jsonl", ".parquet"})

_EXPORT_COLUMNS = ("path", "label", "split", "origin", "parent")
_MOST_TABLES = 50  # a folder of as many texts holds something else
_SAMPLE_ROWS = 200
_SAMPLE_CELLS = 1_000_000
_MOST_COLUMNS = 20_000
# Where two cut equally well, the earlier is meant: a comma may be a decimal sign, and a bar
# mostly stands between several labels of one picture.
_DELIMITERS = "\t;,|"
# Which part of the rows must have the same number of cells. Prose falls into words, too.
_LEAST_EVEN = dict.fromkeys(_DELIMITERS, 0.5) | {" ": 0.9}
_LFS_POINTER = b"version https://git-lfs"


@dataclass(frozen=True)
class TableFormat:
    """How a text is cut into cells."""

    encoding: str
    delimiter: str  # a comma, a semicolon, a tab, a bar or a space


@dataclass(frozen=True)
class Table:
    """A table by its first rows. Text has no names: its first row may or may not be a header."""

    path: str  # as the person knows it
    file: Path
    format: TableFormat | None  # None for JSON lines and Parquet
    width: int  # columns
    rows: tuple[tuple[str, ...], ...]  # up to 200 that are not blank, each of `width` cells
    names: tuple[str, ...] | None  # of the columns of JSON lines and Parquet
    kind: str = ""  # for people: 'CSV'
    about: str = ""  # a sentence about what it holds


@dataclass(frozen=True)
class PassedOver:
    """A table that was looked at and not used."""

    path: str
    reason: str


@dataclass(frozen=True)
class FoundTables:
    """The tables of a source."""

    tables: tuple[Table, ...]  # that may hold labels
    exports: tuple[Table, ...]  # manifests of Evenset's own exports
    passed: tuple[PassedOver, ...]  # looked at, with the reason why they are none
    used: frozenset[str]  # paths of the listing that are parts of a table


def find_tables(listing: Listing, places: Sequence[int]) -> FoundTables:
    """Return the tables among the files of a listing at `places`."""
    tables: list[Table] = []
    exports: list[Table] = []
    passed: list[PassedOver] = []
    named = [
        place
        for place in places
        if listing.files[place] and _suffix(listing.paths[place]) in TABLE_SUFFIXES
    ]
    for place in named[:_MOST_TABLES]:
        path = listing.paths[place]
        try:
            table = peek(path, listing.root / listing.files[place])
            is_export = (table.names or table.rows[0])[: len(_EXPORT_COLUMNS)] == _EXPORT_COLUMNS
            (exports if is_export else tables).append(table)
        except SourceError as error:
            if _suffix(path) != ".txt":  # a readme, notes
                passed.append(PassedOver(path, str(error).split(". ")[0]))
    used = frozenset(table.path for table in tables)
    return FoundTables(tuple(tables), tuple(exports), tuple(passed), used)


def peek(path: str, file: Path) -> Table:
    """Return the table in `file` by its first rows.

    Args:
        path: Its name for the person; the suffix tells its kind.
        file: Where its bytes lie.

    Raises:
        SourceError: it is no table, or its first rows are damaged.
    """
    try:
        with file.open("rb") as stream:
            head = stream.read(len(_LFS_POINTER))
    except OSError as error:
        raise unopened(path, error) from error
    if not head:
        raise SourceError(f"'{path}' is empty. Choose another labels file.")
    if head == _LFS_POINTER:
        raise SourceError(
            f"'{path}' is a Git LFS pointer, not the table itself. "
            "Run 'git lfs pull' where it came from, then load it again."
        )
    if _suffix(path) == ".parquet":
        names = parquet_names(path, file)
        _check_width(path, len(names))
        sample = _sample(parquet_rows(path, file, range(len(names))))
        return _table(path, file, None, sample, names)
    if _suffix(path) == ".jsonl":
        records = [cells for _, cells in islice(json_rows(path, file), _SAMPLE_ROWS)]
        names = tuple(dict.fromkeys(name for cells in records for name in cells))
        _check_width(path, len(names))
        sample = [[cells.get(name, "") for name in names] for cells in records]
        return _table(path, file, None, sample, names)
    return _peek_text(path, file)


def read_cells(
    table: Table, columns: Sequence[int], *, has_header: bool
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield number and the stripped cells of `columns` of each row, from the whole file.

    The number is that of the line where the row begins, the header's being 1; in Parquet, that of
    the row. Blank rows are passed over; a cell that a row does not have is ''.

    Raises:
        SourceError: the file is damaged; the rows before have been yielded.
    """
    if table.format is not None:
        encoding, delimiter = table.format.encoding, table.format.delimiter
        rows = text_rows(table.path, table.file, encoding, delimiter)
        for number, row in islice(rows, int(has_header), None):
            yield number, tuple(row[column] if column < len(row) else "" for column in columns)
    elif _suffix(table.path) == ".parquet":
        yield from parquet_rows(table.path, table.file, columns)
    else:
        names = [(table.names or ())[column] for column in columns]
        for number, cells in json_rows(table.path, table.file):
            yield number, tuple(cells.get(name, "") for name in names)


def _peek_text(path: str, file: Path) -> Table:
    encoding = find_encoding(path, file)
    # A wrong delimiter mostly leaves a quote in the middle of a cell, which `strict` refuses.
    for strict in (True, False):
        refusal = None
        for delimiters in (_DELIMITERS, " "):
            cuts = []
            for delimiter in delimiters:
                try:
                    rows = _sample(text_rows(path, file, encoding, delimiter, strict=strict))
                except SourceError as error:
                    refusal = refusal or error
                else:
                    cuts.append((_evenness(rows, delimiter), delimiter, rows))
            # Of two equal ones `max` returns the first.
            evenness, delimiter, rows = max(
                cuts, key=lambda cut: cut[0], default=((0.0, 0), "", [])
            )
            if evenness[1]:
                return _table(path, file, TableFormat(encoding, delimiter), rows, None)
    # Cut by spaces, all that is no space is a cell.
    raise refusal or (_one_column(path) if rows else _no_rows(path))


def _evenness(rows: Sequence[Sequence[str]], delimiter: str) -> tuple[float, int]:
    """Return the share of rows with the usual number of cells, and it; zeros for no table."""
    if not rows:
        return 0.0, 0
    [(width, count)] = Counter(map(len, rows)).most_common(1)
    share = count / len(rows)
    return (share, width) if width >= 2 and share >= _LEAST_EVEN[delimiter] else (0.0, 0)


def _sample(rows: Iterator[tuple[int, Sequence[str]]]) -> list[Sequence[str]]:
    """Return the first rows, fewer where they are very long."""
    sample: list[Sequence[str]] = []
    cells = 0
    for _, row in islice(rows, _SAMPLE_ROWS):
        sample.append(row)
        cells += len(row)
        if cells >= _SAMPLE_CELLS:
            break
    return sample


def _table(
    path: str,
    file: Path,
    format_: TableFormat | None,
    sample: Sequence[Sequence[str]],
    names: tuple[str, ...] | None,
) -> Table:
    if not sample:
        raise _no_rows(path)
    width = len(names) if names is not None else max(map(len, sample))
    _check_width(path, width)
    rows = tuple((*row, *[""] * (width - len(row))) for row in sample)
    return Table(path, file, format_, width, rows, names)


def _check_width(path: str, width: int) -> None:
    if width < 2:
        raise _one_column(path)
    if width > _MOST_COLUMNS:
        raise SourceError(
            f"'{path}' has {count_of(width, 'column')}; at most {_MOST_COLUMNS:,} are read. "
            "Keep the columns that hold file names and labels."
        )


def _no_rows(path: str) -> SourceError:
    return SourceError(f"'{path}' has no rows. Choose another labels file.")


def _one_column(path: str) -> SourceError:
    return SourceError(
        f"'{path}' does not have two or more columns. A labels file has a column of files and one "
        "of labels, separated by commas, semicolons, tabs, bars or spaces."
    )


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()
