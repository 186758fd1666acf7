"""The formats of labels files: which suffixes each has, and how it is opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.ingest.tables.annotations_xml import open_xml
from core.ingest.tables.json_file import open_json
from core.ingest.tables.parquet import open_parquet
from core.ingest.tables.sidecar_formats import SIDECAR_FORMATS
from core.ingest.tables.table import PassedOver, Table, TableError, unopened
from core.ingest.tables.text import open_json_lines, open_text
from core.ingest.tables.workbook import open_workbook

_LFS_POINTER = b"version https://git-lfs"


@dataclass(frozen=True)
class FileFormat:
    """A format of files that hold tables."""

    suffixes: frozenset[str]
    # Returns the tables in a file, and what else in it was looked at; raises SourceError.
    opens: Callable[[str, Path], Sequence[Table | PassedOver]]
    first_bytes: tuple[bytes, ...] = ()  # of a file of this format, whatever its suffix


FORMATS: Mapping[str, FileFormat] = {
    "text": FileFormat(frozenset({".csv", ".tsv", ".txt", ".tab", ".lst"}), open_text),
    "JSON lines": FileFormat(frozenset({".jsonl", ".ndjson"}), open_json_lines),
    "JSON": FileFormat(frozenset({".json"}), open_json),
    "Parquet": FileFormat(frozenset({".parquet"}), open_parquet, (b"PAR1",)),
    "workbook": FileFormat(
        frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}),
        open_workbook,
        (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ),
    "XML": FileFormat(frozenset({".xml"}), open_xml),
}
# Beside tables: the names of classes, where numbers stand for them.
_NAMES_SUFFIXES = frozenset({".yaml", ".yml", ".names", ".labels"})
TABLE_SUFFIXES = _NAMES_SUFFIXES.union(
    *(format_.suffixes for format_ in FORMATS.values()),
    (format_.suffix for format_ in SIDECAR_FORMATS),
)


def open_tables(path: str, file: Path) -> Sequence[Table | PassedOver]:
    """Return the tables in a file, mostly one, and what else in it was looked at.

    Args:
        path: Its name for the person; its first bytes and its suffix tell the format.
        file: Where its bytes lie.

    Raises:
        SourceError: it holds no table, or its first rows are damaged.
    """
    try:
        with file.open("rb") as stream:
            head = stream.read(len(_LFS_POINTER))
    except OSError as error:
        raise unopened(path, error) from error
    if not head:
        raise TableError(path, "is empty")
    if head == _LFS_POINTER:
        raise TableError(
            path,
            "is a Git LFS pointer, not the table itself",
            "Run 'git lfs pull' where it came from, then load it again.",
            reason="a Git LFS pointer, not the table itself",
        )
    return _format_of(path, head).opens(path, file)


def peek(path: str, file: Path) -> Table:
    """Return the first table in `file`.

    Args:
        path: Its name for the person; its first bytes and its suffix tell the format.
        file: Where its bytes lie.

    Raises:
        SourceError: it holds no table, or its first rows are damaged.
    """
    found = open_tables(path, file)
    tables = [table for table in found if isinstance(table, Table)]
    if not tables:
        raise TableError(path, "has no sheet with files and labels", reason="no sheet of labels")
    return tables[0]


def _format_of(path: str, head: bytes) -> FileFormat:
    suffix = PurePosixPath(path).suffix.lower()
    for format_ in FORMATS.values():
        if format_.first_bytes and head.startswith(format_.first_bytes):
            return format_
    named = next((one for one in FORMATS.values() if suffix in one.suffixes), FORMATS["text"])
    # Programs write tables cut by tabs under the suffix of Excel.
    is_text = named is FORMATS["workbook"] and b"\0" not in head and not head.startswith(b"<")
    return FORMATS["text"] if is_text else named
