"""Score queries against points in float32 tiles, on the processor, each pair once."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from core.neighbours.rows import Centre, PointRows, spans
from core.neighbours.shortlist import Shortlist
from core.threads import one_blas_thread


@dataclass(frozen=True, eq=False)
class Panel:
    """Queries whose lists are filled together, and the points that they are compared with."""

    queries: PointRows
    points: PointRows
    centre: Centre  # of the points
    start: int  # the first query; of points among themselves at a multiple of `step`
    stop: int
    step: int  # rows of a block

    @property
    def themselves(self) -> bool:
        """Return whether the queries are the points: a point is not offered to itself."""
        return self.queries is self.points


def fill(
    shortlist: Shortlist,
    panel: Panel,
    *,
    threads: int,
    done: Callable[[int], None],
) -> None:
    """Offer every point to every query of a panel.

    Where the panel's queries are points, a tile serves both its rows and its columns.

    Args:
        shortlist: The lists of the panel's queries.
        panel: Which queries, and which points.
        threads: Tiles that are looked through at a time.
        done: Hears how many queries of the panel have been compared with every point.
    """
    step, points = panel.step, panel.points
    height = min(step, panel.stop - panel.start)
    breadth = min(step, len(points))
    left = np.empty((height, points.width + 2), np.float32)
    buffers: SimpleQueue[_Buffer] = SimpleQueue()
    for _ in range(threads):
        buffers.put(_Buffer.of(height, breadth, points.width + 2))
    with ThreadPoolExecutor(threads) as pool:
        each: Callable[..., Iterable[None]] = map if threads == 1 else pool.map
        for start, stop in spans(panel.stop - panel.start, step):
            own = panel.start + start
            rows = place_queries(panel.queries, own, panel.centre, left[: stop - start])
            offer = partial(_offer, shortlist, panel, rows, own, buffers)
            deque(each(offer, spans(len(points), step)), maxlen=0)
            done(stop)


def place_queries(
    queries: PointRows, start: int, centre: Centre, out: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Write queries from `start` on as (-2x, |x|^2, 1) into `out`, and return it.

    Their product with points as `place_points` writes them is the squared distance.
    """
    width = queries.width
    _place(queries, start, centre, out)
    out[:, width] = _squares(out[:, :width])
    out[:, width + 1] = 1
    out[:, :width] *= -2
    return out


def place_points(
    points: PointRows, start: int, centre: Centre, out: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Write points from `start` on as (y, 1, |y|^2) into `out`, and return it."""
    width = points.width
    _place(points, start, centre, out)
    out[:, width] = 1
    out[:, width + 1] = _squares(out[:, :width])
    return out


def _offer(
    shortlist: Shortlist,
    panel: Panel,
    rows: NDArray[np.float32],
    own: int,
    buffers: "SimpleQueue[_Buffer]",
    span: tuple[int, int],
) -> None:
    """Offer the points of `span` to the queries from `own` on, `rows`, and these to those."""
    first, last = span
    is_shared = panel.themselves and panel.start <= first < panel.stop
    if is_shared and first < own:  # served when those points were the rows
        return
    buffer = buffers.get()
    try:
        columns = place_points(panel.points, first, panel.centre, buffer.right[: last - first])
        tile = buffer.tile[: len(rows) * len(columns)].reshape(len(rows), len(columns))
        np.matmul(rows, columns.T, out=tile)
        if is_shared and first == own:
            np.fill_diagonal(tile, np.inf)
        shortlist.offer(tile, query=own - panel.start, point=first)
        if is_shared and first > own:
            shortlist.offer(tile, query=first - panel.start, point=own, across=True)
    finally:
        buffers.put(buffer)


def _place(points: PointRows, start: int, centre: Centre, out: NDArray[np.float32]) -> None:
    """Write centred, scaled points from `start` on into the first D columns of `out`."""
    block = points.block(start, start + len(out))
    target = out[:, : points.width]
    if centre.scale != 1:
        # Scaled before the difference, which could leave float32's range.
        block = block * centre.scale
    np.subtract(block, centre.mean * centre.scale, out=target, casting="same_kind")


def _squares(block: NDArray[np.float32]) -> NDArray[np.float32]:
    squares: NDArray[np.float32] = np.einsum("nd,nd->n", block, block)
    return squares


@dataclass(frozen=True, eq=False)
class _Buffer:
    """Memory for one thread's tile."""

    right: NDArray[np.float32]
    tile: NDArray[np.float32]

    @staticmethod
    def of(height: int, breadth: int, width: int) -> "_Buffer":
        return _Buffer(
            np.empty((breadth, width), np.float32), np.empty(height * breadth, np.float32)
        )


# Asking the libraries for their threads takes 30 ms where many are loaded.
_LEAST_PRODUCTS = 1e10


@contextmanager
def product_threads(products: float) -> Iterator[int]:
    """Yield how many threads may work at a time, and hold each of their products to one thread.

    A product that is shared among threads leaves them spinning while its result is looked
    through: on 2 threads that took 1.5 times the processor time.

    Args:
        products: How many numbers will be multiplied; few are left to one thread.
    """
    if products < _LEAST_PRODUCTS:
        yield 1
        return
    with one_blas_thread() as count:
        yield count
