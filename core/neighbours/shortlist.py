"""Keep, for each query, the points of lowest float32 score that were offered so far."""

from threading import Lock

import numpy as np
from numpy.typing import NDArray

# A key is a score's bits above a position: scores are at least 0, and the bits of such floats
# sort as the floats do. One array then holds both, and sorting it sorts both.
_EMPTY = (np.uint64(np.float32(np.inf).view(np.uint32)) << np.uint64(32)) | np.uint64(0xFFFFFFFF)
_SAMPLE = 256


class Shortlist:
    """The `size` best points of each of Q queries; grows better with every tile offered.

    Whatever is not on a query's list scored at least its limit.
    """

    def __init__(self, queries: int, size: int, *, most_hits: int = 1 << 17) -> None:
        self._most_hits = most_hits  # merged at once
        self._keys = np.full((queries, size), _EMPTY)
        self.limits = np.full(queries, np.inf, np.float32)
        self._lock = Lock()  # a limit may only fall

    def positions(self, start: int, stop: int) -> NDArray[np.intp]:
        """Return (stop - start, size) positions in no order; -1 where a list is not full."""
        keys = self._keys[start:stop]
        return np.where(keys == _EMPTY, -1, (keys & np.uint64(0xFFFFFFFF)).astype(np.intp))

    def put(self, query: int, scores: NDArray[np.float32], positions: NDArray[np.intp]) -> None:
        """Set the lists from `query` on: (m, c) scores and positions, c at most `size`."""
        span = slice(query, query + len(scores))
        self._keys[span, : scores.shape[1]] = _keys(scores, positions)
        if scores.shape[1] == self._keys.shape[1]:
            self.limits[span] = scores.max(axis=1)

    def offer(
        self, tile: NDArray[np.float32], *, query: int, point: int, across: bool = False
    ) -> None:
        """Consider the scores of a tile.

        Args:
            tile: (m, w) scores of m queries from `query` on against w points from `point` on;
                with `across`, of w queries (columns) against m points (rows).
            query: The first query.
            point: The first point.
            across: Whether the columns are the queries.
        """
        count = tile.shape[1 if across else 0]
        limits = self.limits[query : query + count]
        if np.isinf(limits[0]):
            self._begin(limits, tile[:_SAMPLE].T if across else tile[:, :_SAMPLE])
        mask = tile < (limits if across else limits[:, None])
        hits = np.count_nonzero(mask)
        if hits == 0:
            return
        step = len(tile) if hits <= self._most_hits else max(1, self._most_hits // tile.shape[1])
        for start in range(0, len(tile), step):
            places = np.flatnonzero(mask[start : start + step]) + start * tile.shape[1]
            if len(places):
                owners, others = np.divmod(places, tile.shape[1])
                scores = tile.reshape(-1)[places]
                if across:
                    order = np.argsort(others, kind="stable")
                    owners, others, scores = others[order], owners[order], scores[order]
                with self._lock:
                    self._keep(query, owners, _keys(scores, others + point))

    def _begin(self, limits: NDArray[np.float32], sample: NDArray[np.float32]) -> None:
        """Lower `limits` to what some of the scores alone promise."""
        size = self._keys.shape[1]
        if sample.shape[1] > size:
            found = np.partition(sample, size - 1, axis=1)[:, size - 1]
            found = np.nextafter(found, np.float32(np.inf))
            with self._lock:
                np.minimum(limits, found, out=limits)

    def _keep(self, query: int, owners: NDArray[np.intp], keys: NDArray[np.uint64]) -> None:
        """Merge `keys` into the lists of `owners`, which ascend and count from `query`."""
        size = self._keys.shape[1]
        firsts = np.flatnonzero(np.diff(owners, prepend=-1))
        counts = np.diff(firsts, append=len(owners))
        group = np.repeat(np.arange(len(firsts)), counts)
        touched = owners[firsts] + query
        pool = np.full((len(firsts), size + int(counts.max())), _EMPTY)
        pool[:, :size] = self._keys[touched]
        pool[group, size + np.arange(len(owners)) - firsts[group]] = keys
        pool.partition(size - 1, axis=1)
        self._keys[touched] = pool[:, :size]
        worst = (pool[:, size - 1] >> np.uint64(32)).astype(np.uint32).view(np.float32)
        self.limits[touched] = np.minimum(self.limits[touched], worst)


def _keys(scores: NDArray[np.float32], positions: NDArray[np.intp]) -> NDArray[np.uint64]:
    # Rounding may leave a score a little below 0; adding 0 turns -0 into 0.
    bits = (np.maximum(scores, 0) + np.float32(0)).view(np.uint32).astype(np.uint64)
    return (bits << np.uint64(32)) | positions.astype(np.uint64)
