"""Turn one item of an export into the bytes of its file."""

from dataclasses import dataclass
from hashlib import sha256

from core.augment import DrawnStep, make_picture
from core.dataset import TRAIN, ImageDataset
from core.errors import UnreadableImageError
from core.export.items import AUGMENTED, ExportItem
from core.export.recipe import Recipe
from core.limits import Limits
from core.pictures.decode import decode, read_header
from core.pictures.encode import WRITABLE_FORMATS, encode, encode_like

_UPRIGHT, _NORMALISED = "upright", "normalised"


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
        content = dataset.read_bytes(item.row)
        source = dataset.table.iloc[item.row]
        if sha256(content).hexdigest() != source["digest"]:
            raise UnreadableImageError("changed since it was loaded")
        # The image passed the limits when it was loaded; they may have been raised for it.
        limits = Limits(image_pixels=int(source["width"]) * int(source["height"]))
        header = read_header(content, limits)
        if item.origin == AUGMENTED:
            original = decode(content, limits=limits)
            pixels, drawn = make_picture(
                dataset, recipe.policy, item.row, item.repeat, item.code, original
            )
            encoded = None if is_written else encode_like(pixels, content, item.format)
            operation = "+".join(step.operation for step in drawn)
            return Rendered(item, encoded, operation, drawn=drawn)
        if item.split != TRAIN or item.format not in WRITABLE_FORMATS:
            return Rendered(item, None if is_written else content, "")
        if recipe.top_up.normalises_originals:
            encoded = encode_like(decode(content, limits=limits), content, item.format)
            return Rendered(item, encoded, _NORMALISED)
        if header.is_turned:
            # A lossy format loses a little here; at this quality, next to nothing.
            pixels = decode(content, limits=limits)
            encoded = encode(pixels, item.format, quality=95, is_grey=header.is_grey)
            return Rendered(item, encoded, _UPRIGHT)
        return Rendered(item, None if is_written else content, "")
    except UnreadableImageError as error:
        return Rendered(item, None, "", str(error))
    except OSError as error:
        return Rendered(item, None, "", error.strerror or "cannot be opened")
