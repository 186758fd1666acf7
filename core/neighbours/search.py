"""Find the exact nearest neighbours of points, in blocks of bounded memory."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.neighbours.rows import Centre, PointRows, centre_of, have_whole_squares, spans
from core.neighbours.settle import settle, widen, without_surplus_copies
from core.neighbours.shortlist import Shortlist
from core.neighbours.tiles import Panel, fill, product_threads
from core.neighbours.tiles_on_gpu import fill_on_gpu
from core.progress import Progress, silent

# Scores within rounding of the k-th are told apart by exact distance: three more hold nearly
# always, and the rest is searched again.
_SPARE = 3
_LARGEST_STEP = 1024


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The nearest points of Q points."""

    positions: NDArray[np.intp]  # (Q, k) the nearest first; of equal ones the lower position first
    distances: NDArray[np.float64]  # (Q, k)


def nearest(
    points: NDArray[Any],
    k: int,
    *,
    queries: NDArray[Any] | None = None,
    rows: NDArray[np.intp] | None = None,
    metric: str = "euclidean",
    device: str = "cpu",
    memory_bytes: int = 64_000_000,
    progress: Progress = silent,
) -> Neighbors:
    """Return the k nearest points of every query: the true ones, ties by lower position.

    Args:
        points: (N, D) array or memory map of finite numbers, cast to float32 block by block.
        k: How many, at most N; without `queries` at most N - 1.
        queries: (Q, D) what to find neighbours of. None: the points themselves, each without
            itself; a copy of it stays a neighbour.
        rows: The rows of `points` to search among; positions then count in `rows`.
        metric: "euclidean", or "cosine": rows are brought to length 1 (a row of zeros stays),
            and a distance is half the squared one, which is 1 - the cosine.
        device: "cpu" or "cuda".
        memory_bytes: What may be held beside the points and the result.
        progress: Told after each block of queries.

    Raises:
        ValueError: a value is not finite in float32, or the metric is unknown.
    """
    if metric not in {"euclidean", "cosine"}:
        raise ValueError(f"Unknown metric '{metric}': choose 'euclidean' or 'cosine'.")
    unit = metric == "cosine"
    kept = memory_bytes // (2 if queries is None else 4)
    among = PointRows(points, rows, unit, kept)
    asked = among if queries is None else PointRows(queries, None, unit, kept)
    k = max(0, min(k, len(among) - (queries is None)))
    found = Neighbors(np.empty((len(asked), k), np.intp), np.empty((len(asked), k), np.float64))
    if found.positions.size == 0:
        return found
    with product_threads(len(among) * len(asked) * among.width) as threads:
        search = _Search.prepared(among, asked, k, memory_bytes, threads)
        for start, stop in spans(len(asked), search.panel_rows):
            search.settle_into(found, search.shortlist(start, stop, device, progress), start, stop)
    if unit:
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
        panel = Panel(self.asked, start, stop, themselves=self.asked is self.points)

        def done(count: int) -> None:
            progress("finding neighbours", start + count, len(self.asked))

        if device == "cpu":
            fill(
                shortlist, panel, self.points, self.centre,
                step=self.step, threads=self.threads, done=done,
            )  # fmt: skip
        else:
            fill_on_gpu(
                shortlist, panel, self.points, self.centre,
                device=device, size=self.size, step=self.step, done=done,
            )  # fmt: skip
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
            self.asked.exact(rows),
            themselves,
            found.distances[rows],
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
