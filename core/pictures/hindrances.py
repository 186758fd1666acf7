"""What keeps other programs from a file that Evenset reads."""

import zlib
from collections.abc import Iterator

from PIL import PngImagePlugin

_PNG_START, _AROUND = 8, 12  # bytes of its signature; of a chunk beside what it holds
_BMP_BITS_AT, _BMP_COMPRESSION_AT, _BMP_BITS = 28, 30, 24

LONG_TEXTS = "long texts left out"
DAMAGE_MENDED = "damage mended"
TO_24_BITS = "to 24 bits a pixel"


def hindrance_of(content: bytes, format_: str) -> str:
    """Return what has to change for all readers to take a file, in words; '' for nothing.

    Pillow refuses a PNG with a text over 1 MB, TensorFlow, and so Keras, one with a wrong checksum
    or without its end, and a BMP that has not 24 bits a pixel.

    Args:
        content: The bytes of a picture file that can be read.
        format_: A key of `SUFFIXES`.
    """
    if format_ == "PNG":
        return _hindrance_of_png(content)
    if format_ == "BMP":
        bits = int.from_bytes(content[_BMP_BITS_AT : _BMP_BITS_AT + 2], "little")
        compression = content[_BMP_COMPRESSION_AT : _BMP_COMPRESSION_AT + 4]
        return "" if bits == _BMP_BITS and not any(compression) else TO_24_BITS
    return ""


def _hindrance_of_png(content: bytes) -> str:
    texts, last = 0, b""
    for name, held, is_sound in _chunks(content):
        if not is_sound:
            return DAMAGE_MENDED
        last = name
        size = _text_bytes(name, held)
        texts += size
        if size > PngImagePlugin.MAX_TEXT_CHUNK or texts > PngImagePlugin.MAX_TEXT_MEMORY:
            return LONG_TEXTS
    return "" if last == b"IEND" else DAMAGE_MENDED


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview, bool]]:
    """Yield name and content of each chunk of a PNG, and whether its checksum is right."""
    view, start = memoryview(content), _PNG_START
    while start + _AROUND <= len(content):
        end = start + _AROUND + int.from_bytes(view[start : start + 4])
        name, sum_ = bytes(view[start + 4 : start + 8]), int.from_bytes(view[end - 4 : end])
        yield (
            name,
            view[start + 8 : end - 4],
            end <= len(content) and zlib.crc32(view[start + 4 : end - 4]) == sum_,
        )
        if name == b"IEND":
            return
        start = end


def _text_bytes(name: bytes, held: memoryview) -> int:
    """Return the bytes of a chunk's text once it is unpacked; just above the limit for more."""
    if name == b"tEXt":
        # Pillow has no limit for the single one.
        return min(len(held), PngImagePlugin.MAX_TEXT_CHUNK)
    if name not in {b"zTXt", b"iTXt"}:
        return 0
    text = bytes(held).partition(b"\0")[2]
    if name == b"iTXt":
        is_packed, text = text[:1] == b"\1", text[2:].split(b"\0", 2)[-1]
        if not is_packed:
            return min(len(text), PngImagePlugin.MAX_TEXT_CHUNK)
    else:
        text = text[1:]
    try:
        return len(zlib.decompressobj().decompress(text, PngImagePlugin.MAX_TEXT_CHUNK + 1))
    except zlib.error:
        return 0  # passed over by all
