"""What lies in the place of an export: what it has written so far, and what is there besides."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO

from core.errors import OutputError
from core.words import count_of

_BEGUN, _DONE = "begun", "done"
# What systems put into a folder that somebody looks at; no reader takes it for a picture.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


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
        """Remove the journal: there is nothing to resume."""
        self._path.unlink(missing_ok=True)

    def _add(self, what: str, size: int, name: str) -> None:
        assert self._file is not None
        self._sizes[name] = size
        self._file.write(f"{what} {size} {name}\n".encode("utf-8", "surrogatepass"))


def remove_files(folder: Path, names: Iterable[str]) -> None:
    """Remove files of ours, and the folders that they leave empty."""
    parents: set[PurePosixPath] = set()
    for name in names:
        (folder / name).unlink(missing_ok=True)
        parents.update(PurePosixPath(name).parents)
    for parent in sorted(parents, key=lambda path: len(path.parts), reverse=True):
        with suppress(OSError):  # it holds something
            (folder / parent).rmdir()


def files_below(folder: Path) -> Iterator[str]:
    """Yield the path of everything below `folder` that is no folder, save systems' litter."""
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in [*files, *links]:
            if name not in _LITTER:
                yield (Path(place) / name).relative_to(folder).as_posix()


def compare(target: Path, found: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuse an export that is not what its manifest says.

    Raises:
        OutputError: a file is missing, foreign, or there twice.
    """
    missing, foreign = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
    if missing:
        raise OutputError(
            f"The export to '{target}' is incomplete: {count_of(len(missing), 'file')} of "
            f"{len(wanted):,} went missing while it was written, such as '{missing[0]}'. Make sure "
            "that nothing else changes that folder, then export again."
        )
    if foreign:
        raise OutputError(
            f"The export to '{target}' is not finished: next to its "
            f"{count_of(len(wanted), 'file')} is '{foreign[0]}', which it did not write. Move that "
            "file and export again."
        )
    if len(found) != len(wanted):
        raise OutputError(
            f"The export to '{target}' is not finished: its manifest lists "
            f"{count_of(len(wanted), 'file')}, but {len(found):,} were written. Export again."
        )


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
