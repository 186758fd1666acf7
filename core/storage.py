"""Files that have their real name only when they are whole, and places that one process uses."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import IO

from filelock import lock_descriptor

from core.errors import OutputError

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
    file = _open_lock(path)
    if file is None:
        raise OutputError(refusal)
    with file:
        try:
            yield
        finally:
            _remove_lock(path)


def is_locked(path: Path) -> bool:
    """Return whether somebody holds the place `path`; a lock file that nobody holds is removed.

    Raises:
        OutputError: nobody can tell: the lock file cannot be opened.
    """
    if not beside(path, "lock").exists():
        return False
    file = _open_lock(path)
    if file is None:
        return True
    with file:
        _remove_lock(path)
    return False


def take_lock(file: IO[bytes]) -> bool:
    """Lock an open file until it is closed, at the latest by the end of the process.

    Returns whether that worked: not where another process, or this one by another opening, has it.
    """
    try:
        return lock_descriptor(file.fileno(), blocking=False)
    except OSError:  # a file system without locks
        return False


def has_name(file: IO[bytes], path: Path) -> bool:
    """Return whether an open file still has the name `path`: others remove and make it again."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _open_lock(path: Path) -> IO[bytes] | None:
    """Return the lock file of the place `path`, locked, or None where somebody else has it.

    Raises:
        OutputError: it cannot be made, opened or locked.
    """
    lock = beside(path, "lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(_ATTEMPTS):
            file = lock.open("ab")
            try:
                is_mine = lock_descriptor(file.fileno(), blocking=False)
            except OSError:  # a file system without locks
                file.close()
                raise
            # Else it was removed by the one who had it, between opening and locking it.
            if is_mine and has_name(file, lock):
                return file
            file.close()
            if not is_mine:
                return None
    except OSError as error:
        if os.path.lexists(lock):
            raise OutputError(_cannot_lock(path, lock, error)) from error
        raise OutputError(cannot_write(path, error)) from error
    return None


def _cannot_lock(path: Path, lock: Path, error: OSError) -> str:
    return (
        f"Cannot write '{path}': its lock '{lock.name}' cannot be taken "
        f"({error.strerror or error}). Remove that file if nobody writes there, or choose another "
        "place."
    )


def _remove_lock(path: Path) -> None:
    """Remove the lock file of a place, by who holds it: whoever opened it meanwhile looks again."""
    with suppress(OSError):  # Windows: it is open; the next one to lock it removes it
        beside(path, "lock").unlink()
