"""Blur a picture, or sharpen it."""

from math import ceil, cos, radians, sin

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.augment.equal import Equal, ends_text, middle_of, odd_ends
from core.augment.operation import (
    BLUR,
    CORRUPTIONS,
    Drawn,
    Operation,
    Picture,
    draw_between,
    draw_odd,
    odd,
)
from core.parameters import Range, RangeValues

_FINE = (
    "Fine texture, small text and thin cracks disappear; use little or none if they decide the "
    "label."
)
# At 0.3 px a neighbour weighs 0.4 %, one grey level on the hardest edge; below, nothing changes.
_LEAST_SIGMA_PX = 0.3
_LEAST_FACTOR = 0.1
# What torchvision and Pillow smooth with before they sharpen.
_SMOOTH = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13
_ROWS_AT_ONCE = 64  # of a median with 16 bits


def draw_gaussian_blur(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the width of the bell curve in pixels."""
    return {"sigma": draw_between(rng, values["sigma"], at_least=_LEAST_SIGMA_PX)}


def gaussian_blur(pixels: Picture, drawn: Drawn) -> Picture:
    """Replace each pixel by a mean of its surroundings, weighted by a bell curve.

    The curve reaches three sigmas, and never beyond the opposite edge of the picture.
    """
    sigma = drawn["sigma"]
    if sigma <= 0:
        return pixels.copy()
    height, width = pixels.shape[:2]
    reach = max(1, round(3 * sigma))
    if reach == 1:
        size = (2 * min(1, width - 1) + 1, 2 * min(1, height - 1) + 1)
        return cv2.GaussianBlur(pixels, size, sigma, borderType=cv2.BORDER_REFLECT_101)
    across, down = _bell(sigma, min(reach, width - 1)), _bell(sigma, min(reach, height - 1))
    # From five pixels on, OpenCV's own GaussianBlur takes two to three times as long for 8 bits.
    return cv2.sepFilter2D(pixels, -1, across, down, borderType=cv2.BORDER_REFLECT_101)


def draw_window(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the side of a square window, an odd number of pixels."""
    return {"size": draw_odd(rng, values["size"])}


def box_blur(pixels: Picture, drawn: Drawn) -> Picture:
    """Replace each pixel by the mean of the square around it."""
    columns, rows = _window(pixels, drawn["size"])
    return cv2.blur(pixels, (columns, rows), borderType=cv2.BORDER_REFLECT_101)


def median_blur(pixels: Picture, drawn: Drawn) -> Picture:
    """Replace each value by the middle one of the square around it: specks go, edges stay."""
    size = min(_window(pixels, drawn["size"]))
    if size == 1:
        return pixels.copy()
    if pixels.dtype == np.uint8 or size <= 5:
        if pixels.shape[2] in {1, 3, 4}:
            return cv2.medianBlur(pixels, size)
        planes = [cv2.medianBlur(np.ascontiguousarray(plane), size) for plane in _planes(pixels)]
        return np.stack(planes, axis=2)
    return _median_of_16_bits(pixels, size)


def draw_motion_blur(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the length of the movement in pixels, and its direction in degrees."""
    return {
        "size": draw_odd(rng, values["size"]),
        "angle": draw_between(rng, values["angle"]),
    }


def motion_blur(pixels: Picture, drawn: Drawn) -> Picture:
    """Smear the picture along a line, as a camera that moves does."""
    kernel = _line(min(odd(drawn["size"]), 2 * max(pixels.shape[:2]) - 1), drawn["angle"])
    return cv2.filter2D(pixels, -1, kernel, borderType=cv2.BORDER_REFLECT_101)


def draw_sharpen(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the factor; 1 changes nothing."""
    return {"factor": draw_between(rng, values["factor"], at_least=_LEAST_FACTOR, around=1.0)}


def sharpen(pixels: Picture, drawn: Drawn) -> Picture:
    """Move every value away from the mean of its surroundings; below 1, towards it."""
    kernel = (1 - drawn["factor"]) * _SMOOTH
    kernel[1, 1] += drawn["factor"]
    return cv2.filter2D(pixels, -1, kernel, borderType=cv2.BORDER_REFLECT_101)


def _window_size(title: str, help_: str, high: int, default: tuple[int, int]) -> Range:
    return Range(
        name="size", title=title, unit="px", low=3, high=high, step=2, default=default, help=help_
    )


def _kernel(values: RangeValues) -> int:
    return 2 * max(1, ceil(3 * values["sigma"][1])) + 1


BLURS = (
    Operation(
        name="gaussian_blur",
        title="Gaussian blur",
        help="Soften the picture, like a lens out of focus.",
        warning=_FINE,
        source=f"{CORRUPTIONS}: blur corruptions",
        kind=BLUR,
        probability=0.2,
        draw=draw_gaussian_blur,
        change=gaussian_blur,
        parameters=(
            Range(
                name="sigma",
                title="Blur",
                unit="px",
                low=0,
                high=5,
                step=0.1,
                default=(0.3, 1.5),
                help="Standard deviation of the Gaussian. On a picture of 32 px, 1 px is already "
                "strong.",
            ),
        ),
        idle={"sigma": 0.0},
        levels=(0.7, 1.5, 5),
        keeps_alpha=False,
        equals={
            "torchvision": Equal(
                lambda v, _: (
                    f"v2.GaussianBlur({_kernel(v)}, "
                    f"sigma=({max(0.1, v['sigma'][0]):g}, {max(0.1, v['sigma'][1]):g}))"
                ),
                False,
            ),
            "albumentations": Equal(
                lambda v, p: (
                    f"A.GaussianBlur(blur_limit=0, sigma_limit={ends_text(v['sigma'])}, p={p:g})"
                )
            ),
        },
    ),
    Operation(
        name="box_blur",
        title="Box blur",
        help="Replace each pixel by the mean of a square around it.",
        warning=_FINE,
        source="Gonzalez & Woods, Digital Image Processing, 4th ed. (2018), section 3.5",
        kind=BLUR,
        probability=0.2,
        draw=draw_window,
        change=box_blur,
        parameters=(_window_size("Square", "Side length of the square.", 15, (3, 5)),),
        levels=(3, 7, 15),
        keeps_alpha=False,
        equals={
            "albumentations": Equal(
                lambda v, p: f"A.Blur(blur_limit={odd_ends(v['size'])}, p={p:g})"
            ),
        },
    ),
    Operation(
        name="median_blur",
        title="Median blur",
        help="Replace each value by the median of a square around it: specks disappear, edges "
        "stay.",
        warning=_FINE,
        source="Gonzalez & Woods, Digital Image Processing, 4th ed. (2018), section 5.3",
        kind=BLUR,
        probability=0.1,
        draw=draw_window,
        change=median_blur,
        parameters=(_window_size("Square", "Side length of the square.", 15, (3, 5)),),
        levels=(3, 7, 15),
        keeps_alpha=False,
        equals={
            "albumentations": Equal(
                lambda v, p: f"A.MedianBlur(blur_limit={odd_ends(v['size'])}, p={p:g})"
            ),
        },
    ),
    Operation(
        name="motion_blur",
        title="Motion blur",
        help="Smear the picture along a line, like a moving camera.",
        warning=_FINE,
        source=f"{CORRUPTIONS}: motion blur",
        kind=BLUR,
        probability=0.2,
        draw=draw_motion_blur,
        change=motion_blur,
        parameters=(
            _window_size("Movement", "Length of the line.", 31, (3, 7)),
            Range(
                name="angle",
                title="Direction",
                unit="°",
                low=0,
                high=360,
                step=1,
                default=(0, 360),
                help="0 is to the right, 90 upwards.",
            ),
        ),
        levels=(5, 11, 31),
        keeps_alpha=False,
        equals={
            "albumentations": Equal(
                lambda v, p: (
                    f"A.MotionBlur(blur_limit={odd_ends(v['size'])}, "
                    f"angle_range={ends_text(v['angle'])}, "
                    f"direction_range=(0, 0), p={p:g})"
                )
            ),
        },
    ),
    Operation(
        name="sharpen",
        title="Sharpen",
        help="Make edges harder, or softer below 1.",
        warning="Noise and JPEG blocks grow with the edges.",
        source="torchvision's adjust_sharpness",
        kind=BLUR,
        probability=0.2,
        draw=draw_sharpen,
        change=sharpen,
        parameters=(
            Range(
                name="factor",
                title="Sharpness",
                unit="",
                low=0,
                high=6,
                step=0.1,
                default=(1.2, 2.5),
                help="1 changes nothing, 0 smooths.",
            ),
        ),
        idle={"factor": 1.0},
        levels=(2, 4, 6),
        keeps_alpha=False,
        equals={
            "torchvision": Equal(
                lambda v, p: f"v2.RandomAdjustSharpness({middle_of(v['factor']):g}, p={p:g})",
                remark="always the middle of the range.",
            ),
        },
    ),
)


def _bell(sigma: float, reach: int) -> NDArray[np.float32]:
    places = np.arange(-reach, reach + 1, dtype=np.float32)
    weights = np.exp(places * places * np.float32(-0.5 / sigma**2))
    return np.asarray(weights / weights.sum(), np.float32)


def _window(pixels: Picture, size: float) -> tuple[int, int]:
    """Return the sides of a window that does not reach beyond the opposite edge."""
    height, width = pixels.shape[:2]
    return min(odd(size), 2 * width - 1), min(odd(size), 2 * height - 1)


def _planes(pixels: Picture) -> list[Picture]:
    return [pixels[..., channel] for channel in range(pixels.shape[2])]


def _line(size: int, angle: float) -> NDArray[np.float32]:
    """Return a (size, size) kernel: a line through the middle, smooth between pixels, sum 1."""
    middle = size // 2
    kernel = np.zeros((size, size), np.float32)
    across, down = cos(radians(angle)) * middle, -sin(radians(angle)) * middle
    # In sixteenths of a pixel, so that a line at an angle has no steps.
    start = (round((middle - across) * 16), round((middle - down) * 16))
    end = (round((middle + across) * 16), round((middle + down) * 16))
    cv2.line(kernel, start, end, 1.0, 1, cv2.LINE_8, 4)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _median_of_16_bits(pixels: Picture, size: int) -> Picture:
    """Return the median of windows that OpenCV takes for 8 bits alone, some rows at a time."""
    reach = size // 2
    padded = np.pad(pixels, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    windows = sliding_window_view(padded, (size, size), axis=(0, 1))
    blurred = np.empty_like(pixels)
    for start in range(0, len(pixels), _ROWS_AT_ONCE):
        some = windows[start : start + _ROWS_AT_ONCE]
        flat = some.reshape(*some.shape[:3], size * size)
        middle = size * size // 2
        blurred[start : start + _ROWS_AT_ONCE] = np.partition(flat, middle, axis=3)[..., middle]
    return blurred
