"""A folder of labelled images, read in place."""

import os
from pathlib import Path

from core.dataset import ImageDataset, SkippedFile
from core.errors import LimitError, SourceError
from core.ingest.reading import SourceFile, build_dataset, readable_name
from core.limits import DEFAULT_LIMITS, Limits
from core.progress import Progress, silent


def read_folder(
    folder: Path, *, limits: Limits = DEFAULT_LIMITS, progress: Progress = silent
) -> ImageDataset:
    """Read a folder with a sub-folder per class; nothing is copied, links are not followed.

    Raises:
        SourceError: there is no such folder, or it cannot be listed.
        EmptyDatasetError: it holds no usable image.
        LimitError: it holds more than the limits allow.
    """
    if not folder.is_dir():
        raise SourceError(f"There is no folder '{folder}'. Check the path.")
    files, skipped = _list_files(folder, limits, progress)
    name = readable_name(folder.resolve().name) or "folder"
    return build_dataset(name, folder, files, skipped, limits=limits, progress=progress)


def _list_files(
    folder: Path, limits: Limits, progress: Progress
) -> tuple[list[SourceFile], list[SkippedFile]]:
    files: list[SourceFile] = []
    skipped: list[SkippedFile] = []

    def skip(place: Path, reason: str) -> None:
        skipped.append(SkippedFile(readable_name(place.relative_to(folder).as_posix()), reason))

    def refuse(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise SourceError(
                f"The folder '{folder}' cannot be listed ({error.strerror}). "
                "Check its permissions, or choose another one."
            ) from error
        skip(Path(error.filename), f"cannot be listed ({error.strerror})")

    for parent, folders, names in os.walk(folder, onerror=refuse, followlinks=False):
        folders.sort()
        for place in (Path(parent, name) for name in (*folders, *sorted(names))):
            if place.is_symlink() or not (place.is_file() or place.is_dir()):
                skip(place, "a link or special file")
            elif place.is_file():
                file = place.relative_to(folder).as_posix()
                files.append(SourceFile(readable_name(file), file))
        if len(files) > limits.files:
            raise LimitError(
                f"'{folder.name}' holds more than {limits.files:,} files. Choose a smaller folder."
            )
        progress("listing files", len(files), 0)
    return files, skipped
