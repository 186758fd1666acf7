"""Add noise to a picture, fast, and the same every time for the same seed."""

import threading
from math import log1p
from statistics import NormalDist

import cv2
import numpy as np
from numpy.typing import NDArray

from core.augment.equal import Equal, middle_of, scaled_ends
from core.augment.operation import (
    CORRUPTIONS,
    LOSS,
    Drawn,
    Operation,
    Picture,
    draw_between,
    top_of,
)
from core.parameters import Range, RangeValues

# A seed below this keeps every digit when JSON or a table reads it as a float.
_SEEDS = 2**53
_LEAST_SIGMA = 0.5  # grey levels; below, nearly every pixel rounds back to itself
_LEAST_AMOUNT = 0.1  # per cent; below, many small pictures get no speck at all
# Larger pictures are worked on in strips that stay in the processor's cache.
_STRIP_BYTES = 1 << 17
_GAUSSIAN, _SPECKS = 1, 2  # streams of numbers


def _normal_quantiles() -> NDArray[np.float32]:
    """Return (256, 1) middles of 256 equally likely parts of a normal curve, at variance 1."""
    normal = NormalDist()
    middles = np.array([normal.inv_cdf((byte + 0.5) / 256) for byte in range(256)])
    return np.asarray(middles / middles.std(), np.float32)[:, None]


_QUANTILES = _normal_quantiles()


