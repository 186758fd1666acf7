"""Which files an export will hold, before one is written."""

from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from core.augment import AugmentPolicy, DrawnStep, draw
from core.dataset import TRAIN, ImageDataset
from core.errors import SettingError
from core.export.layouts import DEFAULT_LAYOUT, Layout
from core.export.names import class_folders, safe_name, stem_of, unused
from core.export.top_up import NO_SHARE, Addition, TopUp, numbered, plan_top_up, with_share
from core.progress import Progress, silent
from core.resample import Exports, Resampled, find_strategy

ORIGINAL, COPY, AUGMENTED = "original", "copy", "augmented"
_PLANNED_AT_ONCE = 500  # between two reports of progress


@dataclass(frozen=True)
class ExportItem:
    """One picture of the export."""

    stem: str  # its path in the export but for the suffix, parts divided by '/'
    row: int  # the image that it is, or was made from
    label: str
    split: str
    origin: str  # ORIGINAL, COPY or AUGMENTED
    drawn: tuple[DrawnStep, ...] = ()
    repeat: int = 0  # which of the pictures made from that image, from 1


def list_items(
    dataset: ImageDataset,
    made: Resampled,
    policy: AugmentPolicy,
    *,
    seed: int,
    top_up: TopUp = NO_SHARE,
    layout: Layout = DEFAULT_LAYOUT,
    progress: Progress = silent,
) -> list[ExportItem]:
    """Return the pictures of the export: originals of every split, then those that are added.

    What suffix a file gets is known when it is read. No two stems are alike, whatever their
    suffixes: labels files often drop the suffix.

    Raises:
        SettingError: there is a class for which no step of `policy` is left.
    """
    folders = class_folders(dataset.classes)
    used: set[str] = set()
    items: list[ExportItem] = []
    table = dataset.table
    splits = table["split"].tolist()
    paths, labels = table["path"].tolist(), table["label"].tolist()
    keys = table["digest"].tolist()

    def add(
        row: int, ending: str, origin: str, *,
        label: str = "", drawn: tuple[DrawnStep, ...] = (), repeat: int = 0,
    ) -> None:  # fmt: skip
        label = label or labels[row]
        folder = layout.folder(splits[row], folders[label])
        stem = unused(f"{folder}/{stem_of(paths[row], labels[row])}{ending}", used)
        items.append(ExportItem(stem, row, label, splits[row], origin, drawn, repeat))

    for row in made.kept.tolist():
        add(row, "", ORIGINAL)
    for row in dataset.held_out_rows.tolist():
        add(row, "", ORIGINAL)
    is_copy = find_strategy(made.plan.strategy).exports is Exports.COPIES
    additions = list_additions(dataset, made, policy, seed=seed, top_up=top_up)
    for number, addition in enumerate(additions):
        if number % _PLANNED_AT_ONCE == 0:
            progress("planning pictures", number, len(additions))
        row, repeat = addition.row, addition.repeat
        if is_copy:
            add(row, f"__copy{repeat:03d}", COPY)
        else:
            drawn = draw(
                policy, image_key=keys[row], copy=repeat, label=labels[row],
                made_for=addition.label,
            )  # fmt: skip
            add(
                row, f"__aug{repeat:03d}", AUGMENTED, label=addition.label,
                drawn=drawn, repeat=repeat,
            )  # fmt: skip
    return items


def list_additions(
    dataset: ImageDataset,
    made: Resampled,
    policy: AugmentPolicy,
    *,
    seed: int,
    top_up: TopUp = NO_SHARE,
) -> list[Addition]:
    """Return which image each added picture is made from: those of points first, in their order.

    Raises:
        SettingError: a share of each class is asked of a strategy that augments only some.
    """
    plan = made.plan
    add = {label: plan.add[label] for label in made.points.too_small}
    if find_strategy(plan.strategy).exports is Exports.AUGMENTED:
        add = with_share(
            plan.keep, plan.add, top_up.least_share, most_per_image=plan.most_per_image
        )
    elif top_up.least_share:
        raise SettingError(
            f"Strategy '{plan.strategy}' cannot augment a share of each class. Choose 'augment', "
            "or a share of 0."
        )
    sources = {
        label: np.concatenate(
            [
                dataset.rows_of(one, TRAIN)
                for one in (label, *sorted(policy.partners_of(label) & set(dataset.classes)))
            ]
        ).tolist()
        for label in add
    }
    bases = made.points.parents[:, 0].tolist()
    of_points = [(row, dataset.classes[dataset.codes[row]]) for row in bases]
    others = plan_top_up(sources, add, seed=seed, name=plan.strategy)
    return numbered([*of_points, *((one.row, one.label) for one in others)])


def export_name(dataset: ImageDataset, strategy: str) -> str:
    """Return a file stem for an export of `dataset`: 'parts-smote'."""
    return f"{safe_name(PurePosixPath(dataset.name).name)}-{strategy}"
