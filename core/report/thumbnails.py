"""Small pictures of images, as text that stands in a page."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence

from core.batches import run_batches
from core.dataset import ImageDataset, read_picture
from core.errors import UnreadableImageError
from core.pictures.encode import thumbnail
from core.progress import Progress

SIDE_PX = 112
_BATCH = 16


def draw_thumbnails(
    dataset: ImageDataset, rows: Iterable[int], progress: Progress
) -> Mapping[int, str]:
    """Return row -> the address of its small picture, which holds the picture itself.

    One that cannot be read any more has none.

    Args:
        dataset: The images.
        rows: Which ones; each is read once.
        progress: Told of pictures.
    """
    wanted = sorted(set(rows))

    def draw(some: Sequence[int]) -> list[str]:
        return [_address(dataset, row) for row in some]

    drawn = run_batches(
        draw, wanted, batch_size=_BATCH, stage="drawing pictures", progress=progress
    )
    addresses = [address for batch in drawn for address in batch]
    return {row: address for row, address in zip(wanted, addresses, strict=True) if address}


def _address(dataset: ImageDataset, row: int) -> str:
    try:
        with read_picture(dataset, row, at_least_px=SIDE_PX) as pixels:
            content = thumbnail(pixels, SIDE_PX)
    except UnreadableImageError:
        return ""
    return f"data:image/jpeg;base64,{b64encode(content).decode()}"
