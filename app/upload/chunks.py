"""The chunks of announced files: how they are numbered, and which of them have arrived."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence

CHUNK = 4 << 20  # bytes of a file that are sent, written and remembered as one
MOST_RANGES = 20_000  # in one answer about what is missing; the browser asks again for the rest
_MISSING, _SETTLED, _TAKEN = 0, 1, 2  # states of a chunk; taken: being written right now
_UNSETTLED = re.compile(rb"[^\x01]+")


class Chunks:
    """Chunks of F files, numbered through in order. Keeps the state of each; needs a lock.

    A file of no bytes has one chunk too: it has to arrive like any other.
    """

    def __init__(self, sizes: Sequence[int], wanted: Sequence[int]) -> None:
        self._sizes = sizes
        self._firsts = array("Q")  # (F,) number of each file's first chunk
        self._left = array("Q")  # (F,) how many of its chunks are missing
        total = 0
        for size in sizes:
            count = max(1, -(-size // CHUNK))
            self._firsts.append(total)
            self._left.append(count)
            total += count
        self._states = bytearray(total)
        for file, is_wanted in enumerate(wanted):
            if not is_wanted:
                self._settle_file(file)

    def place_of(self, chunk: int) -> tuple[int, int]:
        """Return the file that a chunk belongs to, and the byte that it begins at."""
        file = bisect_right(self._firsts, chunk) - 1
        return file, (chunk - self._firsts[file]) * CHUNK

    def length_of(self, chunk: int) -> int | None:
        """Return the bytes of a chunk, or None where there is no such chunk."""
        if chunk >= len(self._states):
            return None
        file, begin = self.place_of(chunk)
        return min(CHUNK, self._sizes[file] - begin)

    def missing(self) -> list[tuple[int, int]]:
        """Return first and last number of each run that has not arrived, at most MOST_RANGES."""
        ranges: list[tuple[int, int]] = []
        for run in _UNSETTLED.finditer(self._states):
            ranges.append((run.start(), run.end() - 1))
            if len(ranges) == MOST_RANGES:
                break
        return ranges

    def take(self, chunks: Iterable[int]) -> set[int]:
        """Return those that are missing, from now on taken: nobody else writes them."""
        taken = {chunk for chunk in chunks if self._states[chunk] == _MISSING}
        for chunk in taken:
            self._states[chunk] = _TAKEN
        return taken

    def give_back(self, chunk: int) -> None:
        """Note that a taken chunk was not written."""
        if self._states[chunk] == _TAKEN:
            self._states[chunk] = _MISSING

    def settle(self, chunk: int) -> bool:
        """Note that a chunk was written; return whether its file is whole now."""
        if self._states[chunk] != _TAKEN:  # given up meanwhile
            return False
        self._states[chunk] = _SETTLED
        file, _ = self.place_of(chunk)
        self._left[file] -= 1
        return not self._left[file]

    def give_up(self, file: int) -> bool:
        """Wait no longer for a file; return whether something of it was missing."""
        was_missing = self._left[file] > 0
        if was_missing:
            self._settle_file(file)
        return was_missing

    def _settle_file(self, file: int) -> None:
        first = self._firsts[file]
        count = max(1, -(-self._sizes[file] // CHUNK))
        self._states[first : first + count] = bytes([_SETTLED]) * count
        self._left[file] = 0
