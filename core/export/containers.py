"""Where an export is written to: locked meanwhile, and under its real name only when whole."""

import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from core.errors import OutputError, SettingError
from core.export.journal import Journal, compare, files_below, remove_files
from core.storage import beside, cannot_write, is_locked, locked, remove_partials, replacing

_DATE = (1980, 1, 1, 0, 0, 0)  # the same bytes each time


class Writer(Protocol):
    """Takes the files of an export."""

    in_any_order: bool  # many threads may write at once, and the order of files shows nowhere

    def has(self, path: str) -> bool:
        """Return whether an interrupted run of the same export wrote `path` already."""

    def keep(self, path: str) -> None:
        """Take what that run wrote at `path` as a part of this one."""

    def write(self, path: str, content: bytes) -> None:
        """Write one file."""

    def opened(self, path: str) -> AbstractContextManager[IO[bytes]]:
        """Open one file to be written from its beginning to its end, before any other."""

    def check(self, paths: Sequence[str]) -> None:
        """Compare what was written with `paths`, each named once; without it, nothing is whole.

        Raises:
            OutputError: a file is missing, or there is one that no path names.
        """


@dataclass(frozen=True)
class Container:
    """One form that an export can have: which names ask for it, and how it is written."""

    name: str
    title: str
    help: str
    suffix: str  # a target with it asks for this one; '' is asked for by all other names
    open: Callable[[Path, str], AbstractContextManager[Writer]]  # target, identity of the export
    is_file: bool  # one file, which a browser can fetch; else it lies on this computer


class _ZipWriter:
    """Writes into one zip, without compression: pictures are compressed already."""

    in_any_order = False

    def __init__(self, target: Path, opened: zipfile.ZipFile) -> None:
        self._target = target
        self._opened = opened
        self.is_whole = False

    def has(self, path: str) -> bool:  # noqa: ARG002 - a zip is always started from scratch
        return False

    def keep(self, path: str) -> None:
        raise KeyError(path)

    def write(self, path: str, content: bytes) -> None:
        self._opened.writestr(_entry(path), content)

    @contextmanager
    def opened(self, path: str) -> Iterator[IO[bytes]]:
        with self._opened.open(_entry(path), "w", force_zip64=True) as file:
            yield file

    def check(self, paths: Sequence[str]) -> None:
        compare(self._target, self._opened.namelist(), paths)
        self.is_whole = True


class _FolderWriter:
    """Writes files below one folder, and knows which of them belong to this run."""

    in_any_order = True

    def __init__(self, target: Path, folder: Path, journal: Journal) -> None:
        self._target = target
        self._folder = folder
        self._journal = journal
        self._taken: set[str] = set()
        self._made: set[str] = set()  # folders
        self.is_whole = False

    def has(self, path: str) -> bool:
        size = self._journal.size_of(path)
        with suppress(OSError):
            return size >= 0 and (self._folder / path).stat().st_size == size
        return False

    def keep(self, path: str) -> None:
        self._taken.add(path)

    def write(self, path: str, content: bytes) -> None:
        with self.opened(path) as file:
            file.write(content)

    @contextmanager
    def opened(self, path: str) -> Iterator[IO[bytes]]:
        place = self._folder / path
        parent = path.rpartition("/")[0]
        if parent not in self._made:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(parent)
        # What we did not begin is not ours to write over.
        mode = "wb" if self._journal.knows(path) else "xb"
        self._journal.begin(path)
        with place.open(mode) as file:
            yield file
            size = file.tell()
        self._journal.finish(path, size)
        self._taken.add(path)

    def check(self, paths: Sequence[str]) -> None:
        remove_files(self._folder, self._journal.names - self._taken)
        compare(self._target, list(files_below(self._folder)), paths)
        self.is_whole = True


def _entry(path: str) -> zipfile.ZipInfo:
    """Return the entry of a file in a zip: the same bytes on every system."""
    entry = zipfile.ZipInfo(path, date_time=_DATE)
    entry.create_system = 3  # which has the rights below
    entry.external_attr = 0o644 << 16
    return entry


@contextmanager
def _open_zip(target: Path, identity: str) -> Iterator[Writer]:  # noqa: ARG001 - started from scratch
    with locked(target, refusal=_busy(target)):
        check_target(target, CONTAINERS["zip"], is_ours=True)
        with suppress(OSError):  # said below, where it matters
            remove_partials(target)
        with replacing(target) as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as opened:
                writer = _ZipWriter(target, opened)
                yield writer
            assert writer.is_whole, "an export is compared with its manifest"


