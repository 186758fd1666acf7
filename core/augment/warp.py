"""Move all pixels of a picture by one matrix, in one pass."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from core.augment.operation import Drawn, Matrix, Picture

# What fills empty areas, by the number that stands in a manifest: the picture
# mirrored, its edge repeated, the picture from the other side, black.
BORDERS = ("reflect", "edge", "wrap", "black")
BORDER_FLAGS = (
    cv2.BORDER_REFLECT_101,
    cv2.BORDER_REPLICATE,
    cv2.BORDER_WRAP,
    cv2.BORDER_CONSTANT,
)
# A reflecting border is followed step by step: a strip of 2 x 60,000 px takes 5 s to turn, and
# 0.004 s with its edge repeated instead. So is one that a perspective moves to the horizon.
_FARTHEST_REFLECTED = 50  # sides of the picture


def warp(pixels: Picture, matrix: Matrix, border: float = 0) -> Picture:
    """Return (H, W, C) moved by `matrix`, at the same size, linear between pixels.

    Args:
        pixels: What to move.
        matrix: Where each place goes.
        border: Place in BORDERS: what fills empty areas.
    """
    height, width = pixels.shape[:2]
    flag = BORDER_FLAGS[int(border)]
    if flag == cv2.BORDER_REFLECT_101 and _reaches_far(matrix, height, width):
        flag = cv2.BORDER_REPLICATE
    size = (width, height)
    if matrix[2, 0] == 0 == matrix[2, 1]:
        return cv2.warpAffine(pixels, matrix[:2], size, flags=cv2.INTER_LINEAR, borderMode=flag)
    return cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderMode=flag)


def moved_by(
    matrix: Callable[[Drawn, int, int], Matrix],
) -> Callable[[Picture, Drawn], Picture]:
    """Return the change that moves a picture by `matrix`."""

    def change(pixels: Picture, drawn: Drawn) -> Picture:
        height, width = pixels.shape[:2]
        return warp(pixels, matrix(drawn, height, width), drawn.get("border", 0))

    return change


def compose(matrices: Sequence[Matrix]) -> Matrix:
    """Return the one matrix that does what `matrices` do one after the other."""
    whole = matrices[0]
    for matrix in matrices[1:]:
        whole = matrix @ whole
    return whole


def about_centre(
    linear: Sequence[Sequence[float]] | NDArray[np.float64], height: int, width: int
) -> Matrix:
    """Return the matrix that does (2, 2) `linear` about the middle of the picture."""
    (a, b), (c, d) = linear
    x, y = (width - 1) / 2, (height - 1) / 2
    return np.array([[a, b, x - a * x - b * y], [c, d, y - c * x - d * y], [0, 0, 1]])


def _reaches_far(matrix: Matrix, height: int, width: int) -> bool:
    """Tell whether a corner is filled from so far outside that reflecting it takes long."""
    (a, b, x), (c, d, y), (p, q, _) = matrix.tolist()
    scale = abs(a * d - b * c)
    if p == q == 0 and scale > 0:
        # No place comes from farther than this; it says so of nearly every picture at once.
        farthest = max(abs(a), abs(b), abs(c), abs(d)) * (height + width + abs(x) + abs(y)) / scale
        if farthest < _FARTHEST_REFLECTED * min(height, width):
            return False
    if p == q == 0 and scale < 1e-9:
        return True
    right, bottom = width - 1.0, height - 1.0
    corners = np.array([[0, right, 0, right], [0, 0, bottom, bottom], [1, 1, 1, 1]])
    x, y, depth = np.linalg.inv(matrix) @ corners
    # Beyond the horizon places come from behind.
    if depth.min() <= 0.01 * depth.max():
        return True
    sides = max(np.abs(x / depth).max() / width, np.abs(y / depth).max() / height)
    return bool(sides > _FARTHEST_REFLECTED)