def draw_gaussian_noise(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the strength in grey levels, and the seed of the pattern."""
    return {
        "sigma": draw_between(rng, values["sigma"], at_least=_LEAST_SIGMA),
        "noise_seed": int(rng.random() * _SEEDS),
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


def fade_gaussian_noise(drawn: Drawn, scale: float) -> Drawn:
    """Return the strength that noise has left once pixels are averaged: n of them, 1 / sqrt(n)."""
    return {**drawn, "sigma": _faded(drawn["sigma"], scale, _LEAST_SIGMA)}


def draw_salt_and_pepper(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the share of pixels in per cent, and the seed of the pattern."""
    return {
        "amount": draw_between(rng, values["amount"], at_least=_LEAST_AMOUNT),
        "noise_seed": int(rng.random() * _SEEDS),
    }


def salt_and_pepper(pixels: Picture, drawn: Drawn) -> Picture:
    """Make a share of the pixels white or black, half and half."""
    rng = _seeded(int(drawn["noise_seed"]), _SPECKS)
    pixel_count = pixels.shape[0] * pixels.shape[1]
    # Several hits may meet in one pixel. With -N ln(1 - share) hits expected, a pixel escapes
    # them all with probability 1 - share exactly.
    hit_count = rng.poisson(-pixel_count * log1p(-drawn["amount"] / 100))
    # One number holds both: place = number // 2, white or black = its last bit.
    hits = (rng.random(hit_count) * (2 * pixel_count)).astype(np.int64)
    speckled = pixels.copy()
    colours = np.array([[0], [top_of(pixels)]], pixels.dtype)
    speckled.reshape(pixel_count, -1)[hits >> 1] = colours[hits & 1]
    return speckled


def fade_salt_and_pepper(drawn: Drawn, scale: float) -> Drawn:
    """Return the share of specks that moves pixels as much as averaged specks do.

    A speck among n pixels moves their mean by 1 / n of itself, and there are n times as many: in
    the square, they move it by 1 / n of what they moved single pixels by.
    """
    return {**drawn, "amount": _faded(drawn["amount"], scale**2, _LEAST_AMOUNT)}


NOISES = (
    Operation(
        name="gaussian_noise",
        title="Gaussian noise",
        help="Make each value slightly lighter or darker at random, like a camera in poor light. "
        "The mean brightness stays, and a grey picture stays grey.",
        warning="Strong noise hides fine texture and faint marks, which may be what the label "
        "names.",
        source=f"{CORRUPTIONS}: Gaussian noise",
        kind=LOSS,
        probability=0.3,
        draw=draw_gaussian_noise,
        change=gaussian_noise,
        fade=fade_gaussian_noise,
        parameters=(
            Range(
                name="sigma",
                title="Noise",
                unit="grey levels",
                low=0,
                high=100,
                step=1,
                default=(4, 16),
                help="Standard deviation, on the scale from 0 (black) to 255 (white).",
            ),
        ),
        idle={"sigma": 0.0},
        levels=(8, 25, 80),
        equals={
            "torchvision": Equal(
                lambda v, _: f"v2.GaussianNoise(sigma={middle_of(v['sigma']) / 255:.4g})",
                False,
                "always the middle of the range.",
            ),
            "albumentations": Equal(
                lambda v, p: (
                    f"A.GaussNoise(std_range={scaled_ends(v['sigma'], 1 / 255)}, "
                    f"noise_scale_factor=1, p={p:g})"
                )
            ),
        },
    ),
    Operation(
        name="salt_and_pepper",
        title="Salt and pepper",
        help="Make single pixels white or black, half and half, as dead sensor pixels and "
        "transmission errors do.",
        warning=(
            "Specks can be mistaken for what the label names: stars, dust, defects, punctuation."
        ),
        source="Gonzalez & Woods, Digital Image Processing, 4th ed. (2018), section 5.2",
        kind=LOSS,
        probability=0.2,
        draw=draw_salt_and_pepper,
        change=salt_and_pepper,
        fade=fade_salt_and_pepper,
        parameters=(
            Range(
                name="amount",
                title="Pixels changed",
                unit="%",
                low=0,
                high=25,
                step=0.1,
                default=(1, 4),
                help="Share of the pixels that become white or black.",
            ),
        ),
        idle={"amount": 0.0},
        levels=(1, 5, 20),
        equals={
            "albumentations": Equal(
                lambda v, p: (
                    f"A.SaltAndPepper(amount={scaled_ends(v['amount'], 0.01)}, "
                    "salt_vs_pepper=(0.5, 0.5), "
                    f"p={p:g})"
                )
            ),
        },
    ),
)


def _faded(value: float, share: float, least: float) -> float:
    # What fades to nothing would be drawn again, and at one size only.
    return min(value, max(least, value * share))


def _is_grey(pixels: Picture) -> bool:
    red, green, blue = pixels[0, 0].tolist()
    # The first pixel, or the first row, settles nearly every colour picture at no cost.
    return red == green == blue and all(
        np.array_equal(part[..., 0], part[..., 1]) and np.array_equal(part[..., 0], part[..., 2])
        for part in (pixels[:1], pixels)
    )


def _with_gaussian_noise(pixels: Picture, *, sigma: float, seed: int) -> Picture:
    """Return a noisy copy of an array of any shape.

    A random byte picks one of 256 shifts, and OpenCV adds it, stopping at white and 0: ten times
    as fast as `rng.normal`, and without the darkening by half a grey level that cutting off the
    fractions brings.
    """
    scale, middle = sigma * (top_of(pixels) / 255), (top_of(pixels) + 1) // 2
    # From a middle on, shifts fit the type of the picture; what does not comes in two halves.
    if scale * _QUANTILES[-1, 0] < middle - 1:
        tables = [(_rounded(scale, middle, pixels), 1, -middle)]
    else:
        tables = [(_rounded(scale, 0, pixels), 1, 0), (_rounded(-scale, 0, pixels), -1, 0)]
    random = _seeded(seed, _GAUSSIAN).bit_generator
    # One row, not one dimension: OpenCV takes up to four numbers alone for one colour.
    row = np.ascontiguousarray(pixels).reshape(1, -1)
    noisy = np.empty_like(row)
    for start in range(0, row.size, _STRIP_BYTES):
        strip = row[:, start : start + _STRIP_BYTES]
        words = random.random_raw((strip.size + 7) // 8)
        picks = words.view(np.uint8)[None, : strip.size]
        for table, sign, lift in tables:
            strip = cv2.addWeighted(strip, 1, cv2.LUT(picks, table), sign, lift)
        noisy[:, start : start + _STRIP_BYTES] = strip
    return noisy.reshape(pixels.shape)


def _rounded(scale: float, middle: int, pixels: Picture) -> Picture:
    """Return (256, 1) shifts about `middle` in the type of the picture."""
    if pixels.dtype == np.uint8 and middle:
        # Nothing falls below zero, where this would take the sign away.
        return cv2.convertScaleAbs(_QUANTILES, alpha=scale, beta=middle)
    shifts = np.rint(scale * _QUANTILES + middle)
    return np.asarray(np.clip(shifts, 0, top_of(pixels)), pixels.dtype)


class _ThreadsGenerator(threading.local):
    """One generator for each thread, set to a seed again: a fifth of what making one takes."""

    def __init__(self) -> None:
        self.bits = np.random.SFC64(0)
        self.generator = np.random.Generator(self.bits)
        self.state = self.bits.state
        self.words = self.state["state"]["state"]


_THREADS = _ThreadsGenerator()


def _seeded(seed: int, stream: int) -> np.random.Generator:
    """Return this thread's generator at the start of a stream; use it up before the next.

    Seeded as the author of SFC64 does: three words, a count, and twelve numbers left out.
    """
    _THREADS.words[:] = (seed, stream, 0, 1)
    _THREADS.bits.state = _THREADS.state
    _THREADS.bits.random_raw(12)
    return _THREADS.generator
