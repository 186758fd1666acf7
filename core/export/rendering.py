"""Turn one item of an export into the bytes of its file."""

from collections.abc import Callable
from dataclasses import dataclass

from core.augment import DrawnStep, make_picture
from core.dataset import ImageDataset, decoded, read_file
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
from core.pictures.encode import encode_like
from core.pictures.header import SUFFIXES


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
        with read_file(dataset, item.row) as (content, header):
            format_ = written_format(content, header)
            path = item.stem + SUFFIXES[format_]
            if item.origin == AUGMENTED:
                with decoded(dataset, content, header) as pixels:
                    changed, drawn = make_picture(
                        dataset, recipe.policy, item.row, item.repeat, item.code, pixels
                    )
                    if has(path):
                        return Rendered(item, path, None, ENCODED, drawn=drawn)
                    encoded = encode_like(changed, content, format_, header=header)
                return Rendered(item, path, encoded, ENCODED, drawn=drawn)
            changes = changes_of(content, header)
            is_anew = recipe.originals == ENCODED_ANEW
            written = f"{CONVERTED}: {changes}" if changes else ENCODED if is_anew else COPIED
            if has(path):
                return Rendered(item, path, None, written)
            if written == COPIED:
                return Rendered(item, path, content, written)
            with decoded(dataset, content, header) as pixels:
                encoded = encode_like(pixels, content, format_, header=header)
            return Rendered(item, path, encoded, written)
    except UnreadableImageError as error:
        return Rendered(item, reason=str(error))
