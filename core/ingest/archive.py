"""A zip of labelled images, unpacked."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from core.errors import LimitError, SourceError
from core.ingest.listing import Listing
from core.ingest.unpacked_files import (
    DamagedEntryError,
    UnpackedFiles,
    entry_path,
    too_many_bytes,
    too_many_files,
)
from core.limits import DEFAULT_LIMITS, Limits
from core.progress import Progress, silent

_BLOCK = 1 << 20
_ENCRYPTED = 0x1
# Python unpacks bzip2 and LZMA without a bound: an entry of 466 bytes took 1.2 GB of memory.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What a damaged list of entries, and a damaged entry, make Python's reader raise beside
# BadZipFile.
_BAD_DIRECTORY = (ValueError, NotImplementedError, EOFError, struct.error)
_BAD_ENTRY = (
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    OSError,
    *_BAD_DIRECTORY,
)


def unpack_zip(
    archive: Path,
    folder: Path,
    *,
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> Listing:
    """Unpack `archive` into `folder`, under names of our own.

    Args:
        archive: The zip file.
        folder: An empty or absent folder that the dataset lives in from then on.
        name: What the person calls the archive; its file name unless given.
        limits: Sizes to refuse.
        progress: Told of files unpacked.

    Raises:
        SourceError: not a zip, or damaged.
        LimitError: more files or bytes than allowed, or a bomb.
        OutputError: the disk is full.
    """
    name = name or archive.name
    unpacked = UnpackedFiles(name, folder, limits)
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [
                entry for entry in opened.infolist() if not entry_path(entry.filename).endswith("/")
            ]
            _check_sizes(name, entries, limits)
            for number, entry in enumerate(sorted(entries, key=lambda entry: entry.filename)):
                unpacked.add(
                    entry.filename,
                    partial(_blocks, opened, entry),
                    damaged="damaged in the zip",
                    refused=_why_not(entry, limits),
                )
                progress("unpacking", number + 1, len(entries))
    except (zipfile.BadZipFile, *_BAD_DIRECTORY) as error:
        raise SourceError(
            f"'{name}' is not a readable zip, or is damaged. Create the archive again, or choose "
            "the folder instead."
        ) from error
    return unpacked.listing()


def _check_sizes(name: str, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.files:
        raise LimitError(too_many_files(name, limits))
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise LimitError(too_many_bytes(name, limits))


def _why_not(entry: zipfile.ZipInfo, limits: Limits) -> str | None:
    """Return why an entry is refused before it is opened, or None."""
    if entry.flag_bits & _ENCRYPTED:
        return "encrypted"
    mode = entry.external_attr >> 16
    if stat.S_ISLNK(mode):
        return "a link or special file"
    if entry.compress_type not in _METHODS:
        return "compressed with an unsupported method"
    # Tiny files compress well without harm; a bomb is large once it is unpacked.
    if entry.file_size > (1 << 20) and entry.file_size > limits.compression_ratio * max(
        1, entry.compress_size
    ):
        return f"compressed more than {limits.compression_ratio} times"
    return None


def _blocks(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with opened.open(entry) as source:
            while block := source.read(_BLOCK):
                yield block
    except _BAD_ENTRY as error:
        raise DamagedEntryError from error
