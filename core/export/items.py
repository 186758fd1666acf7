"""Which files an export will hold, before one is written."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.augment.draws import check_pictures
from core.dataset import ImageDataset, Rows
from core.export.names import class_folders, safe_name, stem_of, unused
from core.export.top_up import AS_THEY_ARE, TopUp
from core.pictures.decode import SUFFIXES
from core.pictures.encode import WRITABLE_FORMATS
from core.resample import Made

ORIGINAL, COPY, AUGMENTED = "original", "copy", "augmented"


@dataclass(frozen=True)
class ExportItem:
    """One picture of the export."""

    path: str  # in the export, parts divided by '/'
    row: int  # the image that it is, or was made from
    label: str
    split: str
    origin: str  # ORIGINAL, COPY or AUGMENTED
    format: str
    repeat: int = 0  # which of the copies or pictures made of that image, from 1
    code: int = 0  # of its label


def list_items(
    dataset: ImageDataset, made: Made, *, top_up: TopUp = AS_THEY_ARE
) -> list[ExportItem]:
    """Return the pictures of the export: originals of every split, then those that are added.

    Augmented pictures stand in the order of `made.pictures`.

    Raises:
        SettingError: there is a class for which no step of the policy is left.
    """
    check_pictures(dataset, made.policy, made.pictures)
    folders = class_folders(dataset.classes)
    used: set[str] = set()
    items: list[ExportItem] = []
    table = dataset.table
    splits, formats = table["split"].tolist(), table["format"].tolist()
    paths, labels = table["path"].tolist(), table["label"].tolist()

    def add(row: int, suffix: str, origin: str, format_: str, code: int, repeat: int = 0) -> None:
        label = dataset.classes[code]
        folder = f"{splits[row]}/{folders[label]}"
        stem = unused(f"{folder}/{stem_of(paths[row], labels[row])}{suffix}", used)
        # Two stems are unlike, whatever their suffixes: labels files often drop the suffix.
        path = stem + SUFFIXES[format_]
        items.append(ExportItem(path, row, label, splits[row], origin, format_, repeat, code))

    def encoded(row: int) -> str:
        return formats[row] if formats[row] in WRITABLE_FORMATS else "PNG"

    of_original = encoded if top_up.normalises_originals else formats.__getitem__
    codes = dataset.codes.tolist()
    for row in made.kept.tolist():
        add(row, "", ORIGINAL, of_original(row), codes[row])
    for row in dataset.held_out_rows.tolist():
        add(row, "", ORIGINAL, formats[row], codes[row])
    for row, repeat in _numbered(made.copies):
        add(row, f"__copy{repeat:03d}", COPY, of_original(row), codes[row], repeat)
    pictures = made.pictures
    for row, repeat, code in zip(
        pictures.rows.tolist(), pictures.repeats.tolist(), pictures.codes.tolist(), strict=True
    ):
        add(row, f"__aug{repeat:03d}", AUGMENTED, encoded(row), code, repeat)
    return items


def export_name(dataset: ImageDataset, strategy: str) -> str:
    """Return a file stem for an export of `dataset`: 'parts-smote'."""
    return f"{safe_name(PurePosixPath(dataset.name).name)}-{strategy}"


def _numbered(rows: Rows) -> Iterator[tuple[int, int]]:
    """Yield each of `rows` with how often it has come, from 1."""
    found: Counter[int] = Counter()
    for row in rows.tolist():
        found[row] += 1
        yield row, found[row]
