"""Files that have their real name only when they are whole, and places that one process uses."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import IO

from core.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
    import msvcrt

_LONGEST = 60  # bytes of a temporary name; most systems allow 255 in all
_TOKEN_BYTES = 6
_ATTEMPTS = 100  # to lock a file that others lock and remove meanwhile


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the name `path` when the block ends well, and is removed otherwise.

    Raises:
        OutputError: the disk is full, or the place cannot be written.
    """
    try:
        if not path.name or path.is_dir():
            raise OutputError(f"Cannot write '{path}': it is a folder. Give the name of a file.")
        # A name of its own for each writer: two threads may write the same file at once.
        temporary = beside(path, f"{token_hex(_TOKEN_BYTES)}.partial")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                yield file
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(cannot_write(path, error)) from error


def remove_partials(path: Path) -> None:
    """Remove what killed writers of `path` left beside it; nobody may be writing it."""
    start = re.escape(beside(path, "").name)
    pattern = re.compile(rf"{start}[0-9a-f]{{{2 * _TOKEN_BYTES}}}\.partial")
    for found in path.parent.iterdir() if path.parent.is_dir() else ():
        if pattern.fullmatch(found.name):
            found.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> str:
    """Return the sentence for a place that cannot be written."""
    reason = error.strerror or error
    return f"Cannot write '{path}': {reason}. Free some space or choose another place."


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all."""
    with replacing(path) as file:
        file.write(content)


def beside(path: Path, ending: str) -> Path:
    """Return the hidden file that belongs to `path`, next to it: '.out.lock' for 'out'."""
    name, content = path.name, os.fsencode(path.name)
    if len(content) > _LONGEST:
        # Two long names may begin alike.
        start = content[:_LONGEST].decode("utf-8", "ignore")
        name = f"{start}.{blake2b(content, digest_size=8).hexdigest()}"
    return path.with_name(f".{name}.{ending}")


@contextmanager
def locked(path: Path, *, refusal: str) -> Iterator[None]:
    """Hold the lock file of the place `path` during the block; it is removed at the end.

    The system lets go of it when the process ends, however it ends.

    Args:
        path: The place; it need not be there.
        refusal: What is said while another process, or another thread, holds it.

    Raises:
        OutputError: somebody else holds it, or it cannot be made.
    """
    lock = beside(path, "lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = _lock_by_name(lock)
    except OSError as error:
        raise OutputError(cannot_write(path, error)) from error
    if file is None:
        raise OutputError(refusal)
    with file:
        try:
            yield
        finally:
            with suppress(OSError):  # Windows: it is open; the next one to lock it removes it
                lock.unlink()


def is_locked(path: Path) -> bool:
    """Return whether somebody holds the place `path`; a lock file that nobody holds is removed."""
    if not beside(path, "lock").exists():
        return False
    try:
        with locked(path, refusal=""):
            return False
    except OutputError:
        return True


def take_lock(file: IO[bytes]) -> bool:
    """Lock an open file until it is closed, at the latest by the end of the process.

    Returns whether that worked: not where another process, or this one by another opening, has it.
    """
    try:
        _lock(file)
    except OSError:
        return False
    return True


def has_name(file: IO[bytes], path: Path) -> bool:
    """Return whether an open file still has the name `path`: others remove and make it anew."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _lock_by_name(path: Path) -> IO[bytes] | None:
    """Return the locked file called `path`, or None where somebody else has it."""
    for _ in range(_ATTEMPTS):
        file = path.open("ab")
        try:
            _lock(file)
        except (BlockingIOError, PermissionError):
            file.close()
            return None
        except OSError:  # a file system without locks
            file.close()
            raise
        # Else it was removed by the one who had it, between opening and locking it.
        if has_name(file, path):
            return file
        file.close()
    return None


def _lock(file: IO[bytes]) -> None:
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
