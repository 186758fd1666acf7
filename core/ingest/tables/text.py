"""Open a text as a table: JSON lines, or lines that a delimiter cuts evenly."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from core.errors import SourceError
from core.ingest.tables.encodings import about_encoding, find_encoding
from core.ingest.tables.lines import json_rows, text_rows
from core.ingest.tables.table import (
    SAMPLE_ROWS,
    Row,
    Table,
    TableFormat,
    check_width,
    checked,
    no_rows,
    one_column,
    sample_of,
    without_titles,
)

# Where two cut equally well, the earlier is meant: a comma may be a decimal sign, and a bar
# mostly stands between several labels of one picture.
_DELIMITERS = "\t;,|"
# Which part of the rows must have the same number of cells. Prose falls into words, too.
_LEAST_EVEN = dict.fromkeys(_DELIMITERS, 0.5) | {" ": 0.9}
_KINDS = {"\t": "TSV", " ": "text"}
_WORDS_OF_PROSE = 3  # in a line, in the middle


def open_text(path: str, file: Path) -> list[Table]:
    """Return the table in a text, with the delimiter that cuts most of its rows evenly.

    Raises:
        SourceError: none does, or its first rows are damaged.
    """
    encoding = find_encoding(path, file)
    # A wrong delimiter mostly leaves a quote in the middle of a cell, which `strict` refuses.
    for strict in (True, False):
        refusal = None
        for delimiters in (_DELIMITERS, " "):
            cuts = []
            for delimiter in delimiters:
                try:
                    rows = sample_of(text_rows(path, file, encoding, delimiter, strict=strict))
                except SourceError as error:
                    refusal = refusal or error
                else:
                    cuts.append((_evenness(rows, delimiter), delimiter, rows))
            # Of two equal ones `max` returns the first.
            evenness, delimiter, rows = max(
                cuts, key=lambda cut: cut[0], default=((0.0, 0), "", [])
            )
            if evenness[1]:
                format_ = TableFormat(encoding, delimiter)
                # Titles count as uneven: prose has lines with a comma and others with none.
                rows = sample_of(_rows(path, file, format_, strict=strict))
                reads = partial(_text_cells, path, file, format_)
                kind = _KINDS.get(delimiter, "CSV")
                about = about_encoding(encoding)
                return [Table(path, file, format_, *checked(path, rows), None, kind, about, reads)]
    # Cut by spaces, all that is no space is a cell.
    words = sorted(map(len, rows))
    is_prose = len(words) == 1 or (bool(words) and words[len(words) // 2] >= _WORDS_OF_PROSE)
    raise refusal or (one_column(path, is_prose=is_prose) if rows else no_rows(path))


def as_written(table: Table) -> Table:
    """Return a table with the spaces around its cells, where a text holds some."""
    if table.format is None:
        return table
    reads = partial(_text_cells, table.path, table.file, table.format, as_written=True)
    return replace(table, reads=reads)


def open_json_lines(path: str, file: Path) -> list[Table]:
    """Return the table in a text of which each line holds a JSON object.

    Raises:
        SourceError: a line of the first does not.
    """
    records = [cells for _, cells in islice(json_rows(path, file), SAMPLE_ROWS)]
    names = tuple(dict.fromkeys(name for cells in records for name in cells))
    check_width(path, len(names))
    sample = [[cells.get(name, "") for name in names] for cells in records]
    reads = partial(_json_cells, path, file, names)
    about = about_encoding(find_encoding(path, file))
    return [
        Table(path, file, None, *checked(path, sample, names), names, "JSON lines", about, reads)
    ]


def _rows(
    path: str,
    file: Path,
    format_: TableFormat,
    *,
    strict: bool = False,
    as_written: bool = False,
) -> Iterator[tuple[int, list[str]]]:
    cut_by = format_.encoding, format_.delimiter
    rows = text_rows(path, file, *cut_by, strict=strict, as_written=as_written)
    return without_titles(rows, lambda row: len(row) > 1)


def _text_cells(
    path: str,
    file: Path,
    format_: TableFormat,
    columns: Sequence[int],
    *,
    as_written: bool = False,
) -> Iterator[Row]:
    for number, row in _rows(path, file, format_, as_written=as_written):
        yield number, tuple(row[column] if column < len(row) else "" for column in columns)


def _json_cells(
    path: str, file: Path, names: Sequence[str], columns: Sequence[int]
) -> Iterator[Row]:
    wanted = [names[column] for column in columns]
    for number, cells in json_rows(path, file):
        yield number, tuple(cells.get(name, "") for name in wanted)


def _evenness(rows: Sequence[Sequence[str]], delimiter: str) -> tuple[float, int]:
    """Return the share of rows with the most common number of cells, and it; zeros for no table."""
    if not rows:
        return 0.0, 0
    [(width, count)] = Counter(map(len, rows)).most_common(1)
    share = count / len(rows)
    return (share, width) if width >= 2 and share >= _LEAST_EVEN[delimiter] else (0.0, 0)
