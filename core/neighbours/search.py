"""Find the exact nearest neighbours of points, in blocks of bounded memory."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.neighbours.rows import Centre, PointRows, centre_of, have_whole_squares, spans
from core.neighbours.settle import Uncertain, settle, widen, without_surplus_copies
from core.neighbours.shortlist import Shortlist
from core.neighbours.tiles import Panel, fill, product_threads
from core.neighbours.tiles_on_gpu import fill_on_gpu
from core.progress import Progress, silent

# Scores within rounding of the k-th are told apart by exact distance: three more hold nearly
# always, and the rest is searched again.
_SPARE = 3
_LARGEST_STEP = 1024
_STAGE = "finding neighbours"


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The nearest points of Q points."""

    positions: NDArray[np.intp]  # (Q, k) the nearest first; of equal ones the lower position first
    distances: NDArray[np.float64]  # (Q, k)

    @staticmethod
    def none_yet(count: int, k: int) -> "Neighbors":
        """Return room for the k neighbours of so many points."""
        return Neighbors(np.empty((count, k), np.intp), np.empty((count, k), np.float64))

    def only(self, chosen: NDArray[np.intp]) -> "Neighbors":
        """Return the neighbours of the points at `chosen`."""
        return Neighbors(self.positions[chosen], self.distances[chosen])


@dataclass(frozen=True)
class SearchOptions:
    """How a search is run. Device and memory change nothing of what is found.

    Raises:
        ValueError: the metric is unknown.
    """

    # "cosine": rows are brought to length 1 (a row of zeros stays), and a distance is half the
    # squared one, which is 1 - the cosine.
    metric: str = "euclidean"
    device: str = "cpu"  # or "cuda"
    memory_bytes: int = 64_000_000  # what may be held beside the points and the result

    def __post_init__(self) -> None:
        if self.metric not in {"euclidean", "cosine"}:
            raise ValueError(f"Unknown metric '{self.metric}': choose 'euclidean' or 'cosine'.")


DEFAULT_OPTIONS = SearchOptions()


def nearest(
    points: NDArray[Any],
    k: int,
    queries: NDArray[Any],
    *,
    rows: NDArray[np.intp] | None = None,
    options: SearchOptions = DEFAULT_OPTIONS,
    progress: Progress = silent,
) -> Neighbors:
    """Return the k nearest points of every query: the true ones, ties by lower position.

    Args:
        points: (N, D) array or memory map of finite numbers, cast to float32 block by block.
        k: How many, at most N.
        queries: (Q, D) what to find neighbours of; for points of the set see `nearest_others`.
        rows: The rows of `points` to search among; positions then count in `rows`.
        options: How.
        progress: Told after each block of queries.

    Raises:
        ValueError: a value is not finite in float32.
    """
    unit, kept = options.metric == "cosine", options.memory_bytes // 4
    among = PointRows(points, rows, unit, kept)
    asked = PointRows(queries, None, unit, kept)
    return _found(among, asked, min(k, len(among)), options, progress)


