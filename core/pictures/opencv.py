"""Read a file with OpenCV: in the calling thread, and without a word on the terminal.

Of a damaged JPEG or PNG it would write lines that nothing keeps back: it is given neither.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import UnreadableImageError
from core.pictures.png import PNG_START, chunks, colour_of, without_chunks

# Work is spread over images; threads inside one image would only get in each other's way.
cv2.setNumThreads(1)
# A damaged file is a row among the skipped ones, not a line of OpenCV's on the terminal.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

# Of a PNG's chunks, those that its pixels hang on. Of texts, profiles, dates and frames that libpng
# does not like it would write lines, too; colour profiles are not applied, and the first frame is
# the picture that all readers see.
_KEPT = frozenset({b"IHDR", b"IDAT", b"IEND"})
# A table of colours, or the one that is not seen, is wanted, and liked, with some kinds alone.
_KEPT_WITH = {0: {b"tRNS"}, 2: {b"tRNS"}, 3: {b"tRNS", b"PLTE"}}


def read_with_opencv(content: bytes, flag: int) -> NDArray[np.generic]:
    """Return what OpenCV reads, neither turned nor, where `flag` leaves it, converted.

    Raises:
        UnreadableImageError: it cannot.
    """
    flag |= cv2.IMREAD_IGNORE_ORIENTATION
    try:
        if content.startswith(PNG_START):
            content = _pixels_alone(content)
        elif content.startswith(b"RIFF"):
            # Behind its end it would find pixels that other readers do not look for.
            content = content[: int.from_bytes(content[4:8], "little") + 8]
        read = cv2.imdecode(np.frombuffer(content, np.uint8), flag)
    except cv2.error as error:
        raise UnreadableImageError("truncated or damaged file") from error
    if read is None:
        raise UnreadableImageError("truncated or damaged file")
    return read


def _pixels_alone(content: bytes) -> bytes:
    """Return a PNG with what its pixels hang on.

    Raises:
        UnreadableImageError: a checksum is wrong.
    """
    kept = _KEPT | _KEPT_WITH.get(colour_of(content), set())
    shorter = without_chunks(content, lambda name: name not in kept)
    last = b""
    for chunk in chunks(shorter):
        if not chunk.is_sound:
            raise UnreadableImageError("truncated or damaged file")
        last = chunk.name
    if last != b"IEND":
        raise UnreadableImageError("truncated or damaged file")
    return shorter
