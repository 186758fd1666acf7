"""Where an export is written to: a zip or a folder, under its real name only when whole."""

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.errors import OutputError
from core.storage import replacing, write_bytes

_DATE = (1980, 1, 1, 0, 0, 0)  # the same bytes each time
RECIPE_NAME = "recipe.json"


class Writer(Protocol):
    """Takes the files of an export."""

    def has(self, path: str) -> bool:
        """Return whether an interrupted run of the same recipe wrote `path` already."""

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

    def write(self, path: str, content: bytes) -> None:
        entry = zipfile.ZipInfo(path, date_time=_DATE)
        entry.external_attr = 0o644 << 16
        self._opened.writestr(entry, content)


class _FolderWriter:
    """Writes files below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, path: str) -> bool:
        return (self._folder / path).is_file()

    def write(self, path: str, content: bytes) -> None:
        write_bytes(self._folder / path, content)


@contextmanager
def open_zip(target: Path, recipe_text: str) -> Iterator[Writer]:  # noqa: ARG001
    """Open a zip that takes the name `target` when all is written."""
    if target.is_dir():
        raise OutputError(f"'{target}' is a folder. Give the name of a zip file.")
    with replacing(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as opened:
        yield _ZipWriter(opened)


@contextmanager
def open_folder(target: Path, recipe_text: str) -> Iterator[Writer]:
    """Open a folder that takes the name `target` when all is written.

    Until then it is called `target` + '.partial' and is kept when the work breaks off; the next
    run with the same recipe goes on from what is there.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OutputError(f"'{target}' is there already. Choose another name, or remove it first.")
    partial = target.with_name(target.name + ".partial")
    try:
        if partial.exists() and _recipe_in(partial) != recipe_text:
            shutil.rmtree(partial)
        partial.mkdir(parents=True, exist_ok=True)
        write_bytes(partial / RECIPE_NAME, recipe_text.encode())
        yield _FolderWriter(partial)
        if target.exists():
            target.rmdir()
        os.replace(partial, target)
    except OSError as error:
        raise OutputError(
            f"Cannot write '{target}': {error.strerror or error}. "
            "Free some space or choose another place."
        ) from error


def _recipe_in(folder: Path) -> str | None:
    path = folder / RECIPE_NAME
    return path.read_text("utf-8") if path.is_file() else None


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
