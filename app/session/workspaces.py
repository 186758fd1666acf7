"""All visitors of a server: who is who by a secret token, and whose files go when."""

import logging
import re
import secrets
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread

from app.session.root_folder import HeldFolder, RootFolder, folder_name
from app.session.store import CACHES, OtherVersion, SavedSession, kept_names, read_saved
from app.session.workspace import Workspace
from app.settings import ServerSettings, default_cache, default_root
from core.errors import LimitError, OutputError
from core.words import count_of

TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")
_LOG = logging.getLogger(__name__)
_TIDY_SECONDS = 60
_LOOKING_SECONDS = 3600  # a visitor without files is forgotten after this time
_STOP_SECONDS = 5


def new_token() -> str:
    """Return a secret of 128 bits."""
    return secrets.token_urlsafe(16)


class Workspaces:
    """All visitors of this server. Keeps their workspaces, and sweeps those that are left."""

    def __init__(self) -> None:
        self.settings = ServerSettings()
        self._root: RootFolder | None = None
        self._by_token: dict[str, Workspace] = {}
        self._held: dict[str, HeldFolder] = {}  # by the token of the workspace
        self._lock = threading.RLock()
        # Guards `_root` and `_held`. Who has it asks no workspace: one may be waiting for it.
        self._folders_lock = threading.RLock()
        self._tidy_lock = threading.Lock()  # who has it holds folders for a moment
        self._closed = threading.Event()

    def open(self) -> None:
        """Find the place for files now, so that a wrong one is refused at the start.

        Raises:
            OutputError: the folder that was named cannot be used.
        """
        self._open_root()

    def of_visitor(self, token: str | None) -> Workspace:
        """Return the workspace that `token` opens, or a new one.

        Raises:
            LimitError: as many as may be have files already.
        """
        with self._lock:
            self._sweep()
            found = self._by_token.get(token or "") or self._enter(token)
            found.seen = time.monotonic()
            return found

    def of_route(self, token: str) -> Workspace | None:
        """Return the workspace whose pictures and downloads `token` opens."""
        with self._lock:
            for workspace in self._by_token.values():
                if secrets.compare_digest(workspace.route_token.encode(), token.encode()):
                    return workspace
        return None

    def tidy(self) -> None:
        """Remove what nobody uses any more; a thread does so every minute."""
        with self._lock:
            live = set(self._by_token.values())
        for workspace in live:
            workspace.collect()  # so that a result is written down though nobody looks
            workspace.drop_idle(self.settings.idle_minutes * 60)
        with self._lock:
            for workspace in live:
                was_seen = time.monotonic() - workspace.seen < 2 * _TIDY_SECONDS
                held = self._held.get(workspace.token)
                if held is not None and (was_seen or workspace.has_work()):
                    held.touch()
            self._sweep()
        with self._folders_lock:
            root, used = self._root, {held.path.name for held in self._held.values()}
        if root is not None:
            with self._tidy_lock:
                for held in root.unused(used):
                    self._clean(held)
                    held.release()
            root.remove_rest()

    def close(self) -> None:
        """Stop all work; remove all files, save what a lasting folder keeps of finished work."""
        with self._lock, self._folders_lock:
            self._closed.set()
            self._closed = threading.Event()
            live = set(self._by_token.values())
            for workspace in live:
                workspace.cancel_all()
            # What still writes would bring a folder back that is removed here.
            end = time.monotonic() + _STOP_SECONDS
            while any(workspace.jobs() for workspace in live) and time.monotonic() < end:
                time.sleep(0.05)
            for workspace in live:
                workspace.collect()
            self._by_token.clear()
            for held in self._held.values():
                self._clean(held)
                held.release()
            self._held.clear()
            if self._root is not None:
                self._root.close()
                self._root = None

    def _open_root(self) -> RootFolder:
        with self._folders_lock:
            if self._root is None:
                self._root = self._find_root()
                Thread(target=self._watch, args=(self._closed,), daemon=True).start()
            return self._root

    def _find_root(self) -> RootFolder:
        if self.settings.root is not None or not self.settings.is_local:
            return RootFolder(self.settings.root)
        try:
            return RootFolder(default_root())
        except (OutputError, RuntimeError) as error:  # RuntimeError: nobody knows whose home it is
            _LOG.warning("%s Until then, your work is lost when the server stops.", error)
            return RootFolder()

    def _watch(self, closed: threading.Event) -> None:
        while not closed.is_set():
            try:
                self.tidy()
            except Exception:  # noqa: BLE001
                # Tidying goes on in a minute, whatever was in its way.
                _LOG.exception("The workspaces could not be tidied")
            closed.wait(_TIDY_SECONDS)

    def _enter(self, token: str | None) -> Workspace:
        """Return a workspace for somebody who has none in this server."""
        self._check_room()
        root = self._open_root()
        asked = token if token is not None and TOKEN.fullmatch(token) else None
        own = asked or new_token()
        workspace = Workspace(partial(self._make_folder, own), own, vectors=self._vectors())
        if asked is not None and root.has(folder_name(asked)):
            with self._tidy_lock:  # else it may seem to be in use
                held = root.hold(folder_name(asked))
            if held is None:  # another server is at work in it
                own = new_token()
                workspace = Workspace(partial(self._make_folder, own), own, vectors=self._vectors())
            else:
                saved = self._clean(held)
                if saved is not None:
                    held.remove_partials(CACHES)
                    held.touch()
                    with self._folders_lock:
                        self._held[own] = held
                    workspace = Workspace(held.path, own, vectors=self._vectors())
                    workspace.saved = saved
        self._by_token[own] = workspace
        if asked is not None:
            self._by_token[asked] = workspace  # a reload comes with the same cookie
        return workspace

    def _vectors(self) -> Path | None:
        """Return the place for vectors on a person's own computer; elsewhere each has their own."""
        if not self.settings.is_local:
            return None
        with suppress(RuntimeError):  # nobody knows whose home it is
            return default_cache()
        return None

    def _make_folder(self, token: str) -> Path:
        with self._folders_lock:
            self._check_room()
            held = self._open_root().hold(folder_name(token))
            if held is None:
                raise OutputError("Another Evenset is using your session. Close that one first.")
            self._held[token] = held
            return held.path

    def _clean(self, held: HeldFolder) -> SavedSession | OtherVersion | None:
        """Remove what was broken off, and all where nothing can be resumed."""
        saved = read_saved(held.path)
        if saved is None or held.idle_seconds > self.settings.keep_seconds:
            held.remove()
            return None
        held.clean(kept_names(saved))
        return saved

    def _check_room(self) -> None:
        """Refuse one more visitor where as many as may be have files already."""
        most = self.settings.workspaces
        with self._folders_lock:
            if len(self._held) < most:
                return
        raise LimitError(
            f"Evenset is full: it serves {count_of(most, 'visitor')} at a time. Try again later, "
            "or raise the limit with 'evenset serve --max-visitors'."
        )

    def _sweep(self) -> None:
        """Remove the workspaces of visitors who are long gone and have no work under way."""
        for workspace in set(self._by_token.values()):
            idle = time.monotonic() - workspace.seen
            # Who has no files loses nothing, and is let in again under the same token.
            longest = self.settings.keep_seconds if workspace.has_folder else _LOOKING_SECONDS
            if idle > longest and not workspace.has_work():
                self._forget(workspace)

    def _forget(self, workspace: Workspace) -> None:
        for token in [key for key, found in self._by_token.items() if found is workspace]:
            del self._by_token[token]
        with self._folders_lock:
            held = self._held.pop(workspace.token, None)
        if held is not None:
            held.remove()


WORKSPACES = Workspaces()
