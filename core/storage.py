"""Files that have their real name only when they are whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import IO

from core.errors import OutputError

_LONGEST = 60  # characters of a temporary name; most systems allow 255 bytes


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
        temporary = path.with_name(f".{path.name[:_LONGEST]}.{token_hex(6)}.partial")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                yield file
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(cannot_write(path, error)) from error


def cannot_write(path: Path, error: OSError) -> str:
    """Return the sentence for a place that cannot be written."""
    reason = error.strerror or error
    return f"Cannot write '{path}': {reason}. Free some space or choose another place."


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all."""
    with replacing(path) as file:
        file.write(content)
