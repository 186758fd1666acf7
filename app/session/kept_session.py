"""Keep a visitor's session in their folder, and the one that other images have replaced.

One replaced session is kept. Its record and its comparison lie in the folder of its images, and
the record of the session of now names that folder: a kill leaves one of both, and never half.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from app.session.kept_report import REPORT_FILE, keep_report
from app.session.root_folder import remove_later
from app.session.session import Session
from app.session.store import (
    SESSION_FILE,
    OtherVersion,
    SavedSession,
    kept_names,
    read_previous,
    save_session,
    saved_of,
    write_saved,
)
from core.errors import OutputError
from core.storage import write_bytes

Saved = SavedSession | OtherVersion | None


def keep(home: Path, before: Session, session: Session, saved: Saved) -> tuple[Saved, str]:
    """Write down what there is now, and remove the files of what it has replaced.

    Args:
        home: The folder of the visitor.
        before: What they had made until now.
        session: What they have made.
        saved: What could be gone back to until now.

    Returns:
        What can be gone back to, and why something could not be kept, or ''.
    """
    gone, trouble = _files_of(before), ""
    if session.folder is not None and session.folder.parent == home:
        if before.folder != session.folder:
            # What another version has kept has no folder that this one knows.
            kept = saved if isinstance(saved, SavedSession) else None
            if kept is not None:
                gone |= {home / name for name in (kept.folder, kept.previous) if name}
            try:
                saved = _set_aside(home, before, kept, session.folder)
            except OutputError as error:
                saved, trouble = None, f"The previous images cannot be kept. {error}"
        trouble = _save(home, before, session, saved) or trouble
    stays = {home / saved.folder} if isinstance(saved, SavedSession) else set()
    for path in gone - _files_of(session) - stays:
        if path.is_relative_to(home):
            _remove(path)
    return saved, trouble


def drop(home: Path, session: Session, saved: SavedSession | OtherVersion) -> str:
    """Remove what can be gone back to; return why something could not be written, or ''."""
    if session.folder is not None and isinstance(saved, SavedSession):
        trouble = _save(home, session, session, None)
        remove_later(home / saved.folder)
        return trouble
    # First what makes the rest real: half of it is never offered.
    with suppress(OSError):
        (home / SESSION_FILE).unlink()
    for name in kept_names(saved) - {SESSION_FILE}:
        remove_later(home / name)
    return ""


def _save(home: Path, before: Session, session: Session, saved: Saved) -> str:
    previous = saved.folder if isinstance(saved, SavedSession) else ""
    try:
        if session.evaluation is not before.evaluation:
            keep_report(home, session)
        save_session(home, session, previous=previous)
        if session.folder is not None and session.folder != before.folder:
            _use_again(session.folder)
    except OutputError as error:
        return f"Your session cannot be saved for the next start. {error}"
    return ""


def _set_aside(
    workspace: Path, before: Session, kept: SavedSession | None, folder: Path | None
) -> SavedSession | None:
    """Keep what the images in `folder` have just replaced, and return it; None: nothing.

    Args:
        workspace: The folder of the visitor.
        before: The session that was replaced.
        kept: What could be gone back to until now.
        folder: Of the images that there are now.

    Raises:
        OutputError: it cannot be written.
    """
    if before.folder is not None:
        keep_report(before.folder, before)
        saved = saved_of(before)
        write_saved(before.folder, saved)
        return saved
    if kept is None:
        return None
    if folder == workspace / kept.folder:  # an earlier server had left it, and it was opened
        return read_previous(workspace, kept)
    if (workspace / REPORT_FILE).is_file():
        report = (workspace / REPORT_FILE).read_bytes()
        write_bytes(workspace / kept.folder / REPORT_FILE, report)
    kept = replace(kept, previous="")
    write_saved(workspace / kept.folder, kept)
    return kept


def _use_again(folder: Path) -> None:
    """Remove from the folder of images what tells that they were set aside."""
    (folder / SESSION_FILE).unlink(missing_ok=True)
    (folder / REPORT_FILE).unlink(missing_ok=True)


def _files_of(session: Session) -> set[Path]:
    """Return the folders and files that a session's values lie in."""
    places = [session.folder]
    places += [session.pending.folder] if session.pending is not None else []
    places += [session.exported.target] if session.exported is not None else []
    return {place for place in places if place is not None}


def _remove(path: Path) -> None:
    """Remove a folder beside everything else, or a file at once."""
    if path.is_dir():
        remove_later(path)
    else:
        path.unlink(missing_ok=True)
