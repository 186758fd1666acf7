"""How well synthetic points lie among real ones, and real ones among synthetic: PRDC in blocks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from core.neighbours import DEFAULT_OPTIONS, SearchOptions, nearest, nearest_others
from core.progress import Progress, silent

# A distance as near as this to a radius, beside the points' lengths, is rounding: a tie.
_ROUNDING = 1e-11


@dataclass(frozen=True, eq=False)
class PointBlocks:
    """N points that are read block by block."""

    count: int
    read: Callable[[slice], NDArray[np.float32]]  # (B, D)

    def blocks(self, length: int) -> Iterator[slice]:
        """Return the slices of `length` points each, the last one shorter."""
        return (slice(at, min(at + length, self.count)) for at in range(0, self.count, length))


@dataclass(frozen=True)
class Prdc:
    """Four figures; a ball around a point reaches to its k-th nearest of its own kind.

    Points between real ones lie inside their hull, so precision and density look good whatever
    they are worth; recall and coverage, and the variance, say whether they spread as far.
    """

    precision: float  # share of synthetic points in the ball of a real one
    recall: float  # share of real points in the ball of a synthetic one
    density: float  # mean number of real balls around a synthetic point, over k; can exceed 1
    coverage: float  # share of real points with a synthetic one in their ball
    expected_coverage: float  # if both came from the same source
    k: int  # used; fewer than asked for where there are few points


def measure_prdc(
    real: PointBlocks,
    made: PointBlocks,
    k: int = 5,
    *,
    options: SearchOptions = DEFAULT_OPTIONS,
    progress: Progress = silent,
) -> Prdc | None:
    """Return the figures, or None with fewer than two points on a side.

    Args:
        real: N points.
        made: M synthetic points.
        k: Which nearest gives the radius; less than N and M.
        options: On which device, and what may be held beside the points' own arrays and the result.
        progress: Told of pairs of blocks.

    Source:
        Naeem et al., Reliable fidelity and diversity metrics for generative models, ICML 2020,
        arXiv:2002.09797. A point on the border of a ball is outside, as there.
    """
    k = min(k, real.count - 1, made.count - 1)
    if k < 1:
        return None
    balls = [_radii(points, k, options, progress) ** 2 for points in (real, made)]
    found = _in_balls(real, made, balls, options.memory_bytes, progress)
    return Prdc(
        precision=float(found.near_real.mean()),
        recall=float(found.near_made.mean()),
        density=found.pairs / (k * made.count),
        coverage=float(found.covered.mean()),
        expected_coverage=expected_coverage(real.count, made.count, k),
        k=k,
    )


@dataclass(eq=False)
class _InBalls:
    """Who lies in whose ball; grows with every block compared."""

    near_real: NDArray[np.bool_]  # (M,) made points in the ball of a real one
    near_made: NDArray[np.bool_]  # (N,) real points in the ball of a made one
    covered: NDArray[np.bool_]  # (N,) real points with a made one in their ball
    pairs: int = 0  # of a real ball and a made point in it


def _in_balls(
    real: PointBlocks,
    made: PointBlocks,
    balls: Sequence[NDArray[np.float64]],
    memory_bytes: int,
    progress: Progress,
) -> _InBalls:
    """Return who lies in whose ball; `balls` are the squared radii of real and made points."""
    found = _InBalls(
        np.zeros(made.count, bool), np.zeros(real.count, bool), np.zeros(real.count, bool)
    )
    # Two blocks of vectors and what they are made of, then three tables of pairs.
    width = real.read(slice(0, 1)).shape[1]
    length = max(1, min(memory_bytes // (64 * width), isqrt(memory_bytes // 48)))
    centre = real.read(slice(0, length)).mean(axis=0, dtype=np.float64)
    pairs, done = -(-real.count // length) * -(-made.count // length), 0
    for mine in real.blocks(length):
        x = real.read(mine) - centre
        for theirs in made.blocks(length):
            progress("comparing real and synthetic", done, pairs)
            squares, rounding = _squares(x, made.read(theirs) - centre)
            # What is left of a distance, when rounding is taken as being on the border.
            squares += rounding
            in_real = squares < balls[0][mine, None]
            found.pairs += int(in_real.sum())
            found.near_real[theirs] |= in_real.any(axis=0)
            found.covered[mine] |= in_real.any(axis=1)
            found.near_made[mine] |= (squares < balls[1][theirs]).any(axis=1)
            done += 1
    progress("comparing real and synthetic", pairs, pairs)
    return found


def expected_coverage(real: int, made: int, k: int) -> float:
    """Return the mean coverage of `real` points by `made` ones of the same source.

    It is 1 - (N-1)...(N-k) / ((M+N-1)...(M+N-k)) for N real and M made points.
    """
    places = np.arange(1, k + 1)
    return float(1 - np.prod((real - places) / (made + real - places)))


def _radii(
    points: PointBlocks, k: int, options: SearchOptions, progress: Progress
) -> NDArray[np.float64]:
    """Return (N,) the distance from each point to its k-th nearest other."""
    width = points.read(slice(0, 1)).shape[1]
    length = max(k + 1, options.memory_bytes // (24 * width))
    half = replace(options, memory_bytes=options.memory_bytes // 2)
    radii = np.empty(points.count)
    for mine in points.blocks(length):
        progress("measuring distances", mine.start, points.count)
        x = points.read(mine)
        best = np.full((len(x), k), np.inf)
        for theirs in points.blocks(length):
            if theirs == mine:
                found = nearest_others(x, k, options=half)
            else:
                found = nearest(points.read(theirs), k, x, options=half)
            both = np.concatenate([best, found.distances], axis=1)
            best = np.partition(both, k - 1, axis=1)[:, :k]
        radii[mine] = best.max(axis=1)
    return radii


def _squares(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (B, C) squared distances, and how far off they may be."""
    long_x, long_y = (np.einsum("nd,nd->n", points, points) for points in (x, y))
    squares = x @ y.T
    squares *= -2
    squares += long_x[:, None]
    squares += long_y
    return squares, _ROUNDING * (long_x[:, None] + long_y)
