"""Look at every picture once, in threads: what the checks of pictures compare.

To measure another thing is to add a record to MEASURES.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.audit import quality_measures
from core.audit.properties import MEASURED, measure_properties
from core.audit.view import JUDGED_PX, View
from core.batches import run_batches
from core.dataset import ImageDataset, decoded, read_file
from core.duplicates import DECODED_PX, Copies, Groups, find_copies, remember_sketch
from core.errors import UnreadableImageError
from core.progress import Progress, silent

__all__ = [
    "MEASURES",
    "Measure",
    "PictureMeasures",
    "View",
    "measure_pictures",
    "seconds_to_measure",
]

STAGE = "looking at pictures"

_BATCH = 64
_LEAST_PX = max(JUDGED_PX, DECODED_PX)  # of the short side of a picture that comes smaller
_MOST_KEPT = 1_000_000  # pictures seen before; 4 bytes a column and 8 of each
_SECONDS_A_PICTURE, _SECONDS_A_PIXEL = 4e-4, 2e-8


@dataclass(frozen=True)
class Measure:
    """One or more numbers of a picture."""

    columns: tuple[str, ...]
    measure: Callable[[View], Sequence[float]]  # a number a column


MEASURES: tuple[Measure, ...] = (
    Measure(("brightness", "darkest", "lightest", "contrast"), quality_measures.tones),
    Measure(("range", "detail", "colour"), quality_measures.contents),
    Measure(("blur",), quality_measures.blur),
    Measure(("noise",), quality_measures.noise),
    Measure(MEASURED, lambda view: measure_properties(view.pixels, view.content, view.header)),
)


@dataclass(frozen=True, eq=False)
class PictureMeasures:
    """What was measured of N images, and which show the same picture."""

    columns: Mapping[str, NDArray[np.float32]]  # name -> (N,), NaN where it could not be measured
    copies: Copies  # which show the same picture, or nearly

    @property
    def groups(self) -> Groups:
        """Return (N,) the group of each row: rows of one group show the same picture, or nearly."""
        return self.copies.groups


class _Kept:
    """Measures of pictures seen before, a column each, by a hash of the picture's key."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._keys: NDArray[np.uint64] = np.empty(0, np.uint64)  # (K,) ascending
        self._table: NDArray[np.float32] = np.empty((0, 0), np.float32)  # (C, K)
        self._lock = Lock()

    def fill(
        self, names: tuple[str, ...], keys: NDArray[np.uint64], table: NDArray[np.float32]
    ) -> NDArray[np.bool_]:
        """Fill in what is known of `keys`, and return (N,) where that is."""
        with self._lock:
            if names != self._names or not len(self._keys):
                return np.zeros(len(keys), np.bool_)
            places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            is_known: NDArray[np.bool_] = self._keys[places] == keys
            table[:, is_known] = self._table[:, places[is_known]]
        return is_known

    def keep(
        self, names: tuple[str, ...], keys: NDArray[np.uint64], table: NDArray[np.float32]
    ) -> None:
        """Keep the measures of other pictures; all older ones go where there are too many."""
        with self._lock:
            if names == self._names and len(self._keys) + len(keys) <= _MOST_KEPT:
                keys = np.concatenate([self._keys, keys])
                table = np.concatenate([self._table, table], axis=1)
            # A copy of the table that is no longer than it: the caller's is of all images.
            self._keys, first = np.unique(keys, return_index=True)
            self._names, self._table = names, table[:, first]


_KEPT = _Kept()


def seconds_to_measure(dataset: ImageDataset) -> float:
    """Return about how long `measure_pictures` takes on two cores, of pictures never seen."""
    pixels = dataset.table["width"].astype(np.int64) * dataset.table["height"]
    return len(dataset) * _SECONDS_A_PICTURE + float(pixels.sum()) * _SECONDS_A_PIXEL


def measure_pictures(dataset: ImageDataset, progress: Progress = silent) -> PictureMeasures:
    """Return what MEASURES say of each picture, and which are nearly the same.

    Threads read and decode, within the process's memory for pictures; a large JPEG is decoded at
    a half, a quarter or an eighth, its short side at least 256 px. Pictures that this process has
    measured before, such as those of a set that holds these, are not read again; neither are those
    that were done when the work was cancelled.

    Args:
        dataset: The images.
        progress: Told of pictures, then of comparisons.
    """
    names = tuple(name for measure in MEASURES for name in measure.columns)
    keys = pd.util.hash_array(dataset.picture_keys)
    table = np.full((len(names), len(dataset)), np.nan, np.float32)
    is_known = _KEPT.fill(names, keys, table)
    _, first, alike = np.unique(keys, return_index=True, return_inverse=True)
    unseen = np.sort(first[~is_known[first]])

    def measure(rows: Sequence[int]) -> list[list[float] | None]:
        return [_measured(dataset, row) for row in rows]

    done = 0
    try:
        for batch in run_batches(
            measure, unseen.tolist(), batch_size=_BATCH, stage=STAGE, progress=progress
        ):
            for place, values in enumerate(batch, start=done):
                if values is not None:
                    table[:, unseen[place]] = values
            done += len(batch)
    finally:
        fresh = unseen[:done]
        read = fresh[np.isfinite(table[:, fresh]).any(axis=0)]
        if len(read):
            _KEPT.keep(names, keys[read], table[:, read])
    table = table[:, first[alike]]
    copies = find_copies(dataset, progress)
    return PictureMeasures(dict(zip(names, table, strict=True)), copies)


def _measured(dataset: ImageDataset, row: int) -> list[float] | None:
    try:
        with (
            read_file(dataset, row, at_least_px=_LEAST_PX) as (content, header),
            decoded(dataset, content, header, at_least_px=_LEAST_PX) as pixels,
        ):
            remember_sketch(dataset.picture_keys[row], pixels)
            view = View(pixels, content, header)
            return [value for measure in MEASURES for value in measure.measure(view)]
    except UnreadableImageError:
        return None
