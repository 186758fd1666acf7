"""Add noise to a picture, fast, and the same every time for the same seed."""

from functools import lru_cache
from math import log1p
from statistics import NormalDist

import cv2
import numpy as np
from numpy.typing import NDArray

from core.augment.drawing import Drawn, Picture, draw_between, top_of
from core.parameters import RangeValues
from core.randomness import stream

# A seed below this keeps every digit when JSON or a table reads it as a float.
_SEEDS = 2**53
_LEAST_SIGMA = 0.5  # grey levels; below, nearly every pixel rounds back to itself
_LEAST_AMOUNT = 0.1  # per cent; below, many small pictures get no speck at all
# Larger pictures are worked on in strips that stay in the processor's cache.
_STRIP_BYTES = 1 << 17


def _normal_quantiles() -> NDArray[np.float64]:
    """Return (256,) the middles of 256 equally likely parts of a normal curve, at variance 1."""
    normal = NormalDist()
    middles = np.array([normal.inv_cdf((byte + 0.5) / 256) for byte in range(256)])
    return np.asarray(middles / middles.std(), np.float64)


_QUANTILES = _normal_quantiles()


def draw_gaussian_noise(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the strength in grey levels, and the seed of the pattern."""
    return {
        "sigma": draw_between(rng, values["sigma"], at_least=_LEAST_SIGMA),
        "noise_seed": int(rng.integers(_SEEDS)),
    }


def gaussian_noise(pixels: Picture, drawn: Drawn) -> Picture:
    """Move each value by a number from a bell curve, by nothing in the mean, within 0 and white.

    A grey picture stays grey: colour in it would tell a model which pictures were augmented.
    """
    sigma, seed = drawn["sigma"], int(drawn["noise_seed"])
    if pixels.shape[2] == 3 and _is_grey(pixels):
        grey = _with_gaussian_noise(pixels[..., 0], sigma=sigma, seed=seed)
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB))
    return _with_gaussian_noise(pixels, sigma=sigma, seed=seed)


def draw_salt_and_pepper(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the share of pixels in per cent, and the seed of the pattern."""
    return {
        "amount": draw_between(rng, values["amount"], at_least=_LEAST_AMOUNT),
        "noise_seed": int(rng.integers(_SEEDS)),
    }


def salt_and_pepper(pixels: Picture, drawn: Drawn) -> Picture:
    """Make a share of the pixels white or black, half and half."""
    rng = stream(int(drawn["noise_seed"]), "salt_and_pepper")
    pixel_count = pixels.shape[0] * pixels.shape[1]
    # Several hits may meet in one pixel. With -N ln(1 - share) hits expected, a pixel escapes
    # them all with probability 1 - share exactly.
    hit_count = rng.poisson(-pixel_count * log1p(-drawn["amount"] / 100))
    # One number holds both: place = number // 2, white or black = its last bit.
    hits = rng.integers(2 * pixel_count, size=hit_count)
    speckled = pixels.copy()
    specks = (hits & 1) * top_of(pixels)
    speckled.reshape(pixel_count, -1)[hits >> 1] = specks.astype(pixels.dtype)[:, None]
    return speckled


def _is_grey(pixels: Picture) -> bool:
    # The first row settles nearly every colour picture at no cost.
    return all(
        np.array_equal(part[..., 0], part[..., 1]) and np.array_equal(part[..., 0], part[..., 2])
        for part in (pixels[:1], pixels)
    )


def _with_gaussian_noise(pixels: Picture, *, sigma: float, seed: int) -> Picture:
    """Return a noisy copy of an array of any shape.

    A random byte picks one of 256 shifts, and OpenCV adds the lighter and subtracts the darker
    ones, stopping at white and 0: eight to ten times as fast as `rng.normal`, and without the
    darkening by half a grey level that cutting off the fractions brings.
    """
    lighter, darker = _shifts(sigma, top_of(pixels))
    rng = stream(seed, "gaussian_noise")
    # One row, not one dimension: OpenCV takes up to four numbers alone for one colour.
    row = np.ascontiguousarray(pixels).reshape(1, -1)
    noisy = np.empty_like(row)
    for start in range(0, row.size, _STRIP_BYTES):
        strip = row[:, start : start + _STRIP_BYTES]
        words = rng.integers(2**64 - 1, size=(strip.size + 7) // 8, dtype=np.uint64, endpoint=True)
        picks = words.view(np.uint8)[None, : strip.size]
        added = cv2.add(strip, cv2.LUT(picks, lighter))
        noisy[:, start : start + _STRIP_BYTES] = cv2.subtract(added, cv2.LUT(picks, darker))
    return noisy.reshape(pixels.shape)


@lru_cache(maxsize=64)
def _shifts(sigma: float, top: int) -> tuple[Picture, Picture]:
    """Return (256,) by how much each byte makes a value lighter, and by how much darker."""
    # Sigma is in grey levels of 8 bits, whatever the picture has.
    shifts = np.rint(np.clip(sigma * (top / 255) * _QUANTILES, -top, top))
    dtype = np.uint8 if top == 255 else np.uint16
    return np.maximum(shifts, 0).astype(dtype), np.maximum(-shifts, 0).astype(dtype)
