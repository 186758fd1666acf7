"""Vectors in a file, read when they are asked for: a set may be larger than memory."""

import io
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SPAN_BYTES = 2_000_000  # of one read
_GAP_BYTES = 16_000  # reading over so much costs about as much as a call


@contextmanager
def opened(source: Path | str | NDArray[Any]) -> "Iterator[VectorFile | NDArray[Any]]":
    """Open vectors given as a path or as a memory map; give an array as it is."""
    if isinstance(source, str | Path):
        file = VectorFile(Path(source))
    elif isinstance(source, np.memmap) and _is_whole(source):
        file = VectorFile(Path(str(source.filename)), source)
    else:
        yield source
        return
    with file:
        yield file


class VectorFile:
    """The (N, D) array of a .npy file, which takes the place of an array where rows are indexed.

    Keeps the open file. Rows are read, not mapped: pages of a map count as this process's memory
    as long as they stay, and scattered rows touch nearly all of them.
    """

    def __init__(self, path: Path, mapped: object = None) -> None:
        """Open the file.

        Args:
            path: Where it is.
            mapped: A memory map of its whole array, for a file that is no .npy file.

        Raises:
            OSError: it cannot be opened.
            ValueError: it holds no rows of numbers.
        """
        if mapped is None:
            mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        if not isinstance(mapped, np.memmap) or mapped.ndim != 2:
            raise ValueError(
                f"'{path}' does not contain a table of vectors. Use a .npy file of shape (N, D)."
            )
        if not mapped.flags.c_contiguous or mapped.dtype.kind not in "fiub":
            raise ValueError(f"'{path}' is not a C-ordered array. Save it again as one.")
        self.path = path
        self.shape: tuple[int, int] = (mapped.shape[0], mapped.shape[1])
        self.ndim = 2
        self.dtype = mapped.dtype
        self._offset = int(mapped.offset)
        self._lock = Lock()
        self._file = io.FileIO(path)

    def __enter__(self) -> "VectorFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: slice | NDArray[np.intp]) -> NDArray[Any]:
        """Return the rows of a slice or of an array of row numbers, as a new array."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                return self._gather(np.arange(start, stop, step))
            return self._read(start, max(start, stop))
        return self._gather(np.asarray(index, np.intp))

    def _gather(self, rows: NDArray[np.intp]) -> NDArray[Any]:
        found = np.empty((len(rows), self.shape[1]), self.dtype)
        if not len(rows):
            return found
        if rows.min() < 0 or rows.max() >= len(self):
            raise IndexError(
                f"'{self.path}' has {len(self)} rows; rows outside of it were requested."
            )
        # Forwards through the file, close rows in one read.
        order = np.argsort(rows, kind="stable")
        ascending = rows[order]
        row_bytes = max(1, self.dtype.itemsize * self.shape[1])
        is_far = np.diff(ascending) > _GAP_BYTES // row_bytes + 1
        is_far |= np.diff(ascending // max(1, _SPAN_BYTES // row_bytes)) > 0
        breaks = np.flatnonzero(is_far) + 1
        for first, last in zip([0, *breaks], [*breaks, len(rows)], strict=True):
            begin = ascending[first]
            span = self._read(int(begin), int(ascending[last - 1]) + 1)
            found[order[first:last]] = span[ascending[first:last] - begin]
        return found

    def _read(self, start: int, stop: int) -> NDArray[Any]:
        block = np.empty((stop - start, self.shape[1]), self.dtype)
        rest = block.reshape(-1).view(np.uint8).data
        with self._lock:
            self._file.seek(self._offset + start * block.itemsize * self.shape[1])
            while len(rest):
                count = self._file.readinto(rest)
                if not count:
                    raise ValueError(f"'{self.path}' ends before row {stop}. Write it again.")
                rest = rest[count:]
        return block


def _is_whole(mapped: "np.memmap[Any, Any]") -> bool:
    """Return whether a map starts where its file says: a part of one keeps the whole's offset."""
    is_on_file = isinstance(mapped.base, mmap.mmap) and mapped.mode != "c"
    return is_on_file and mapped.ndim == 2 and mapped.flags.c_contiguous
