"""Change the colours of a picture; every pixel stays in its place."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.augment.equal import Equal, color_jitter
from core.augment.light import WEIGHTS, draw_factor
from core.augment.operation import (
    COLOUR,
    JITTER,
    Drawn,
    Operation,
    Picture,
    draw_between,
    draw_nothing,
    top_of,
)
from core.parameters import Range, RangeValues

_BRIGHTNESS = np.array([WEIGHTS] * 3, np.float32)
_LEAST_HUE = 0.008  # two of the 256 hues that 8 bits tell apart
_HUES = 256


def draw_hue(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw how far round the circle of colours, as a share of it."""
    return {"shift": draw_between(rng, values["shift"], at_least=_LEAST_HUE)}


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


COLOURS = (
    Operation(
        name="saturation",
        title="Saturation",
        help="Make colours stronger or paler. A grey picture stays as it is.",
        warning=(
            "Avoid if the strength of a colour decides the label: ripe and unripe, stained tissue."
        ),
        source=JITTER,
        kind=COLOUR,
        probability=0.3,
        draw=draw_factor,
        change=change_saturation,
        parameters=(
            Range(
                name="factor",
                title="Saturation",
                unit="",
                low=0,
                high=2.0,
                step=0.05,
                default=(0.8, 1.2),
                help="1 changes nothing, 0 leaves grey.",
            ),
        ),
        idle={"factor": 1.0},
        levels=(0.7, 0.3, 1.3, 2.0),
        equals=color_jitter("saturation", "factor"),
    ),
    Operation(
        name="hue",
        title="Hue",
        help=(
            "Shift all colours around the colour wheel: red to orange, blue to violet. Greys stay."
        ),
        warning="Use little if colour tells the classes apart: fruit, birds, traffic lights.",
        source=JITTER,
        kind=COLOUR,
        probability=0.3,
        draw=draw_hue,
        change=change_hue,
        parameters=(
            Range(
                name="shift",
                title="Hue shift",
                unit="",
                low=-0.5,
                high=0.5,
                step=0.01,
                default=(-0.03, 0.03),
                help=(
                    "As a share of the colour wheel: 0.33 turns red to green, 0.5 to the opposite "
                    "colour."
                ),
            ),
        ),
        idle={"shift": 0.0},
        levels=(0.03, 0.1, 0.5),
        equals=color_jitter("hue", "shift"),
    ),
    Operation(
        name="grey",
        title="Grey",
        help="Remove the colours.",
        warning="Avoid if colour tells the classes apart.",
        source="torchvision's RandomGrayscale",
        kind=COLOUR,
        probability=0.1,
        draw=draw_nothing,
        change=to_grey,
        equals={
            "torchvision": Equal(lambda _, p: f"v2.RandomGrayscale(p={p:g})"),
            "albumentations": Equal(lambda _, p: f"A.ToGray(p={p:g})"),
        },
    ),
)


def _within(values: NDArray[Any], pixels: Picture) -> Picture:
    return np.asarray(np.clip(np.rint(values), 0, top_of(pixels)), pixels.dtype)


def _with_other_hue(pixels: Picture, shift: float) -> Picture:
    top = top_of(pixels)
    colours = cv2.cvtColor(pixels.astype(np.float32) / top, cv2.COLOR_RGB2HSV)
    colours[..., 0] = (colours[..., 0] + 360 * shift) % 360
    return _within(cv2.cvtColor(colours, cv2.COLOR_HSV2RGB) * top, pixels)
