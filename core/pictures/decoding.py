"""What a file leaves open about its pixels, and one answer to it for a whole set."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError

# What lies behind transparent parts: name -> its brightness.
BACKGROUNDS: Mapping[str, int] = {"white": 255, "grey": 128}
WHITE_16_BIT = 65_535
_STRIP_PIXELS = 1 << 18


@dataclass(frozen=True)
class Decoding:
    """How a set's pictures are decoded where a file alone does not say it.

    A background or a brightness of its own for each file would tell classes and splits apart.
    """

    background: str = "white"  # a key of BACKGROUNDS: behind transparent parts
    white_level: int = WHITE_16_BIT  # of 16-bit values, the one that becomes 255; 255 to 65,535

    def __post_init__(self) -> None:
        if self.background not in BACKGROUNDS:
            known = ", ".join(BACKGROUNDS)
            raise SettingError(
                f"There is no background '{self.background}'. The backgrounds are: {known}."
            )
        if not 255 <= self.white_level <= WHITE_16_BIT:
            raise SettingError(
                f"The white level is {self.white_level}; it must lie between 255 and "
                f"{WHITE_16_BIT:,}."
            )

    def fill(
        self, colours: NDArray[np.uint8], opacity: NDArray[np.unsignedinteger]
    ) -> NDArray[np.uint8]:
        """Return (..., 3) colours laid on the background.

        Args:
            colours: (..., 3).
            opacity: (...) 0 to the highest value of its type, which hides the background.
        """
        full = int(np.iinfo(opacity.dtype).max)
        if opacity.min() == full:
            return colours
        behind = BACKGROUNDS[self.background]
        if full > 255:
            share = opacity.astype(np.uint32)[..., None]
            mixed = colours * share + behind * (full - share) + full // 2
            return (mixed // full).astype(np.uint8)
        shares = opacity.astype(np.uint16)[..., None]
        sums = colours * shares
        sums += behind * (full - shares) + np.uint16(128)
        # Divided by 255 and rounded, in 16 bits.
        sums += sums >> 8
        return (sums >> 8).astype(np.uint8)

    def levels(self) -> NDArray[np.uint8]:
        """Return (65536,) the 8-bit value of each 16-bit one, rounded, nothing above 255."""
        return scaled_levels(self.white_level, WHITE_16_BIT + 1)


def scaled_levels(white_level: int, count: int) -> NDArray[np.uint8]:
    """Return (count,) the 8-bit values of 0, 1, 2 and so on where `white_level` becomes 255."""
    values = (np.arange(count, dtype=np.uint32) * 510 + white_level) // (2 * white_level)
    return np.minimum(values, 255).astype(np.uint8)


def strips(height: int, width: int) -> Iterator[slice]:
    """Yield the rows of a picture, some at a time: what is made of them stays small."""
    step = max(1, _STRIP_PIXELS // width)
    for start in range(0, height, step):
        yield slice(start, min(start + step, height))


DEFAULT_DECODING = Decoding()
