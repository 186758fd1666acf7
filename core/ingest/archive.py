"""A zip of labelled images, unpacked."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from core.errors import LimitError, SourceError
from core.ingest.listing import Listing
from core.ingest.unpacked_files import (
    DamagedEntryError,
    UnpackedFiles,
    too_many_bytes,
    too_many_files,
)
from core.limits import DEFAULT_LIMITS, Limits
from core.progress import Progress, silent

_BLOCK = 1 << 20
_ENCRYPTED, _UTF8 = 0x1, 0x800
_READ_AS = "cp437"  # what Python takes names for that are not said to be UTF-8
_UNICODE_PATH = 0x7075  # APPNOTE.TXT 6.3.10, 4.6.9
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
            entries = [entry for entry in opened.infolist() if not _is_folder(entry)]
            _check_sizes(name, entries, limits)
            for entry in filter(_is_folder, opened.infolist()):
                folder_name, is_open = _name_of(entry)
                unpacked.add_folder(folder_name, is_open=is_open)
            for number, entry in enumerate(sorted(entries, key=lambda entry: entry.filename)):
                entry_name, is_open = _name_of(entry)
                unpacked.add(
                    entry_name,
                    partial(_blocks, opened, entry),
                    damaged="damaged in the zip",
                    refused=_why_not(entry, limits),
                    is_open=is_open,
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


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    # The last byte of a foreign letter may be that of a backslash.
    return entry.filename.endswith("/") or (entry.filename.endswith("\\") and entry.file_size == 0)


def _name_of(entry: zipfile.ZipInfo) -> tuple[str, bool]:
    """Return the name of an entry, and whether it is open how it is encoded.

    Where it is open, bytes that are not UTF-8 stand there as surrogates.
    """
    if entry.flag_bits & _UTF8:
        return entry.filename, False
    raw = entry.orig_filename.encode(_READ_AS).partition(b"\0")[0]
    told = _unicode_path(entry.extra, raw)
    if told is not None:
        return told, False
    return raw.decode("utf-8", "surrogateescape"), True


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """Return the name that Info-ZIP's extra field tells, if it tells one, and of this name."""
    place = 0
    while place + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, place)
        held = extra[place + 4 : place + 4 + size]
        if kind == _UNICODE_PATH and len(held) > 5 and held[0] == 1:
            is_of_this = int.from_bytes(held[1:5], "little") == zlib.crc32(raw)
            with suppress(UnicodeDecodeError):
                return held[5:].decode() if is_of_this else None
        place += 4 + size
    return None


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
