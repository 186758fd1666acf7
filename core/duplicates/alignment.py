"""Lay one sketch over another, though it was cut at the edges, and say how alike they are."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.duplicates.search import Candidates, lay
from core.progress import Progress, silent

STAGE = "laying pictures over each other"

Grey = NDArray[np.float32]  # (P, S, S) brightness of P sketches

_COARSE_PX = 16
_COARSE_STEPS, _FINE_STEPS = 5, 3
_COARSE_WAVES, _FINE_WAVES = 7, 12
_COARSE_LEAST = 0.965  # agreement of coarse sketches, below which the fine ones are not compared
_MOST_SCALE = 0.13  # a picture cut by 5 % at each side is to be enlarged by 11 %
_MOST_SHIFT = 0.07  # of the side, from centre to centre
_WHITE = 250.0  # from here on a brighter copy may have lost what was there
_BATCH = 256


class Alignment(NamedTuple):
    """How P first sketches lie on second ones: they are read at `scale * place + shift`."""

    agreement: NDArray[np.float32]  # (P,) -1 to 1, of the waves, all weighed alike
    frames: NDArray[np.float32]  # (P, 4) scale - 1 and shift across, then down; of the side


def align(
    grey: NDArray[np.uint8], candidates: Candidates, progress: Progress = silent
) -> Alignment:
    """Lay the first sketch of each pair over the second one, which lies its way.

    Args:
        grey: (R, 32, 32) brightness of sketches.
        candidates: P pairs of them.
        progress: Told of pairs.

    Source:
        Baker & Matthews, Lucas-Kanade 20 Years On, IJCV 56 (2004),
        doi:10.1023/B:VISI.0000011205.11775.fd, here with a scale and a shift for each axis, and a
        gain and an offset of brightness.
    """
    first, second, ways = candidates
    agreement = np.zeros(len(first), np.float32)
    frames = np.zeros((len(first), 4), np.float32)
    # Pairs that lie one way are laid at once.
    order = np.argsort(ways, kind="stable")
    for start in range(0, len(first), _BATCH):
        progress(STAGE, start, len(first))
        some = order[start : start + _BATCH]
        ours = grey[first[some]].astype(np.float32)
        theirs = np.concatenate(
            [
                lay(grey[second[some][ways[some] == way]], way).astype(np.float32)
                for way in np.unique(ways[some]).tolist()
            ]
        )
        agreement[some], frames[some] = _laid_and_compared(ours, theirs)
    return Alignment(agreement, frames)


def _laid_and_compared(ours: Grey, theirs: Grey) -> tuple[NDArray[np.float32], Grey]:
    """Return agreement, 0 where already the coarse sketches are too far apart, and frames."""
    small = _halved(ours), _halved(theirs)
    at = _aligned(*small, np.zeros((len(ours), 4), np.float32), _COARSE_STEPS)
    found = _agreement(*small, at, _COARSE_WAVES)
    is_close = found >= _COARSE_LEAST
    found[~is_close] = 0
    if is_close.any():
        ours, theirs = ours[is_close], theirs[is_close]
        at[is_close] = _aligned(ours, theirs, at[is_close], _FINE_STEPS)
        found[is_close] = _agreement(ours, theirs, at[is_close], _FINE_WAVES)
    return found, at


def _halved(sketches: Grey) -> Grey:
    count = len(sketches)
    halved = sketches.reshape(count, _COARSE_PX, 2, _COARSE_PX, 2).mean(axis=(2, 4))
    return np.asarray(halved, np.float32)


def _aligned(first: Grey, second: Grey, at: Grey, steps: int) -> Grey:
    """Return (P, 4) frames that are better than `at`."""
    side = first.shape[1]
    first, second = _soft(first), _soft(second)
    centred = ((np.arange(side) + 0.5) / side - 0.5).astype(np.float32)
    ridge = np.diag([1e-5, 1e-4, 1e-5, 1e-4, 1e-7, 1e-7]).astype(np.float32)
    for _ in range(steps):
        laid, is_inside = _laid_over(first, at)
        across, down = np.gradient(laid, axis=2) * side, np.gradient(laid, axis=1) * side
        slopes = np.stack(
            [across * centred, across, down * centred[:, None], down, laid, np.ones_like(laid)], 1
        )
        slopes = (slopes * is_inside[:, None]).reshape(len(laid), 6, -1)
        # Columns of one length, so that one ridge fits them all.
        lengths = np.sqrt((slopes**2).sum(axis=2)) + 1e-6
        slopes /= lengths[:, :, None]
        wanted = slopes @ (second * is_inside).reshape(len(laid), -1, 1)
        solved = np.linalg.solve(slopes @ slopes.swapaxes(1, 2) + ridge, wanted)[:, :, 0] / lengths
        step = solved[:, :4] / np.clip(solved[:, 4:5], 0.3, 3)
        limits = np.array([_MOST_SCALE, _MOST_SHIFT] * 2, np.float32)
        at = np.clip(at + np.clip(step, -limits / 2, limits / 2), -limits, limits)
    return at


def _laid_over(sketches: Grey, at: Grey) -> tuple[Grey, Grey]:
    """Return sketches read within frames, and (P, S, S) 1 where that is inside of them."""
    across, is_across = _reading(at[:, 0], at[:, 1], sketches.shape[1])
    down, is_down = _reading(at[:, 2], at[:, 3], sketches.shape[1])
    inside = (is_down[:, :, None] & is_across[:, None, :]).astype(np.float32)
    return np.asarray(down @ sketches @ across.swapaxes(1, 2), np.float32), inside


def _reading(
    scale: NDArray[np.float32], shift: NDArray[np.float32], side: int
) -> tuple[Grey, NDArray[np.bool_]]:
    """Return (P, S, S) matrices that read a line of S at other places, by cubic interpolation."""
    centred = (np.arange(side, dtype=np.float32) + 0.5) / side - 0.5
    places = ((1 + scale[:, None]) * centred + shift[:, None] + 0.5) * side - 0.5
    is_inside = (places > -0.5) & (places < side - 0.5)
    apart = np.abs(np.clip(places, 0, side - 1)[:, :, None] - np.arange(side, dtype=np.float32))
    near = (1.5 * apart - 2.5) * apart**2 + 1
    far = ((-0.5 * apart + 2.5) * apart - 4) * apart + 2
    matrices = np.where(apart < 1, near, np.where(apart < 2, far, 0))
    matrices /= matrices.sum(axis=2, keepdims=True)
    return matrices.astype(np.float32), is_inside


def _agreement(first: Grey, second: Grey, at: Grey, most: int) -> NDArray[np.float32]:
    """Return (P,) the cosine of the waves of sketches, all weighed alike.

    Photographs differ little in their slow waves and much in the others, so each wave is weighed
    by its speed. Where a copy is so much brighter that it became white, the other becomes so too.
    """
    laid, inside = _laid_over(first, at)
    is_told = inside * (laid < _WHITE) * (second < _WHITE)
    is_told = np.where(
        is_told.sum(axis=(1, 2), keepdims=True) < 0.05 * laid[0].size, inside, is_told
    )
    gain, offset = _gain(laid, second, is_told)
    brightened = np.clip(gain * laid + offset, 0, 255)
    darkened = np.clip((second - offset) / gain, 0, 255)
    ours = np.where(gain >= 1, brightened, laid)
    theirs = np.where(gain >= 1, second, darkened)
    ours = np.where(inside > 0, ours, theirs)
    waves = [_weighed(picture, most) for picture in (ours, theirs)]
    products = [(one * two).sum(axis=1) for one, two in (waves, waves[:1] * 2, waves[1:] * 2)]
    agreement = products[0] / np.sqrt(np.maximum(products[1] * products[2], 1e-6))
    return np.asarray(agreement, np.float32)


def _gain(first: Grey, second: Grey, weights: Grey) -> tuple[Grey, Grey]:
    """Return (P, 1, 1) gain and offset that make the first as bright as the second ones."""
    count = weights.sum(axis=(1, 2), keepdims=True)
    means = [(one * weights).sum(axis=(1, 2), keepdims=True) / count for one in (first, second)]
    apart = (first - means[0]) * weights
    spread = (apart**2).sum(axis=(1, 2), keepdims=True)
    gain = (apart * (second - means[1])).sum(axis=(1, 2), keepdims=True) / np.maximum(spread, 1e-3)
    gain = np.clip(gain, 0.2, 5)
    return gain, means[1] - gain * means[0]


def _weighed(pictures: Grey, most: int) -> Grey:
    """Return (P, W) waves of up to `most` a side, each times its speed."""
    side = pictures.shape[1]
    matrix = np.cos(np.pi * np.arange(side)[:, None] * (np.arange(side) + 0.5) / side)
    matrix[0] *= 0.5**0.5
    down, across = np.mgrid[:side, :side]
    speed = np.hypot(down, across)
    places = np.nonzero((speed > 0) & (speed <= most))
    waves = matrix.astype(np.float32) @ pictures @ matrix.T.astype(np.float32)
    return np.asarray(waves[:, places[0], places[1]] * speed[places].astype(np.float32))


def _soft(sketches: Grey) -> Grey:
    """Return sketches whose edges are soft, so that a slope reaches further."""
    return np.stack([cv2.GaussianBlur(sketch, (3, 3), 0) for sketch in sketches])
