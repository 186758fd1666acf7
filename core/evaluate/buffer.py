"""A buffer for many numbers of a comparison: in memory while it is small, else in a file."""

import os
import shutil
import tempfile
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from core.errors import OutputError
from core.words import size_of

_MOST_IN_MEMORY = 256_000_000  # bytes


def make_buffer(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Return an array to fill, without values.

    A large one is mapped to a file without a name, which is deleted with the array; the system
    keeps as much of it in memory as fits.

    Raises:
        OutputError: the disk has no room for it.
    """
    count = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if count <= _MOST_IN_MEMORY:
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile(prefix="evenset_") as file:
        try:
            _reserve(file, count)
        except OSError as error:
            raise OutputError(
                f"The comparison needs {size_of(count)} in '{tempfile.gettempdir()}', "
                "where there is not enough space. Choose fewer images on Load, fewer strategies, "
                "or a TMPDIR with more space."
            ) from error
        return np.memmap(file, dtype, "r+", shape=shape)


def _reserve(file: IO[bytes], count: int) -> None:
    """Give the file its length, with its room: a full disk would end the process later."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, count)
        return
    if shutil.disk_usage(tempfile.gettempdir()).free < count:
        raise OSError("No space left on device")
    file.truncate(count)
