"""The values that one application of an operation used, and how one of them is drawn."""

from collections.abc import Mapping

import numpy as np

# JSON numbers. Together with the picture they rebuild the result exactly.
Drawn = Mapping[str, float]


def draw_between(
    rng: np.random.Generator, ends: tuple[float, float], *, at_least: float = 0.0
) -> float:
    """Return a number drawn evenly between the two `ends`, rounded to 4 digits.

    Args:
        rng: The only source of randomness; exactly one number is taken from it.
        ends: The lowest and the highest number, low <= high.
        at_least: Numbers nearer to zero than this move away from it, as far as `ends` allow: they
            would change a picture less than an eye or a file format can tell. Zero itself is
            drawn only when both ends are zero.
    """
    low, high = ends
    value = round(low + (high - low) * rng.random(), 4)
    if abs(value) < at_least:
        value = at_least if value > 0 or (value == 0 and high > 0) else -at_least
    return float(min(max(value, low), high))
