"""Bend a picture as if it were printed on rubber."""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.augment.drawing import Drawn, Picture, draw_between
from core.augment.warp import BORDER_FLAGS
from core.parameters import RangeValues
from core.randomness import stream

_SEEDS = 2**53  # keeps every digit as a float
_LEAST_ALPHA = 0.3
_LONGEST_PX = 32_766  # OpenCV looks places up as far as this


def draw_elastic(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw how far places move, over which distance they move alike, and the seed of the field."""
    return {
        "alpha": draw_between(rng, values["alpha"], at_least=_LEAST_ALPHA),
        "sigma": draw_between(rng, values["sigma"]),
        "field_seed": int(rng.integers(_SEEDS)),
    }


def elastic(pixels: Picture, drawn: Drawn) -> Picture:
    """Move every place by a smooth random field; its root mean square is `alpha`.

    The field is drawn on a coarse grid and smoothed while it is enlarged. The usual way, to blur
    a number for each pixel with a bell curve of many pixels, gives such a field too and takes
    many times as long.

    A picture that is longer than OpenCV can look up stays as it is.

    Source:
        Simard, Steinkraus & Platt, ICDAR 2003: elastic distortions.
    """
    height, width = pixels.shape[:2]
    if drawn["alpha"] == 0 or min(height, width) < 2 or max(height, width) > _LONGEST_PX:
        return pixels.copy()
    side = min(height, width)
    spacing = max(2.0, drawn["sigma"] / 100 * side)
    # A point of the grid for each `spacing`, as far as a strip does not make millions of them.
    grid = tuple(min(2048, 3 + round(length / spacing)) for length in (width, height))
    rng = stream(int(drawn["field_seed"]), "elastic")
    reach = np.float32(drawn["alpha"] / 100 * side)
    columns = np.arange(width, dtype=np.float32)[None, :]
    rows = np.arange(height, dtype=np.float32)[:, None]
    across = _field(rng, grid, (width, height)) * reach + columns
    down = _field(rng, grid, (width, height)) * reach + rows
    return np.asarray(
        cv2.remap(
            pixels,
            across,
            down,
            cv2.INTER_LINEAR,
            borderMode=BORDER_FLAGS[int(drawn.get("border", 0))],
        )
    )


def _field(
    rng: np.random.Generator, grid: tuple[int, ...], size: tuple[int, int]
) -> NDArray[np.float32]:
    """Return (height, width) smooth numbers of mean square 1, of uniform ones on a grid."""
    coarse = rng.integers(-(2**15), 2**15, size=grid[::-1], dtype=np.int16).astype(np.float32)
    field = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    strength = float(np.sqrt(np.mean(np.square(field)))) or 1.0
    return np.asarray(field / np.float32(strength), np.float32)
