"""Read annotations in XML: CVAT's of many pictures, and Pascal VOC's of one."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from core.ingest.tables.coco import BETWEEN_LABELS, one_label_each
from core.ingest.tables.encodings import find_encoding
from core.ingest.tables.table import Table, TableError, clean, table_of, unopened
from core.words import size_of

_MOST_BYTES = 100_000_000
# No parser of XML: the few names that count are looked for, so that no entity is ever expanded.
_ATTRIBUTE = r"\b{}\s*=\s*[\"']([^\"']*)[\"']"
_IMAGE_NAME = re.compile(_ATTRIBUTE.format("name"))
_SUBSET = re.compile(_ATTRIBUTE.format("subset"))
_LABEL = re.compile(_ATTRIBUTE.format("label"))
_OBJECT_NAME = re.compile(r"<name>([^<]*)</name>")


def open_xml(path: str, file: Path) -> list[Table]:
    """Return the table of the images in annotations that CVAT wrote.

    Raises:
        SourceError: it is too large, damaged, or another XML.
    """
    try:
        size = file.stat().st_size
        if size > _MOST_BYTES:
            found = f"is {size_of(size)}; XML of at most {size_of(_MOST_BYTES)} is read"
            raise TableError(path, found, "Save the labels as CSV.")
        text = file.read_bytes().decode(find_encoding(path, file), "replace")
    except OSError as error:
        raise unopened(path, error) from error
    images = text.split("<image ")[1:]
    if "<annotations" not in text or not images:
        raise TableError(
            path,
            "is XML, but no annotations of images as CVAT writes them",
            "Save the labels as CSV, with a column of files and one of labels.",
            reason="XML of another kind",
        )
    rows: list[tuple[str, ...]] = []
    found_labels: list[dict[str, None]] = []
    for image in images:
        head, _, body = image.partition(">")
        name, subset = _IMAGE_NAME.search(head), _SUBSET.search(head)
        labels = dict.fromkeys(_shapes(body)) if not head.endswith("/") else {}
        found_labels.append(labels)
        rows.append(
            (
                _text(name[1]) if name else "",
                BETWEEN_LABELS.join(labels),
                _text(subset[1]) if subset else "",
            )
        )
    names: tuple[str, ...] = ("file_name", "label", "split")
    if not any(row[2] for row in rows):
        names, rows = names[:2], [row[:2] for row in rows]
    records = one_label_each(names, rows, found_labels, "annotations of CVAT")
    return [table_of(path, file, "CVAT annotations", records)]


def voc_labels(text: str) -> list[str] | None:
    """Return the names of the objects in Pascal VOC's annotation of a picture; None: it is none."""
    if "<annotation" not in text or "<annotations" in text:
        return None
    names = [_OBJECT_NAME.search(part) for part in text.split("<object>")[1:]]
    return [_text(name[1]) for name in names if name]


def _shapes(body: str) -> Iterator[str]:
    """Yield the labels of the tags and shapes of an image."""
    for element in body.split("</image>", 1)[0].split("<")[1:]:
        head = element.partition(">")[0]
        label = _LABEL.search(head)
        if label and not head.startswith(("attribute", "/")):
            yield _text(label[1])


def _text(escaped: str) -> str:
    return clean(unescape(escaped)).strip()
