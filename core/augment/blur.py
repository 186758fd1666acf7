"""Blur a picture."""

from math import ceil

import cv2
import numpy as np

from core.augment.drawing import Drawn, draw_between
from core.images import Pixels
from core.parameters import RangeValues

# At 0.3 px a neighbour weighs 0.4 %, one grey level on the hardest edge; below, nothing changes.
_LEAST_SIGMA_PX = 0.3


def draw_gaussian_blur(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the width of the bell curve in pixels."""
    return {"sigma": draw_between(rng, values["sigma"], at_least=_LEAST_SIGMA_PX)}


def gaussian_blur(pixels: Pixels, drawn: Drawn) -> Pixels:
    """Replace each pixel by a mean of its surroundings, weighted by a bell curve.

    The curve reaches three sigmas, and never beyond the opposite edge of the picture.
    """
    sigma = drawn["sigma"]
    if sigma <= 0:
        return pixels.copy()
    height, width = pixels.shape[:2]
    reach_x = min(ceil(3 * sigma), width - 1)
    reach_y = min(ceil(3 * sigma), height - 1)
    blurred = cv2.GaussianBlur(
        pixels, (2 * reach_x + 1, 2 * reach_y + 1), sigma, borderType=cv2.BORDER_REFLECT_101
    )
    return np.asarray(blurred, np.uint8)
