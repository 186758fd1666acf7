"""Whether all strips or tiles of a TIFF are there, and can be unpacked.

OpenCV gives what it could unpack without a word; Pillow refuses, and libtiff writes lines on the
terminal meanwhile. So they are looked through before either is asked.

Source:
    TIFF 6.0 (Adobe, 1992); Adobe's technical note 2 (1995) for JPEG inside.
"""

import ctypes
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import PIL
import simplejpeg

from core.errors import UnreadableImageError
from core.pictures.header import open_image
from core.pictures.jpeg import warning_of
from core.pictures.lzw import WRONG_CODE, count_unpacked

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_STRIPS, _SAMPLES, _ROWS, _STRIP_BYTES, _PLANES = 273, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES, _TABLES = 322, 323, 324, 325, 347
_NONE, _LZW, _JPEG, _DEFLATE = 1, 5, 7, (8, 32_946)
_YCBCR = 6
_JPEG_END = b"\xff\xd9"
_EVERY_TAG = 1 << 32  # rows of a strip, where all are in one
_MOST = 1 << 30  # values where their number is not known
_AT_ONCE = 1 << 20
_CLASSIC, _ENTRY_BYTES = 42, 12
_OF_ONE_VALUE = (_WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _ROWS, _PLANES)

_Tags = Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class _Part:
    """A strip or a tile."""

    packed: bytes
    size: int  # bytes once it is unpacked; 0: not known


def silence_libtiff() -> None:
    """Keep the libtiff that Pillow brings from writing lines on the terminal.

    Pillow silences its warnings and leaves its errors, of which bad values of tags are many. Where
    Pillow was built in another way its libtiff is not found, and nothing is changed.
    """
    beside = Path(PIL.__file__).parent
    places = (beside.parent / "pillow.libs", beside / ".dylibs")
    for library in (found for place in places for found in place.glob("libtiff*")):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(str(library)).TIFFSetErrorHandler(None)


silence_libtiff()


def damage_of_tiff(content: bytes) -> str:
    """Return what can be decoded all the same: a tag is wrong, or libjpeg warns; '' for nothing.

    Raises:
        UnreadableImageError: pixels are missing, or cannot be unpacked.
        One of header.DAMAGE: what Pillow says of damaged files.
    """
    with open_image(content) as image:
        tags = {tag: _numbers(value) for tag, value in image.tag_v2.items()}  # type: ignore[attr-defined]
        tables = image.tag_v2.get(_TABLES, b"")  # type: ignore[attr-defined]
    compression = tags.get(_COMPRESSION, (_NONE,))[0]
    damage = "TIFF: a tag has more values than it may have" if _has_odd_tags(content) else ""
    for part in _parts(content, tags):
        if compression == _JPEG:
            damage = damage or _damage_of_jpeg(part.packed, tables, tags)
        elif compression in _DEFLATE:
            _check_deflate(part)
        elif compression == _LZW:
            _check_lzw(part)
        elif compression == _NONE and len(part.packed) < part.size:
            raise UnreadableImageError("truncated TIFF: pixels are missing")
    return damage


def _has_odd_tags(content: bytes) -> bool:
    """Return whether a tag that has one value says another number; Pillow takes the first."""
    order = "<" if content[:1] == b"I" else ">"
    mark, start = struct.unpack_from(f"{order}HI", content, 2)
    if mark != _CLASSIC:
        return False
    (count,) = struct.unpack_from(f"{order}H", content, start)
    entries = (
        struct.unpack_from(f"{order}HHI", content, start + 2 + _ENTRY_BYTES * number)
        for number in range(count)
    )
    return any(values != 1 for tag, _, values in entries if tag in _OF_ONE_VALUE)


def _numbers(value: object) -> tuple[int, ...]:
    values = value if isinstance(value, tuple) else (value,)
    return tuple(int(each) for each in values if isinstance(each, int))


