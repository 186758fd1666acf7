"""Mirror a picture, or turn it; its size stays.

Each is a matrix too, so that several moves in a row move the pixels once: `warp.compose`.
"""

from math import cos, radians, sin

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
    draw_nothing,
)
from core.augment.warp import about_centre, moved_by
from core.parameters import Range, RangeValues

# Below one degree a picture of 32 px moves by less than a third of a pixel.
_LEAST_DEGREES = 1.0


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

    Empty areas are mirrored in unless a policy says otherwise: black corners would tell a
    model which pictures were augmented.
    """
    angle = radians(drawn["degrees"])
    # Exact for quarter turns, where a sine is wrong in its last digit and a pixel beside it.
    across, down = round(cos(angle), 15), round(sin(angle), 15)
    return about_centre(((across, down), (-down, across)), height, width)


TURNS = (
    Operation(
        name="horizontal_flip",
        title="Horizontal flip",
        help="Swap left and right, like a mirror.",
        warning="Avoid if the side matters: text, digits, traffic signs, left or right hands, "
        "X-rays.",
        source="Krizhevsky et al., NIPS 25 (2012): horizontal reflections",
        kind=GEOMETRY,
        probability=0.5,
        draw=draw_nothing,
        change=flip_horizontally,
        matrix=horizontal_flip_matrix,
        is_mirror=True,
        keeps_alpha=False,
        equals={
            "torchvision": Equal(lambda _, p: f"v2.RandomHorizontalFlip(p={p:g})"),
            "albumentations": Equal(lambda _, p: f"A.HorizontalFlip(p={p:g})"),
        },
    ),
    Operation(
        name="vertical_flip",
        title="Vertical flip",
        help="Swap top and bottom.",
        warning="Use only if pictures have no up and down, such as views from above or through a "
        "microscope. A 6 almost becomes a 9, and cars are never upside down.",
        source=SURVEY,
        kind=GEOMETRY,
        probability=0.5,
        draw=draw_nothing,
        change=flip_vertically,
        matrix=vertical_flip_matrix,
        is_mirror=True,
        keeps_alpha=False,
        equals={
            "torchvision": Equal(lambda _, p: f"v2.RandomVerticalFlip(p={p:g})"),
            "albumentations": Equal(lambda _, p: f"A.VerticalFlip(p={p:g})"),
        },
    ),
    Operation(
        name="rotate",
        title="Rotate",
        help="Rotate the picture about its centre; positive angles turn counter-clockwise.",
        warning="Keep the angle small if direction matters: 6 and 9, arrows, b and q. Beyond 45 "
        "degrees, few objects look as a camera sees them.",
        source=SURVEY,
        kind=GEOMETRY,
        probability=0.5,
        draw=draw_rotate,
        change=moved_by(rotate_matrix),
        matrix=rotate_matrix,
        fills_border=True,
        parameters=(
            Range(
                name="degrees",
                title="Angle",
                unit="°",
                low=-180,
                high=180,
                step=1,
                default=(-15, 15),
                help="Positive angles turn counter-clockwise.",
            ),
        ),
        idle={"degrees": 0.0},
        levels=(15, 45, 90, 180),
        keeps_alpha=False,
        equals={
            "torchvision": Equal(
                lambda v, _: f"v2.RandomRotation({ends_text(v['degrees'])})", False, BLACK_BORDER
            ),
            "albumentations": Equal(
                lambda v, p: f"A.Rotate({ends_text(v['degrees'])}, border_mode=BORDER, p={p:g})"
            ),
        },
    ),
)
