"""Read a file with OpenCV: in the calling thread, and without a word on the terminal."""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import UnreadableImageError
from core.pictures.header import has_texts, without_texts

# Work is spread over images; threads inside one image would only get in each other's way.
cv2.setNumThreads(1)
# A damaged file is a row among the skipped ones, not a line of OpenCV's on the terminal.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def read_with_opencv(content: bytes, flag: int) -> NDArray[np.generic]:
    """Return what OpenCV reads, neither turned nor, where `flag` leaves it, converted.

    Raises:
        UnreadableImageError: it cannot.
    """
    flag |= cv2.IMREAD_IGNORE_ORIENTATION
    try:
        read = cv2.imdecode(np.frombuffer(content, np.uint8), flag)
        if read is None and has_texts(content):
            read = cv2.imdecode(np.frombuffer(without_texts(content), np.uint8), flag)
    except cv2.error as error:
        raise UnreadableImageError("truncated or damaged file") from error
    if read is None:
        raise UnreadableImageError("truncated or damaged file")
    return read
