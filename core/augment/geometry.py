"""Crop, mirror, turn, shift, shear and tilt a picture; its size stays.

Each is a matrix, so that several in a row move the pixels once: `warp.compose`. Shares instead of
pixels stand in the drawn values: they mean the same for a picture and its thumbnail.
"""

from math import cos, exp, log, radians, sin, sqrt, tan

import cv2
import numpy as np

from core.augment.drawing import Drawn, Picture, draw_between
from core.augment.warp import BORDER_FLAGS, Matrix, about_centre, warp
from core.parameters import RangeValues

# Above, a crop keeps so much that nobody sees it; at 1 it would be a plain copy.
_MOST_FRACTION = 0.99
_MOST_SCALE = 0.98
# Below one degree a picture of 32 px moves by less than a third of a pixel.
_LEAST_DEGREES = 1.0
_LEAST_SHARE = 1.0  # per cent of a side
_LEAST_ZOOM = 0.02
_LEAST_DISTORTION = 0.02

Window = tuple[int, int, int, int]  # left, top, width, height


def draw_crop(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the share of each side to keep, and the place: 0 is left or top, 1 right or bottom."""
    low, high = values["fraction"]
    return {
        "fraction": min(draw_between(rng, (low, high)), max(low, _MOST_FRACTION)),
        "x": draw_between(rng, (0.0, 1.0)),
        "y": draw_between(rng, (0.0, 1.0)),
    }


def crop(pixels: Picture, drawn: Drawn) -> Picture:
    """Keep a share of each side and bring it back to the old size.

    A share below 1 takes at least one pixel from each side that has two.
    """
    if drawn["fraction"] >= 1:
        return pixels.copy()
    return _enlarged(pixels, _crop_window(drawn, *pixels.shape[:2]))


def crop_matrix(drawn: Drawn, height: int, width: int) -> Matrix:
    """Return what `crop` does to places."""
    if drawn["fraction"] >= 1:
        return np.eye(3)
    return _enlarging(_crop_window(drawn, height, width), height, width)


def draw_resized_crop(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the share of the area, how much wider than high it is, and the place."""
    low, high = values["scale"]
    narrow, wide = values["ratio"]
    scale = min(draw_between(rng, (low, high)), max(low, _MOST_SCALE))
    # As torchvision does: twice as wide is as likely as twice as high.
    ratio = exp(log(narrow) + (log(wide) - log(narrow)) * rng.random())
    return {
        "scale": scale,
        "ratio": min(max(round(ratio, 4), narrow), wide),
        "x": draw_between(rng, (0.0, 1.0)),
        "y": draw_between(rng, (0.0, 1.0)),
    }


def resized_crop(pixels: Picture, drawn: Drawn) -> Picture:
    """Keep a share of the area, a little wider or higher, and bring it back to the old size."""
    window = _resized_window(drawn, *pixels.shape[:2])
    return pixels.copy() if window is None else _enlarged(pixels, window)


def resized_crop_matrix(drawn: Drawn, height: int, width: int) -> Matrix:
    """Return what `resized_crop` does to places."""
    window = _resized_window(drawn, height, width)
    return np.eye(3) if window is None else _enlarging(window, height, width)


def draw_zoom(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw how much larger things become."""
    return {"factor": draw_between(rng, values["factor"], at_least=_LEAST_ZOOM, around=1.0)}


def zoom_matrix(drawn: Drawn, height: int, width: int) -> Matrix:
    """Return the matrix that enlarges about the centre."""
    factor = drawn["factor"]
    return about_centre(((factor, 0.0), (0.0, factor)), height, width)


def flip_horizontally(pixels: Picture, _drawn: Drawn) -> Picture:
    """Swap left and right."""
    return cv2.flip(pixels, 1)


def horizontal_flip_matrix(_drawn: Drawn, _height: int, width: int) -> Matrix:
    """Return what `flip_horizontally` does to places."""
    return np.array([[-1.0, 0, width - 1], [0, 1, 0], [0, 0, 1]])


def flip_vertically(pixels: Picture, _drawn: Drawn) -> Picture:
    """Swap top and bottom."""
    return cv2.flip(pixels, 0)


def vertical_flip_matrix(_drawn: Drawn, height: int, _width: int) -> Matrix:
    """Return what `flip_vertically` does to places."""
    return np.array([[1.0, 0, 0], [0, -1, height - 1], [0, 0, 1]])


def draw_rotate(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the angle in degrees, counter-clockwise."""
    return {"degrees": draw_between(rng, values["degrees"], at_least=_LEAST_DEGREES)}


def rotate_matrix(drawn: Drawn, height: int, width: int) -> Matrix:
    """Return the matrix that turns about the centre, counter-clockwise.

    What comes free is mirrored in unless a policy says otherwise: black corners would tell a
    model which pictures were augmented.
    """
    angle = radians(drawn["degrees"])
    # Exact for quarter turns, where a sine is wrong in its last digit and a pixel beside it.
    across, down = round(cos(angle), 15), round(sin(angle), 15)
    return about_centre(((across, down), (-down, across)), height, width)


def rotate(pixels: Picture, drawn: Drawn) -> Picture:
    """Turn about the centre, counter-clockwise."""
    matrix = rotate_matrix(drawn, *pixels.shape[:2])
    return warp(pixels, matrix, drawn.get("border", 0))


def draw_shift(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw how far to the right and down, in per cent of the sides."""
    return {name: draw_between(rng, values[name], at_least=_LEAST_SHARE) for name in ("x", "y")}


def shift(pixels: Picture, drawn: Drawn) -> Picture:
    """Move to the right and down by whole pixels: what stays is copied, what comes free filled."""
    height, width = pixels.shape[:2]
    right, down = _pixels_of(drawn["x"], width), _pixels_of(drawn["y"], height)
    flag = BORDER_FLAGS[int(drawn.get("border", 0))]
    if flag == cv2.BORDER_WRAP:
        return np.roll(pixels, (down, right), (0, 1))
    kept = pixels[max(0, -down) : height - max(0, down), max(0, -right) : width - max(0, right)]
    return cv2.copyMakeBorder(
        kept, max(0, down), max(0, -down), max(0, right), max(0, -right), flag
    )


def shift_matrix(drawn: Drawn, height: int, width: int) -> Matrix:
    """Return the matrix that moves by whole pixels, at least one where anything was asked for."""
    right, down = _pixels_of(drawn["x"], width), _pixels_of(drawn["y"], height)
    return np.array([[1.0, 0, right], [0, 1, down], [0, 0, 1]])


def draw_shear(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the angles by which upright and level lines lean, in degrees."""
    return {name: draw_between(rng, values[name], at_least=_LEAST_DEGREES) for name in ("x", "y")}


def shear_matrix(drawn: Drawn, height: int, width: int) -> Matrix:
    """Return the matrix that leans upright lines by `x` and level ones by `y` degrees."""
    lean_x, lean_y = tan(radians(drawn["x"])), tan(radians(drawn["y"]))
    return about_centre(((1.0, lean_x), (lean_y, 1.0)), height, width)


def draw_perspective(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the strength, and how far each corner goes in, as shares of what the strength allows."""
    drawn = {"distortion": draw_between(rng, values["distortion"], at_least=_LEAST_DISTORTION)}
    for corner in range(4):
        for axis in "xy":
            drawn[f"{axis}{corner}"] = draw_between(rng, (0.0, 1.0))
    return drawn


def perspective_matrix(drawn: Drawn, height: int, width: int) -> Matrix:
    """Return the matrix that moves the corners in, clockwise from the left top."""
    if drawn["distortion"] == 0 or width < 2 or height < 2:
        return np.eye(3)
    right, bottom = width - 1, height - 1
    corners = np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]], np.float32)
    inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32)
    shares = np.array([[drawn[f"x{n}"], drawn[f"y{n}"]] for n in range(4)], np.float32)
    reach = np.array([right, bottom], np.float32) * np.float32(drawn["distortion"] / 2)
    moved = corners + inward * shares * reach
    return np.asarray(cv2.getPerspectiveTransform(corners, moved), np.float64)


def _crop_window(drawn: Drawn, height: int, width: int) -> Window:
    kept_width = max(1, min(round(width * drawn["fraction"]), width - 1))
    kept_height = max(1, min(round(height * drawn["fraction"]), height - 1))
    left = round((width - kept_width) * drawn["x"])
    return left, round((height - kept_height) * drawn["y"]), kept_width, kept_height


def _resized_window(drawn: Drawn, height: int, width: int) -> Window | None:
    """Return the part to keep; None for all of the picture."""
    kept_width = width * sqrt(drawn["scale"] * drawn["ratio"])
    kept_height = height * sqrt(drawn["scale"] / drawn["ratio"])
    if kept_width >= width and kept_height >= height:
        return None
    columns = max(1, min(round(kept_width), width))
    rows = max(1, min(round(kept_height), height))
    if (columns, rows) == (width, height):
        columns, rows = max(1, width - 1), max(1, height - 1)
    left = round((width - columns) * drawn["x"])
    return left, round((height - rows) * drawn["y"]), columns, rows


def _enlarged(pixels: Picture, window: Window) -> Picture:
    left, top, columns, rows = window
    part = pixels[top : top + rows, left : left + columns]
    size = (pixels.shape[1], pixels.shape[0])
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR))


def _enlarging(window: Window, height: int, width: int) -> Matrix:
    left, top, columns, rows = window
    wider, higher = width / columns, height / rows
    # Half a pixel: a place is counted from the middle of a pixel, a side from its edge.
    return np.array(
        [
            [wider, 0, (0.5 - left) * wider - 0.5],
            [0, higher, (0.5 - top) * higher - 0.5],
            [0, 0, 1],
        ]
    )


def _pixels_of(share: float, side: int) -> int:
    """Return per cent of a side as whole pixels, away from zero, and short of the whole side."""
    count = min(max(1, round(abs(share) / 100 * side)), side - 1)
    return 0 if share == 0 else count if share > 0 else -count
