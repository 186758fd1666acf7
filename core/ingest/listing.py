"""What a source holds, before any picture is looked into."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core import records
from core.dataset import SkippedFile
from core.errors import SettingError, SourceError
from core.records import FileName
from core.storage import write_bytes

_VERSION = 1


@dataclass(frozen=True, eq=False)
class Listing:
    """The names of F files in two columns, and where their bytes lie.

    A million files are two lists, not a million objects.
    """

    name: str  # of the source, as the person knows it
    root: Path
    paths: Sequence[str]  # (F,) names as the person knows them, parts divided by '/'
    files: Sequence[str]  # (F,) where the bytes lie, relative to `root`; '' where none were kept
    skipped: tuple[SkippedFile, ...] = ()  # refused while listing or unpacking
    empty_folders: tuple[str, ...] = ()  # without a file or folder inside, as the person knows them
    notes: tuple[str, ...] = ()  # what was assumed in listing it, in sentences


@dataclass(frozen=True)
class _Kept:
    """A listing in a file; where its bytes lie is known to whoever reads it."""

    name: FileName
    paths: tuple[FileName, ...]
    files: tuple[FileName, ...]
    skipped: tuple[tuple[FileName, str, FileName], ...]
    empty_folders: tuple[FileName, ...]
    notes: tuple[FileName, ...]


def write_listing(path: Path, listing: Listing) -> None:
    """Write a listing without its root to `path`: a source can be surveyed again from it.

    Raises:
        OutputError: it cannot be written.
    """
    skipped = tuple((one.path, one.reason, one.label) for one in listing.skipped)
    kept = _Kept(
        listing.name, tuple(listing.paths), tuple(listing.files), skipped,
        listing.empty_folders, listing.notes,
    )  # fmt: skip
    write_bytes(path, records.to_text(kept, _VERSION, is_compact=True).encode())


def read_listing(path: Path, root: Path) -> Listing:
    """Return the listing that `write_listing` wrote, of files that lie in `root` now.

    Raises:
        SourceError: it is not there, or damaged.
    """
    try:
        kept = records.read_text(_Kept, path.read_bytes(), "The list of files", _VERSION)
    except (OSError, SettingError) as error:
        raise SourceError(
            "The list of these files is damaged. Load the images again to change their labels."
        ) from error
    skipped = tuple(SkippedFile(*one) for one in kept.skipped)
    return Listing(kept.name, root, kept.paths, kept.files, skipped, kept.empty_folders, kept.notes)
