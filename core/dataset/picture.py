"""From a row to its pixels: the only door. What changed since it was loaded is refused here."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from core.dataset.dataset import ImageDataset
from core.errors import UnreadableImageError
from core.limits import Limits
from core.pictures.decode import Pixels, decode


def read_content(dataset: ImageDataset, row: int) -> bytes:
    """Return the bytes of a row's file, as they were when the dataset was loaded.

    Raises:
        UnreadableImageError: the file cannot be opened any more, or has changed; the text is the
            bare reason.
    """
    try:
        content = dataset.read_bytes(row)
    except OSError as error:
        raise UnreadableImageError(f"cannot be read any more ({error.strerror})") from error
    if sha256(content).hexdigest() != dataset.table["digest"].iloc[row]:
        raise UnreadableImageError("changed since it was loaded")
    return content


@contextmanager
def read_picture(dataset: ImageDataset, row: int, *, at_least_px: int = 0) -> Iterator[Pixels]:
    """Give the (H, W, 3) uint8 RGB pixels of a row, upright, as the whole set decides.

    Args:
        dataset: The images.
        row: Which one.
        at_least_px: When above 0, a picture may come smaller, with no side below this one.

    Raises:
        UnreadableImageError: the file cannot be opened any more, has changed, or is damaged; the
            text is the bare reason.
    """
    content = read_content(dataset, row)
    # The image passed the limits when it was loaded; they may have been raised for it.
    width, height = (int(dataset.table[side].iloc[row]) for side in ("width", "height"))
    limits = Limits(image_pixels=width * height)
    yield decode(content, limits=limits, decoding=dataset.decoding, at_least_px=at_least_px)
