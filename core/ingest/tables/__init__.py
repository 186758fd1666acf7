"""Tables of labels: every form in which people keep labels beside pictures. Every cell is text.

Reading order: `table` is the record of one by its first rows, and `formats` the registry of the
formats of files: `text` (cut from `lines` in one of `encodings`), `json_file` (with `json_shapes`,
`coco` and `label_studio`), `parquet`, `workbook` (by the program `workbook_reader`) and
`annotations_xml`.
`sidecars` are files of one picture each, of `sidecar_formats`, that make up a table together.
`found_tables` looks for all of these in a source; `split_tables` joins what is kept for each split.

To read another format, add an entry to `FORMATS`, `JSON_SHAPES` or `SIDECAR_FORMATS`.
"""

from core.ingest.tables.formats import FORMATS, TABLE_SUFFIXES, peek
from core.ingest.tables.found_tables import FoundTables, find_tables, is_index, is_manifest
from core.ingest.tables.json_file import JSON_SHAPES
from core.ingest.tables.sidecar_formats import SIDECAR_FORMATS
from core.ingest.tables.table import (
    PassedOver,
    Table,
    TableError,
    TableFormat,
    read_cells,
)
from core.ingest.tables.text import as_written

__all__ = [
    "FORMATS",
    "JSON_SHAPES",
    "SIDECAR_FORMATS",
    "TABLE_SUFFIXES",
    "FoundTables",
    "PassedOver",
    "Table",
    "TableError",
    "TableFormat",
    "as_written",
    "find_tables",
    "is_index",
    "is_manifest",
    "peek",
    "read_cells",
]
