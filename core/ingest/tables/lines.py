"""Cut text into rows of cells: by a delimiter, or as JSON lines; line by line."""

import csv
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TextIO

from core.errors import SourceError
from core.ingest.tables.encodings import find_encoding
from core.ingest.tables.table import as_text, clean, unopened

_ROW_CHARACTERS = 1_000_000


def text_rows(
    path: str,
    file: Path,
    encoding: str,
    delimiter: str,
    *,
    strict: bool = False,
    as_written: bool = False,
) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and stripped cells of each row that is not blank.

    Args:
        path: The table's name for the person.
        file: Where it lies.
        encoding: Of the text.
        delimiter: What parts two cells. Several spaces part two cells as one does.
        strict: Whether to refuse what follows a closing quote in the same cell.
        as_written: Whether spaces around a cell are part of it.

    Raises:
        SourceError: the text is damaged; the rows before have been yielded.
    """
    by_space = delimiter == " "
    with closing(_Lines(path, file, encoding)) as lines:
        skips = not (by_space or as_written)
        rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=skips, strict=strict)
        try:
            for row in rows:
                # The reader asks for a line after the last only in the middle of a row.
                if lines.is_at_end:
                    raise csv.Error("a quote is not closed")
                cells = row if as_written else [cell.strip() for cell in row]
                # Excel writes 'sep=;' before all else.
                if lines.row_line == 1 and cells and cells[0].lower().startswith("sep="):
                    cells = []
                if by_space:
                    cells = [cell for cell in cells if cell]
                if any(cells):
                    yield lines.row_line, cells
                lines.next_row()
        except csv.Error as error:
            raise SourceError(
                f"The row at line {lines.row_line:,} of '{path}' cannot be split into cells "
                f"({error}). Check it for a quote that is not closed."
            ) from error


def json_rows(path: str, file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and cells by name of each line, which holds a JSON object.

    Raises:
        SourceError: the text is damaged; the rows before have been yielded.
    """
    with closing(_Lines(path, file, find_encoding(path, file))) as lines:
        for line in lines:
            if line.strip():
                try:
                    record = json.loads(line)
                except (ValueError, RecursionError):
                    record = None
                if not isinstance(record, dict):
                    raise SourceError(
                        f"Line {lines.row_line:,} of '{path}' is not a JSON object. "
                        'Each line must look like {"file_name": "1.jpg", "label": "cat"}.'
                    )
                cells = {clean(name).strip(): as_text(value) for name, value in record.items()}
                if any(cells.values()):
                    yield lines.row_line, cells
            lines.next_row()


class _Lines:
    """The lines of an open text; it counts, so that no row takes more than bounded memory."""

    def __init__(self, path: str, file: Path, encoding: str) -> None:
        self._path = path
        self._encoding = encoding
        self._stream = self._open(file)
        self._read = 0  # lines
        self._characters = 0  # of the row that is being read
        self.row_line = 1  # where that row begins
        self.is_at_end = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        try:
            line = self._stream.readline(_ROW_CHARACTERS)
        except (UnicodeError, OSError) as error:
            raise SourceError(
                f"'{self._path}' cannot be read as {self._encoding} text, at line "
                f"{self._read + 1:,} or soon after. Save the table as CSV in UTF-8."
            ) from error
        if not line:
            self.is_at_end = True
            raise StopIteration
        self._read += 1
        self._characters += len(line)
        if "\0" in line:
            raise SourceError(
                f"Line {self._read:,} of '{self._path}' is not text: it holds a NUL character. "
                "Save the table as CSV in UTF-8."
            )
        if self._characters >= _ROW_CHARACTERS:
            raise SourceError(
                f"The row at line {self.row_line:,} of '{self._path}' is longer than "
                f"{_ROW_CHARACTERS:,} characters. Check it for a quote that is not closed."
            )
        return line

    def next_row(self) -> None:
        """Begin a row at the line after the last that was read."""
        self.row_line = self._read + 1
        self._characters = 0

    def close(self) -> None:
        """Close the text."""
        self._stream.close()

    def _open(self, file: Path) -> TextIO:
        try:
            # Line ends stay as they are: the reader of cells tells those inside quotes apart.
            return file.open(encoding=self._encoding, newline="")
        except OSError as error:
            raise unopened(self._path, error) from error
