"""Where the visitors' folders lie, which server uses which, and what killed servers left behind."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, suppress
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import IO, TypeVar

from core.errors import OutputError
from core.progress import Progress
from core.storage import cannot_write, has_name, take_lock

Result = TypeVar("Result")

# On Windows a file that is open cannot be removed: what a killed server leaves stays there.
_REMOVES_OPEN_FILES = os.name != "nt"
_PREFIX, _LOCK, _REMOVED = "evenset_", ".lock", "removed_"
_NAME_BYTES = 16
_ATTEMPTS, _PAUSE_SECONDS = 10, 0.05
_BEGIN_SECONDS = 60  # after which a folder without a lock is nobody's


def folder_name(token: str) -> str:
    """Return the name of a visitor's folder: who reads it does not learn the token."""
    return blake2b(token.encode(), digest_size=_NAME_BYTES).hexdigest()


def remove_later(folder: Path) -> None:
    """Remove a folder: its name at once, its many thousand files without keeping anybody waiting.

    Half a folder never has the real name: whoever ends the process leaves a name that says so.
    """
    gone = folder.with_name(f"{_REMOVED}{token_hex(8)}")
    with suppress(OSError):  # it is not there, or Windows has a file of it open
        folder = folder.rename(gone)
    threading.Thread(target=shutil.rmtree, args=(folder, True), daemon=True).start()


def fill_folder(folder: Path, work: Callable[[Progress], Result], progress: Progress) -> Result:
    """Return what `work` makes in `folder`, which goes where that does not come to an end."""
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        result = work(progress)
        undo.pop_all()
    return result


class HeldFolder:
    """A visitor's folder that no other server uses until it is let go."""

    def __init__(self, path: Path, lock: IO[bytes]) -> None:
        self.path = path
        self._lock = lock

    @property
    def idle_seconds(self) -> float:
        """Return the seconds since a server said last that the folder is in use."""
        with suppress(OSError):
            return max(0.0, time.time() - (self.path / _LOCK).stat().st_mtime)
        return 0.0

    def touch(self) -> None:
        """Say that the folder is in use."""
        with suppress(OSError):
            os.utime(self.path / _LOCK)

    def clean(self, keep: Collection[str]) -> None:
        """Remove what is not named: half a dataset, an upload that was broken off."""
        for entry in list(self.path.iterdir()):
            if entry.name == _LOCK or entry.name in keep:
                continue
            if entry.is_dir() and not entry.is_symlink():
                remove_later(entry)
            else:
                with suppress(OSError):
                    entry.unlink()

    def remove_partials(self, names: Collection[str]) -> None:
        """Remove what a killed server had begun to write in these folders; nobody writes there."""
        for name in names:
            for path in (self.path / name).rglob(".*.partial"):
                with suppress(OSError):
                    path.unlink()

    def release(self) -> None:
        """Let go of the folder; its files stay."""
        self._lock.close()

    def remove(self) -> None:
        """Remove the folder with all that it holds."""
        remove_later(self.path)
        self._lock.close()


class RootFolder:
    """The folder of all visitors' folders.

    One that was named is kept, and only folders of visitors are touched in it. Without a name it
    is a new one, known to be in use for as long as its server lives.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock: IO[bytes] | None = None
        if path is not None:
            self.path = path
            _make_private(path)
            return
        remove_leftovers(Path(tempfile.gettempdir()))
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = self.path / (_LOCK + ".new")
        self._lock = lock.open("wb")
        take_lock(self._lock)
        # From now on others may ask whether somebody holds it.
        lock.rename(self.path / _LOCK)

    def has(self, name: str) -> bool:
        """Return whether there is a folder of this name."""
        return (self.path / name).is_dir()

    def hold(self, name: str) -> HeldFolder | None:
        """Return the folder `name`, made where it is missing; None while another server uses it.

        Raises:
            OutputError: it cannot be made.
        """
        path = self.path / name
        for attempt in range(_ATTEMPTS):
            try:
                path.mkdir(mode=0o700, exist_ok=True)
                lock = (path / _LOCK).open("ab")
            except FileNotFoundError:  # somebody removes it right now
                time.sleep(_PAUSE_SECONDS)
                continue
            except OSError as error:
                raise OutputError(cannot_write(path, error)) from error
            if take_lock(lock) and has_name(lock, path / _LOCK):
                return HeldFolder(path, lock)
            lock.close()
            if attempt + 1 < _ATTEMPTS:  # another server may only be looking whether it is in use
                time.sleep(_PAUSE_SECONDS)
        return None

    def unused(self, used: Collection[str]) -> Iterator[HeldFolder]:
        """Yield the visitors' folders that are not in `used` and that no other server holds.

        The caller lets go of each.
        """
        if not _REMOVES_OPEN_FILES:
            return
        for path in _folders(self.path):
            if len(path.name) == 2 * _NAME_BYTES and _is_hex(path.name):
                held = None if path.name in used else _hold_if_free(path)
                if held is not None:
                    yield held

    def remove_rest(self) -> None:
        """Finish removals that were broken off, or that are under way."""
        for path in _folders(self.path):
            if path.name.startswith(_REMOVED) and _is_hex(path.name.removeprefix(_REMOVED)):
                shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Remove a temporary folder with all that it holds; a named one stays."""
        self.remove_rest()
        if self._lock is not None:
            with suppress(FileNotFoundError):  # gone before this was broken off
                _remove_lock_last(self.path)
            self._lock.close()
            shutil.rmtree(self.path, ignore_errors=True)


def remove_leftovers(parent: Path) -> None:
    """Remove the temporary folders of this user's processes that ended without doing so."""
    if not _REMOVES_OPEN_FILES:
        return
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            if not (folder / _LOCK).exists():
                _remove_unbegun(folder)
                continue
            with (folder / _LOCK).open("rb") as lock:
                if take_lock(lock):
                    _remove_lock_last(folder)
        except OSError:
            continue


def _remove_lock_last(folder: Path) -> None:
    """Remove a folder so that what a kill leaves of it is still known to be nobody's."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name != _LOCK:
            entry.unlink(missing_ok=True)
    if _REMOVES_OPEN_FILES:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_unbegun(folder: Path) -> None:
    """Remove a folder whose process was killed before it had locked it; never one with content."""
    if time.time() - folder.stat().st_mtime > _BEGIN_SECONDS:
        (folder / (_LOCK + ".new")).unlink(missing_ok=True)
        folder.rmdir()


def _folders(path: Path) -> list[Path]:
    try:
        places = sorted(path.iterdir())
    except OSError:  # removed while it was looked at
        return []
    return [place for place in places if place.is_dir() and not place.is_symlink()]


def _make_private(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass  # a folder that is there may still refuse to hold anything
    except OSError as error:
        raise OutputError(
            f"Cannot keep workspaces in '{path}': {error.strerror}. "
            "Name another folder with --workspaces."
        ) from error


def _hold_if_free(path: Path) -> HeldFolder | None:
    try:
        lock = (path / _LOCK).open("rb")
    except OSError:
        # Without a lock it is not ours, or its server was killed before it made one.
        with suppress(OSError):
            path.rmdir()
        return None
    if take_lock(lock) and has_name(lock, path / _LOCK):
        return HeldFolder(path, lock)
    lock.close()
    return None


def _is_hex(text: str) -> bool:
    return bool(text) and set(text) <= set("0123456789abcdef")
