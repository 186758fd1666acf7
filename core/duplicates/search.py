"""Find pairs of sketches that may be copies: mirrored, turned and cut ones, too.

A picture is compared by its slow waves. To mirror it changes the sign of every other wave, and to
turn it swaps the waves down with those across, so the eight ways to lay a picture cost one
transform. A picture that was cut is found from the picture whose edges are cut in advance.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.duplicates.sketch import SIDE_PX
from core.progress import Progress, silent

STAGE = "comparing pictures"
WAYS = 8  # to lay a picture, see `lay`

_BACK = np.array([0, 1, 2, 3, 4, 6, 5, 7])  # the way that undoes each
_LEAST = 0.91  # cosine of the waves of two pictures, from which on they are looked at closely
_MOST_EACH = 12  # pairs of a picture that are looked at closely, the best ones
_INNER = (1.0, 0.95, 0.9)  # shares of width and height, in the middle
_WAVES = 9  # down and across
_SOFTNESS = 6.0  # of the weights; fast waves do not survive a cut
_PER_PIVOT = 250  # pictures
_MOST_PIVOTS = 2_000
_LISTS = 4  # that a picture stands in: those of its nearest pivots
_BLOCK = 4_000_000  # comparisons at a time

Found = NDArray[np.intp]  # (P, 4) query, other, way that the query lies, closeness in millionths


class Candidates(NamedTuple):
    """C pairs of sketches that may be copies, in ascending order, each once."""

    first: NDArray[np.intp]  # (C,)
    second: NDArray[np.intp]  # (C,) above the first
    ways: NDArray[np.intp]  # (C,) how the second is laid to look like the first, see `lay`


def lay(pictures: NDArray[np.generic], way: int) -> NDArray[np.generic]:
    """Return (..., H, W) pictures transposed, turned upside down and mirrored, as `way` says."""
    if way & 4:
        pictures = pictures.swapaxes(-1, -2)
    if way & 2:
        pictures = pictures[..., ::-1, :]
    return pictures[..., ::-1] if way & 1 else pictures


def find_candidates(grey: NDArray[np.uint8], progress: Progress = silent) -> Candidates:
    """Return the pairs of (R, 32, 32) sketches that may show one picture.

    Of a thousand sketches all are compared; of more, each with those that are near to the pivot
    that it is nearest to. Pivots are some of the sketches. The twelve closest of each are found,
    so the sketches should differ.

    Args:
        grey: (R, 32, 32) brightness.
        progress: Told of pictures compared.

    Source:
        Jegou, Douze & Schmid, Product Quantization for Nearest Neighbor Search, IEEE TPAMI 33
        (2011), doi:10.1109/TPAMI.2010.57, for inverted lists that a query visits a few of.
    """
    count = len(grey)
    if count == 0:
        return _pairs(np.empty((0, 4), np.intp))
    inner = np.stack([_describe(grey, share) for share in _INNER])
    pivots = inner[0][:: max(1, count // min(max(1, count // _PER_PIVOT), _MOST_PIVOTS))]
    lists = _lists_of(inner, pivots)
    found: list[Found] = [np.empty((0, 4), np.intp)]
    done = 0
    progress(STAGE, 0, count * WAYS)
    for way in range(WAYS):
        laid = _laid(inner[0], way)
        nearest = _nearest(laid, pivots, 1)[:, 0]
        order = np.argsort(nearest, kind="stable")
        ends = np.cumsum(np.bincount(nearest, minlength=len(pivots)))
        for place, members in enumerate(lists):
            queries = order[ends[place - 1] if place else 0 : ends[place]]
            points = inner.reshape(-1, inner.shape[2])[members]
            for some in _blocks(queries, len(members)):
                cosines = laid[some] @ points.T
                found.append(_best(cosines, some, members % count, way))
                done += len(some)
                progress(STAGE, done, count * WAYS)
    return _pairs(_closest(np.concatenate(found)))


def _describe(grey: NDArray[np.uint8], share: float) -> NDArray[np.float32]:
    """Return (R, D) unit vectors: the weighted slow waves of the middle of sketches."""
    places = (np.arange(SIDE_PX) + 0.5 - SIDE_PX / 2) * share + SIDE_PX / 2 - 0.5
    to_inner = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(SIDE_PX)))
    waves = np.cos(np.pi * np.arange(_WAVES)[:, None] * (np.arange(SIDE_PX) + 0.5) / SIDE_PX)
    matrix = (waves @ to_inner).astype(np.float32)
    vectors = np.empty((len(grey), len(_DOWN)), np.float32)
    for start in range(0, len(grey), 4096):
        some = grey[start : start + 4096].astype(np.float32)
        vectors[start : start + 4096] = (matrix @ some @ matrix.T)[:, _DOWN, _ACROSS] * _WEIGHTS
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-6), np.float32)


def _wave_places() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    speed = np.hypot(*np.mgrid[:_WAVES, :_WAVES])
    down, across = np.nonzero((speed > 0) & (speed < _WAVES))
    return down, across


_DOWN, _ACROSS = _wave_places()
_SPEED = np.hypot(_DOWN, _ACROSS)
# Slow waves are strong in every photograph: weighed by their speed, each tells about as much.
_SCALE = np.where(_DOWN == 0, 0.5**0.5, 1) * np.where(_ACROSS == 0, 0.5**0.5, 1)
_WEIGHTS = (_SCALE * _SPEED**0.75 * np.exp(-((_SPEED / _SOFTNESS) ** 2))).astype(np.float32)


def _laid(vectors: NDArray[np.float32], way: int) -> NDArray[np.float32]:
    """Return the vectors of the pictures laid that way."""
    signs = np.ones(len(_DOWN), np.float32)
    if way & 1:
        signs = signs * (-1.0) ** _ACROSS
    if way & 2:
        signs = signs * (-1.0) ** _DOWN
    if way & 4:
        vectors = vectors[:, np.lexsort((_DOWN, _ACROSS))]
    return np.asarray(vectors * signs, np.float32)


def _nearest(
    vectors: NDArray[np.float32], pivots: NDArray[np.float32], count: int
) -> NDArray[np.intp]:
    """Return (R, count) the pivots nearest to each vector, in no order."""
    if count >= len(pivots):
        return np.tile(np.arange(len(pivots)), (len(vectors), 1))
    nearest = np.empty((len(vectors), count), np.intp)
    rows = max(1, _BLOCK // len(pivots))
    for start in range(0, len(vectors), rows):
        cosines = vectors[start : start + rows] @ pivots.T
        nearest[start : start + rows] = np.argpartition(-cosines, count - 1)[:, :count]
    return nearest


def _lists_of(inner: NDArray[np.float32], pivots: NDArray[np.float32]) -> list[NDArray[np.intp]]:
    """Return, for each pivot, the vectors of (I, R, D) that it is one of the nearest to."""
    nearest = _nearest(inner.reshape(-1, inner.shape[2]), pivots, _LISTS)
    order = np.argsort(nearest.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(nearest.ravel(), minlength=len(pivots)))
    return np.split(order // nearest.shape[1], ends[:-1])


def _blocks(queries: NDArray[np.intp], length: int) -> Iterator[NDArray[np.intp]]:
    rows = max(1, _BLOCK // max(1, length))
    for start in range(0, len(queries), rows):
        yield queries[start : start + rows]


def _best(
    cosines: NDArray[np.float32], queries: NDArray[np.intp], members: NDArray[np.intp], way: int
) -> Found:
    """Return the closest pairs of each query of those that are close enough."""
    rows, columns = np.nonzero(cosines >= _LEAST)
    close = np.rint(cosines[rows, columns] * 1e6).astype(np.intp)
    ways = np.full(len(rows), way)
    found = np.column_stack([queries[rows], members[columns], ways, close])
    return _closest(found[found[:, 0] != found[:, 1]])


def _closest(found: Found) -> Found:
    """Return the closest pairs of each query, each pair once."""
    query, other, way, close = found.T
    found = found[np.lexsort((-close, way, other, query))]
    is_new = np.ones(len(found), np.bool_)
    is_new[1:] = (found[1:, :3] != found[:-1, :3]).any(axis=1)
    found = found[is_new]
    query, other, way, close = found.T
    found = found[np.lexsort((way, other, -close, query))]
    starts = np.searchsorted(found[:, 0], found[:, 0])
    return found[np.arange(len(found)) - starts < _MOST_EACH]


def _pairs(found: Found) -> Candidates:
    """Return each pair once, whichever of the two was the query."""
    query, other, way = found.T[:3]
    # A query that lies some way looks like the other one; if the other is laid, it lies back.
    laid = np.where(query > other, way, _BACK[way])
    pairs = np.column_stack([np.minimum(query, other), np.maximum(query, other), laid])
    return Candidates(*np.unique(pairs, axis=0).T)
