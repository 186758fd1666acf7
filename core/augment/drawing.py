"""The values that one application of an operation used, and how one of them is drawn."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

# JSON numbers. Together with the picture they rebuild the result exactly.
Drawn = Mapping[str, float]
# (H, W) or (H, W, C), uint8 or uint16; an operation returns what it was given.
Picture = NDArray[Any]


def draw_between(
    rng: np.random.Generator,
    ends: tuple[float, float],
    *,
    at_least: float = 0.0,
    around: float = 0.0,
) -> float:
    """Return a number drawn evenly between the two `ends`, rounded to 4 digits.

    Args:
        rng: The only source of randomness; exactly one number is taken from it.
        ends: The lowest and the highest number, low <= high.
        at_least: Numbers nearer to `around` than this move away from it, as far as `ends` allow:
            they would change a picture less than an eye or a file format can tell. `around`
            itself is drawn only when both ends are `around`.
        around: The number that changes nothing.
    """
    low, high = ends
    value = round(low + (high - low) * rng.random(), 4)
    if abs(value - around) < at_least:
        is_above = value > around or (value == around and high > around)
        value = round(around + (at_least if is_above else -at_least), 4)
    return float(min(max(value, low), high))


def draw_odd(rng: np.random.Generator, ends: tuple[float, float]) -> float:
    """Return an odd whole number drawn between the two `ends`; where there is none, an end."""
    low, high = ends
    return float(min(max(odd(low + (high - low) * rng.random()), low), high))


def odd(value: float) -> int:
    """Return the odd whole number nearest to `value`: a window has a middle."""
    return 2 * max(0, int(value // 2)) + 1


def draw_nothing(rng: np.random.Generator, values: object) -> dict[str, float]:  # noqa: ARG001
    """Draw no value: the operation always does the same."""
    return {}


def top_of(pixels: Picture) -> int:
    """Return white: 255, or 65,535 where values have 16 bits."""
    return 255 if pixels.dtype == np.uint8 else 65_535
