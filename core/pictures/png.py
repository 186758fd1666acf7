"""What a PNG is made of, and whether all of it is sound: checksums, order, and packed pixels.

libpng tells of damage on the terminal alone, and Pillow passes over most of it; so it is looked
for here, before either is asked.

Source:
    PNG specification, third edition (W3C, 2025): 5 (chunks), 8 (Adam7), 9 (filters), 10 (zlib).
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

PNG_START = b"\x89PNG\r\n\x1a\n"
_AROUND = 12  # bytes of a chunk beside what it holds
_VITAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a pixel, by the kind of colour
_LAST_FILTER = 4
_PACKED_AT_ONCE, _UNPACKED_AT_ONCE = 1 << 15, 1 << 20
_SURPLUS = "PNG: more data than its pixels need"
# Column and row of the first pixel of each pass of Adam7, and the steps to the next ones.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
           (0, 1, 1, 2))  # fmt: skip


@dataclass(frozen=True)
class Chunk:
    """One part of a PNG."""

    name: bytes
    held: memoryview
    is_sound: bool  # whole, and its checksum is right


@dataclass(frozen=True)
class _Form:
    """What the first chunk says."""

    width: int
    height: int
    bits: int
    colour: int
    is_interlaced: bool

    def line_bytes(self, width: int) -> int:
        """Return the bytes of a line of `width` pixels, with that of its filter."""
        return 1 + (width * self.bits * _SAMPLES[self.colour] + 7) // 8

    @property
    def unpacked_bytes(self) -> int:
        """Return how many bytes the pixels have once they are unpacked."""
        if not self.is_interlaced:
            return self.height * self.line_bytes(self.width)
        sizes = [
            (-(-max(0, self.width - left) // across), -(-max(0, self.height - top) // down))
            for left, top, across, down in _PASSES
        ]
        return sum(height * self.line_bytes(width) for width, height in sizes if width and height)


def chunks(content: bytes) -> Iterator[Chunk]:
    """Yield the chunks of a PNG up to its end; one that is cut is not sound."""
    view, start = memoryview(content), len(PNG_START)
    while start + _AROUND <= len(content):
        end = start + _AROUND + int.from_bytes(view[start : start + 4])
        sum_ = int.from_bytes(view[end - 4 : end])
        is_sound = end <= len(content) and zlib.crc32(view[start + 4 : end - 4]) == sum_
        name = bytes(view[start + 4 : start + 8])
        yield Chunk(name, view[start + 8 : end - 4], is_sound)
        if name == b"IEND":
            return
        start = end


def without_chunks(content: bytes, drops: Callable[[bytes], bool]) -> bytes:
    """Return a PNG without the chunks of which `drops` says so, by their names."""
    view, start = memoryview(content), len(PNG_START)
    kept = [view[:start]]
    while start < len(content):
        end = start + _AROUND + int.from_bytes(view[start : start + 4])
        if not drops(content[start + 4 : start + 8]):
            kept.append(view[start:end])
        start = end
    whole = sum(map(len, kept)) == len(content)
    return content if whole else b"".join(kept)


def colour_of(content: bytes) -> int:
    """Return the kind of colour: 0 grey, 2 RGB, 3 a palette, 4 and 6 with opacity."""
    return content[25]


def damage_of_png(content: bytes) -> str:
    """Return what is damaged inside a PNG whose header can be read, in words; '' for nothing.

    Its pixels are unpacked, some at a time, and not put together.
    """
    pixels: list[memoryview] = []
    last, has_ended_pixels = b"", False
    for chunk in chunks(content):
        name = chunk.name.decode("ascii", "replace")
        if not chunk.is_sound:
            return f"PNG: the checksum of its part '{name}' is wrong"
        if chunk.name[:1].isupper() and chunk.name not in _VITAL:
            return f"PNG: a part of an unknown kind ('{name}')"
        if chunk.name == b"IDAT":
            if has_ended_pixels:
                return "PNG: its pixels are not in one piece"
            pixels.append(chunk.held)
        has_ended_pixels = bool(pixels) and chunk.name != b"IDAT"
        last = chunk.name
    if last != b"IEND":
        return "PNG: its end is missing"
    form = _Form(
        int.from_bytes(content[16:20]), int.from_bytes(content[20:24]), content[24],
        colour_of(content),
        is_interlaced(content),
    )  # fmt: skip
    return _damage_of_pixels(pixels, form)


def is_interlaced(content: bytes) -> bool:
    """Return whether the lines of a PNG come in several passes."""
    return content[28] != 0


def _damage_of_pixels(packed: list[memoryview], form: _Form) -> str:
    """Return what is wrong in the packed pixels."""
    whole, line = form.unpacked_bytes, form.line_bytes(form.width)
    unpacker, done = zlib.decompressobj(), 0
    try:
        for lines in _unpacked(unpacker, packed):
            if not form.is_interlaced and _has_wrong_filter(lines, done, line):
                return "PNG: a line of pixels of an unknown kind"
            done += len(lines)
            if done > whole:
                return _SURPLUS
    except zlib.error as error:
        return f"PNG: its packed pixels are damaged ({str(error).rpartition(': ')[2]})"
    if done < whole:
        return f"PNG: {100 - 100 * done // whole}% of its pixels are missing"
    if not unpacker.eof:
        return "PNG: the checksum of its pixels is missing"
    return _SURPLUS if unpacker.unused_data else ""


def _unpacked(unpacker: "zlib._Decompress", packed: list[memoryview]) -> Iterator[bytes]:
    """Yield what is unpacked, some at a time: a few bytes may stand for very many."""
    for part in packed:
        for start in range(0, len(part), _PACKED_AT_ONCE):
            rest = bytes(part[start : start + _PACKED_AT_ONCE])
            while lines := unpacker.decompress(rest, _UNPACKED_AT_ONCE):
                yield lines
                rest = unpacker.unconsumed_tail


def _has_wrong_filter(lines: bytes, done: int, line_bytes: int) -> bool:
    """Return whether a line that begins in `lines`, behind `done` bytes, has no known filter."""
    filters = np.frombuffer(lines, np.uint8)[-done % line_bytes :: line_bytes]
    return bool(len(filters)) and int(filters.max()) > _LAST_FILTER
