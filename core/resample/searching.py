"""Who finds the neighbours that SMOTE draws from."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.neighbours import nearest
from core.progress import Progress

MEMORY_BYTES = 64_000_000


class Search(Protocol):
    """Finds nearest points; a position counts among the points that may be searched."""

    def __len__(self) -> int:
        """Return how many points may be searched."""
        ...

    def rows_of(self, positions: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the rows of the vectors at `positions`."""
        ...

    def nearest_others(
        self, k: int, among: NDArray[np.intp] | None, which: NDArray[np.intp], progress: Progress
    ) -> NDArray[np.intp]:
        """Return (Q, k) places in `among` of the nearest others of its points at `which`.

        A point is left out by its place, not by its distance: a copy of it stays a neighbour.

        Args:
            k: How many, fewer than there are points in `among`.
            among: Ascending positions of the points to search; all points if None.
            which: (Q,) ascending places in `among`.
            progress: Told of points searched for.
        """
        ...


@dataclass(frozen=True, eq=False)
class BlockSearch:
    """Exact search in blocks, within a budget of memory."""

    vectors: NDArray[Any]  # (N, D)
    rows: NDArray[np.intp] | None  # the only ones to search; all if None
    device: str
    memory_bytes: int

    def __len__(self) -> int:
        return len(self.vectors) if self.rows is None else len(self.rows)

    def rows_of(self, positions: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the rows of the vectors at `positions`."""
        return positions if self.rows is None else self.rows[positions]

    def nearest_others(
        self, k: int, among: NDArray[np.intp] | None, which: NDArray[np.intp], progress: Progress
    ) -> NDArray[np.intp]:
        """Return (Q, k) places in `among` of the nearest others of its points at `which`."""
        rows = self.rows if among is None else self.rows_of(among)
        vectors, memory_bytes = self.vectors, self.memory_bytes
        count = len(vectors) if rows is None else len(rows)
        held_bytes = 4 * count * vectors.shape[1]
        if _is_on_disk(vectors) and 2 * held_bytes <= memory_bytes:
            # Read once; the search would read it again for every block of queries.
            vectors = np.asarray(vectors[slice(None) if rows is None else rows], np.float32)
            rows, memory_bytes = None, memory_bytes - held_bytes
        # Searching for all points compares each pair once, for some of them each asked pair once.
        if 2 * len(which) >= count:
            found = nearest(
                vectors, k, rows=rows, device=self.device, memory_bytes=memory_bytes,
                progress=progress,
            )  # fmt: skip
            return found.positions if len(which) == count else found.positions[which]
        places = np.empty((len(which), k), np.intp)
        for_queries = memory_bytes // 4
        length = max(1, for_queries // (4 * vectors.shape[1]))
        for start in range(0, len(which), length):
            some = which[start : start + length]
            found = nearest(
                vectors, k + 1, queries=vectors[some if rows is None else rows[some]], rows=rows,
                device=self.device, memory_bytes=memory_bytes - for_queries,
            )  # fmt: skip
            places[start : start + length] = without_self(found.positions, some)
            progress("neighbours", start + len(some), len(which))
        return places


def _is_on_disk(vectors: NDArray[Any]) -> bool:
    return isinstance(vectors, np.memmap) or not isinstance(vectors, np.ndarray)


def is_other(places: NDArray[np.intp], own: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return (Q, k + 1) which k of each row's places are not the point's own, in `own`, (Q,).

    Where copies of a point have pushed it off the list, the last one goes.
    """
    is_own = places == own[:, None]
    is_own[~is_own.any(axis=1), -1] = True
    return np.asarray(~is_own)


def without_self(places: NDArray[np.intp], own: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return (Q, k) of (Q, k + 1) places, without each point's own; see `is_other`."""
    kept: NDArray[np.intp] = places[is_other(places, own)].reshape(len(places), -1)
    return kept
