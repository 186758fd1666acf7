"""The temporary folder of a server, and what servers that were killed have left behind."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: what a killed server leaves stays
    fcntl = None  # type: ignore[assignment]

_PREFIX, _LOCK = "evenset_", ".lock"


class RootFolder:
    """A new folder that is known to be in use for as long as its server lives."""

    def __init__(self) -> None:
        remove_leftovers(Path(tempfile.gettempdir()))
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = self.path / (_LOCK + ".new")
        self._lock = lock.open("wb")
        _take(self._lock)
        # From now on others may ask whether somebody holds it.
        lock.rename(self.path / _LOCK)

    def remove(self) -> None:
        """Remove the folder with all that it holds."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def remove_leftovers(parent: Path) -> None:
    """Remove the folders of this user's servers that ended without doing so."""
    if fcntl is None:
        return
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with (folder / _LOCK).open("rb") as lock:
                is_left = _take(lock)
        except OSError:
            continue
        if is_left:
            shutil.rmtree(folder, ignore_errors=True)


def _take(lock: IO[bytes]) -> bool:
    """Hold the lock until the file is closed, at the latest by the end of the process."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
