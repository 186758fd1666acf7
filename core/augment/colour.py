"""Change light and colour; every pixel stays in its place.

Factors are torchvision's: 1 changes nothing, 0 takes all away, 2 doubles.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.augment.drawing import Drawn, Picture, draw_between, top_of
from core.parameters import RangeValues

# Of brightness, as ITU-R BT.601 weighs red, green and blue, and torchvision too.
_WEIGHTS = (0.299, 0.587, 0.114)
_BRIGHTNESS = np.array([_WEIGHTS] * 3, np.float32)
_SHARES = {top: np.linspace(0, 1, top + 1, dtype=np.float32) for top in (255, 65_535)}
_LEAST_FACTOR = 0.03
_LEAST_HUE = 0.008  # two of the 256 hues that 8 bits tell apart
_HUES = 256


def draw_factor(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw a factor; 1 changes nothing."""
    return {"factor": draw_between(rng, values["factor"], at_least=_LEAST_FACTOR, around=1.0)}


def draw_gamma(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the exponent; 1 changes nothing."""
    return {"gamma": draw_between(rng, values["gamma"], at_least=_LEAST_FACTOR, around=1.0)}


def draw_hue(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw how far round the circle of colours, as a share of it."""
    return {"shift": draw_between(rng, values["shift"], at_least=_LEAST_HUE)}


def change_brightness(pixels: Picture, drawn: Drawn) -> Picture:
    """Multiply every value, within black and white."""
    return _scaled(pixels, drawn["factor"], 0.0)


def change_contrast(pixels: Picture, drawn: Drawn) -> Picture:
    """Move every value away from the picture's mean brightness, or towards it."""
    factor = drawn["factor"]
    return _scaled(pixels, factor, (1 - factor) * _mean_brightness(pixels))


def change_gamma(pixels: Picture, drawn: Drawn) -> Picture:
    """Raise every value, as a share of white, to a power: below 1 shadows grow lighter."""
    top = top_of(pixels)
    return _looked_up(pixels, top * _SHARES[top] ** drawn["gamma"])


def change_saturation(pixels: Picture, drawn: Drawn) -> Picture:
    """Move colours away from grey of their brightness, or towards it."""
    if pixels.shape[2] != 3:
        return pixels.copy()
    factor = drawn["factor"]
    mixing = np.float32(1 - factor) * _BRIGHTNESS
    mixing[(0, 1, 2), (0, 1, 2)] += np.float32(factor)
    return cv2.transform(pixels, mixing)


def change_hue(pixels: Picture, drawn: Drawn) -> Picture:
    """Turn every colour round the circle of colours; greys stay."""
    if pixels.shape[2] != 3 or drawn["shift"] == 0:
        return pixels.copy()
    if pixels.dtype != np.uint8:
        return _with_other_hue(pixels, drawn["shift"])
    colours = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV_FULL)
    turn = np.uint8(round(drawn["shift"] * _HUES) % _HUES)
    # It runs over from the last hue to the first, as a circle does.
    hues = colours[..., 0]
    np.add(hues, turn, out=hues)
    return np.asarray(cv2.cvtColor(colours, cv2.COLOR_HSV2RGB_FULL))


def to_grey(pixels: Picture, _drawn: Drawn) -> Picture:
    """Take the colours away and keep the brightness."""
    if pixels.shape[2] != 3:
        return pixels.copy()
    return np.asarray(cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))


def _mean_brightness(pixels: Picture) -> float:
    if pixels.shape[2] == 3:
        return sum(w * m for w, m in zip(_WEIGHTS, cv2.mean(pixels), strict=False))
    return float(pixels.mean())


def _scaled(pixels: Picture, factor: float, lift: float) -> Picture:
    """Return values times `factor`, plus `lift`, within black and white."""
    if pixels.shape[2] != 3:
        return cv2.addWeighted(pixels, factor, pixels, 0, lift)
    # For three channels OpenCV multiplies by a matrix faster than by a number.
    scaling = np.zeros((3, 4), np.float32)
    scaling[(0, 1, 2), (0, 1, 2)] = factor
    scaling[:, 3] = lift
    return cv2.transform(pixels, scaling)


def _looked_up(pixels: Picture, values: NDArray[np.floating]) -> Picture:
    table = np.clip(np.rint(values), 0, top_of(pixels)).astype(pixels.dtype)
    if pixels.dtype == np.uint8:
        return cv2.LUT(pixels, table)
    return np.asarray(table[pixels])


def _within(values: NDArray[Any], pixels: Picture) -> Picture:
    return np.asarray(np.clip(np.rint(values), 0, top_of(pixels)), pixels.dtype)


def _with_other_hue(pixels: Picture, shift: float) -> Picture:
    top = top_of(pixels)
    colours = cv2.cvtColor(pixels.astype(np.float32) / top, cv2.COLOR_RGB2HSV)
    colours[..., 0] = (colours[..., 0] + 360 * shift) % 360
    return _within(cv2.cvtColor(colours, cv2.COLOR_HSV2RGB) * top, pixels)