@contextmanager
def _open_folder(target: Path, identity: str) -> Iterator[Writer]:
    """Open a folder that takes the name `target` when all is written.

    Until then it is called `target` + '.partial' and is kept when the work breaks off; the next
    run of the same export goes on from what is there.
    """
    # A name such as '.' has no last part to add to.
    target = target.absolute() if target.name not in {"", ".."} else target.resolve()
    with locked(target, refusal=_busy(target)):
        check_target(target, CONTAINERS["folder"], is_ours=True)
        partial = partial_of(target)
        journal = Journal(beside(target, "journal"))
        try:
            _make_room(partial, journal, identity)
            with journal.opened(identity):
                partial.mkdir(parents=True, exist_ok=True)
                writer = _FolderWriter(target, partial, journal)
                yield writer
                assert writer.is_whole, "an export is compared with its manifest"
            if target.exists():
                target.rmdir()
            partial.replace(target)
            journal.remove()
        except OSError as error:
            raise OutputError(cannot_write(target, error)) from error


# To add one: a record with the writer that opens it.
CONTAINERS: Mapping[str, Container] = {
    container.name: container
    for container in (
        Container(
            name="zip",
            title="Zip",
            help="One file to download. Unpack it before use.",
            suffix=".zip",
            open=_open_zip,
            is_file=True,
        ),
        Container(
            name="folder",
            title="Folder",
            help="A new local folder. An interrupted export can be resumed.",
            suffix="",
            open=_open_folder,
            is_file=False,
        ),
    )
}


def find_container(name: str) -> Container:
    """Return the container called `name`.

    Raises:
        SettingError: there is none.
    """
    if name not in CONTAINERS:
        raise SettingError(
            f"There is no container '{name}'. The containers are: {', '.join(CONTAINERS)}."
        )
    return CONTAINERS[name]


def container_of(target: Path) -> Container:
    """Return the container that the name of `target` asks for: by its suffix, or a folder."""
    named = (one for one in CONTAINERS.values() if one.suffix == target.suffix.lower())
    return next(named, CONTAINERS["folder"])


def check_target(
    target: Path, container: Container | None = None, *, is_ours: bool = False
) -> None:
    """Refuse a target that nothing can be written to, before any work is done.

    Args:
        target: Where to write.
        container: How; by the name of the target unless given.
        is_ours: Whether the place is locked by the one who asks.

    Raises:
        OutputError: it holds something, or no file or folder can have that name.
    """
    container = container or container_of(target)
    try:
        if not is_ours and is_locked(target.absolute() if target.name else target.resolve()):
            raise OutputError(_busy(target))
        is_taken = target.is_symlink() or target.exists()
        if is_taken and not container.is_file and target.is_dir() and not any(target.iterdir()):
            _check_removable(target)
            is_taken = False
        if is_taken and not os.path.lexists(partial_of(target.absolute())):
            # A run that was killed after its last file had its name.
            beside(target.absolute(), "journal").unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(cannot_write(target, error)) from error
    if is_taken:
        raise OutputError(f"'{target}' already exists. Choose another name, or remove it first.")


def partial_of(target: Path) -> Path:
    """Return the folder that an export to the folder `target` is built up in."""
    return target.with_name(target.name + ".partial")


def _check_removable(empty: Path) -> None:
    """Refuse an empty folder that the new one cannot take the place of.

    Raises:
        OutputError: choose a folder inside it.
    """
    if empty.is_symlink() or empty.is_mount():
        kind = "a link to a folder" if empty.is_symlink() else "where a disk is mounted"
        raise OutputError(
            f"'{empty}' is {kind}, which a new folder cannot replace. Choose a folder inside it, "
            f"such as '{empty / 'balanced'}'."
        )


def _busy(target: Path) -> str:
    return (
        f"Another export is being written to '{target}'. Wait until it has finished, or choose "
        "another name."
    )


def _make_room(partial: Path, journal: Journal, identity: str) -> None:
    """Remove what another export left at `partial`, and nothing that no journal names.

    Raises:
        OutputError: something else lies there.
    """
    if partial.is_symlink() or (partial.exists() and not partial.is_dir()):
        foreign = partial.name
    else:
        others = sorted(set(files_below(partial)) - journal.names)
        foreign = others[0] if others else ""
    if foreign:
        raise OutputError(
            f"'{partial}' is needed while the export is written, but it contains '{foreign}', "
            "which is not from an export. Choose another name, or move it."
        )
    if journal.identity != identity:
        remove_files(partial, journal.names)
