"""What is damaged inside a file that can be decoded all the same: looked for once, while loading.

A JPEG, a PNG and a TIFF tell of it by warnings and checksums; the others by the sizes that they
name. Damage of values that no checksum covers cannot be told: benchmarks/RESULTS.md, "Damaged
files", says how often each format has it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.errors import UnreadableImageError
from core.pictures.header import ImageHeader
from core.pictures.jpeg import DamagedInsideError, read_jpeg
from core.pictures.png import damage_of_png, is_interlaced

_RIFF_HEADER, _CHUNK_HEADER = 12, 8  # bytes of a WebP's head, and of a chunk's
_BMP_SIZE_AT = 2
_GIF_HEAD, _GIF_TABLE, _GIF_IMAGE = 13, 0x80, 9  # bytes; the flag of a table of colours; bytes
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B


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
    """Walk through the blocks; those of pixels have no checksum."""
    place = _GIF_HEAD + _table_bytes(content[10])
    while place < len(content):
        kind = content[place]
        if kind == _TRAILER:
            return ""
        if kind == _EXTENSION:
            place = _behind_blocks(content, place + 2)
        elif kind == _IMAGE:
            if place + _GIF_IMAGE >= len(content):
                break
            table = _table_bytes(content[place + _GIF_IMAGE])
            place = _behind_blocks(content, place + _GIF_IMAGE + 2 + table)
        else:
            return "GIF: a block of an unknown kind"
    return "GIF: its end is missing"


def _table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & _GIF_TABLE else 0


def _behind_blocks(content: bytes, place: int) -> int:
    """Return where the blocks that begin at `place` end, with the empty one that says so."""
    while place < len(content) and content[place]:
        place += 1 + content[place]
    return place + 1


def _damage_of_bmp(content: bytes) -> str:
    size = int.from_bytes(content[_BMP_SIZE_AT : _BMP_SIZE_AT + 4], "little")
    return "BMP: its end is missing" if size > len(content) else ""


_FINDERS: Mapping[str, Callable[[bytes, ImageHeader], Examination]] = {
    "JPEG": _examine_jpeg,
    "PNG": _examine_png,
    "WEBP": lambda content, _: Examination(_damage_of_webp(content)),
    "GIF": lambda content, _: Examination(_damage_of_gif(content)),
    "BMP": lambda content, _: Examination(_damage_of_bmp(content)),
}
