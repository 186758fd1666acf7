"""Numbers that tell a picture of which little can be seen: dark, bright, pale, blurred, noisy."""

from collections.abc import Sequence
from math import nan, pi, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from core.audit.view import Grey, View
from core.pictures.decode import block_means

# A drawing in thin lines has ink on 1 % of its points, and a night has as few lights.
_OF_ENDS = 0.0025
_SMALL_PX, _CELL_PX = 64, 4
_LEAST_DEVIATION = 2.0  # grey levels; rounding and JPEG make as much of one colour

_LEAST_BLUR_PX = 8  # of the short side
_LEAST_GRADIENT = 0.25  # mean square, in grey levels; below, there is no edge that could be sharp

_LEAST_NOISE_PX = 28  # of the short side; of smaller ones, nearly every part shows a texture
_TWO_TONES = (20, 235)  # drawings have hardly a tone between them,
_LEAST_BETWEEN = 0.1  # not even on this share of the points
_PART_PX, _HALVED_PART_PX = 5, 3
_QUIET_SHARE = 0.1
_BEND = np.array([1, -2, 1], np.float32)  # Immerkaer's filter is its product with itself


def tones(view: View) -> Sequence[float]:
    """Return mean brightness, the darkest and the lightest tone, and contrast, each 0 to 1.

    The darkest tone is that of which 0.25 % of the points are darker, and the lightest that of
    which as many are lighter. Contrast is the distance of the two in the colour channel in which
    they lie furthest apart, so that a picture of equally bright colours has some.
    """
    planes = (view.grey, *cv2.split(view.judged))
    counts = [cv2.calcHist([plane], [0], None, [256], [0, 256]) for plane in planes]
    below = np.reshape(counts, (4, 256)).cumsum(axis=1)  # points up to each tone
    few = _OF_ENDS * view.grey.size
    lowest = (below <= few).sum(axis=1)
    highest = (below < view.grey.size - few).sum(axis=1)
    return (
        cv2.mean(view.grey)[0] / 255,
        float(lowest[0]) / 255,
        float(highest[0]) / 255,
        float((highest - lowest)[1:].max()) / 255,
    )


def contents(view: View) -> Sequence[float]:
    """Return range, detail and colour, each 0 to 1, of the picture at 64 x 64 px.

    Range is the largest distance of two points in a colour channel: it is 0 of one colour. Detail
    is the share of 16 x 16 cells that show something: their standard deviation is a twentieth of
    the range or more. Colour is how far apart red, green and blue lie in the most colourful 1 % of
    the points.
    """
    small = view.small(_SMALL_PX)
    red, green, blue = cv2.split(small)
    ends = [cv2.minMaxLoc(channel)[:2] for channel in (red, green, blue)]
    widest = max(high - low for low, high in ends)
    highest, lowest = (of(of(red, green), blue) for of in (cv2.max, cv2.min))
    chroma = cv2.subtract(highest, lowest).ravel()
    place = chroma.size - 1 - chroma.size // 100
    colour = float(np.partition(chroma, place)[place])
    return widest / 255, _detail(small, max(_LEAST_DEVIATION, widest / 20)), colour / 255


def blur(view: View) -> Sequence[float]:
    """Return how wide edges are blurred, in px of the picture at a short side of 128 px.

    Of an edge that a Gaussian of s px blurs, the energy of the second derivative is 1 / (2 s^2) of
    that of the first one; so is it on the whole of pictures whose spectrum falls as that of edges,
    whatever their contrast and however much of them is plain. Sharp photographs have 0.4 to 0.6.
    NaN below 8 px, and of a picture without an edge.

    Source:
        Rice, Mathematical analysis of random noise, Bell System Technical Journal 24 (1945), for
        the energies of two derivatives as a measure of how fast a signal changes.
    """
    if min(view.reduced.shape[:2]) < _LEAST_BLUR_PX:
        return (nan,)
    # At another size, what lenses and encoders leave soft would be found, or blur would not.
    grey = cv2.cvtColor(view.reduced, cv2.COLOR_RGB2GRAY)
    first = (
        cv2.norm(grey[1:], grey[:-1], cv2.NORM_L2SQR)
        + cv2.norm(grey[:, 1:], grey[:, :-1], cv2.NORM_L2SQR)
    ) / grey.size
    if first < _LEAST_GRADIENT:
        return (nan,)
    inside = cv2.Laplacian(grey, cv2.CV_16S)[1:-1, 1:-1]
    second = cv2.norm(inside, cv2.NORM_L2SQR) / inside.size
    return (sqrt(first / (2 * max(second, first / 50))),)


def noise(view: View) -> Sequence[float]:
    """Return the standard deviation of white noise in the quietest parts, in grey levels.

    Where the picture is quietest (a tenth of its parts of 5 x 5 px are as quiet) only noise is
    left, about four fifths of what is there on the whole; a texture lies in some parts. And noise
    halves when a picture is halved, while what is seen does not: of the variance at full size, that
    at half the size is taken away. With v and h for the two, white noise has h = v / 4, hence
    (v - h) / (3 / 4). It is 0 where h is larger. JPEG's blocks and enlarged pictures have little at
    full size that is not there at half. NaN below 28 px, and of black and white: the lines of small
    drawings fill every part.

    Source:
        Immerkaer, Fast noise variance estimation, Computer Vision and Image Understanding 64
        (1996), doi:10.1006/cviu.1996.0060, for the filter that plain slopes pass not.
    """
    between = cv2.countNonZero(cv2.inRange(view.grey, *_TWO_TONES))
    if min(view.grey.shape) < _LEAST_NOISE_PX or between < _LEAST_BETWEEN * view.grey.size:
        return (nan,)
    full = _quiet(view.grey, _PART_PX)
    half = _quiet(block_means(view.grey, 2), _HALVED_PART_PX)
    return (sqrt(max(0.0, full**2 - half**2) / 0.75),)


def _detail(small: NDArray[np.uint8], least: float) -> float:
    """Return the share of cells whose standard deviation in some channel is `least` or more."""
    values = small.astype(np.float32)
    cells = (_SMALL_PX // _CELL_PX, _SMALL_PX // _CELL_PX)
    means = cv2.resize(values, cells, interpolation=cv2.INTER_AREA)
    squares = cv2.resize(values * values, cells, interpolation=cv2.INTER_AREA)
    variance = (squares - means * means).max(axis=2)
    return float(np.mean(variance >= least * least))


def _quiet(grey: Grey, part_px: int) -> float:
    """Return the deviation that Immerkaer's filter tells of the part at the quietest tenth."""
    answers = np.abs(cv2.sepFilter2D(grey, cv2.CV_16S, _BEND, _BEND)[1:-1, 1:-1])
    height, width = (side // part_px for side in answers.shape)
    whole = answers[: height * part_px, : width * part_px]
    parts = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA).ravel()
    place = int(_QUIET_SHARE * (parts.size - 1))
    return float(np.partition(parts, place)[place]) * sqrt(pi / 2) / 6
