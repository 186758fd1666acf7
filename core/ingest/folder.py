"""A folder of labelled images, read in place."""

import os
from pathlib import Path

from core.dataset import ImageDataset, SkippedFile
from core.errors import LimitError, SourceError
from core.ingest.reading import SourceFile, build_dataset
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
    files: list[SourceFile] = []
    skipped: list[SkippedFile] = []
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            full = Path(parent, name)
            path = full.relative_to(folder).as_posix()
            if full.is_symlink() or not full.is_file():
                skipped.append(SkippedFile(path, "a link or special file"))
            else:
                files.append(SourceFile(path, path))
        if len(files) > limits.files:
            raise LimitError(
                f"'{folder.name}' holds more than {limits.files:,} files. Choose a smaller folder."
            )
        progress("listing files", len(files), 0)
    name = folder.resolve().name or "folder"
    return build_dataset(name, folder, files, skipped, limits=limits, progress=progress)
