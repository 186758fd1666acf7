"""Read a JPEG by libjpeg-turbo, which tells what it warns of for each picture, and prints nothing.

OpenCV writes the same warnings on the terminal, and Pillow keeps them to itself; the pixels of the
three are the same.
"""

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from core.errors import UnreadableImageError
from core.pictures.decoding import strips
from core.pictures.header import ImageHeader

# What it says of files that are sound, and that Pillow reads.
_UNSUPPORTED = ("unsupported", "could not determine")


class DamagedInsideError(UnreadableImageError):
    """The library decodes it, and warns of damage; the text is what it says."""


def read_jpeg(content: bytes, header: ImageHeader, reduction: int = 1) -> NDArray[np.uint8]:
    """Return (H, W, 3) RGB, not turned.

    Args:
        content: The bytes of the file.
        header: What `read_header` said of them.
        reduction: 1, 2, 4 or 8: the part of its sides at which it is decoded, rounded up.

    Raises:
        DamagedInsideError: libjpeg warns of damage.
        UnreadableImageError: it cannot be decoded here; Pillow may read it.
    """
    sides = -(-header.height // reduction), -(-header.width // reduction)
    height, width = sides if header.orientation < 5 else sides[::-1]
    colours = "CMYK" if header.mode == "CMYK" else "RGB"
    try:
        read = simplejpeg.decode_jpeg(content, colours, min_height=height, min_width=width)
    except ValueError as error:
        text = warning_of(error)
        if text.lower().startswith(_UNSUPPORTED):
            raise UnreadableImageError(f"unsupported JPEG ({text})") from error
        raise DamagedInsideError(f"JPEG: {text}") from error
    pixels = np.asarray(read, np.uint8)
    return _from_cmyk(pixels) if header.mode == "CMYK" else pixels


def warning_of(error: ValueError) -> str:
    """Return what libjpeg says, without what it says of all damage."""
    return str(error).strip().rstrip(".").removeprefix("Corrupt JPEG data: ")


def _from_cmyk(inks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return inks, which Adobe's programs began to store the wrong way round, as Pillow does."""
    height, width = inks.shape[:2]
    pixels = np.empty((height, width, 3), np.uint8)
    for strip in strips(height, width):
        pixels[strip] = np.asarray(Image.fromarray(255 - inks[strip], "CMYK").convert("RGB"))
    return pixels
