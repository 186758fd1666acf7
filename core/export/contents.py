"""What an export will hold, and what it takes, said before it is written."""

import os

from core.dataset import TRAIN, ImageDataset
from core.export.layouts import DEFAULT_LAYOUT, Layout
from core.resample import BalancePlan, Made, find_strategy
from core.resample.effects import points_asked
from core.words import count_of, duration_of, size_of

_VECTOR_BYTES = 4_000  # a vector of the encoder, its parents, and the names beside it
_ROW_BYTES = 300  # of an image in a list of them, twice, and of its manifest
# Of one core at 2 GHz, over three sets of 0.02 to 0.22 megapixels a picture.
_SECONDS_A_FILE = 0.5e-3  # to read and to write
_SECONDS_A_PICTURE, _SECONDS_A_MEGAPIXEL = 1e-3, 30e-3  # to augment beside that


def written_sentence(
    dataset: ImageDataset, plan: BalancePlan, layout: Layout = DEFAULT_LAYOUT
) -> str:
    """Return what will be written, such as '84 originals and 12 copies: 48 for every class.'."""
    text = find_strategy(plan.strategy).effect.written(plan)
    if not layout.has_pictures:
        return (
            f"A list of {count_of(_images(dataset, plan), 'image')} without their pictures. It "
            f"says how often each is drawn in training, which gives {text}."
        )
    after = {count for count in plan.after.values() if count}
    if len(after) == 1 and len(plan.after) > 1:
        text += f": {after.pop():,} for every class"
    held_out = len(dataset.held_out_rows)
    return text + (f", plus {count_of(held_out, 'held-out image')}." if held_out else ".")


def work_sentence(dataset: ImageDataset, plan: BalancePlan, layout: Layout) -> str:
    """Return what is to be done, as a button says it: 'Write 84 pictures'."""
    if not layout.has_pictures:
        return f"Write a list of {count_of(_images(dataset, plan), 'image')}"
    pictures = sum(plan.after.values()) + len(dataset.held_out_rows)
    return f"Write {count_of(pictures, 'picture')}"


def contents_sentence(
    plan: BalancePlan, made: Made | None = None, layout: Layout = DEFAULT_LAYOUT
) -> str:
    """Return what the training split of an export holds, and of synthetic points what it does not.

    Args:
        plan: With the counts that came out, where it was carried out.
        made: What came out; the plan says how many points were asked for where it is not known.
        layout: Of the export.
    """
    effect = find_strategy(plan.strategy).effect
    if not effect.adds_points:
        none = "no pictures: it names those of the source"
        return f"The export holds {effect.written(plan) if layout.has_pictures else none}."
    count = points_asked(plan) if made is None else len(made.points)
    vectors = f"The export holds {count_of(count, 'synthetic vector')} in one file"
    if not (effect.adds_pictures and layout.has_pictures):
        return f"{vectors}, and no pictures of them: a vector cannot be turned into a picture."
    return (
        f"{vectors} and {count_of(plan.total_added, 'augmented picture')} of their parents; no "
        "pictures of the points themselves, because a vector cannot be turned into a picture."
    )


def cost_sentence(dataset: ImageDataset, plan: BalancePlan, layout: Layout = DEFAULT_LAYOUT) -> str:
    """Return how large an export will be, and how long it takes on this computer."""
    size, seconds = size_of(_bytes(dataset, plan, layout)), _seconds(dataset, plan, layout)
    return f"About {size}, {duration_of(seconds)}."


def _images(dataset: ImageDataset, plan: BalancePlan) -> int:
    """Return how many images of the source an export has something of."""
    return sum(plan.keep.values()) + len(dataset.held_out_rows)


def _bytes(dataset: ImageDataset, plan: BalancePlan, layout: Layout) -> float:
    """Return the bytes of an export, roughly: an added picture weighs as much as its class's."""
    if not layout.has_pictures:
        return _ROW_BYTES * float(len(dataset))
    sizes = dataset.table["bytes"].to_numpy()
    total = float(sizes[dataset.held_out_rows].sum())
    for label, count in plan.before.items():
        if count:
            mean = float(sizes[dataset.rows_of(label, TRAIN)].mean())
            total += mean * plan.after[label]
    if find_strategy(plan.strategy).effect.adds_points:
        total += _VECTOR_BYTES * points_asked(plan)
    return total


def _seconds(dataset: ImageDataset, plan: BalancePlan, layout: Layout) -> float:
    if not layout.has_pictures:
        return 0.0
    files = sum(plan.after.values()) + len(dataset.held_out_rows)
    seconds = _SECONDS_A_FILE * files
    if find_strategy(plan.strategy).effect.adds_pictures:
        megapixels = dataset.shapes[:, 0] * dataset.shapes[:, 1] / 1e6
        for label, count in plan.add.items():
            if count:
                mean = float(megapixels[dataset.rows_of(label, TRAIN)].mean())
                seconds += count * (_SECONDS_A_PICTURE + _SECONDS_A_MEGAPIXEL * mean)
    return seconds / (os.cpu_count() or 1)
