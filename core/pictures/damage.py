"""What is damaged inside a file that can be decoded all the same: looked for once, while loading.

A JPEG, a PNG and a TIFF tell of it by warnings and checksums; the others by the sizes that they
name. Damage of values that no checksum covers cannot be told: benchmarks/RESULTS.md, "Damaged
files", says how often each format has it.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2

from core.errors import UnreadableImageError
from core.pictures.header import DAMAGE, ImageHeader, reason_of
from core.pictures.jpeg import DamagedInsideError, read_jpeg
from core.pictures.lzw import WRONG_CODE, count_unpacked
from core.pictures.opencv import read_with_opencv
from core.pictures.png import damage_of_png, is_interlaced
from core.pictures.tiff import damage_of_tiff

_RIFF_HEADER, _CHUNK_HEADER = 12, 8  # bytes of a WebP's head, and of a chunk's
_BMP_SIZE_AT = 2
_GIF_HEAD, _GIF_TABLE, _GIF_IMAGE = 13, 0x80, 9  # bytes; the flag of a table of colours; bytes
_MOST_LITERAL_BITS = 8
_GIF_SIZE_AT = 6
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_EXTENSIONS = frozenset({0x01, 0xF9, 0xFE, 0xFF})  # text, control of a frame, comment, program


@dataclass(frozen=True)
class Examination:
    """What was found in a file whose header can be read."""

    damage: str = ""  # what is damaged inside, in words; '' where nothing can be told
    can_be_decoded: bool = False  # that is sure already; False: not known


def examine(content: bytes, header: ImageHeader) -> Examination:
    """Look for damage inside a file.

    Args:
        content: The bytes of the file.
        header: What `read_header` said of them.

    Raises:
        UnreadableImageError: so much of it is missing that it must not be decoded.
    """
    find = _FINDERS.get(header.format)
    return Examination() if find is None else find(content, header)


def _examine_jpeg(content: bytes, header: ImageHeader) -> Examination:
    """Decode at an eighth of the size: every value is unpacked for it."""
    try:
        read_jpeg(content, header, 8)
    except DamagedInsideError as error:
        return Examination(str(error))
    except UnreadableImageError:
        return Examination()
    return Examination(can_be_decoded=True)


def _examine_tiff(content: bytes, _: ImageHeader) -> Examination:
    try:
        return Examination(damage_of_tiff(content))
    except DAMAGE as error:
        raise UnreadableImageError(f"damaged TIFF ({reason_of(error)})") from error


def _examine_avif(content: bytes, _: ImageHeader) -> Examination:
    """Ask the decoder that looks more closely: Pillow's has none of it."""
    try:
        read_with_opencv(content, cv2.IMREAD_COLOR_RGB)
    except UnreadableImageError:
        return Examination("AVIF: a frame is damaged, as one of two decoders finds")
    return Examination(can_be_decoded=True)


def _examine_png(content: bytes, header: ImageHeader) -> Examination:
    damage = damage_of_png(content)
    is_simple = header.bits == 8 and not is_interlaced(content)
    return Examination(damage, can_be_decoded=not damage and is_simple)


def _damage_of_webp(content: bytes) -> str:
    end = int.from_bytes(content[4:8], "little") + _CHUNK_HEADER
    if end > len(content):
        return "WebP: its end is missing"
    place = _RIFF_HEADER
    while place + _CHUNK_HEADER <= end:
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        if not content[place : place + 4].isascii():
            return "WebP: a part of an unknown kind"
        place += _CHUNK_HEADER + size + size % 2
    # Some writers leave out the byte that makes the last part even.
    return "" if place in {end, end + 1} else "WebP: its parts do not fit its size"


def _damage_of_gif(content: bytes) -> str:
    """Walk through the blocks, and unpack those of the first frame."""
    place, has_frame = _GIF_HEAD + _table_bytes(content[10]), False
    while place + 1 < len(content) and content[place] != _TRAILER:
        if content[place] == _EXTENSION and content[place + 1] in _EXTENSIONS:
            place, _ = _blocks(content, place + 2)
        elif content[place] == _IMAGE and place + _GIF_IMAGE < len(content):
            start = place + _GIF_IMAGE + 1 + _table_bytes(content[place + _GIF_IMAGE])
            end, blocks = _blocks(content, start + 1)
            if end > len(content):
                break
            if not has_frame and (damage := _damage_of_frame(content, place, start, blocks)):
                return damage
            place, has_frame = end, True
        else:
            return "GIF: a block of an unknown kind"
    is_whole = place < len(content) and content[place] == _TRAILER
    return "" if is_whole else "GIF: its end is missing"


def _damage_of_frame(content: bytes, place: int, start: int, blocks: Sequence[slice]) -> str:
    """Return what is wrong with the frame described at `place` and packed from `start` on."""
    left, top, width, height = struct.unpack_from("<4H", content, place + 1)
    whole_width, whole_height = struct.unpack_from("<2H", content, _GIF_SIZE_AT)
    if left + width > whole_width or top + height > whole_height:
        return "GIF: a frame reaches beyond the picture"
    literal_bits, points = content[start], width * height
    if not 1 <= literal_bits <= _MOST_LITERAL_BITS:
        return "GIF: packed in an unknown way"
    packed = b"".join(content[block] for block in blocks)
    done = count_unpacked(packed, literal_bits=literal_bits, most=points + 1, is_tiff=False)
    if done == WRONG_CODE:
        return "GIF: its pixels cannot be unpacked"
    if done > points:
        return "GIF: more data than its pixels need"
    return "GIF: pixels are missing" if done < points else ""


def _table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & _GIF_TABLE else 0


def _blocks(content: bytes, place: int) -> tuple[int, list[slice]]:
    """Return where the blocks that begin at `place` end, with the empty one that says so."""
    blocks = []
    while place < len(content) and content[place]:
        blocks.append(slice(place + 1, place + 1 + content[place]))
        place += 1 + content[place]
    return place + 1, blocks


def _damage_of_bmp(content: bytes) -> str:
    size = int.from_bytes(content[_BMP_SIZE_AT : _BMP_SIZE_AT + 4], "little")
    return "BMP: its end is missing" if size > len(content) else ""


_FINDERS: Mapping[str, Callable[[bytes, ImageHeader], Examination]] = {
    "JPEG": _examine_jpeg,
    "PNG": _examine_png,
    "TIFF": _examine_tiff,
    "AVIF": _examine_avif,
    "WEBP": lambda content, _: Examination(_damage_of_webp(content)),
    "GIF": lambda content, _: Examination(_damage_of_gif(content)),
    "BMP": lambda content, _: Examination(_damage_of_bmp(content)),
}
