"""What other programs make of a file that Evenset reads: what keeps them off, what it has lost."""

import zlib
from io import BytesIO

from PIL import Image, PngImagePlugin

from core.pictures.png import chunks

_BMP_BITS_AT, _BMP_COMPRESSION_AT, _BMP_BITS = 28, 30, 24

LONG_TEXTS = "long texts left out"
DAMAGE_MENDED = "damage mended"
TO_24_BITS = "to 24 bits a pixel"

_RIFF_HEADER, _CHUNK_HEADER, _FRAME_HEADER = 12, 8, 16  # bytes
_LOSSY_TIFF = frozenset({"jpeg", "tiff_jpeg", "webp"})
_MATRIX_OF_RGB = 0  # the matrix coefficients of pictures that keep red, green and blue as they are


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


def is_lossy(content: bytes, format_: str) -> bool:
    """Return whether `content`, a picture file that can be read, was compressed with a loss.

    An AVIF does not say so outright: one is taken to be lossless where it keeps red, green and
    blue as they are, as encoders do that are asked for no loss.

    Args:
        content: The bytes of the file.
        format_: A key of `SUFFIXES`.

    Source:
        WebP container specification, https://developers.google.com/speed/webp/docs/riff_container;
        ISO/IEC 14496-12, 12.1.5 (`colr`).
    """
    if format_ == "JPEG":
        return True
    if format_ == "WEBP":
        return _has_lossy_chunk(content, _RIFF_HEADER)
    if format_ == "AVIF":
        place = content.find(b"colrnclx")
        matrix = content[place + 12 : place + 14] if place >= 0 else b""
        return int.from_bytes(matrix or b"\1", "big") != _MATRIX_OF_RGB
    if format_ == "TIFF":
        with Image.open(BytesIO(content)) as image:
            return image.info.get("compression") in _LOSSY_TIFF
    return False


def _hindrance_of_png(content: bytes) -> str:
    texts, last = 0, b""
    for chunk in chunks(content):
        if not chunk.is_sound:
            return DAMAGE_MENDED
        last = chunk.name
        size = _text_bytes(last, chunk.held)
        texts += size
        if size > PngImagePlugin.MAX_TEXT_CHUNK or texts > PngImagePlugin.MAX_TEXT_MEMORY:
            return LONG_TEXTS
    return "" if last == b"IEND" else DAMAGE_MENDED


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


def _has_lossy_chunk(content: bytes, place: int) -> bool:
    """Return whether the first picture among a WebP's chunks from `place` on is lossy."""
    while place + _CHUNK_HEADER <= len(content):
        name = content[place : place + 4]
        if name in {b"VP8 ", b"VP8L"}:
            return name == b"VP8 "
        if name == b"ANMF":  # a frame of an animation, with chunks of its own
            place += _CHUNK_HEADER + _FRAME_HEADER
            continue
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        place += _CHUNK_HEADER + size + size % 2
    return False
