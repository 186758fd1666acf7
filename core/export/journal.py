"""What an export has written so far, so that the next run goes on from it, or removes no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

_BEGUN, _DONE = "begun", "done"


class Journal:
    """A file of lines: which export this is, then each picture when it is begun and when done.

    State: what the lines say, and the file, open while an export is being written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self.identity, *lines = _read(path) or [""]
        self._sizes: dict[str, int] = {}  # -1 while it is being written
        for line in lines:
            what, size, name = line.split(" ", 2)
            self._sizes[name] = int(size) if what == _DONE else -1

    @property
    def names(self) -> set[str]:
        """Return the files that were begun, whole or not."""
        return set(self._sizes)

    def knows(self, name: str) -> bool:
        """Return whether a file was begun, whole or not."""
        return name in self._sizes

    def size_of(self, name: str) -> int:
        """Return the bytes of a file that was written whole; -1 of any other."""
        return self._sizes.get(name, -1)

    @contextmanager
    def opened(self, identity: str) -> Iterator[None]:
        """Let lines be added during the block; what another export wrote is forgotten first."""
        if identity != self.identity:
            self._sizes, self.identity = {}, identity
            self._path.write_bytes(identity.encode() + b"\n")
        with self._path.open("ab", buffering=0) as self._file:
            yield

    def begin(self, name: str) -> None:
        """Say that a file is about to be written."""
        self._add(_BEGUN, -1, name)

    def finish(self, name: str, size: int) -> None:
        """Say that a file is whole."""
        self._add(_DONE, size, name)

    def remove(self) -> None:
        """Remove the journal: there is nothing to go on with."""
        self._path.unlink(missing_ok=True)

    def _add(self, what: str, size: int, name: str) -> None:
        assert self._file is not None
        self._sizes[name] = size
        self._file.write(f"{what} {size} {name}\n".encode("utf-8", "surrogatepass"))


def _read(path: Path) -> list[str]:
    """Return the whole lines that name a file below the folder, the identity first."""
    try:
        text = path.read_bytes().decode("utf-8", "surrogatepass")
    except (OSError, UnicodeDecodeError):
        return []
    identity, *lines = text.split("\n")[:-1] or [""]  # a kill may have cut the last line short
    return [identity, *(line for line in lines if _is_ours(line))]


def _is_ours(line: str) -> bool:
    what, _, rest = line.partition(" ")
    size, _, name = rest.partition(" ")
    path = PurePosixPath(name)
    is_below = bool(path.parts) and not path.is_absolute() and ".." not in path.parts
    return what in {_BEGUN, _DONE} and size.lstrip("-").isdecimal() and is_below
