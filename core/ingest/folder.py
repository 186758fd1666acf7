"""The files of a local folder, in place."""

import os
from pathlib import Path

from core.dataset import SkippedFile
from core.errors import LimitError, SourceError
from core.ingest.listing import Listing
from core.ingest.picture_files import readable_name
from core.limits import DEFAULT_LIMITS, Limits
from core.progress import Progress, silent


def list_folder(
    folder: Path, *, limits: Limits = DEFAULT_LIMITS, progress: Progress = silent
) -> Listing:
    """Return the files below `folder`; nothing is copied, links are not followed.

    Raises:
        SourceError: there is no such folder, or it cannot be listed.
        LimitError: it holds more files than the limits allow.
    """
    if not folder.is_dir():
        raise SourceError(f"There is no folder '{folder}'. Check the path.")
    root = os.fspath(folder)
    files: list[str] = []
    skipped: list[SkippedFile] = []
    empty: list[str] = []

    # No recursion: folders may lie deeper in each other than Python calls itself.
    pending = [""]
    while pending:
        below = pending.pop()
        place = f"{root}/{below}" if below else root
        try:
            with os.scandir(place) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError as error:
            if not below:
                raise SourceError(
                    f"The folder '{folder}' cannot be listed ({error.strerror}). "
                    "Check its permissions, or choose another one."
                ) from error
            reason = f"cannot be listed ({error.strerror})"
            skipped.append(SkippedFile(readable_name(below), reason))
            continue
        if below and not entries:
            empty.append(readable_name(below))
        for entry in reversed(entries):
            name = f"{below}/{entry.name}" if below else entry.name
            if entry.is_file(follow_symlinks=False):
                files.append(name)
            elif entry.is_dir(follow_symlinks=False):
                pending.append(name)
            else:
                skipped.append(SkippedFile(readable_name(name), "a link or special file"))
        if len(files) > limits.files:
            raise LimitError(_too_many(folder, limits))
        progress("listing files", len(files), 0)
    name = readable_name(folder.resolve().name) or "folder"
    # The same texts twice where names are plain: a million of them are kept once.
    paths = [file if file.isascii() else readable_name(file) for file in files]
    return Listing(name, folder, paths, files, tuple(skipped), tuple(empty))


def _too_many(folder: Path, limits: Limits) -> str:
    return (
        f"'{folder.name}' holds more than {limits.files:,} files. Choose a smaller folder, or "
        "raise the limit with --max-files."
    )
