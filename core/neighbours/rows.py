"""Read points in blocks, from an array or a memory map, as the search wants them."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Touching a row of a memory map also brings in so much around it, on Linux.
_AROUND_BYTES = 65_536


@dataclass(eq=False)
class PointRows:
    """Points that are read a block at a time; counts what was read from a memory map.

    Values are cast to float32 wherever they come from, so that every path sees the same points.
    """

    source: NDArray[Any]  # (M, D)
    chosen: NDArray[np.intp] | None = None  # the rows of `source` that are points; None: all
    unit: bool = False  # bring each row to length 1
    kept_bytes: int = 16_000_000  # of a memory map, before its pages are given back
    _mapped: mmap.mmap | None = field(init=False)
    _read: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._mapped = _shared_map(self.source)

    def __len__(self) -> int:
        return len(self.source if self.chosen is None else self.chosen)

    @property
    def width(self) -> int:
        """Return D."""
        return int(self.source.shape[1])

    @property
    def is_mapped(self) -> bool:
        """Return whether reading brings in pages of a file."""
        return self._mapped is not None

    def loaded(self, positions: NDArray[np.intp]) -> "PointRows":
        """Return the points at `positions`, read into memory."""
        return PointRows(self._single(positions), None, self.unit)

    def among(self, positions: NDArray[np.intp]) -> "PointRows":
        """Return the points at `positions` as points of their own."""
        rows = positions if self.chosen is None else self.chosen[positions]
        return PointRows(self.source, rows, self.unit, self.kept_bytes)

    def row(self, position: int) -> int:
        """Return the row of the source that holds the point at `position`."""
        return position if self.chosen is None else int(self.chosen[position])

    def block(self, start: int, stop: int) -> NDArray[Any]:
        """Return points `start` to `stop`: float32, float64 where rows have length 1.

        The block may be a view of the source. Rounded to float32 before they are centred, rows
        of length 1 in a narrow cone would lose their differences.
        """
        span = slice(start, stop)
        return self.exact(span) if self.unit else self._single(span)

    def exact(self, at: slice | NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the points at `at` in float64: what distances are defined by."""
        values = self._single(at).astype(np.float64)
        if self.unit:
            lengths = np.sqrt(np.einsum("nd,nd->n", values, values))
            values /= np.where(lengths > 0, lengths, 1)[:, None]
        return values

    def _single(self, at: slice | NDArray[np.intp]) -> NDArray[np.float32]:
        rows = at if self.chosen is None else self.chosen[at]
        if self._mapped is None:
            block = self.source[rows]
        elif isinstance(rows, slice):
            block = self.source[rows]
            self._give_back(block.nbytes)
        else:
            # Ascending reads, each row once: a file is read forwards.
            ascending, places = np.unique(rows, return_inverse=True)
            read = np.empty((len(ascending), self.width), self.source.dtype)
            for start, stop in spans(len(ascending), max(1, self.kept_bytes // _AROUND_BYTES)):
                part = ascending[start:stop]
                read[start:stop] = self.source[part]
                reach = int(part[-1] - part[0] + 1) * abs(self.source.strides[0])
                self._give_back(min(reach, len(part) * _AROUND_BYTES))
            block = read[places]
        with np.errstate(over="ignore"):  # what float32 cannot hold is refused by `centre_of`
            return np.asarray(block, np.float32)

    def _give_back(self, read_bytes: int) -> None:
        """Drop the pages of a memory map that were read, once they are many.

        Until then they count as this process's memory.
        """
        assert self._mapped is not None
        self._read += read_bytes
        if self._read > self.kept_bytes:
            self._mapped.madvise(mmap.MADV_DONTNEED)
            self._read = 0


@dataclass(frozen=True, eq=False)
class Centre:
    """What is taken off the points before float32 products, so that little is cancelled."""

    mean: NDArray[np.float32]  # (D,)
    scale: np.float32  # a power of 2, so that it rounds nothing


def centre_of(points: PointRows, queries: PointRows, step: int) -> Centre:
    """Return the centre of the points, at a scale that also suits the queries.

    Raises:
        ValueError: a value is not a number, infinite, or too large for float32.
    """
    total, largest = _sum_and_largest(points, step)
    if queries is not points:
        largest = max(largest, _sum_and_largest(queries, step)[1])
    # The squares of such values would leave float32's range.
    scale = 2.0**-100 if largest > 1e15 else 2.0**100 if largest < 1e-15 else 1.0
    return Centre((total / max(1, len(points))).astype(np.float32), np.float32(scale))


def have_whole_squares(points: PointRows, step: int) -> bool:
    """Return whether sums of the points' products are whole numbers that float64 holds exactly."""
    if points.unit:
        return False
    largest = np.sqrt(2.0**53 / (4 * max(1, points.width)))
    return all(
        bool(((block == np.rint(block)) & (np.abs(block) < largest)).all())
        for block in (points.block(start, stop) for start, stop in spans(len(points), step))
    )


def spans(count: int, step: int) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of the blocks of `step` that make up `count`."""
    for start in range(0, count, step):
        yield start, min(start + step, count)


def _sum_and_largest(points: PointRows, step: int) -> tuple[NDArray[np.float64], float]:
    total = np.zeros(points.width, np.float64)
    largest = 0.0
    for start, stop in spans(len(points), step):
        block = points.block(start, stop)
        sums = block.sum(axis=0, dtype=np.float64)
        if not np.isfinite(sums).all():
            _refuse(points, block, start)
        total += sums
        largest = max(largest, float(block.max(initial=0)), -float(block.min(initial=0)))
    return total, largest


def _refuse(points: PointRows, block: NDArray[np.float32], start: int) -> None:
    row, column = np.argwhere(~np.isfinite(block))[0]
    raise ValueError(
        f"Row {points.row(start + int(row))}, column {column} holds {block[row, column]} "
        "in float32; distances need finite numbers."
    )


def _shared_map(source: NDArray[Any]) -> mmap.mmap | None:
    """Return the file mapping under `source`, if its pages may be dropped without loss."""
    base: Any = source
    while base is not None and not isinstance(base, mmap.mmap):
        if isinstance(base, np.memmap) and base.mode == "c":  # pages hold what no file holds
            return None
        base = getattr(base, "base", None)
    return base
