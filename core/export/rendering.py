"""Turn one item of an export into the bytes of its file."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.augment import AugmentPolicy, DrawnStep, apply, draw
from core.dataset import ImageDataset, read_content
from core.errors import UnreadableImageError
from core.export.items import AUGMENTED, ExportItem
from core.export.originals import (
    CONVERTED,
    COPIED,
    ENCODED,
    ENCODED_ANEW,
    changes_of,
    written_format,
)
from core.export.recipe import Recipe
from core.limits import Limits
from core.pictures.decode import SUFFIXES, Pixels, decode, read_header
from core.pictures.encode import encode_like

_MOST_ATTEMPTS = 8


@dataclass(frozen=True, eq=False)
class Rendered:
    """One picture of the export, ready to be written."""

    item: ExportItem
    path: str = ""
    content: bytes | None = None  # None: an earlier run wrote it
    written: str = ""  # COPIED, ENCODED, or CONVERTED and what was changed
    reason: str = ""  # why there is none
    drawn: tuple[DrawnStep, ...] = ()


def render(
    dataset: ImageDataset, item: ExportItem, recipe: Recipe, has: Callable[[str], bool]
) -> Rendered:
    """Return the bytes of one picture. Pure, so that threads and restarts change nothing.

    Args:
        dataset: The images.
        item: Which picture.
        recipe: How to augment, and how originals are written.
        has: Whether an earlier run wrote the file of this name.
    """
    try:
        content = read_content(dataset, item.row)
        # The image passed the limits when it was loaded; they may have been raised for it.
        source = dataset.table.iloc[item.row]
        limits = Limits(image_pixels=int(source["width"]) * int(source["height"]))
        header = read_header(content, limits)
        format_ = written_format(content, header)
        path = item.stem + SUFFIXES[format_]
        changes = changes_of(content, header)
        if item.origin == AUGMENTED:
            pixels = decode(content, header=header, limits=limits, decoding=dataset.decoding)
            pixels, drawn = _augmented(dataset, item, recipe.policy, pixels)
            encoded = None if has(path) else encode_like(pixels, content, format_, header=header)
            return Rendered(item, path, encoded, ENCODED, drawn=drawn)
        is_anew = recipe.originals == ENCODED_ANEW
        written = f"{CONVERTED}: {changes}" if changes else ENCODED if is_anew else COPIED
        if has(path):
            return Rendered(item, path, None, written)
        if written == COPIED:
            return Rendered(item, path, content, written)
        pixels = decode(content, header=header, limits=limits, decoding=dataset.decoding)
        return Rendered(item, path, encode_like(pixels, content, format_, header=header), written)
    except UnreadableImageError as error:
        return Rendered(item, reason=str(error))


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
