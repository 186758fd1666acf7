"""Change the light of a picture; every pixel stays in its place.

Factors are torchvision's: 1 changes nothing, 0 takes all away, 2 doubles.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.augment.equal import Equal, color_jitter, scaled_ends
from core.augment.operation import (
    COLOUR,
    JITTER,
    Drawn,
    Operation,
    Picture,
    draw_between,
    top_of,
)
from core.parameters import Range, RangeValues

# Of brightness, as ITU-R BT.601 weighs red, green and blue, and torchvision too.
WEIGHTS = (0.299, 0.587, 0.114)
_SHARES = {top: np.linspace(0, 1, top + 1, dtype=np.float32) for top in (255, 65_535)}
_LEAST_FACTOR = 0.03


def draw_factor(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw a factor; 1 changes nothing."""
    return {"factor": draw_between(rng, values["factor"], at_least=_LEAST_FACTOR, around=1.0)}


def draw_gamma(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the exponent; 1 changes nothing."""
    return {"gamma": draw_between(rng, values["gamma"], at_least=_LEAST_FACTOR, around=1.0)}


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


LIGHT = (
    Operation(
        name="brightness",
        title="Brightness",
        help="Make the whole picture lighter or darker.",
        warning="Avoid if brightness decides the label: X-rays, thermal pictures, light meters.",
        source=JITTER,
        kind=COLOUR,
        probability=0.5,
        draw=draw_factor,
        change=change_brightness,
        parameters=(
            Range(
                name="factor",
                title="Brightness",
                unit="",
                low=0.1,
                high=2.0,
                step=0.05,
                default=(0.8, 1.2),
                help="1 changes nothing, 2 doubles every value.",
            ),
        ),
        idle={"factor": 1.0},
        levels=(0.8, 0.5, 1.25, 1.8),
        equals=color_jitter("brightness", "factor"),
    ),
    Operation(
        name="contrast",
        title="Contrast",
        help="Move light and dark apart, or towards the picture's mean brightness.",
        warning="Low contrast hides faint marks; high contrast clips them at white and black.",
        source=JITTER,
        kind=COLOUR,
        probability=0.5,
        draw=draw_factor,
        change=change_contrast,
        parameters=(
            Range(
                name="factor",
                title="Contrast",
                unit="",
                low=0.1,
                high=2.0,
                step=0.05,
                default=(0.8, 1.2),
                help="1 changes nothing; near 0 everything becomes one grey.",
            ),
        ),
        idle={"factor": 1.0},
        levels=(0.8, 0.4, 1.25, 1.8),
        equals=color_jitter("contrast", "factor"),
    ),
    Operation(
        name="gamma",
        title="Gamma",
        help="Lighten or darken the shadows; white and black stay.",
        warning="Avoid if the tone itself is measured.",
        source="torchvision's adjust_gamma",
        kind=COLOUR,
        probability=0.3,
        draw=draw_gamma,
        change=change_gamma,
        parameters=(
            Range(
                name="gamma",
                title="Gamma",
                unit="",
                low=0.3,
                high=3.0,
                step=0.05,
                default=(0.75, 1.35),
                help="1 changes nothing; below 1, shadows become lighter.",
            ),
        ),
        idle={"gamma": 1.0},
        levels=(0.75, 0.4, 1.35, 2.5),
        equals={
            "albumentations": Equal(
                lambda v, p: f"A.RandomGamma({scaled_ends(v['gamma'], 100)}, p={p:g})"
            ),
        },
    ),
)


def _mean_brightness(pixels: Picture) -> float:
    if pixels.shape[2] == 3:
        return sum(w * m for w, m in zip(WEIGHTS, cv2.mean(pixels), strict=False))
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
