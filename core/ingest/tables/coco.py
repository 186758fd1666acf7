"""Read annotations as COCO writes them: one label an image, where the images have one."""

from collections.abc import Iterable, Mapping, Sequence

from core.ingest.tables.table import Records, as_text
from core.words import count_of

BETWEEN_LABELS = "|"
_FILE_NAMES = ("image", "file_name", "filename", "file", "path", "image_path", "imagefilename")
_LIST_NAMES = ("annotations", "objects", "labels", "regions", "boxes", "bboxes", "detections")
_LABEL_NAMES = ("label", "class", "class_name", "category", "category_name", "name")
# What an image's entry says that is no label, split or group.
_NOT_ASKED = frozenset(
    {"id", "file_name", "path", "width", "height", "license", "coco_url", "flickr_url"}
)


def coco_records(value: object) -> Records | None:
    """Return a row for each image: its file, the classes of its annotations, what else it says.

    Images without annotations have an empty label; several classes are joined by '|'. Where most
    have several, this is detection: no table of labels.

    Returns:
        None where `value` is not of this shape.
    """
    if not isinstance(value, Mapping):
        return None
    images, annotations = _entries(value.get("images")), _entries(value.get("annotations"))
    if not images or not any("file_name" in image or "path" in image for image in images):
        return None
    if annotations is None or not ("categories" in value or _have(annotations, "image_id")):
        return None
    if annotations and not _have(annotations, "category_id"):
        what = "captions" if _have(annotations, "caption") else "annotations without classes"
        return Records(refusal=f"COCO {what}, no labels")
    names = {
        as_text(category.get("id")): as_text(category.get("name"))
        for category in _entries(value.get("categories")) or ()
    }
    labels: dict[str, dict[str, None]] = {}
    for annotation in annotations:
        number = as_text(annotation.get("category_id"))
        image = labels.setdefault(as_text(annotation.get("image_id")), {})
        image[names.get(number) or number] = None
    found = [labels.get(as_text(image.get("id")), {}) for image in images]
    what = "boxes" if _have(annotations, "bbox") else "annotations"
    others = _others(images)
    rows = [
        (
            as_text(image.get("file_name") or image.get("path")),
            BETWEEN_LABELS.join(of_image),
            *(as_text(image.get(name)) for name in others),
        )
        for image, of_image in zip(images, found, strict=True)
    ]
    return one_label_each(("file_name", "label", *others), rows, found, f"COCO {what}")


def listed_records(value: object) -> Records | None:
    """Return a row for each entry of a list that names an image and lists what is on it.

    So CreateML and many scripts write: [{"image": "1.jpg", "annotations": [{"label": "cat"}]}].

    Returns:
        None where `value` is not of this shape.
    """
    entries = _entries(value)
    if not entries:
        return None
    files = [name for name in entries[0] if name.lower() in _FILE_NAMES]
    lists = [name for name in entries[0] if name.lower() in _LIST_NAMES]
    if not files or not lists:
        return None
    found = [_listed(entry.get(lists[0])) for entry in entries]
    if not any(found):
        return None
    rows = [
        (as_text(entry.get(files[0])), BETWEEN_LABELS.join(labels))
        for entry, labels in zip(entries, found, strict=True)
    ]
    return one_label_each(("file_name", "label"), rows, found, "annotations of images")


def _listed(objects: object) -> dict[str, None]:
    """Return the different labels of the objects in a list."""
    labels = (
        as_text(next((one[name] for name in _LABEL_NAMES if name in one), None))
        for one in _entries(objects) or ()
    )
    return {label: None for label in labels if label}


def one_label_each(
    names: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    labels: Sequence[Iterable[str]],
    what: str,
) -> Records:
    """Return the rows of images if most of them have one class, and how many have several.

    Args:
        names: Of the columns.
        rows: One for each image.
        labels: The different classes of each image.
        what: What tells them, such as 'COCO boxes'.
    """
    counts = [len(list(of_image)) for of_image in labels]
    several = sum(count > 1 for count in counts)
    labelled = sum(count > 0 for count in counts)
    if not labelled:
        return Records(refusal=f"{what} of no image")
    share = f"several classes in {several:,} of {count_of(len(rows), 'image')}"
    if 2 * several > labelled:
        return Records(refusal=f"{what}, {share}")
    return Records(names, rows, f"{what[0].upper()}{what[1:]}: {share}." if several else "")


def _entries(value: object) -> list[Mapping[str, object]] | None:
    """Return the objects of a list, or None: it is no list of objects."""
    if not isinstance(value, list):
        return None
    entries = [entry for entry in value if isinstance(entry, Mapping)]
    return entries if entries or not value else None


def _have(entries: Sequence[Mapping[str, object]], name: str) -> bool:
    return any(name in entry for entry in entries)


def _others(images: Sequence[Mapping[str, object]]) -> list[str]:
    """Return what else most images say in a word, such as a split or a place."""
    first = images[0]
    return [
        name
        for name, value in first.items()
        if name not in _NOT_ASKED
        and name != "label"
        and isinstance(value, str | int | bool)
        and "date" not in name
    ]
