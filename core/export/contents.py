"""What lies in the place of an export: listed, compared with its manifest, and removed."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from core.errors import OutputError
from core.words import count_of

# What systems put into a folder that somebody looks at; no reader takes it for a picture.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


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
