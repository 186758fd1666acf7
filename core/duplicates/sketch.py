"""A sketch of a picture: few grey values and fewer colours, by which copies are found."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray

from core.batches import run_batches
from core.dataset import ImageDataset, Rows, read_picture
from core.errors import UnreadableImageError
from core.pictures.decode import Pixels
from core.progress import Progress, silent

STAGE = "looking for similar pictures"
SIDE_PX = 32
DECODED_PX = 256  # a large JPEG is decoded smaller, with no side below this one

_LEAST_CONTRAST = 2.0  # standard deviation of brightness; below, a copy could not be told
_GREY_BYTES, _COLOUR_BYTES = SIDE_PX * SIDE_PX, 8
_BATCH = 64
_MOST_KEPT = 200_000  # sketches of pictures seen before; 1.2 kB each, 240 MB

_KEPT: dict[str, bytes | None] = {}
_KEPT_LOCK = Lock()


@dataclass(frozen=True, eq=False)
class Sketches:
    """R sketches of 1,032 bytes; plain pictures and those that cannot be read have none."""

    rows: Rows  # (R,)
    content: NDArray[np.uint8]  # (R, 1032)

    @property
    def grey(self) -> NDArray[np.uint8]:
        """Return (R, 32, 32) brightness, whatever the pictures' shapes."""
        return self.content[:, :_GREY_BYTES].reshape(len(self.rows), SIDE_PX, SIDE_PX)

    @property
    def colours(self) -> NDArray[np.uint8]:
        """Return (R, 2, 2, 2) blue and red of the quarters, 128 is grey."""
        return self.content[:, _GREY_BYTES:].reshape(len(self.rows), 2, 2, 2)


def sketch_picture(pixels: Pixels) -> bytes | None:
    """Return the 1,032 bytes of a sketch, or None where there is nothing to see."""
    shrinks = min(pixels.shape[:2]) > SIDE_PX
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    small = cv2.resize(pixels, (SIDE_PX, SIDE_PX), interpolation=method)
    grey, red, blue = cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb))
    if grey.std() < _LEAST_CONTRAST:
        return None
    quarters = [cv2.resize(plane, (2, 2), interpolation=cv2.INTER_AREA) for plane in (blue, red)]
    return grey.tobytes() + np.stack(quarters).tobytes()


def remember_sketch(key: str, pixels: Pixels) -> None:
    """Keep the sketch of a picture that is decoded anyway, so that it is not read again.

    Args:
        key: Of `picture_keys` of its dataset.
        pixels: Decoded with `at_least_px=DECODED_PX`: another size would give another sketch.
    """
    if key not in _KEPT:
        _keep({key: sketch_picture(pixels)})


def sketch_pictures(dataset: ImageDataset, progress: Progress = silent) -> Sketches:
    """Return the sketch of each picture that has one.

    A picture that was seen before is not read again. Threads read and decode.

    Args:
        dataset: The images.
        progress: Told of pictures.
    """
    keys = dataset.picture_keys.tolist()
    with _KEPT_LOCK:
        sketches = {key: _KEPT[key] for key in set(keys) if key in _KEPT}
    first_rows = {key: row for row, key in reversed(list(enumerate(keys)))}
    unseen = sorted(row for key, row in first_rows.items() if key not in sketches)

    def read(rows: Sequence[int]) -> list[bytes | None]:
        return [_read(dataset, row) for row in rows]

    done = 0
    for batch in run_batches(read, unseen, batch_size=_BATCH, stage=STAGE, progress=progress):
        sketches |= zip((keys[row] for row in unseen[done : done + len(batch)]), batch, strict=True)
        done += len(batch)
    _keep({keys[row]: sketches[keys[row]] for row in unseen})
    rows = [row for row, key in enumerate(keys) if sketches[key] is not None]
    content = b"".join(sketches[keys[row]] or b"" for row in rows)
    table = np.frombuffer(content, np.uint8).reshape(len(rows), _GREY_BYTES + _COLOUR_BYTES)
    return Sketches(np.array(rows, np.intp), table)


def _read(dataset: ImageDataset, row: int) -> bytes | None:
    try:
        with read_picture(dataset, row, at_least_px=DECODED_PX) as pixels:
            return sketch_picture(pixels)
    except UnreadableImageError:
        return None


def _keep(sketches: dict[str, bytes | None]) -> None:
    with _KEPT_LOCK:
        if len(_KEPT) + len(sketches) > _MOST_KEPT:
            _KEPT.clear()
        if len(sketches) <= _MOST_KEPT:
            _KEPT.update(sketches)
