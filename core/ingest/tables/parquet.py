"""Read a Parquet file as rows of text, a batch at a time."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pyarrow
from pyarrow.parquet import ParquetFile

from core.ingest.tables.table import (
    Row,
    Table,
    TableError,
    as_text,
    check_width,
    checked,
    sample_of,
    unopened,
)

_BATCH_ROWS = 1_000
# What pyarrow raises on damaged files: its own errors, and Python's on values out of range.
_DAMAGE: tuple[type[Exception], ...] = (
    pyarrow.ArrowException,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    ArithmeticError,
    MemoryError,
)


def open_parquet(path: str, file: Path) -> list[Table]:
    """Return the table in a Parquet file.

    Raises:
        SourceError: the file is damaged, or no Parquet, or two columns share a name.
    """
    names = _names(path, file)
    check_width(path, len(names))
    width, rows = checked(path, sample_of(_rows(path, file, range(len(names)))), names)
    reads = partial(_rows, path, file)
    return [Table(path, file, None, width, rows, names, "Parquet", reads=reads)]


def _names(path: str, file: Path) -> tuple[str, ...]:
    try:
        with ParquetFile(file) as table:
            names: list[str] = table.schema_arrow.names
    except _DAMAGE as error:
        raise _refusal(path, 0, error) from error
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise TableError(path, f"has two columns named '{repeated[0]}'", "Rename one of them.")
    return tuple(name.strip() for name in names)


def _rows(path: str, file: Path, columns: Sequence[int]) -> Iterator[Row]:
    """Yield row number, from 1, and the stripped cells of `columns`; blank rows are passed over.

    The number of a Hugging Face class is given as its name. Bytes, such as embedded pictures, are
    not read: their cells are ''.

    Raises:
        SourceError: the file is damaged; the rows before have been yielded.
    """
    number = 0
    try:
        with ParquetFile(file) as table:
            schema = table.schema_arrow
            classes = _class_names(schema.metadata)
            names = [schema.names[column] for column in columns]
            is_text = {field.name: "binary" not in str(field.type) for field in schema}
            wanted = list(dict.fromkeys(name for name in names if is_text[name]))
            for batch in table.iter_batches(_BATCH_ROWS, columns=wanted):
                cells = {
                    name: _texts(batch.column(batch.schema.names.index(name)), classes.get(name))
                    for name in wanted
                }
                empty = [""] * batch.num_rows
                for row in zip(*(cells.get(name, empty) for name in names), strict=True):
                    number += 1
                    if any(row):
                        yield number, row
    except _DAMAGE as error:
        raise _refusal(path, number, error) from error


def _texts(column: pyarrow.Array, classes: Sequence[str] | None) -> list[str]:
    try:
        values = column.cast(pyarrow.string()).to_pylist()
    except pyarrow.ArrowNotImplementedError:  # lists and structures
        values = column.to_pylist()
    texts = [as_text(value) for value in values]
    if classes is None:
        return texts
    # -1 stands for 'no label'.
    names = {str(number): name for number, name in enumerate(classes)} | {"-1": ""}
    return [names.get(text, text) for text in texts]


def _class_names(metadata: Mapping[bytes, bytes] | None) -> dict[str, list[str]]:
    """Return column -> names of its classes, as Hugging Face `datasets` notes them."""
    try:
        features = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
        return {
            column: [as_text(name) for name in feature["names"]]
            for column, feature in features.items()
            if isinstance(feature, dict) and isinstance(feature.get("names"), list)
        }
    # A note of another shape is no damage to the table.
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        return {}


def _refusal(path: str, number: int, error: Exception) -> TableError:
    if isinstance(error, OSError) and error.errno is not None:
        return unopened(path, error)
    where = f" after row {number:,}" if number else ""
    found = f"is damaged or not a Parquet file{where}"
    return TableError(path, found, "Create or copy it again.", reason="damaged")
