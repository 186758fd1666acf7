"""Put originals and synthetic vectors together: in memory, sparse, or in a file."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, silent
from core.resample.segments import Segments
from core.resample.synthetic import LINEAR, interpolate
from core.smote.estimator_search import Matrix
from core.smote.vector_file import VectorFile
from core.storage import replacing

_BLOCK_BYTES = 4_000_000
_STAGE = "writing vectors"


def real_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type of vectors between vectors of `dtype`: its own, if that has fractions."""
    return dtype if dtype.kind == "f" else np.result_type(dtype, np.float32)


def join_dense(
    vectors: NDArray[Any], segments: Segments, *, interpolation: str = LINEAR
) -> NDArray[Any]:
    """Return the (N + S, D) array of `vectors` and their synthetic ones, made in place."""
    count = len(vectors)
    joined = np.empty((count + len(segments), vectors.shape[1]), real_type(vectors.dtype))
    joined[:count] = vectors
    interpolate(
        vectors, segments.base, segments.neighbor, segments.fraction,
        interpolation=interpolation, out=joined[count:],
    )  # fmt: skip
    return joined


def join_sparse(vectors: Matrix, segments: Segments) -> Matrix:
    """Return sparse `vectors` and their synthetic ones, on straight lines, in the same format."""
    from scipy import sparse

    begins = vectors[segments.base]
    steps = sparse.diags_array(segments.fraction) @ (vectors[segments.neighbor] - begins)
    dtype = real_type(vectors.dtype)
    return sparse.vstack([vectors, begins + steps], format=vectors.format, dtype=dtype)


def write_resampled(
    path: Path,
    vectors: NDArray[Any] | VectorFile,
    segments: Segments,
    *,
    interpolation: str = LINEAR,
    memory_bytes: int,
    progress: Progress = silent,
) -> int:
    """Write the (N + S, D) array of `vectors` and their synthetic ones as a .npy file.

    Args:
        path: Takes the name when the file is whole.
        vectors: (N, D) originals; they stand first.
        segments: Places between them.
        interpolation: See `interpolate`.
        memory_bytes: What may be held beside the segments.
        progress: Told of rows written.

    Returns:
        How many rows were written.

    Raises:
        OutputError: the file cannot be written.
    """
    dimension, dtype = int(vectors.shape[1]), real_type(vectors.dtype)
    total = len(vectors) + len(segments)
    with replacing(path) as file:
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False}
        np.lib.format.write_array_header_1_0(file, header | {"shape": (total, dimension)})
        done = 0
        parts = _parts(segments, max(1, memory_bytes // (8 * dimension)))
        made = (_made_blocks(vectors, segments, part, interpolation) for part in parts)
        for block in chain(_original_blocks(vectors), chain.from_iterable(made)):
            file.write(block.data)
            done += len(block)
            progress(_STAGE, done, total)
    return total


def _original_blocks(vectors: NDArray[Any] | VectorFile) -> Iterator[NDArray[Any]]:
    length = _block_length(vectors)
    for start in range(0, len(vectors), length):
        yield np.ascontiguousarray(vectors[start : start + length], real_type(vectors.dtype))


def _made_blocks(
    vectors: NDArray[Any] | VectorFile, segments: Segments, part: slice, interpolation: str
) -> Iterator[NDArray[Any]]:
    """Yield the synthetic vectors of a part, whose parents are held at once."""
    rows, base, neighbor = _compact(segments.base[part], segments.neighbor[part], len(vectors))
    held, fractions = vectors[rows], segments.fraction[part]
    length = _block_length(vectors)
    for start in range(0, len(base), length):
        some = slice(start, start + length)
        out = np.empty((len(base[some]), vectors.shape[1]), real_type(vectors.dtype))
        yield interpolate(
            held, base[some], neighbor[some], fractions[some], interpolation=interpolation, out=out
        )


def _block_length(vectors: NDArray[Any] | VectorFile) -> int:
    return max(1, _BLOCK_BYTES // max(1, 4 * int(vectors.shape[1])))


def refuse_gaps(vectors: NDArray[Any] | VectorFile) -> None:
    """Raise if a value is no finite number.

    Raises:
        ValueError: it names the row and the column.
    """
    length = _block_length(vectors)
    for start in range(0, len(vectors), length):
        is_finite = np.isfinite(vectors[start : start + length])
        if not is_finite.all():
            row, column = np.argwhere(~is_finite)[0].tolist()
            raise ValueError(
                f"Row {start + row}, column {column} of X is not a finite number. Leave out such "
                "rows."
            )


def _parts(segments: Segments, most_rows: int) -> Iterator[slice]:
    """Yield slices of places whose parents are at most `most_rows` different rows."""
    begin = 0
    for told in segments.report:
        end = begin + told.made
        # A class has so many parents and no more, except towards other classes.
        parents = np.zeros(0, np.bool_) if told.made == 0 else _used(segments, begin, end)
        length = told.made if parents.sum() <= most_rows else max(1, most_rows // 2)
        for start in range(begin, end, max(1, length)):
            yield slice(start, min(start + length, end))
        begin = end


def _used(segments: Segments, begin: int, end: int) -> NDArray[np.bool_]:
    both = (segments.base[begin:end], segments.neighbor[begin:end])
    is_used = np.zeros(1 + max(int(side.max()) for side in both), np.bool_)
    for side in both:
        is_used[side] = True
    return is_used


def _compact(
    base: NDArray[np.intp], neighbor: NDArray[np.intp], count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return the ascending rows used, and base and neighbour as places among them."""
    is_used = np.zeros(count, np.bool_)
    is_used[base] = is_used[neighbor] = True
    place = np.cumsum(is_used) - 1
    return np.flatnonzero(is_used), place[base], place[neighbor]
