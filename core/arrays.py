"""Arrays that a record keeps: read-only, and a number for each row that equal rows share."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_ROWS_AT_ONCE = 4096


def freeze(record: object, *names: str) -> None:
    """Make these arrays of a frozen dataclass read-only; for its `__post_init__`.

    The record gets views: an array that somebody else holds, too, stays as it is to them. What is
    None stays so.
    """
    for name in names:
        array = getattr(record, name)
        if array is not None:
            object.__setattr__(record, name, read_only(array))


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view of an array that cannot be written to."""
    if not array.flags.writeable:
        return array
    view = array.view()
    view.setflags(write=False)
    return view


def number_rows(values: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return (N,) a number for each row of (N, D) finite values; equal rows have the same.

    Rows are told apart by a hash first: to sort them whole takes seconds where many begin alike.
    """
    if not len(values):
        return np.empty(0, np.intp)
    numbers = np.asarray(pd.factorize(_hashes(values))[0], np.intp)
    first = np.unique(numbers, return_index=True)[1][numbers]
    again = np.flatnonzero(first != np.arange(len(values)))
    alike = np.concatenate(
        [np.empty(0, np.bool_)]
        + [
            (values[rows] == values[first[rows]]).all(axis=1)
            for rows in np.split(again, range(_ROWS_AT_ONCE, len(again), _ROWS_AT_ONCE))
        ]
    )
    others = again[~alike]  # of the same hash by chance
    if len(others):
        whole = np.unique(values[others] + np.float32(0), axis=0, return_inverse=True)[1]
        numbers[others] = numbers.max() + 1 + whole.ravel()
    return numbers


def _hashes(values: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Return (N,) 64 bits of each row: a sum of its values' bits, each times its own odd number."""
    odd = np.random.Generator(np.random.SFC64(0)).integers(
        0, 2**63, values.shape[1], np.uint64
    ) * np.uint64(2) + np.uint64(1)
    hashes = np.empty(len(values), np.uint64)
    for start in range(0, len(values), _ROWS_AT_ONCE):
        block = slice(start, start + _ROWS_AT_ONCE)
        # There are two zeros; adding one makes them the same.
        bits = np.ascontiguousarray(values[block] + np.float32(0)).view(np.uint32)
        hashes[block] = bits.astype(np.uint64) @ odd
    return hashes
