"""Read a file with OpenCV: in the calling thread, and without a word on the terminal.

But for the pixels of a PNG: where they are damaged, libpng writes a line that nothing keeps back.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import UnreadableImageError
from core.pictures.header import PNG_START, without_chunks

# Work is spread over images; threads inside one image would only get in each other's way.
cv2.setNumThreads(1)
# A damaged file is a row among the skipped ones, not a line of OpenCV's on the terminal.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

# Of a PNG's chunks that are not vital to all readers, those that its pixels hang on: transparency,
# and the frames of an animation. Of texts, profiles and dates that libpng does not like it would
# write lines, too; colour profiles are not applied.
_KEPT = frozenset({b"tRNS", b"acTL", b"fcTL", b"fdAT"})


def read_with_opencv(content: bytes, flag: int) -> NDArray[np.generic]:
    """Return what OpenCV reads, neither turned nor, where `flag` leaves it, converted.

    Raises:
        UnreadableImageError: it cannot.
    """
    flag |= cv2.IMREAD_IGNORE_ORIENTATION
    try:
        if content.startswith(PNG_START):
            content = without_chunks(content, _says_no_pixels)
        read = cv2.imdecode(np.frombuffer(content, np.uint8), flag)
    except cv2.error as error:
        raise UnreadableImageError("truncated or damaged file") from error
    if read is None:
        raise UnreadableImageError("truncated or damaged file")
    return read


def _says_no_pixels(chunk: bytes) -> bool:
    """Return whether a chunk is one that readers may pass over, by its name, and no pixel's."""
    return chunk[:1].islower() and chunk not in _KEPT
