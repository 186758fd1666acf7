"""A short description of a picture that survives another size, encoding or brightness."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray

from core.batches import run_batches
from core.dataset import ImageDataset, Rows, read_picture
from core.duplicates.hamming import BITS, Hashes
from core.errors import UnreadableImageError
from core.pictures.decode import Pixels
from core.progress import Progress, silent

STAGE = "looking for similar pictures"

_SIDE_PX = 64
_LEAST_CONTRAST = 2.0  # standard deviation of brightness; below, the bits would be noise
_BATCH = 64
_MOST_KEPT = 100_000  # hashes of pictures seen before; 35 MB

_KEPT: dict[str, tuple[bytes, bytes] | None] = {}
_KEPT_LOCK = Lock()


@dataclass(frozen=True, eq=False)
class PictureHashes:
    """R hashes; plain pictures and those that cannot be read have none."""

    rows: Rows  # (R,) ascending
    bits: Hashes  # (R, 4) shape: the signs of 256 slow waves of brightness
    colours: NDArray[np.uint8]  # (R, 8) blue and red of each quarter, 128 is grey


def hash_picture(pixels: Pixels) -> tuple[bytes, bytes] | None:
    """Return 32 bytes of shape and 8 of colour, or None where there is nothing to see.

    Source:
        Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, for the
        cosine transform and the median; 256 waves instead of 64.
    """
    # Down in two steps: colour first, at the size that the waves need.
    small = cv2.resize(pixels, (_SIDE_PX, _SIDE_PX), interpolation=_interpolation(pixels))
    grey, red, blue = cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb))
    if grey.std() < _LEAST_CONTRAST:
        return None
    waves = cv2.dct(grey.astype(np.float32)).ravel()[_SLOW]
    quarters = [cv2.resize(plane, (2, 2), interpolation=cv2.INTER_AREA) for plane in (blue, red)]
    return np.packbits(waves > np.median(waves)).tobytes(), np.stack(quarters).tobytes()


def hash_pictures(dataset: ImageDataset, progress: Progress = silent) -> PictureHashes:
    """Return the hash of each picture that has one.

    A picture that was seen before is not read again. Threads read and decode.

    Args:
        dataset: The images.
        progress: Told of pictures.
    """
    keys = dataset.picture_keys.tolist()
    with _KEPT_LOCK:
        hashes = {key: _KEPT[key] for key in set(keys) if key in _KEPT}
    first_rows = {key: row for row, key in reversed(list(enumerate(keys)))}
    unseen = sorted(row for key, row in first_rows.items() if key not in hashes)

    def read(rows: Sequence[int]) -> list[tuple[bytes, bytes] | None]:
        return [_read(dataset, row) for row in rows]

    done = 0
    for batch in run_batches(read, unseen, batch_size=_BATCH, stage=STAGE, progress=progress):
        hashes |= zip((keys[row] for row in unseen[done : done + len(batch)]), batch, strict=True)
        done += len(batch)
    _keep({keys[row]: hashes[keys[row]] for row in unseen})
    found = [(row, pair) for row, key in enumerate(keys) if (pair := hashes[key])]
    bits = b"".join(pair[0] for _, pair in found)
    colours = b"".join(pair[1] for _, pair in found)
    return PictureHashes(
        np.array([row for row, _ in found], np.intp),
        np.frombuffer(bits, np.uint64).reshape(-1, BITS // 64),
        np.frombuffer(colours, np.uint8).reshape(-1, 8),
    )


def _slow_waves() -> NDArray[np.intp]:
    """Return the places of the slowest waves but the first, which is the mean."""
    down, across = np.mgrid[:_SIDE_PX, :_SIDE_PX]
    return np.argsort((down**2 + across**2).ravel(), kind="stable")[1 : BITS + 1]


_SLOW = _slow_waves()


def _interpolation(pixels: Pixels) -> int:
    shrinks = min(pixels.shape[:2]) > _SIDE_PX
    return cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR


def _read(dataset: ImageDataset, row: int) -> tuple[bytes, bytes] | None:
    try:
        with read_picture(dataset, row, at_least_px=_SIDE_PX) as pixels:
            return hash_picture(pixels)
    except UnreadableImageError:
        return None


def _keep(hashes: dict[str, tuple[bytes, bytes] | None]) -> None:
    with _KEPT_LOCK:
        if len(_KEPT) + len(hashes) > _MOST_KEPT:
            _KEPT.clear()
        if len(hashes) <= _MOST_KEPT:
            _KEPT.update(hashes)
