"""Where an export is written to: a zip or a folder, under its real name only when whole."""

import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import OutputError
from core.storage import cannot_write, replacing, write_bytes

_DATE = (1980, 1, 1, 0, 0, 0)  # the same bytes each time
RECIPE_NAME = "recipe.json"


class Writer(Protocol):
    """Takes the files of an export."""

    def has(self, path: str) -> bool:
        """Return whether an interrupted run of the same recipe wrote `path` already."""

    def keep(self, path: str) -> None:
        """Take what that run wrote at `path` as a part of this one."""

    def write(self, path: str, content: bytes) -> None:
        """Write one file."""


@dataclass(frozen=True)
class Format:
    """One form that an export can have."""

    name: str
    title: str
    help: str
    open: Callable[[Path, str], AbstractContextManager[Writer]]  # target, recipe text


class _ZipWriter:
    """Writes into one zip, without compression: pictures are compressed already."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._opened = opened

    def has(self, path: str) -> bool:  # noqa: ARG002 - a zip is always begun anew
        return False

    def keep(self, path: str) -> None:
        raise KeyError(path)

    def write(self, path: str, content: bytes) -> None:
        entry = zipfile.ZipInfo(path, date_time=_DATE)
        entry.create_system = 3  # the same bytes on every system; 3 has the rights below
        entry.external_attr = 0o644 << 16
        self._opened.writestr(entry, content)


class _FolderWriter:
    """Writes files below one folder, and knows which of them belong to this run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: set[Path] = set()

    def has(self, path: str) -> bool:
        return (self._folder / path).is_file()

    def keep(self, path: str) -> None:
        self._paths.add(self._folder / path)

    def write(self, path: str, content: bytes) -> None:
        self.keep(path)
        write_bytes(self._folder / path, content)

    def remove_others(self) -> None:
        """Remove what a killed run left half-written, or wrote and this one does not ask for."""
        for found in sorted(self._folder.rglob("*"), reverse=True):
            if found.is_dir() and not any(found.iterdir()):
                found.rmdir()
            elif found.is_file() and found not in self._paths:
                found.unlink()


@contextmanager
def open_zip(target: Path, recipe_text: str) -> Iterator[Writer]:
    """Open a zip that takes the name `target` when all is written."""
    check_target(target)
    with replacing(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as opened:
        writer = _ZipWriter(opened)
        yield writer
        writer.write(RECIPE_NAME, recipe_text.encode())


@contextmanager
def open_folder(target: Path, recipe_text: str) -> Iterator[Writer]:
    """Open a folder that takes the name `target` when all is written.

    Until then it is called `target` + '.partial' and is kept when the work breaks off; the next
    run with the same recipe goes on from what is there.
    """
    # A name such as '.' has no last part to add to.
    target = target.absolute() if target.name else target.resolve()
    check_target(target)
    partial = target.with_name(target.name + ".partial")
    try:
        _make_room(partial, recipe_text)
        partial.mkdir(parents=True, exist_ok=True)
        writer = _FolderWriter(partial)
        writer.write(RECIPE_NAME, recipe_text.encode())
        yield writer
        writer.remove_others()
        if target.exists():
            target.rmdir()
        partial.replace(target)
    except OSError as error:
        raise OutputError(cannot_write(target, error)) from error


def check_target(target: Path) -> None:
    """Refuse a target that holds something, or that no file can have, before any work is done.

    Raises:
        OutputError: choose another name, or remove what is there.
    """
    try:
        is_taken = target.is_symlink() or target.exists()
        if is_taken and format_of(target).name == "folder" and target.is_dir():
            is_taken = any(target.iterdir())
    except OSError as error:
        raise OutputError(cannot_write(target, error)) from error
    if is_taken:
        raise OutputError(f"'{target}' is there already. Choose another name, or remove it first.")


def _make_room(partial: Path, recipe_text: str) -> None:
    """Remove what an export with another recipe left at `partial`, and nothing else."""
    if not partial.exists() or (partial.is_dir() and not any(partial.iterdir())):
        return
    recipe = partial / RECIPE_NAME
    found = recipe.read_bytes() if recipe.is_file() else b""
    if found == recipe_text.encode():
        return
    if b'"dataset_digest"' not in found:
        raise OutputError(
            f"'{partial}' is in the way: the export is built up there, and what it holds was not "
            "left by an export. Choose another name, or move it."
        )
    shutil.rmtree(partial)


FORMATS: Mapping[str, Format] = {
    "zip": Format(
        name="zip",
        title="Zip",
        help="One file with a folder per split and class.",
        open=open_zip,
    ),
    "folder": Format(
        name="folder",
        title="Folder",
        help="A folder per split and class on this computer. An interrupted export goes on.",
        open=open_folder,
    ),
}


def format_of(target: Path) -> Format:
    """Return the format that the name of `target` asks for: '.zip' or a folder."""
    return FORMATS["zip" if target.suffix.lower() == ".zip" else "folder"]
