"""Move all pixels of a picture by one matrix, in one pass."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from core.augment.drawing import Picture

# (3, 3), from (x, y, 1) in pixels, counted from the middle of the first one, to the new place.
Matrix = NDArray[np.float64]

# What fills the place that comes free, by the number that stands in a manifest: the picture
# mirrored, its edge repeated, the picture from the other side, black.
BORDERS = ("reflect", "edge", "wrap", "black")
_FLAGS = (
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
        border: Place in BORDERS: what fills what comes free.
    """
    height, width = pixels.shape[:2]
    flag = _FLAGS[int(border)]
    if flag == cv2.BORDER_REFLECT_101 and _reaches_far(matrix, height, width):
        flag = cv2.BORDER_REPLICATE
    # A list of three floats costs less than to compare arrays.
    if matrix[2].tolist() == [0.0, 0.0, 1.0]:
        return np.asarray(
            cv2.warpAffine(
                pixels, matrix[:2], (width, height), flags=cv2.INTER_LINEAR, borderMode=flag
            )
        )
    return np.asarray(
        cv2.warpPerspective(
            pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=flag
        )
    )


def compose(matrices: Sequence[Matrix]) -> Matrix:
    """Return the one matrix that does what `matrices` do one after the other."""
    whole = matrices[0]
    for matrix in matrices[1:]:
        whole = matrix @ whole
    return whole


def about_centre(linear: NDArray[np.float64], height: int, width: int) -> Matrix:
    """Return the matrix that does (2, 2) `linear` about the middle of the picture."""
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = centre - linear @ centre
    return matrix


def _reaches_far(matrix: Matrix, height: int, width: int) -> bool:
    """Tell whether a corner is filled from so far outside that reflecting it takes long."""
    if abs(np.linalg.det(matrix)) < 1e-9:
        return True
    right, bottom = width - 1.0, height - 1.0
    corners = np.array([[0, right, 0, right], [0, 0, bottom, bottom], [1, 1, 1, 1]])
    x, y, depth = np.linalg.inv(matrix) @ corners
    # Beyond the horizon places come from behind.
    if depth.min() <= 0.01 * depth.max():
        return True
    x, y = x / depth / width, y / depth / height
    return bool(max(np.abs(x).max(), np.abs(y).max()) > _FARTHEST_REFLECTED)
