"""Crop, mirror and turn a picture; its size stays."""

import cv2
import numpy as np

from core.augment.drawing import Drawn, draw_between
from core.images import Pixels, resize
from core.parameters import RangeValues

# Above, a crop keeps so much that nobody sees it; at 1 it would be a plain copy.
_MOST_FRACTION = 0.99
# Below one degree a picture of 32 px moves by less than a third of a pixel.
_LEAST_DEGREES = 1.0
# A reflecting border is followed step by step: a strip of 2 x 60,000 px takes 5 s to turn, and
# 0.004 s with its edge repeated instead.
_LONGEST_REFLECTED_RATIO = 100


def draw_crop(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the share of each side to keep, and the place: 0 is left or top, 1 right or bottom."""
    low, high = values["fraction"]
    return {
        "fraction": min(draw_between(rng, (low, high)), max(low, _MOST_FRACTION)),
        "x": draw_between(rng, (0.0, 1.0)),
        "y": draw_between(rng, (0.0, 1.0)),
    }


def crop(pixels: Pixels, drawn: Drawn) -> Pixels:
    """Keep a share of each side and bring it back to the old size.

    A share below 1 takes at least one pixel from each side that has two.
    """
    height, width = pixels.shape[:2]
    fraction = drawn["fraction"]
    if fraction >= 1:
        return pixels.copy()
    kept_width = max(1, min(round(width * fraction), width - 1))
    kept_height = max(1, min(round(height * fraction), height - 1))
    left = round((width - kept_width) * drawn["x"])
    top = round((height - kept_height) * drawn["y"])
    part = pixels[top : top + kept_height, left : left + kept_width]
    return resize(part, width=width, height=height)


def draw_nothing(_rng: np.random.Generator, _values: RangeValues) -> dict[str, float]:
    """Draw no value: the operation always does the same."""
    return {}


def flip_horizontally(pixels: Pixels, _drawn: Drawn) -> Pixels:
    """Swap left and right."""
    return np.asarray(cv2.flip(pixels, 1), np.uint8)


def flip_vertically(pixels: Pixels, _drawn: Drawn) -> Pixels:
    """Swap top and bottom."""
    return np.asarray(cv2.flip(pixels, 0), np.uint8)


def draw_rotate(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the angle in degrees, counter-clockwise."""
    return {"degrees": draw_between(rng, values["degrees"], at_least=_LEAST_DEGREES)}


def rotate(pixels: Pixels, drawn: Drawn) -> Pixels:
    """Turn about the centre, counter-clockwise; what lies outside is mirrored in.

    Mirrored, because black corners would tell a model which pictures were augmented.
    """
    height, width = pixels.shape[:2]
    centre = ((width - 1) / 2, (height - 1) / 2)
    is_strip = max(height, width) > _LONGEST_REFLECTED_RATIO * min(height, width)
    turned = cv2.warpAffine(
        pixels,
        cv2.getRotationMatrix2D(centre, drawn["degrees"], 1.0),
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE if is_strip else cv2.BORDER_REFLECT_101,
    )
    return np.asarray(turned, np.uint8)
