"""Read plain JSON as rows: lists of records, files with labels, labels with files."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from core.ingest.tables.coco import BETWEEN_LABELS
from core.ingest.tables.table import Records, as_text
from core.pictures.decode import IMAGE_SUFFIXES

_DEEPEST = 3  # of a list within objects, and of objects within a record
_MOST_NAMES = 20_001  # one more than a table may have
_SPLITS = frozenset(
    {"train", "training", "val", "valid", "validation", "dev", "test", "testing", "trainval"}
)
_FILE_WORDS = ("file", "path", "image", "img", "name", "picture", "photo", "url", "id")


def plain_records(value: object, depth: int = 0) -> Records | None:
    """Return the rows of a list or of an object, also where others wrap it.

    Returns:
        None where there are none.
    """
    if isinstance(value, list):
        return _of_list(value)
    if not isinstance(value, dict) or not value or depth > _DEEPEST:
        return None
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        return _of_list([value["columns"], *value["data"]])  # pandas, orient='split'
    containers = {key: one for key, one in value.items() if isinstance(one, list | dict)}
    if containers and all(key.lower() in _SPLITS for key in containers):
        return _of_splits(containers, depth)
    if not containers:
        return _of_pairs({key: as_text(one) for key, one in value.items()})
    if all(isinstance(one, dict) for one in value.values()) and len(value) > 1:
        return _of_objects(value)
    if all(isinstance(one, list) for one in value.values()):
        found = _of_lists(value)
        if found is not None:
            return found
    # What wraps the rows says more beside them, but nothing longer.
    lists = [one for one in containers.values() if isinstance(one, list)]
    return plain_records(max(lists or containers.values(), key=len), depth + 1)


def _of_list(values: Sequence[object]) -> Records | None:
    rows = [value for value in values if isinstance(value, dict | list)]
    if not rows or 2 * len(rows) <= len(values):
        return None
    if all(isinstance(row, list) for row in rows):
        return Records(None, [tuple(map(as_text, row)) for row in rows])
    return _of_records([dict(_flat(row)) for row in rows if isinstance(row, dict)])


def _of_records(records: Sequence[Mapping[str, str]]) -> Records:
    names: dict[str, None] = {}
    for record in records:
        if len(names) < _MOST_NAMES:
            names.update(dict.fromkeys(record))
    rows = [tuple(record.get(name, "") for name in names) for record in records]
    return Records(tuple(names), rows)


def _flat(
    record: Mapping[str, object], before: str = "", depth: int = 0
) -> Iterator[tuple[str, str]]:
    """Yield the cells of an object; those of objects in it are named 'outer.inner'."""
    for key, value in record.items():
        name = f"{before}{as_text(key)}"
        if isinstance(value, dict) and set(value) == {"choices"}:
            value = value["choices"]  # Label Studio, several choices
            yield name, _joined(value) if isinstance(value, list) else as_text(value)
        elif isinstance(value, dict) and value and depth < _DEEPEST:
            yield from _flat(value, f"{name}.", depth + 1)
        else:
            yield name, as_text(value)


def _of_pairs(pairs: Mapping[str, str]) -> Records | None:
    """Read an object of texts: files with their labels."""
    if len(pairs) < 2:
        return None
    return Records(("file_name", "label"), [(as_text(file), pairs[file]) for file in pairs])


def _of_objects(value: Mapping[str, Mapping[str, object]]) -> Records:
    """Read an object of objects: files with what is said of each, or columns of cells."""
    inner = list(value.values())
    is_by_column = any(word in key.lower() for key in value for word in _FILE_WORDS)
    is_even = all(one.keys() == inner[0].keys() for one in inner)
    if is_by_column and is_even and len(value) < len(inner[0]):
        # pandas' usual form: each column is an object of cells by row.
        return _of_records(
            [{key: as_text(one[row]) for key, one in value.items()} for row in inner[0]]
        )
    return _of_records(
        [{"file_name": as_text(file), **dict(_flat(said))} for file, said in value.items()]
    )


def _of_lists(value: Mapping[str, Sequence[object]]) -> Records | None:
    """Read an object of lists: labels with their files, files with their labels, or columns."""
    if any(isinstance(one, list | dict) for listed in value.values() for one in listed):
        return None
    lengths = {len(listed) for listed in value.values()}
    texts = {as_text(key): list(map(as_text, listed)) for key, listed in value.items()}
    names = ("file_name", "label")
    if _share_of_files(list(texts)) > 0.5:
        return Records(names, [(key, BETWEEN_LABELS.join(texts[key])) for key in texts])
    is_named = any(key.lower().replace("_", "").startswith(_FILE_WORDS) for key in texts)
    if len(texts) >= 2 and len(lengths) == 1 and is_named:
        return Records(tuple(texts), list(zip(*texts.values(), strict=True)))
    return Records(names, [(file, label) for label, files in texts.items() for file in files])


def _of_splits(containers: Mapping[str, object], depth: int) -> Records | None:
    """Read an object with an entry for each split."""
    parts = {
        key: found
        for key, one in containers.items()
        if (found := plain_records(one, depth + 1)) is not None
    }
    if not parts:
        return None
    return _of_records(
        [
            {**dict(zip(_names(part), row, strict=False)), "split": as_text(key)}
            for key, part in parts.items()
            for row in part.rows
        ]
    )


def _names(part: Records) -> Sequence[str]:
    if part.names is not None:
        return part.names
    return [f"column {number}" for number in range(1, max(map(len, part.rows), default=0) + 1)]


def _share_of_files(texts: Sequence[str]) -> float:
    files = [text for text in texts if PurePosixPath(text).suffix.lower() in IMAGE_SUFFIXES]
    return len(files) / max(1, len(texts))


def _joined(values: Sequence[object]) -> str:
    return BETWEEN_LABELS.join(as_text(value) for value in values)
