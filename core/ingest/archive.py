"""A zip of labelled images: unpacked under names of our own, with every size checked."""

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from core.dataset import ImageDataset, SkippedFile
from core.errors import LimitError, OutputError, SourceError
from core.images import IMAGE_SUFFIXES
from core.ingest.layout import is_junk
from core.ingest.reading import SourceFile, build_dataset
from core.limits import DEFAULT_LIMITS, Limits
from core.progress import Progress, silent

_BLOCK = 1 << 20
_PER_FOLDER = 1000
_ENCRYPTED = 0x1
_METHODS = frozenset(
    {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
)
# What a damaged list of entries, and a damaged entry, make Python's reader raise beside
# BadZipFile.
_BAD_DIRECTORY = (ValueError, NotImplementedError, EOFError, struct.error)
_BAD_ENTRY = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    RuntimeError,
    OSError,
    *_BAD_DIRECTORY,
)


def read_zip(
    archive: Path,
    folder: Path,
    *,
    name: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> ImageDataset:
    """Unpack `archive` into `folder` and read it as a folder of classes.

    Names inside the archive are data only: files are written as `0/17.jpg`, and so on.

    Args:
        archive: The zip file.
        folder: An empty or absent folder that the dataset lives in from then on.
        name: What the person calls the archive; its file name unless given.
        limits: Sizes to refuse.
        progress: Told of files unpacked, then read.

    Raises:
        SourceError: not a zip, or damaged.
        EmptyDatasetError: no usable image.
        LimitError: more files or bytes than allowed, or a bomb.
        OutputError: the disk is full.
    """
    name = name or archive.name
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            _check_sizes(name, entries, limits)
            files, skipped = _unpack(opened, entries, folder, limits, progress)
    except (zipfile.BadZipFile, *_BAD_DIRECTORY) as error:
        raise SourceError(
            f"'{name}' is not a zip file or is damaged. Make the zip again and try once more."
        ) from error
    except FileNotFoundError as error:
        raise SourceError(f"There is no file '{archive}'. Check the path.") from error
    except OSError as error:
        raise SourceError(
            f"'{name}' cannot be opened ({error.strerror or error}). "
            "Check its permissions, or choose another file."
        ) from error
    stem = PurePosixPath(name).stem
    return build_dataset(stem, folder, files, skipped, limits=limits, progress=progress)


def _check_sizes(name: str, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.files:
        raise LimitError(
            f"'{name}' holds {len(entries):,} files; the limit is {limits.files:,}. "
            "Bring a smaller zip."
        )
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise LimitError(
            f"'{name}' unpacks to {unpacked / 1e9:.1f} GB; the limit is "
            f"{limits.unpacked_bytes / 1e9:.0f} GB. Bring a smaller zip."
        )


def _unpack(
    opened: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    folder: Path,
    limits: Limits,
    progress: Progress,
) -> tuple[list[SourceFile], list[SkippedFile]]:
    files: list[SourceFile] = []
    skipped: list[SkippedFile] = []
    budget = limits.unpacked_bytes
    seen: set[str] = set()
    for number, entry in enumerate(sorted(entries, key=lambda entry: entry.filename)):
        path = entry.filename.replace("\\", "/")
        reason = _why_not(entry, path, limits)
        suffix = PurePosixPath(path).suffix.lower()
        if reason is None and path in seen:
            reason = "a second file of the same name"
        seen.add(path)
        if reason is not None:
            skipped.append(SkippedFile(path, reason))
        elif suffix in IMAGE_SUFFIXES and not is_junk(path):
            target = Path(str(number // _PER_FOLDER), f"{number}{suffix}")
            written = _write_entry(opened, entry, folder / target, budget)
            if written is None:
                skipped.append(SkippedFile(path, "damaged in the zip"))
            else:
                budget -= written
                files.append(SourceFile(path, target.as_posix()))
        else:
            files.append(SourceFile(path, ""))
        progress("unpacking", number + 1, len(entries))
    return files, skipped


def _why_not(entry: zipfile.ZipInfo, path: str, limits: Limits) -> str | None:
    """Return why an entry is refused before it is opened, or None."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or (path[1:2] == ":" and path[0].isalpha()):
        return "unsafe path"
    if entry.flag_bits & _ENCRYPTED:
        return "encrypted"
    mode = entry.external_attr >> 16
    if stat.S_ISLNK(mode):
        return "a link or special file"
    if entry.compress_type not in _METHODS:
        return "compressed in a way that cannot be read"
    # Tiny files compress well without harm; a bomb is large once it is unpacked.
    if entry.file_size > (1 << 20) and entry.file_size > limits.compression_ratio * max(
        1, entry.compress_size
    ):
        return f"compressed more than {limits.compression_ratio} times"
    return None


def _write_entry(
    opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, budget: int
) -> int | None:
    """Copy one entry to `target` and return its bytes, or None when it is damaged."""
    written = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            for block in _blocks(opened, entry):
                written += len(block)
                if written > budget:
                    raise LimitError(
                        "The zip unpacks to more than the limit, whatever its headers say. "
                        "Bring a smaller zip."
                    )
                file.write(block)
    except _DamagedEntryError:
        target.unlink(missing_ok=True)
        return None
    except OSError as error:
        raise OutputError(
            f"Cannot unpack into '{target.parent}': {error.strerror}. Free some space."
        ) from error
    return written


class _DamagedEntryError(Exception):
    """An entry's bytes cannot be read; told apart from a disk that cannot be written."""


def _blocks(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with opened.open(entry) as source:
            while block := source.read(_BLOCK):
                yield block
    except _BAD_ENTRY as error:
        raise _DamagedEntryError from error