def nearest_others(
    points: NDArray[Any],
    k: int,
    *,
    rows: NDArray[np.intp] | None = None,
    chosen: NDArray[np.intp] | None = None,
    options: SearchOptions = DEFAULT_OPTIONS,
    progress: Progress = silent,
) -> Neighbors:
    """Return the k nearest others of points of a set: the true ones, ties by lower position.

    A point is left out of its own neighbours by its place, not by its distance: a copy of it stays
    a neighbour.

    Args:
        points: (N, D) array or memory map of finite numbers, cast to float32 block by block.
        k: How many; at most one fewer than there are points are returned.
        rows: The rows of `points` that are the set; positions then count in `rows`.
        chosen: (Q,) the places in the set whose neighbours are wanted, each once; None: all.
        options: How.
        progress: Told after each block of points.

    Raises:
        ValueError: a value is not finite in float32.
    """
    count = len(points) if rows is None else len(rows)
    k = max(0, min(k, count - 1))
    # Searching for all points compares each pair once, for some of them each asked pair once.
    if chosen is None or 2 * len(chosen) >= count or k == 0:
        unit, kept = options.metric == "cosine", options.memory_bytes // 2
        among = PointRows(points, rows, unit, kept)
        every = _found(among, among, k, options, progress)
        return every if chosen is None else every.only(chosen)
    found = Neighbors.none_yet(len(chosen), k)
    for_queries = options.memory_bytes // 4
    left = replace(options, memory_bytes=options.memory_bytes - for_queries)
    for start, stop in spans(len(chosen), max(1, for_queries // (4 * points.shape[1]))):
        some = chosen[start:stop]
        # One more, since a point that is asked for as a query finds itself.
        queries = points[some if rows is None else rows[some]]
        near = nearest(points, k + 1, queries, rows=rows, options=left)
        is_kept = _is_other(near.positions, some)
        found.positions[start:stop] = near.positions[is_kept].reshape(-1, k)
        found.distances[start:stop] = near.distances[is_kept].reshape(-1, k)
        progress(_STAGE, stop, len(chosen))
    return found


def without_self(places: NDArray[np.intp], own: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return (Q, k) of the (Q, k + 1) places that another search found, without each point's own.

    Where copies of a point have pushed it off the list, the last one goes.
    """
    kept: NDArray[np.intp] = places[_is_other(places, own)].reshape(len(places), -1)
    return kept


def _is_other(places: NDArray[np.intp], own: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return (Q, k + 1) which k of each row's places are not the point's own, in `own`, (Q,)."""
    is_own = places == own[:, None]
    is_own[~is_own.any(axis=1), -1] = True
    return np.asarray(~is_own)


def _found(
    among: PointRows, asked: PointRows, k: int, options: SearchOptions, progress: Progress
) -> Neighbors:
    """Return the k nearest of `among`; where `asked` is the same, each point is left out."""
    found = Neighbors.none_yet(len(asked), k)
    if found.positions.size == 0:
        return found
    with product_threads(len(among) * len(asked) * among.width) as threads:
        search = _Search.prepared(among, asked, k, options.memory_bytes, threads)
        for start, stop in spans(len(asked), search.panel_rows):
            shortlist = search.shortlist(start, stop, options.device, progress)
            search.settle_into(found, shortlist, start, stop)
    if among.unit:
        found.distances[...] *= 0.5
    else:
        np.sqrt(found.distances, out=found.distances)
    return found


@dataclass(eq=False)
class _Search:
    """One search: its blocks, and which points are worth looking at once copies were met."""

    points: PointRows
    asked: PointRows
    k: int
    size: int  # of a shortlist
    step: int  # rows of a block
    threads: int
    panel_rows: int  # queries whose lists are held at once
    batch: int  # queries that are settled at once
    most_hits: int  # merged at once
    centre: Centre
    visible: NDArray[np.intp] | None = None
    whole: bool | None = None  # not asked yet

    @staticmethod
    def prepared(
        points: PointRows, asked: PointRows, k: int, memory_bytes: int, threads: int
    ) -> "_Search":
        budget = memory_bytes // (4 if points.is_mapped or asked.is_mapped else 2)
        step = _LARGEST_STEP
        while step > 16 and _tile_bytes(step, points.width, threads) > budget:
            # Small blocks serve a product badly: rather use fewer threads.
            if threads > 1 and step <= _LARGEST_STEP // 2:
                threads -= 1
            else:
                step //= 2
        size = min(k + _SPARE, len(points))
        panel = max(1, memory_bytes // 8 // (8 * size + 8) // step) * step
        centre = centre_of(points, asked, step)
        # Of a batch that is settled: queries in float64 and their candidates in float32.
        batch = memory_bytes // 8 // (4 * (size + 2) * max(1, points.width))
        return _Search(
            points, asked, k, size, step, threads, panel, min(max(1, batch), 1024),
            memory_bytes // 512, centre,
        )  # fmt: skip

    def shortlist(self, start: int, stop: int, device: str, progress: Progress) -> Shortlist:
        """Return float32 candidates of queries `start` to `stop`."""
        shortlist = Shortlist(stop - start, self.size, most_hits=self.most_hits)
        panel = Panel(self.asked, self.points, self.centre, start, stop, self.step)

        def done(count: int) -> None:
            progress(_STAGE, start + count, len(self.asked))

        if device == "cpu":
            fill(shortlist, panel, threads=self.threads, done=done)
        else:
            fill_on_gpu(shortlist, panel, device=device, size=self.size, done=done)
        return shortlist

    def settle_into(self, found: Neighbors, shortlist: Shortlist, start: int, stop: int) -> None:
        """Write the exact neighbours of queries `start` to `stop`, distances still squared."""
        uncertain = []
        for first, last in spans(stop - start, self.batch):
            span = slice(start + first, start + last)
            settled = settle(
                self.asked.exact(span),
                shortlist.positions(first, last),
                shortlist.limits[first:last],
                self.points,
                self.centre,
                self.k,
            )
            found.positions[span] = settled.positions
            found.distances[span] = settled.squares
            uncertain.append(np.flatnonzero(~settled.certain) + start + first)
        again = np.concatenate(uncertain)
        if self.visible is None and np.count_nonzero(found.distances[again, -1] == 0) > self.k:
            self.visible = without_surplus_copies(self.points, self.k + 1, self.step)
        if self.whole is None and len(again):
            self.whole = all(have_whole_squares(p, self.step) for p in {self.points, self.asked})
        for first, last in spans(len(again), self.step // 2):
            self._widen_into(found, again[first:last])

    def _widen_into(self, found: Neighbors, rows: NDArray[np.intp]) -> None:
        points, themselves = self.points, rows if self.asked is self.points else None
        if self.visible is not None:
            points = points.among(self.visible)
            if themselves is not None:
                places = np.searchsorted(self.visible, rows)
                places = np.minimum(places, len(self.visible) - 1)
                themselves = np.where(self.visible[places] == rows, places, -1)
        settled = widen(
            Uncertain(self.asked.exact(rows), themselves, found.distances[rows]),
            points,
            self.centre,
            step=self.step // 2,
            whole=bool(self.whole),
        )
        positions = settled.positions
        found.positions[rows] = positions if self.visible is None else self.visible[positions]
        found.distances[rows] = settled.squares


def _tile_bytes(step: int, width: int, threads: int) -> int:
    """Return what a block of queries, and for each thread a tile and its points, take."""
    return 8 * step * width + threads * (5 * step**2 + 12 * step * width)
