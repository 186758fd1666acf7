"""Who finds the neighbours that SMOTE draws from."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.neighbours import SearchOptions, nearest_others
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
    rows: NDArray[np.intp] | None = None  # the only ones to search; all if None
    device: str = "cpu"
    memory_bytes: int = MEMORY_BYTES  # beside the vectors and the result

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
        options = SearchOptions(device=self.device, memory_bytes=memory_bytes)
        return nearest_others(
            vectors, k, rows=rows, chosen=which, options=options, progress=progress
        ).positions


def _is_on_disk(vectors: NDArray[Any]) -> bool:
    return isinstance(vectors, np.memmap) or not isinstance(vectors, np.ndarray)
