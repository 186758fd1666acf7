"""Open the sheets of a workbook: Excel (XLSX, XLS, XLSB) and OpenDocument (ODS)."""

import csv
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

from core.ingest.tables import workbook_reader
from core.ingest.tables.table import (
    SAMPLE_ROWS,
    CellRow,
    PassedOver,
    Row,
    Table,
    TableError,
    checked,
    no_rows,
    without_titles,
)
from core.words import size_of

_MOST_BYTES = 100_000_000
_MOST_UNPACKED = 500_000_000
_ADVICE = "Save the sheet with the labels as CSV."


@dataclass
class _Sheet:
    place: int
    name: str
    is_hidden: bool
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def open_workbook(path: str, file: Path) -> list[Table | PassedOver]:
    """Return a table for each visible sheet that is one, and why the others are none.

    Raises:
        TableError: it is damaged, protected by a password, too large, or has no sheet of use.
    """
    _check_size(path, file)
    sheets = [sheet for sheet in _peeked(path, file) if sheet.rows]
    visible = [sheet for sheet in sheets if not sheet.is_hidden]
    if not visible:
        raise no_rows(path)
    found: list[Table | PassedOver] = []
    for sheet in sheets:
        name = path if len(visible) == 1 and not sheet.is_hidden else f"{path}#{sheet.name}"
        if sheet.is_hidden:
            found.append(PassedOver(name, "a hidden sheet"))
            continue
        kind = f"{_program(path)}, sheet '{sheet.name}'"
        reads = partial(_rows, name, file, sheet.place)
        try:
            width, rows = checked(name, [row for _, row in _table_rows(iter(sheet.rows))])
        except TableError as error:
            if len(visible) == 1:
                raise
            found.append(PassedOver(name, error.reason))
        else:
            found.append(Table(name, file, None, width, rows, None, kind, reads=reads))
    return found


def _peeked(path: str, file: Path) -> list[_Sheet]:
    sheets: list[_Sheet] = []
    with _lines(path, file, None, SAMPLE_ROWS) as lines:
        for first, *rest in lines:
            if first == workbook_reader.SHEET:
                place, name, hidden = rest
                sheets.append(_Sheet(int(place), name, bool(hidden)))
            else:
                sheets[-1].rows.append((int(rest[0]), rest[1:]))
    return sheets


def _rows(path: str, file: Path, place: int, columns: Sequence[int]) -> Iterator[Row]:
    with _lines(path, file, place, -1) as lines:
        rows = (
            (int(number), cells) for first, number, *cells in lines if first == workbook_reader.ROW
        )
        for number, cells in _table_rows(rows):
            yield number, tuple(cells[c] if c < len(cells) else "" for c in columns)


def _table_rows(rows: Iterator[CellRow]) -> Iterator[CellRow]:
    return without_titles(rows, lambda row: sum(map(bool, row)) > 1)


@contextmanager
def _lines(
    path: str, file: Path, place: int | None, most_rows: int
) -> Iterator[Iterator[list[str]]]:
    """Run the reader of workbooks and give what it writes, line by line."""
    wanted = "" if place is None else str(place)
    # Nothing of the folder that the reader lies in may stand for a library of that name.
    command = [sys.executable, "-P", workbook_reader.__file__, str(file), wanted, str(most_rows)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        try:
            with TextIOWrapper(process.stdout, "utf-8", newline="") as text:
                yield _checked_lines(path, text, process)
        finally:
            process.kill()


def _checked_lines(
    path: str, text: TextIOWrapper, process: "subprocess.Popen[bytes]"
) -> Iterator[list[str]]:
    reader = csv.reader(text)
    try:
        for line in reader:
            if line[0] == workbook_reader.REFUSED:
                raise _refusal(path, line[1])
            yield line
    except csv.Error as error:  # a cell of more than 131,072 characters
        raise _refusal(path, "damaged") from error
    if process.wait():
        raise _refusal(path, "memory")


def _refusal(path: str, reason: str) -> TableError:
    if reason == "password":
        return TableError(
            path,
            "is protected by a password",
            "Save it without one, or save the sheet with the labels as CSV.",
            reason="protected by a password",
        )
    if reason == "memory":
        return TableError(
            path,
            f"needs more than {size_of(workbook_reader.MOST_MEMORY)} of memory to be read, or is "
            "damaged",
            _ADVICE,
            reason="too large, or damaged",
        )
    return TableError(
        path, "is damaged or not a workbook", "Save it again, or as CSV.", reason="damaged"
    )


def _check_size(path: str, file: Path) -> None:
    """Refuse what unpacks to far more than labels take, before anything is unpacked."""
    size, what = file.stat().st_size, "is"
    if size <= _MOST_BYTES and is_zipfile(file):
        try:
            with ZipFile(file) as archive:
                entries = [one for one in archive.infolist() if _is_read(one.filename)]
                size = sum(entry.file_size for entry in entries)
        except BadZipFile as error:
            raise _refusal(path, "damaged") from error
        what = "unpacks to"
        if size <= _MOST_UNPACKED:
            return
    elif size <= _MOST_BYTES:
        return
    raise TableError(path, f"{what} {size_of(size)}, which is more than is read", _ADVICE)


def _is_read(name: str) -> bool:
    return not name.lower().startswith(("xl/media/", "pictures/", "xl/drawings/"))


def _program(path: str) -> str:
    return "OpenDocument" if path.lower().endswith(".ods") else "Excel"
