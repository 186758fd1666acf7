"""What one picture says about how its set is best decoded, measured while it is decoded once."""

from dataclasses import dataclass, field, replace
from math import nan

import numpy as np
from numpy.typing import NDArray

from core.pictures.damage import examine
from core.pictures.decode import decode, first_that_reads
from core.pictures.decoding import Decoding
from core.pictures.header import ImageHeader
from core.pictures.sixteen_bits import read_values

# A point stands out from white where some channel of what is seen lies this far below it: an eighth
# of the range. Of every channel, not of brightness: yellow on white is seen, and learned from.
_STANDS_OUT = 32
_ROWS_AT_ONCE = 256

Values = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass
class Measures:
    """What is told of one picture, rows by rows. Keeps sums of opacity, and the highest value."""

    damage: str = ""  # what is damaged inside, in words
    highest: int = 0  # of 16-bit values where something is shown; 0 for a picture of 8 bits
    _shown: int = 0  # opacity of all points
    _kept: int = 0  # opacity of the points that stand out from white
    _whole: int = 0  # opacity that as many points could have

    @property
    def vanishing(self) -> float:
        """Return the share of what is shown that white would swallow, 0 to 1.

        Every point counts as much as it is opaque, so that a soft edge counts little and what no
        one can see counts nothing. NaN for a picture that is opaque all over, or empty.
        """
        is_open = 0 < self._shown < self._whole
        return 1 - self._kept / self._shown if is_open else nan

    @property
    def is_opaque(self) -> bool:
        """Return whether the file could be transparent and is so nowhere."""
        return 0 < self._shown == self._whole

    def add(self, values: Values, opacity: NDArray[np.uint8], *, white: int = 255) -> None:
        """Add some rows that are transparent in places.

        Args:
            values: (H, W, C) colours, 0 to `white`.
            opacity: (H, W) 0 to 255.
            white: The value that is white.
        """
        darkest = values[..., 0]
        for channel in range(1, values.shape[-1]):
            darkest = np.minimum(darkest, values[..., channel])
        # On white, a point lies below it by what its colour does, as far as it is opaque.
        below = white - np.minimum(darkest, white).astype(np.uint32)
        stands_out = below * opacity >= _STANDS_OUT * white
        self._shown += int(opacity.sum(dtype=np.int64))
        self._kept += int(opacity[stands_out].sum(dtype=np.int64))
        self._whole += 255 * opacity.size

    def add_sixteen_bits(
        self, values: NDArray[np.uint16], opacity: NDArray[np.unsignedinteger] | None = None
    ) -> None:
        """Add a whole picture whose values the set's white level scales.

        White is here where the values of this picture end, in whole bits: the set's level is not
        known before all of its pictures are.

        Args:
            values: (H, W, C) colours.
            opacity: (H, W) 0 to the highest value of its type; None where it is opaque.
        """
        strips = [
            slice(start, start + _ROWS_AT_ONCE) for start in range(0, len(values), _ROWS_AT_ONCE)
        ]
        for strip in strips:
            shown = values[strip] if opacity is None else values[strip][opacity[strip] > 0]
            self.highest = max(self.highest, int(shown.max()) if shown.size else 0)
        if opacity is None:
            return
        white = 2 ** max(8, self.highest.bit_length()) - 1
        for strip in strips:
            eight = opacity[strip]
            eight = eight if eight.dtype == np.uint8 else (eight // 257)
            self.add(values[strip], eight.astype(np.uint8), white=white)


def measure_file(content: bytes, header: ImageHeader) -> Measures:
    """Make sure that a file can be decoded, and return what it says about its set.

    No more of it is decoded than that takes: a JPEG at an eighth of its size; a plain PNG is
    unpacked, and not put together.

    Raises:
        UnreadableImageError: the file is damaged, or of a kind that is not read.
    """
    found = examine(content, header)
    measures = Measures(damage=found.damage)
    header = replace(header, is_damaged=bool(found.damage))
    if header.hangs_on_white_level:
        values, opacity = first_that_reads(iter([lambda: read_values(content, header)]))
        measures.add_sixteen_bits(values, opacity)
    elif not found.can_be_decoded or header.has_transparency:
        decode(content, header=header, decoding=_Measuring(measures=measures), at_least_px=1)
    return measures


@dataclass(frozen=True)
class _Measuring(Decoding):
    """Fills transparent parts, and measures what it fills."""

    measures: Measures = field(kw_only=True)

    def fill(
        self, colours: NDArray[np.uint8], opacity: NDArray[np.unsignedinteger]
    ) -> NDArray[np.uint8]:
        self.measures.add(colours, opacity.astype(np.uint8, copy=False))
        return super().fill(colours, opacity)
