"""Whether a file has lost something of its picture already, as a JPEG has."""

from io import BytesIO

from PIL import Image

_RIFF_HEADER, _CHUNK_HEADER, _FRAME_HEADER = 12, 8, 16  # bytes
_LOSSY_TIFF = frozenset({"jpeg", "tiff_jpeg", "webp"})
_MATRIX_OF_RGB = 0  # the matrix coefficients of pictures that keep red, green and blue as they are


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
