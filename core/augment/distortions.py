"""Shift, shear, tilt or bend a picture; its size stays."""

from math import radians, tan

import cv2
import numpy as np
from numpy.typing import NDArray

from core.augment.equal import BLACK_BORDER, Equal, ends_text, scaled_ends
from core.augment.operation import (
    GEOMETRY,
    SURVEY,
    Drawn,
    Matrix,
    Operation,
    Picture,
    draw_between,
)
from core.augment.warp import BORDER_FLAGS, about_centre, moved_by
from core.parameters import Range, RangeValues
from core.randomness import stream

# Below one degree a picture of 32 px moves by less than a third of a pixel.
_LEAST_DEGREES = 1.0
_LEAST_SHARE = 1.0  # per cent of a side
_LEAST_DISTORTION = 0.02
_SEEDS = 2**53  # keeps every digit as a float
_LEAST_ALPHA = 0.3
_LONGEST_PX = 32_766  # OpenCV looks places up as far as this


def draw_shift(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw how far to the right and down, in per cent of the sides."""
    return {name: draw_between(rng, values[name], at_least=_LEAST_SHARE) for name in ("x", "y")}


def shift(pixels: Picture, drawn: Drawn) -> Picture:
    """Move to the right and down by whole pixels: what stays is copied, empty areas are filled."""
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


def draw_elastic(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw how far places move, over which distance they move alike, and the seed of the field."""
    return {
        "alpha": draw_between(rng, values["alpha"], at_least=_LEAST_ALPHA),
        "sigma": draw_between(rng, values["sigma"]),
        "field_seed": int(rng.integers(_SEEDS)),
    }


def elastic(pixels: Picture, drawn: Drawn) -> Picture:
    """Move every place by a smooth random field; its root mean square is `alpha`.

    The field is drawn on a coarse grid and smoothed while it is enlarged. The common way, to blur
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


def _two_sided(name: str, title: str, unit: str, most: int, help_: str) -> Range:
    return Range(
        name=name, title=title, unit=unit, low=-most, high=most, step=1, default=(-10, 10),
        help=help_,
    )  # fmt: skip


def _farthest(ends: tuple[float, float]) -> float:
    return max(abs(ends[0]), abs(ends[1])) / 100


DISTORTIONS = (
    Operation(
        name="shift",
        title="Shift",
        help="Move the picture sideways or up and down, by whole pixels.",
        warning="Avoid if the position tells the classes apart, such as left and right.",
        source=SURVEY,
        kind=GEOMETRY,
        probability=0.5,
        draw=draw_shift,
        change=shift,
        matrix=shift_matrix,
        fills_border=True,
        parameters=(
            _two_sided("x", "To the right", "%", 40, "As a percentage of the width."),
            _two_sided("y", "Down", "%", 40, "As a percentage of the height."),
        ),
        idle={"x": 0.0, "y": 0.0},
        levels=(5, 15, 40),
        keeps_alpha=False,
        equals={
            "torchvision": Equal(
                lambda v, _: (
                    f"v2.RandomAffine(0, translate=({_farthest(v['x']):g}, {_farthest(v['y']):g}))"
                ),
                False,
                BLACK_BORDER,
            ),
            "albumentations": Equal(
                lambda v, p: (
                    f"A.Affine(translate_percent={{'x': {scaled_ends(v['x'], 0.01)}, "
                    f"'y': {scaled_ends(v['y'], 0.01)}}}, border_mode=BORDER, p={p:g})"
                )
            ),
        },
    ),
    Operation(
        name="shear",
        title="Shear",
        help="Slant vertical and horizontal lines, like italics.",
        warning="Avoid if angles matter: gauges, building plans, handwriting of one person.",
        source="Cubuk et al., CVPR 2019, arXiv:1805.09501: ShearX, ShearY",
        kind=GEOMETRY,
        probability=0.3,
        draw=draw_shear,
        change=moved_by(shear_matrix),
        matrix=shear_matrix,
        fills_border=True,
        parameters=(
            _two_sided("x", "Vertical lines", "°", 30, "Angle of the slant."),
            _two_sided("y", "Horizontal lines", "°", 30, "Angle of the slant."),
        ),
        idle={"x": 0.0, "y": 0.0},
        levels=(5, 15, 30),
        keeps_alpha=False,
        equals={
            "torchvision": Equal(
                lambda v, _: (
                    f"v2.RandomAffine(0, shear=({', '.join(f'{e:g}' for e in (*v['x'], *v['y']))}))"
                ),
                False,
                BLACK_BORDER,
            ),
            "albumentations": Equal(
                lambda v, p: (
                    f"A.Affine(shear={{'x': {ends_text(v['x'])}, 'y': {ends_text(v['y'])}}}, "
                    f"border_mode=BORDER, p={p:g})"
                )
            ),
        },
    ),
    Operation(
        name="perspective",
        title="Perspective",
        help="Tilt the picture, as seen from the side: each corner moves inwards independently.",
        warning="Shapes change: a square may become the trapezium of another class.",
        source="torchvision's RandomPerspective",
        kind=GEOMETRY,
        probability=0.3,
        draw=draw_perspective,
        change=moved_by(perspective_matrix),
        matrix=perspective_matrix,
        fills_border=True,
        parameters=(
            Range(
                name="distortion",
                title="Tilt",
                unit="",
                low=0,
                high=0.8,
                step=0.05,
                default=(0.1, 0.3),
                help="At 0.8, a corner may move in by up to 40 % of a side.",
            ),
        ),
        idle={"distortion": 0.0},
        levels=(0.2, 0.5, 0.8),
        keeps_alpha=False,
        equals={
            "torchvision": Equal(
                lambda v, p: (
                    f"v2.RandomPerspective(distortion_scale={v['distortion'][1]:g}, p={p:g})"
                ),
                remark="always as strong as the upper end; empty areas are black.",
            ),
            "albumentations": Equal(
                lambda v, p: (
                    f"A.Perspective(scale={scaled_ends(v['distortion'], 0.5)}, fit_output=True, "
                    f"border_mode=BORDER, p={p:g})"
                ),
                remark="draws corners from a bell curve.",
            ),
        },
    ),
    Operation(
        name="elastic",
        title="Elastic",
        help="Bend the picture, the way handwriting and tissue vary.",
        warning="Straight lines bend; thin parts may break or merge.",
        source="Simard, Steinkraus & Platt, ICDAR 2003",
        kind=GEOMETRY,
        probability=0.2,
        draw=draw_elastic,
        change=elastic,
        fills_border=True,
        parameters=(
            Range(
                name="alpha",
                title="Displacement",
                unit="%",
                low=0,
                high=8,
                step=0.1,
                default=(0.5, 1.5),
                help="Root mean square, as a percentage of the shorter side.",
            ),
            Range(
                name="sigma",
                title="Smoothness",
                unit="%",
                low=4,
                high=30,
                step=1,
                default=(8, 15),
                help="Pixels closer than this move together; as a percentage of the shorter side.",
            ),
        ),
        idle={"alpha": 0.0},
        levels=(1, 3, 8),
        keeps_alpha=False,
    ),
)


def _pixels_of(share: float, side: int) -> int:
    """Return per cent of a side as whole pixels, away from zero, and short of the whole side."""
    count = min(max(1, round(abs(share) / 100 * side)), side - 1)
    return 0 if share == 0 else count if share > 0 else -count


def _field(
    rng: np.random.Generator, grid: tuple[int, ...], size: tuple[int, int]
) -> NDArray[np.float32]:
    """Return (height, width) smooth numbers of mean square 1, of uniform ones on a grid."""
    coarse = rng.integers(-(2**15), 2**15, size=grid[::-1], dtype=np.int16).astype(np.float32)
    field = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    strength = float(np.sqrt(np.mean(np.square(field)))) or 1.0
    return np.asarray(field / np.float32(strength), np.float32)
