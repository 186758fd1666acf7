"""Look at every picture once, in threads: what the checks of pictures compare.

To measure another thing is to add a record to MEASURES.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.batches import run_batches
from core.dataset import ImageDataset, Rows, decoded, read_file
from core.duplicates import Groups, picture_groups
from core.errors import UnreadableImageError
from core.pictures.decode import Pixels
from core.pictures.header import ImageHeader
from core.progress import Progress, silent

STAGE = "looking at pictures"

_BATCH = 64
_SECONDS_A_PICTURE, _SECONDS_A_PIXEL = 4e-4, 2e-8


@dataclass(frozen=True, eq=False)
class View:
    """One picture, as measures look at it; what two of them need is made once."""

    pixels: Pixels  # (H, W, 3) uint8 RGB, upright
    content: bytes  # of the file
    header: ImageHeader

    @cached_property
    def grey(self) -> NDArray[np.uint8]:
        """Return (H, W) brightness."""
        return np.asarray(cv2.cvtColor(self.pixels, cv2.COLOR_RGB2GRAY), np.uint8)


@dataclass(frozen=True)
class Measure:
    """One or more numbers of a picture."""

    columns: tuple[str, ...]
    measure: Callable[[View], Sequence[float]]  # a number a column


def _brightness(view: View) -> Sequence[float]:
    return (float(view.grey.mean()) / 255,)


MEASURES: tuple[Measure, ...] = (Measure(("brightness",), _brightness),)


@dataclass(frozen=True, eq=False)
class PictureMeasures:
    """What was measured of N images, and which show the same picture."""

    columns: Mapping[str, NDArray[np.float32]]  # name -> (N,), NaN where it could not be read
    groups: Groups  # (N,) rows of one group show the same picture, or nearly

    def __post_init__(self) -> None:
        freeze(self, "groups")


def seconds_to_measure(dataset: ImageDataset) -> float:
    """Return about how long `measure_pictures` takes on two cores, of pictures never seen."""
    pixels = dataset.table["width"].astype(np.int64) * dataset.table["height"]
    return len(dataset) * _SECONDS_A_PICTURE + float(pixels.sum()) * _SECONDS_A_PIXEL


def measure_pictures(dataset: ImageDataset, progress: Progress = silent) -> PictureMeasures:
    """Return what MEASURES say of each picture, and which are nearly the same.

    Threads read and decode, within the process's memory for pictures.

    Args:
        dataset: The images.
        progress: Told of pictures, then of comparisons.
    """
    names = [name for measure in MEASURES for name in measure.columns]
    table = np.full((len(names), len(dataset)), np.nan, np.float32)

    def measure(rows: Sequence[int]) -> list[list[float] | None]:
        return [_measured(dataset, row) for row in rows]

    done = 0
    rows: Rows = np.arange(len(dataset))
    for batch in run_batches(
        measure, rows.tolist(), batch_size=_BATCH, stage=STAGE, progress=progress
    ):
        for place, values in enumerate(batch, start=done):
            if values is not None:
                table[:, place] = values
        done += len(batch)
    groups = picture_groups(dataset, progress)
    return PictureMeasures(dict(zip(names, table, strict=True)), groups)


def _measured(dataset: ImageDataset, row: int) -> list[float] | None:
    try:
        with (
            read_file(dataset, row) as (content, header),
            decoded(dataset, content, header) as pixels,
        ):
            view = View(pixels, content, header)
            return [value for measure in MEASURES for value in measure.measure(view)]
    except UnreadableImageError:
        return None
