"""All images of a comparison as small squares, for networks that learn from pixels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.batches import run_batches
from core.dataset import ImageDataset, Rows
from core.errors import SourceError, UnreadableImageError
from core.images import Pixels, decode, resize
from core.limits import Limits
from core.progress import Progress

STAGE = "reading pictures"

_BATCH = 64


def read_small(
    dataset: ImageDataset, rows: Rows, side_px: int, progress: Progress
) -> NDArray[np.uint8]:
    """Return (R, side_px, side_px, 3) of `rows`, whole pictures whatever their proportions.

    Raises:
        SourceError: a file cannot be read any more.
    """
    small = np.empty((len(rows), side_px, side_px, 3), np.uint8)
    sizes = dataset.table[["width", "height"]].to_numpy()

    def read(some: Sequence[int]) -> list[Pixels]:
        return [_read(dataset, row, int(sizes[row].prod()), side_px) for row in some]

    done = 0
    for batch in run_batches(
        read, rows.tolist(), batch_size=_BATCH, stage=STAGE, progress=progress
    ):
        small[done : done + len(batch)] = batch
        done += len(batch)
    return small


def _read(dataset: ImageDataset, row: int, pixel_count: int, side_px: int) -> Pixels:
    try:
        content = dataset.read_bytes(row)
        pixels = decode(content, limits=Limits(image_pixels=pixel_count), at_least_px=side_px)
    except (OSError, UnreadableImageError) as error:
        raise SourceError(
            f"'{dataset.path(row)}' cannot be read any more. Check that the files are still in "
            "place, then load them again."
        ) from error
    return resize(pixels, width=side_px, height=side_px)