def _parts(content: bytes, tags: _Tags) -> Iterator[_Part]:
    """Yield the strips or tiles.

    Raises:
        UnreadableImageError: one lies outside of the file, or nothing says where they lie.
    """
    places = tags.get(_STRIPS) or tags.get(_TILES)
    sizes = tags.get(_STRIP_BYTES) or tags.get(_TILE_BYTES) or ()
    if not places:
        raise UnreadableImageError("damaged TIFF: it does not say where its pixels lie")
    if len(sizes) < len(places):
        return  # old writers left them out
    for number, (place, size) in enumerate(zip(places, sizes, strict=False)):
        if place + size > len(content):
            raise UnreadableImageError("truncated TIFF: pixels are missing")
        yield _Part(content[place : place + size], _unpacked_bytes(tags, number))


def _unpacked_bytes(tags: _Tags, number: int) -> int:
    """Return how many bytes a strip or tile has once it is unpacked; 0 where that is not plain."""
    bits = tags.get(_BITS, (1,))
    planes = tags.get(_SAMPLES, (1,))[0] if tags.get(_PLANES, (1,))[0] == 1 else 1
    if tags.get(_PHOTOMETRIC, (1,))[0] == _YCBCR or len(set(bits)) != 1:
        return 0
    if _TILES in tags and _STRIPS not in tags:
        width, rows = tags.get(_TILE_WIDTH, (0,))[0], tags.get(_TILE_HEIGHT, (0,))[0]
    else:
        width, height = tags[_WIDTH][0], tags[_HEIGHT][0]
        a_strip = min(tags.get(_ROWS, (_EVERY_TAG,))[0], height)
        strips = -(-height // a_strip) if a_strip else 1
        rows = min(a_strip, height - number % strips * a_strip)
    return int(rows * ((width * planes * bits[0] + 7) // 8))


def _check_deflate(part: _Part) -> None:
    unpacker, rest, done = zlib.decompressobj(), part.packed, 0
    try:
        while not unpacker.eof and not 0 < part.size < done:
            block = unpacker.decompress(rest, _AT_ONCE)
            rest = unpacker.unconsumed_tail
            done += len(block)
            if not block and not rest:
                break
    except zlib.error as error:
        raise UnreadableImageError("damaged TIFF: its pixels cannot be unpacked") from error
    if done < part.size:
        raise UnreadableImageError("damaged TIFF: pixels are missing")


def _check_lzw(part: _Part) -> None:
    if part.packed[:1] == b"\0":
        return  # as early writers packed it, with the lowest bit first
    done = count_unpacked(part.packed, literal_bits=8, most=part.size or _MOST, is_tiff=True)
    if done == WRONG_CODE:
        raise UnreadableImageError("damaged TIFF: its pixels cannot be unpacked")
    if done < part.size:
        raise UnreadableImageError("damaged TIFF: pixels are missing")


def _damage_of_jpeg(packed: bytes, tables: bytes, tags: _Tags) -> str:
    planes: Sequence[str] = ("", "GRAY", "", "RGB", "CMYK")
    samples = tags.get(_SAMPLES, (1,))[0] if tags.get(_PLANES, (1,))[0] == 1 else 1
    colours = planes[samples] if samples < len(planes) else ""
    if not colours:
        return ""
    if tables and tables[-2:] != _JPEG_END:
        raise UnreadableImageError("damaged TIFF: its tables for JPEG")
    whole = tables[:-2] + packed[2:] if tables else packed
    try:
        simplejpeg.decode_jpeg(whole, colours, min_height=1, min_width=1)
    except ValueError as warning:
        try:
            simplejpeg.decode_jpeg(whole, colours, min_height=1, min_width=1, strict=False)
        except ValueError as error:
            raise UnreadableImageError(f"damaged TIFF ({warning_of(error)})") from error
        return f"TIFF: {warning_of(warning)}"
    return ""
