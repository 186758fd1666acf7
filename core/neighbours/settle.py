"""Turn lists of float32 scores into exact neighbours, and search again where they may miss one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.neighbours.rows import Centre, PointRows, spans

_SINGLE = 2.0**-24  # half the distance from 1 to the next number
_DOUBLE = 2.0**-53
_SMALLEST = 2.0**-126  # below it float32 numbers may be taken for 0
_CACHED_BYTES = 2_000_000  # differences of so many bytes stay near the processor


@dataclass(frozen=True, eq=False)
class Settled:
    """Exact neighbours of some queries."""

    positions: NDArray[np.intp]  # (Q, k)
    squares: NDArray[np.float64]  # (Q, k) squared distances
    certain: NDArray[np.bool_]  # (Q,) whether no other point can be among them


def settle(
    queries: NDArray[np.float64],
    candidates: NDArray[np.intp],
    limits: NDArray[np.float32],
    points: PointRows,
    centre: Centre,
    k: int,
) -> Settled:
    """Rank candidates by their exact distance; ties go to the lower position.

    Args:
        queries: (Q, D)
        candidates: (Q, c) positions of points, -1 for none; c >= k.
        limits: (Q,) the float32 score that every other point reached at least.
        points: The points.
        centre: What the scores were computed about.
        k: How many to keep.
    """
    count, size = candidates.shape
    squares = np.empty((count, size), np.float64)
    step = max(1, _CACHED_BYTES // max(1, 8 * size * points.width))
    places, source = np.maximum(candidates, 0), points
    if points.is_mapped:  # one pass through the file for all queries
        needed, places = np.unique(places, return_inverse=True)
        places, source = places.reshape(count, size), points.loaded(needed)
    for start, stop in spans(count, step):
        near = source.exact(places[start:stop].reshape(-1))
        near -= np.repeat(queries[start:stop], size, axis=0)
        squares[start:stop] = _lengths(near).reshape(-1, size)
    squares[candidates < 0] = np.inf
    order = np.lexsort((candidates, squares), axis=1)[:, :k]
    squares = np.take_along_axis(squares, order, 1)
    lengths = np.sqrt(_lengths(queries - centre.mean))
    scale = float(centre.scale)
    slack = _slack(lengths * scale, squares[:, -1] * scale**2, points.width)
    # Without a limit, no point was turned away.
    certain = (squares[:, -1] * scale**2 + slack < limits) | np.isinf(limits)
    certain &= np.isfinite(squares[:, -1])
    return Settled(np.take_along_axis(candidates, order, 1), squares, certain)


@dataclass(frozen=True, eq=False)
class Uncertain:
    """Queries whose lists may miss a neighbour."""

    queries: NDArray[np.float64]  # (Q, D)
    themselves: NDArray[np.intp] | None  # (Q,) which point each is, to be left out; -1: none
    # (Q, k) ascending squared distances of some points: no farther one matters.
    squares: NDArray[np.float64]


def widen(
    asked: Uncertain,
    points: PointRows,
    centre: Centre,
    *,
    step: int,
    whole: bool,
) -> Settled:
    """Search all points again in float64, for queries with many points at nearly one distance.

    Args:
        asked: The queries, and what was found of them.
        points: The points.
        centre: About which float64 products are taken.
        step: Points of a block.
        whole: `have_whole_squares` of queries and points: products then err by nothing, and a
            point at the distance of k found before it need not be looked at.
    """
    queries, themselves = asked.queries, asked.themselves
    count, k = asked.squares.shape
    mean = np.zeros(points.width) if whole else centre.mean.astype(np.float64)
    moved = queries - mean
    lengths = _lengths(moved)
    bound = asked.squares[:, -1].copy()
    found = _Found.nothing()
    for start, stop in spans(len(points), step):
        block = points.exact(slice(start, stop))
        shifted = block - mean
        scores = moved @ shifted.T
        scores *= -2
        scores += lengths[:, None]
        scores += _lengths(shifted)
        limits = _limits(bound, found.kth(count, k), lengths, points.width, whole=whole)
        mask = scores <= limits[:, None]
        if themselves is not None:
            inside = np.flatnonzero((themselves >= start) & (themselves < stop))
            mask[inside, themselves[inside] - start] = False
        owners, others = np.nonzero(mask)
        exact = scores[mask] if whole else _differences(block, others, queries, owners)
        found = found.merged(_Found(owners, others + start, exact), k)
        bound = np.minimum(bound, found.kth(count, k))
    positions = found.positions.reshape(count, k)
    return Settled(positions, found.squares.reshape(count, k), np.ones(count, np.bool_))


@dataclass(frozen=True, eq=False)
class _Found:
    """Points found, at most k a query: the queries ascend, and in each the distances."""

    owners: NDArray[np.intp]
    positions: NDArray[np.intp]
    squares: NDArray[np.float64]

    @staticmethod
    def nothing() -> "_Found":
        return _Found(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.float64))

    def merged(self, more: "_Found", k: int) -> "_Found":
        owners = np.concatenate([self.owners, more.owners])
        positions = np.concatenate([self.positions, more.positions])
        squares = np.concatenate([self.squares, more.squares])
        order = np.lexsort((positions, squares, owners))
        ranked = owners[order]
        kept = order[np.arange(len(ranked)) - np.searchsorted(ranked, ranked) < k]
        return _Found(owners[kept], positions[kept], squares[kept])

    def kth(self, queries: int, k: int) -> NDArray[np.float64]:
        """Return (queries,) the k-th square of each query, infinite where fewer were found."""
        last = np.searchsorted(self.owners, np.arange(queries), side="right") - 1
        full = np.bincount(self.owners, minlength=queries) == k
        kth = np.full(queries, np.inf)
        kth[full] = self.squares[last[full]]
        return kth


def _limits(
    bound: NDArray[np.float64],
    found: NDArray[np.float64],
    lengths: NDArray[np.float64],
    width: int,
    *,
    whole: bool,
) -> NDArray[np.float64]:
    """Return (Q,) the float64 score above which a point cannot be among the nearest."""
    if whole:
        return np.where(np.isinf(found), bound, np.nextafter(found, -np.inf))
    # As in `_slack`; the mean is taken off in float64 here.
    reach = 2 * np.sqrt(lengths) + np.sqrt(bound)
    limits: NDArray[np.float64] = bound + 4 * _DOUBLE * (width + 16) * reach**2
    return limits


def _differences(
    points: NDArray[np.float64],
    others: NDArray[np.intp],
    queries: NDArray[np.float64],
    owners: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Return the squared distances of pairs, from their differences."""
    squares = np.empty(len(owners), np.float64)
    step = max(1, _CACHED_BYTES // max(1, 8 * points.shape[1]))
    for start, stop in spans(len(owners), step):
        squares[start:stop] = _lengths(points[others[start:stop]] - queries[owners[start:stop]])
    return squares


def _slack(
    lengths: NDArray[np.float64], squares: NDArray[np.float64], width: int
) -> NDArray[np.float64]:
    """Return how far a float32 score may lie from the squared distance it stands for.

    A product of n terms errs by at most n u |a||b| (Higham, Accuracy and Stability of Numerical
    Algorithms, 3.1), whatever the order of its sums. A point no farther than the distance r is
    no longer than the query's length + r. The lengths err as the product does, hence 2 n; the
    16 covers the roundings of the centred values.
    """
    reach = 2 * lengths + np.sqrt(squares)
    relative = 1.1 * _SINGLE * (2 * width + 16) * reach**2
    return relative + 16 * _SMALLEST * (width + 16) * (1 + reach)


def _lengths(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return squared lengths, each summed in one order however many rows there are."""
    squares: NDArray[np.float64] = np.einsum("nd,nd->n", rows, rows)
    return squares


def without_surplus_copies(points: PointRows, most: int, step: int) -> NDArray[np.intp]:
    """Return the ascending positions of points that have fewer than `most` copies before them.

    Of equal points only the first few can be anybody's k nearest, as ties go to the lower
    position. Without the rest, a thousand black pictures cost no million distances.
    """
    sums = np.concatenate(
        [
            points.block(start, stop).sum(axis=1, dtype=np.float64)
            for start, stop in spans(len(points), step)
        ]
    )
    order = np.argsort(sums, kind="stable")
    firsts = np.flatnonzero(np.diff(sums[order], prepend=np.nan) != 0)
    surplus = np.zeros(len(points), np.bool_)
    for start, stop in zip(firsts, np.append(firsts[1:], len(order)), strict=True):
        left = order[start:stop]
        while len(left) > most:
            example = points.exact(left[:1])
            same = np.concatenate(
                [
                    (points.exact(left[a:b]) == example).all(axis=1)
                    for a, b in spans(len(left), step)
                ]
            )
            surplus[left[same][most:]] = True
            left = left[~same]
    return np.flatnonzero(~surplus)
