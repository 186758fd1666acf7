"""Turn one item of an export into the bytes of its file."""

from dataclasses import dataclass

import numpy as np

from core.augment import AugmentPolicy, DrawnStep, apply, draw
from core.dataset import TRAIN, ImageDataset, read_content, read_picture
from core.errors import UnreadableImageError
from core.export.items import AUGMENTED, ExportItem
from core.export.recipe import Recipe
from core.limits import Limits
from core.pictures.decode import Pixels, read_header
from core.pictures.encode import WRITABLE_FORMATS, encode, encode_like

_UPRIGHT, _NORMALISED = "upright", "normalised"
_MOST_ATTEMPTS = 8


@dataclass(frozen=True, eq=False)
class Rendered:
    """One picture of the export, ready to be written."""

    item: ExportItem
    content: bytes | None  # None: an earlier run wrote it
    operation: str
    reason: str = ""  # why there is none
    drawn: tuple[DrawnStep, ...] = ()


def render(dataset: ImageDataset, item: ExportItem, recipe: Recipe, is_written: bool) -> Rendered:
    """Return the bytes of one picture. Pure, so that threads and restarts change nothing."""
    try:
        content = read_content(dataset, item.row)
        source = dataset.table.iloc[item.row]
        # The image passed the limits when it was loaded; they may have been raised for it.
        limits = Limits(image_pixels=int(source["width"]) * int(source["height"]))
        header = read_header(content, limits)
        if item.origin == AUGMENTED:
            with read_picture(dataset, item.row) as whole:
                pixels, drawn = _augmented(dataset, item, recipe.policy, whole)
                encoded = None if is_written else encode_like(pixels, content, item.format)
            operation = "+".join(step.operation for step in drawn)
            return Rendered(item, encoded, operation, drawn=drawn)
        if item.split != TRAIN or item.format not in WRITABLE_FORMATS:
            return Rendered(item, None if is_written else content, "")
        if recipe.top_up.normalises_originals:
            with read_picture(dataset, item.row) as pixels:
                return Rendered(item, encode_like(pixels, content, item.format), _NORMALISED)
        if header.is_turned:
            # A lossy format loses a little here; at this quality, next to nothing.
            with read_picture(dataset, item.row) as pixels:
                encoded = encode(pixels, item.format, quality=95, is_grey=header.is_grey)
            return Rendered(item, encoded, _UPRIGHT)
        return Rendered(item, None if is_written else content, "")
    except UnreadableImageError as error:
        return Rendered(item, None, "", str(error))


def _augmented(
    dataset: ImageDataset, item: ExportItem, policy: AugmentPolicy, pixels: Pixels
) -> tuple[Pixels, tuple[DrawnStep, ...]]:
    """Return the augmented picture and how it was made; one like its source is drawn again.

    Some pictures are like themselves under every step, as a mirrored circle is.
    """
    drawn = item.drawn
    changed = apply(pixels, drawn)
    for attempt in range(1, _MOST_ATTEMPTS):
        if not np.array_equal(changed, pixels):
            break
        drawn = draw(
            policy, image_key=str(dataset.table["digest"].iloc[item.row]), copy=item.repeat,
            label=dataset.label(item.row), made_for=item.label, attempt=attempt,
        )  # fmt: skip
        changed = apply(pixels, drawn)
    return changed, drawn
