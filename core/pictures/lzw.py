"""Walk through pixels packed by LZW, as GIF and TIFF have them, without unpacking them.

Neither format has a checksum, Pillow and OpenCV pass over part of the damage, and libtiff tells of
the rest on the terminal. A million codes take some milliseconds.

Source:
    GIF89a (CompuServe, 1990), appendix F; TIFF 6.0 (Adobe, 1992), section 13.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

_MOST_BITS = 12
WRONG_CODE = -1


def count_unpacked(packed: bytes, *, literal_bits: int, most: int, is_tiff: bool) -> int:
    """Return how many values are packed here, at most about `most`; WRONG_CODE for damage.

    Args:
        packed: The codes.
        literal_bits: Of a single value, 2 to 8.
        most: Where to stop.
        is_tiff: Whether codes begin with their highest bit, and grow one code early.
    """
    codes = np.frombuffer(packed, np.uint8)
    return int(_compiled_walk()(codes, literal_bits, most, is_tiff))


@cache
def _compiled_walk() -> Callable[[NDArray[np.uint8], int, int, bool], int]:
    """Return the loop as machine code; other threads go on while it runs."""
    from numba import njit

    walk: Callable[[NDArray[np.uint8], int, int, bool], int] = njit(nogil=True)(_walk)
    return walk


def _walk(packed: NDArray[np.uint8], literal_bits: int, most: int, is_tiff: bool) -> int:
    clear, end = 1 << literal_bits, (1 << literal_bits) + 1
    lengths = np.ones(1 << _MOST_BITS, np.int64)  # of what each code stands for
    bits, following, before = literal_bits + 1, end + 1, -1
    held, held_bits, done = 0, 0, 0
    for byte in packed:
        if is_tiff:
            held = (held << 8) | int(byte)
        else:
            held |= int(byte) << held_bits
        held_bits += 8
        while held_bits >= bits:
            held_bits -= bits
            if is_tiff:
                code = held >> held_bits
                held &= (1 << held_bits) - 1
            else:
                code = held & ((1 << bits) - 1)
                held >>= bits
            if code == clear:
                bits, following, before = literal_bits + 1, end + 1, -1
                continue
            if code == end or done >= most:
                return done
            if code > (end if before < 0 else following):
                return WRONG_CODE
            length = lengths[before] + 1 if code == following else lengths[code]
            if before >= 0 and following < 1 << _MOST_BITS:
                lengths[following] = lengths[before] + 1
                following += 1
            if following + is_tiff >= 1 << bits and bits < _MOST_BITS:
                bits += 1
            done += length
            before = code
    return done
