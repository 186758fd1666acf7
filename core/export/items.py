"""Which files an export will hold, before one is written."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from core.augment import AugmentPolicy, DrawnStep, draw
from core.dataset import TRAIN, ImageDataset
from core.encoding import WRITABLE_FORMATS
from core.export.names import class_folders, safe_name, stem_of, unused
from core.images import SUFFIXES
from core.progress import Progress, silent
from core.randomness import stream
from core.resample import BalancePlan, Exports, Resampled, find_strategy

ORIGINAL, COPY, AUGMENTED = "original", "copy", "augmented"
_PLANNED_AT_ONCE = 500  # between two reports of progress


@dataclass(frozen=True)
class ExportItem:
    """One picture of the export."""

    path: str  # in the export, parts divided by '/'
    row: int  # the image that it is, or was made from
    label: str
    split: str
    origin: str  # ORIGINAL, COPY or AUGMENTED
    format: str
    drawn: tuple[DrawnStep, ...] = ()


@dataclass(frozen=True)
class Addition:
    """One picture to add: from which row, and which repeat of that row it is, from 1."""

    row: int
    repeat: int


def list_items(
    dataset: ImageDataset,
    made: Resampled,
    policy: AugmentPolicy,
    *,
    seed: int,
    progress: Progress = silent,
) -> list[ExportItem]:
    """Return the pictures of the export: originals of every split, then those that are added.

    Raises:
        SettingError: there is a class for which no step of `policy` is left.
    """
    folders = class_folders(dataset.classes)
    used: set[str] = set()
    items: list[ExportItem] = []
    table = dataset.table
    splits, formats = table["split"].tolist(), table["format"].tolist()
    paths, labels = table["path"].tolist(), table["label"].tolist()

    def add(row: int, suffix: str, origin: str, format_: str, drawn: tuple[DrawnStep, ...]) -> None:
        folder = f"{splits[row]}/{folders[labels[row]]}"
        stem = unused(f"{folder}/{stem_of(paths[row], labels[row])}{suffix}", used)
        # Two stems are unlike, whatever their suffixes: labels files often drop the suffix.
        path = stem + SUFFIXES[format_]
        items.append(ExportItem(path, row, labels[row], splits[row], origin, format_, drawn))

    for row in [*made.kept.tolist(), *dataset.held_out_rows.tolist()]:
        add(row, "", ORIGINAL, formats[row], ())
    is_copy = find_strategy(made.plan.strategy).exports is Exports.COPIES
    additions = list_additions(dataset, made, seed=seed)
    for number, addition in enumerate(additions):
        if number % _PLANNED_AT_ONCE == 0:
            progress("planning pictures", number, len(additions))
        row, repeat = addition.row, addition.repeat
        if is_copy:
            add(row, f"__copy{repeat:03d}", COPY, formats[row], ())
        else:
            drawn = draw(policy, image_key=paths[row], copy=repeat, label=labels[row])
            format_ = formats[row] if formats[row] in WRITABLE_FORMATS else "PNG"
            add(row, f"__aug{repeat:03d}", AUGMENTED, format_, drawn)
    return items


def list_additions(dataset: ImageDataset, made: Resampled, *, seed: int) -> list[Addition]:
    """Return which image each added picture is made from: those of points first, in their order."""
    bases: list[int] = made.points.parents[:, 0].tolist()
    labels: Iterable[str] = made.points.too_small
    if find_strategy(made.plan.strategy).exports is Exports.AUGMENTED:
        labels = made.plan.add
    for label in labels:
        bases += _round_robin(dataset, made.plan, label, seed)
    return _numbered(bases)


def _round_robin(dataset: ImageDataset, plan: BalancePlan, label: str, seed: int) -> list[int]:
    """Return the images to augment, each used equally often, give or take one."""
    rows = dataset.rows_of(label, TRAIN)
    if plan.add[label] == 0 or len(rows) == 0:
        return []
    order = stream(seed, plan.strategy, "augment", label).permutation(rows)
    return [int(row) for row in np.resize(order, plan.add[label])]


def _numbered(rows: Iterable[int]) -> list[Addition]:
    repeats: Counter[int] = Counter()
    additions = []
    for row in rows:
        repeats[row] += 1
        additions.append(Addition(row, repeats[row]))
    return additions


def export_name(dataset: ImageDataset, strategy: str) -> str:
    """Return a file stem for an export of `dataset`: 'parts-smote'."""
    return f"{safe_name(PurePosixPath(dataset.name).name)}-{strategy}"
