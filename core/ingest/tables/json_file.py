"""Open a JSON file as a table: parse it within limits, then see which shape it has."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.ingest.tables.coco import coco_records, listed_records
from core.ingest.tables.encodings import find_encoding
from core.ingest.tables.json_shapes import plain_records
from core.ingest.tables.label_studio import label_studio_records
from core.ingest.tables.table import Records, Table, TableError, table_of, unopened
from core.ingest.tables.text import open_json_lines
from core.words import size_of

# What is parsed takes up to ten times as much memory.
_MOST_BYTES = 100_000_000
_ADVICE = "Save the labels as CSV, with a column of files and one of labels."


@dataclass(frozen=True)
class JsonShape:
    """One way in which programs write labels as JSON."""

    kind: str  # for people
    # Returns the rows of a value of this shape; None: it has another one.
    records: Callable[[object], Records | None]


# The first that fits is taken.
JSON_SHAPES: tuple[JsonShape, ...] = (
    JsonShape("COCO annotations", coco_records),
    JsonShape("Label Studio export", label_studio_records),
    JsonShape("annotations of a list of images", listed_records),
    JsonShape("JSON", plain_records),
)


def open_json(path: str, file: Path) -> list[Table]:
    """Return the table in a JSON file; its rows stay in memory.

    Raises:
        SourceError: it is too large, damaged, or holds nothing that can be a table.
    """
    text = _text(path, file)
    try:
        value = parse_json(text)
    except _RepeatedKeyError as error:
        raise TableError(
            path, f"has two entries named '{error.key[:80]}' with different values", _ADVICE
        ) from error
    except (ValueError, RecursionError) as error:
        if _looks_like_lines(text):
            return open_json_lines(path, file)
        where = f" at line {error.lineno:,}" if isinstance(error, json.JSONDecodeError) else ""
        found = f"cannot be read as JSON: it is damaged{where}, or nested too deeply"
        raise TableError(path, found, "Create or copy it again.", reason="damaged") from error
    for shape in JSON_SHAPES:
        records = shape.records(value)
        if records is not None:
            return [table_of(path, file, shape.kind, records)]
    raise TableError(
        path, "holds no list of files and labels", _ADVICE, reason="no list of files and labels"
    )


def parse_json(text: str) -> object:
    """Return the value of a JSON text; NaN and infinity are null.

    Raises:
        ValueError: it is damaged, has numbers of thousands of digits, or one name stands for two
            values.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, parse_constant=lambda _: None, object_pairs_hook=_without_repeats)


class _RepeatedKeyError(ValueError):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        for key, value in pairs:
            if found[key] != value:
                raise _RepeatedKeyError(key)
    return found


def _text(path: str, file: Path) -> str:
    try:
        size = file.stat().st_size
        if size > _MOST_BYTES:
            found = f"is {size_of(size)}; JSON of at most {size_of(_MOST_BYTES)} is read"
            raise TableError(path, found, _ADVICE, reason=f"{size_of(size)} of JSON, too much")
        return file.read_bytes().decode(find_encoding(path, file))
    except OSError as error:
        raise unopened(path, error) from error
    except UnicodeError as error:
        raise TableError(path, "is not text", "Save it in UTF-8.") from error


def _looks_like_lines(text: str) -> bool:
    """Return whether a text begins with a JSON object on a line of its own, and goes on."""
    first, _, rest = text.lstrip().partition("\n")
    try:
        return isinstance(json.loads(first), dict) and bool(rest.strip())
    except (ValueError, RecursionError):
        return False
