"""Find all pairs of bit strings that differ in few bits, exactly."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, silent

Hashes = NDArray[np.uint64]  # (N, 4) 256 bits each

BITS = 256
MOST_BITS = 23  # a pair that differs in more may be missed

_CHUNKS = 12
_BLOCK = 4_000_000  # pairs compared at a time
_STAGE = "comparing pictures"


def near_pairs(
    hashes: Hashes, most_bits: int, progress: Progress = silent
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return (P, 2) pairs of rows that differ in at most `most_bits` bits, and in how many, (P,).

    Each pair stands once, the lower row first, in ascending order. Cut into twelve chunks, two
    strings that differ in 23 bits have a chunk with one different bit at most, so only strings
    with such a chunk are compared. The strings should differ: n equal ones are n^2 / 2 pairs.

    Args:
        hashes: (N, 4) bit strings.
        most_bits: At most MOST_BITS.
        progress: Told of chunks.

    Source:
        Norouzi, Punjani & Fleet, Fast Exact Search in Hamming Space with Multi-Index Hashing,
        IEEE TPAMI 36 (2014), arXiv:1307.2982.
    """
    if not 0 <= most_bits <= MOST_BITS:
        raise ValueError(f"At most {MOST_BITS} bits, not {most_bits}.")
    found: list[NDArray[np.intp]] = [np.empty((0, 2), np.intp)]
    for number in range(_CHUNKS):
        progress(_STAGE, number, _CHUNKS)
        width, keys = _chunk(hashes, number)
        for first, second in _candidates(keys, width, has_flips=most_bits >= _CHUNKS):
            is_near = _distances(hashes, first, second) <= most_bits
            pairs = np.column_stack([first[is_near], second[is_near]])
            found.append(np.sort(pairs, axis=1))
    progress(_STAGE, _CHUNKS, _CHUNKS)
    pairs = np.unique(np.concatenate(found), axis=0).astype(np.intp)
    return pairs, _distances(hashes, pairs[:, 0], pairs[:, 1])


def _chunk(hashes: Hashes, number: int) -> tuple[int, NDArray[np.int64]]:
    """Return how many bits a chunk has, and (N,) what stands there."""
    # Every twelfth bit: neighbouring bits are alike, and a chunk of them would tell little.
    bits = np.unpackbits(hashes.view(np.uint8), axis=1)[:, number::_CHUNKS]
    width = bits.shape[1]
    keys = np.zeros(len(hashes), np.int64)
    for place in range(width):
        keys |= bits[:, place].astype(np.int64) << place
    return width, keys


def _candidates(
    keys: NDArray[np.int64], width: int, *, has_flips: bool
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield pairs of rows whose keys are equal or, with flips, differ in one bit; each once."""
    order = np.argsort(keys, kind="stable")
    values, starts, counts = np.unique(keys[order], return_index=True, return_counts=True)
    place_of = np.full(1 << width, -1, np.int32)
    place_of[values] = np.arange(len(values))
    # Rows of one key: each with those that stand after it.
    ranks = np.arange(len(keys)) - np.repeat(starts, counts)
    yield from _expanded(
        order, np.arange(len(keys)), np.arange(len(keys)) + 1, np.repeat(counts, counts) - ranks - 1
    )
    for bit in range(width if has_flips else 0):
        lower = np.flatnonzero((values >> bit) & 1 == 0)
        other = place_of[values[lower] | (1 << bit)]
        lower, other = lower[other >= 0], other[other >= 0]
        # Each row of the lower key with all rows of the other one.
        rows = _ranges(starts[lower], counts[lower])
        yield from _expanded(
            order,
            rows,
            np.repeat(starts[other], counts[lower]),
            np.repeat(counts[other], counts[lower]),
        )


def _expanded(
    order: NDArray[np.intp],
    places: NDArray[np.intp],
    begins: NDArray[np.intp],
    lengths: NDArray[np.intp],
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield, in blocks, each place with those of its range, as rows."""
    ends = np.cumsum(lengths)
    start = 0
    while start < len(places):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + _BLOCK, "right")))
        some = slice(start, stop)
        if ends[stop - 1] > done:
            seconds = _ranges(begins[some], lengths[some])
            yield order[np.repeat(places[some], lengths[some])], order[seconds]
        start = stop


def _ranges(begins: NDArray[np.intp], lengths: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the numbers of all ranges, one after the other."""
    ends = np.cumsum(lengths)
    offsets = np.repeat(begins - (ends - lengths), lengths)
    return np.asarray(np.arange(len(offsets)) + offsets, np.intp)


def _distances(
    hashes: Hashes, first: NDArray[np.intp], second: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return (P,) in how many bits each pair differs."""
    total = np.zeros(len(first), np.intp)
    for word in range(hashes.shape[1]):
        column = hashes[:, word]
        total += np.bitwise_count(column[first] ^ column[second])
    return total
