"""How the pictures of a set are best decoded, where their files leave it open."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.pictures.decoding import DEFAULT_DECODING, WHITE_16_BIT, Decoding

VANISHES_FROM = 0.9  # of what a picture shows, the share that white swallows
_FEWEST_BITS = 8
# A picture that uses less of the scale than this comes out with 32 of 256 grey levels at most.
_DARK = 1 / 8


@dataclass(frozen=True)
class Proposal:
    """What the pictures of a whole set, as it was read, say about how to decode them.

    It is made once, for all that was read, and stays: a part that is taken later is decoded as the
    whole is, so that the pixels of a row never hang on what else was taken.
    """

    pictures: int = 0
    transparent: int = 0  # pictures that show something, and something behind it
    vanishing: int = 0  # of them, those that white would swallow
    sixteen_bit: int = 0  # pictures whose values the set scales
    highest: int = 0  # of these values, over all pictures
    usual: int = 0  # value that at least half of these pictures do not exceed

    @property
    def background(self) -> str:
        """Return white, or grey where most of the transparent pictures would vanish on white."""
        return "grey" if 2 * self.vanishing > self.transparent else "white"

    @property
    def white_level(self) -> int:
        """Return the smallest white level of whole bits that no value exceeds."""
        return level_for(self.highest) if self.sixteen_bit else WHITE_16_BIT

    @property
    def decoding(self) -> Decoding:
        """Return both."""
        return Decoding(self.background, self.white_level)

    @property
    def darkening(self) -> int | None:
        """Return the level that fits most 16-bit pictures, where the proposed one hides them."""
        level = level_for(self.usual)
        is_dark = self.sixteen_bit > 0 and level <= _DARK * self.white_level
        return level if is_dark else None


NOTHING_OPEN = Proposal()
assert NOTHING_OPEN.decoding == DEFAULT_DECODING


def propose(vanishing: NDArray[np.floating], highest: NDArray[np.integer]) -> Proposal:
    """Return the proposal for a set, from two columns of its table.

    Args:
        vanishing: (N,) share of a transparent picture that white would swallow, NaN elsewhere.
        highest: (N,) highest value of a 16-bit picture, 0 elsewhere.
    """
    values = np.sort(highest[highest > 0])
    return Proposal(
        pictures=len(vanishing),
        transparent=int(np.count_nonzero(~np.isnan(vanishing))),
        vanishing=int(np.count_nonzero(vanishing >= VANISHES_FROM)),
        sixteen_bit=len(values),
        highest=int(values[-1]) if len(values) else 0,
        usual=int(values[(len(values) - 1) // 2]) if len(values) else 0,
    )


def level_for(highest: int) -> int:
    """Return the smallest 2**k - 1, k from 8 to 16, that `highest` does not exceed."""
    bits = int(highest).bit_length()
    return int(2 ** max(_FEWEST_BITS, bits) - 1)
