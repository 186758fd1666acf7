"""Crop a picture, or zoom into it; its size stays.

Shares instead of pixels stand in the drawn values: they mean the same for a picture and its
thumbnail.
"""

from math import exp, log, sqrt

import cv2
import numpy as np

from core.augment.equal import BLACK_BORDER, Equal, ends_text
from core.augment.operation import (
    GEOMETRY,
    SURVEY,
    Drawn,
    Matrix,
    Operation,
    Picture,
    draw_between,
)
from core.augment.warp import about_centre, moved_by
from core.parameters import Range, RangeValues

# Above, a crop keeps so much that nobody sees it; at 1 it would be a plain copy.
_MOST_FRACTION = 0.99
_MOST_SCALE = 0.98
_LEAST_ZOOM = 0.02

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


def _squares(values: RangeValues) -> str:
    low, high = values["fraction"]
    return f"({low * low:.4g}, {high * high:.4g})"


CROPS = (
    Operation(
        name="crop",
        title="Crop",
        help="Cut out a random part of the picture and resize it to the original size.",
        warning="A small part may miss what the label names, or show it too large if size tells "
        "the classes apart.",
        source="Krizhevsky et al., NIPS 25 (2012): random crops",
        kind=GEOMETRY,
        probability=1.0,
        draw=draw_crop,
        change=crop,
        matrix=crop_matrix,
        parameters=(
            Range(
                name="fraction",
                title="Share of each side kept",
                unit="",
                low=0.5,
                high=1.0,
                step=0.01,
                default=(0.8, 1.0),
                help="0.8 keeps 80 % of the width and the height; 1 keeps everything.",
            ),
        ),
        idle={"fraction": 1.0},
        levels=(0.9, 0.75, 0.5),
        keeps_alpha=False,
        equals={
            "torchvision": Equal(
                lambda v, _: f"v2.RandomResizedCrop(SIZE, scale={_squares(v)}, ratio=(1, 1))",
                has_probability=False,
                remark="comes out at SIZE, not at the picture's size.",
            ),
            "albumentations": Equal(
                lambda v, p: (
                    f"A.RandomResizedCrop(SIZE, scale={_squares(v)}, ratio=(1, 1), p={p:g})"
                ),
                remark="comes out at SIZE, not at the picture's size.",
            ),
        },
    ),
    Operation(
        name="resized_crop",
        title="Resized crop",
        help="Cut out a share of the area, slightly stretched, and resize it to the original size.",
        warning="A small part may miss what the label names.",
        source="Szegedy et al., CVPR 2015, arXiv:1409.4842; torchvision's RandomResizedCrop",
        kind=GEOMETRY,
        probability=1.0,
        draw=draw_resized_crop,
        change=resized_crop,
        matrix=resized_crop_matrix,
        parameters=(
            Range(
                name="scale",
                title="Share of the area kept",
                unit="",
                low=0.08,
                high=1.0,
                step=0.01,
                default=(0.6, 1.0),
                help="torchvision's default of 0.08 often misses what the label names.",
            ),
            Range(
                name="ratio",
                title="Width to height",
                unit="",
                low=0.5,
                high=2.0,
                step=0.01,
                default=(0.75, 1.333),
                help="Proportions of the part relative to the picture; 1 keeps them.",
            ),
        ),
        idle={"scale": 1.0, "ratio": 1.0},
        levels=(0.8, 0.4, 0.08),
        keeps_alpha=False,
        equals={
            "torchvision": Equal(
                lambda v, _: (
                    f"v2.RandomResizedCrop(SIZE, scale={ends_text(v['scale'])}, "
                    f"ratio={ends_text(v['ratio'])})"
                ),
                has_probability=False,
                remark="comes out at SIZE, not at the picture's size.",
            ),
            "albumentations": Equal(
                lambda v, p: (
                    f"A.RandomResizedCrop(SIZE, scale={ends_text(v['scale'])}, "
                    f"ratio={ends_text(v['ratio'])}, "
                    f"p={p:g})"
                ),
                remark="comes out at SIZE, not at the picture's size.",
            ),
        },
    ),
    Operation(
        name="zoom",
        title="Zoom",
        help="Enlarge or shrink the picture about its centre.",
        warning="Avoid if size tells the classes apart: cells, coins, sieved grains.",
        source=SURVEY,
        kind=GEOMETRY,
        probability=0.5,
        draw=draw_zoom,
        change=moved_by(zoom_matrix),
        matrix=zoom_matrix,
        fills_border=True,
        parameters=(
            Range(
                name="factor",
                title="Zoom",
                unit="",
                low=0.5,
                high=2.0,
                step=0.05,
                default=(0.9, 1.25),
                help="2 shows everything twice as large; values below 1 shrink it.",
            ),
        ),
        idle={"factor": 1.0},
        levels=(1.2, 1.5, 2.0),
        keeps_alpha=False,
        equals={
            "torchvision": Equal(
                lambda v, _: f"v2.RandomAffine(0, scale={ends_text(v['factor'])})",
                False,
                BLACK_BORDER,
            ),
            "albumentations": Equal(
                lambda v, p: (
                    f"A.Affine(scale={ends_text(v['factor'])}, border_mode=BORDER, p={p:g})"
                )
            ),
        },
    ),
)


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
