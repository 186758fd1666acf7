"""Read tasks as Label Studio exports them: what the annotators chose for each picture."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

from core.ingest.tables.coco import BETWEEN_LABELS, one_label_each
from core.ingest.tables.table import Records, as_text

_IMAGE_KEYS = ("image", "img", "picture", "photo", "url", "path")
_LABEL_ENDS = ("choices", "labels", "taxonomy")  # also 'rectanglelabels', 'polygonlabels'


def label_studio_records(value: object) -> Records | None:
    """Return a row for each task: its file and what was chosen, several joined by '|'.

    What an annotator cancelled, and what a model predicted, does not count.

    Returns:
        None where `value` is not of this shape.
    """
    if not isinstance(value, list) or not value:
        return None
    tasks = [task for task in value if isinstance(task, Mapping) and _is_task(task)]
    if 2 * len(tasks) <= len(value):
        return None
    rows: list[tuple[str, ...]] = []
    found: list[dict[str, None]] = []
    are_choices = True
    for task in tasks:
        labels: dict[str, None] = {}
        for kind, label in _labels(task):
            labels[label] = None
            are_choices = are_choices and kind in {"choices", "taxonomy"}
        found.append(labels)
        rows.append((_picture(task["data"]), BETWEEN_LABELS.join(labels)))
    names = ("file_name", "label")
    if not any(row[0] for row in rows):
        return Records(refusal="tasks of Label Studio without pictures")
    if are_choices and any(found):
        # Several choices of a picture are meant: they are labels all the same.
        several = sum(len(labels) > 1 for labels in found)
        share = f"{several:,} of {len(rows):,} tasks have several choices."
        return Records(names, rows, share if several else "")
    return one_label_each(names, rows, found, "regions of Label Studio")


def served_path(path: str) -> str:
    """Return the path of a file that Label Studio serves from a folder: what follows '?d='."""
    if "?" not in path:
        return path
    try:
        return parse_qs(urlsplit(path).query).get("d", [path])[0]
    except ValueError:  # a netloc that is none
        return path


def _is_task(task: Mapping[str, object]) -> bool:
    is_annotated = any(isinstance(task.get(key), list) for key in ("annotations", "completions"))
    return isinstance(task.get("data"), Mapping) and is_annotated


def _picture(data: object) -> str:
    texts = {
        key: value
        for key, value in (data.items() if isinstance(data, Mapping) else ())
        if isinstance(value, str)
    }
    named = next((texts[key] for key in _IMAGE_KEYS if key in texts), None)
    return served_path(as_text(next(iter(texts.values()), "") if named is None else named))


def _labels(task: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield what was chosen, and the name of the tool that it was chosen with."""
    annotations = task.get("annotations", task.get("completions"))
    for annotation in annotations if isinstance(annotations, list) else ():
        if not isinstance(annotation, Mapping):
            continue
        if annotation.get("was_cancelled") or annotation.get("skipped"):
            continue
        results = annotation.get("result")
        for result in results if isinstance(results, list) else ():
            value = result.get("value") if isinstance(result, Mapping) else None
            for kind, chosen in value.items() if isinstance(value, Mapping) else ():
                if kind.endswith(_LABEL_ENDS) and isinstance(chosen, list):
                    yield from ((kind, _name(one)) for one in chosen)


def _name(chosen: object) -> str:
    """Return a choice; one of a tree of choices is named by its path."""
    if isinstance(chosen, list):
        return "/".join(as_text(part) for part in chosen)
    return as_text(chosen)
