"""The bytes of a tar, decompressed as they are read: forward only, and within the limits."""

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, cast

from core.errors import LimitError
from core.ingest.unpacked_files import too_many_bytes
from core.limits import Limits
from core.progress import Progress

_BLOCK = 1 << 20
# Small archives of drawings, without compression of their own, may shrink as much without harm.
_SMALL = 1 << 19
# Decompressors that unpack no more than they are asked for: tarfile's own make 1 GB of 700 bytes.
_DECOMPRESSORS: Mapping[bytes, Callable[[BinaryIO], object]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}


class TarStream:
    """What tarfile reads from; it knows how far that has come, and how much may still be read."""

    def __init__(self, archive: Path, name: str, limits: Limits, progress: Progress) -> None:
        self._name = name
        self._limits = limits
        self._progress = progress
        self._size = archive.stat().st_size
        self._raw: BinaryIO = archive.open("rb")
        self._opened = _decompressed(self._raw)
        self._position = 0  # in the tar
        self._told = 0  # the position when progress was last told
        self._allowance = 0
        self._last = b""

    @property
    def is_at_end_mark(self) -> bool:
        """Return whether the last block is the one that ends every tar."""
        return self._last == bytes(tarfile.BLOCKSIZE)

    def allow(self, size: int) -> None:
        """Let `size` bytes be read until the next call; a longer header is refused as damage."""
        self._allowance = size

    def tell(self) -> int:
        """Return how many bytes of the tar have been read."""
        return self._position

    def seek(self, position: int) -> None:
        """Pass over what lies before `position`.

        Raises:
            EOFError: the tar ends before.
        """
        if position < self._position:
            raise tarfile.StreamError("a tar is read forward only")
        while self._position < position:
            if not self._take(min(_BLOCK, position - self._position)):
                raise EOFError

    def read(self, size: int) -> bytes:
        """Return the next bytes.

        Raises:
            LimitError: the tar is compressed more, or larger, than the limits allow.
        """
        if not 0 <= size <= self._allowance:
            raise tarfile.ReadError("a header is longer than any name")
        self._allowance -= size
        self._last = self._take(size)
        return self._last

    def report(self) -> None:
        """Tell progress how far the archive has been read."""
        self._told = self._position
        self._progress("unpacking", self._raw.tell(), self._size)

    def close(self) -> None:
        """Close the archive."""
        self._opened.close()
        self._raw.close()

    def _take(self, size: int) -> bytes:
        block = self._opened.read(size)
        self._position += len(block)
        ratio = self._limits.compression_ratio
        if self._position > ratio * max(self._raw.tell(), _SMALL):
            raise LimitError(
                f"'{self._name}' is compressed more than {ratio} times, a sign of an archive that "
                "is made to do harm. Bring the files in another archive, or raise the limit with "
                "--max-ratio."
            )
        if self._position > _BLOCK + self._limits.unpacked_bytes:
            raise LimitError(too_many_bytes(self._name, self._limits))
        if self._position - self._told >= _BLOCK:
            self.report()
        return block


def is_tar(archive: Path) -> bool:
    """Return whether a file begins as a tar, or as one that is compressed, does."""
    with archive.open("rb") as opened:
        head = opened.read(tarfile.BLOCKSIZE)
    if head.startswith(tuple(_DECOMPRESSORS)):
        return True
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return False
    return True


def _decompressed(raw: BinaryIO) -> BinaryIO:
    head = raw.read(8)
    raw.seek(0)
    for mark, decompressor in _DECOMPRESSORS.items():
        if head.startswith(mark):
            return cast(BinaryIO, decompressor(raw))
    return raw
