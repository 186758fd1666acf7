"""A folder, a session and the jobs of each visitor, found again by a secret token."""

import re
import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from threading import Thread
from typing import Any

from app.jobs import JOBS, Job, JobState
from app.root_folder import RootFolder
from app.session import Session
from app.settings import ServerSettings
from core.embed import Embeddings

IDLE_SECONDS = 30 * 60
LOCAL_IDLE_SECONDS = 14 * 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")

Apply = Callable[[Session, Any], Session]

# What the person waits for, and the better map that comes by itself meanwhile.
MAIN, MAP = "main", "map"


@dataclass(frozen=True)
class _Running:
    job: Job
    apply: Apply


class Workspace:
    """One visitor's place. Keeps the session across reloads; the folder holds the files."""

    def __init__(self, folder: Path, token: str) -> None:
        self.token = token  # in the cookie: who has it is the visitor
        self.route_token = secrets.token_urlsafe(16)  # in addresses of pictures and downloads
        self.folder = folder
        self.session = Session()
        self.changes = 0  # how often a job has ended or begun: each page sees what others did
        self.message = ""  # of the last job, until the person has read it
        self.has_started = False  # the source named on the command line was opened
        self.mapped: Embeddings | None = None  # for these the better map was begun
        self.seen = time.monotonic()
        self._running: dict[str, _Running] = {}
        self._lock = threading.RLock()

    def start(self, job: Job, apply: Apply, *, slot: str = MAIN) -> bool:
        """Start `job` unless its slot is taken; `apply` puts its result into the session.

        Returns whether it was started.

        A second click on the same button changes nothing. A job that was asked to stop has no
        slot any more.
        """
        with self._lock:
            self.collect()
            taken = self._running.get(slot)
            if taken is None or taken.job.is_cancelled:
                job.after = taken.job if taken is not None else None
                self._running[slot] = _Running(job, apply)
                self.changes += 1
                self.message = ""
                JOBS.submit(job)
                return True
            if taken.job.key != job.key:
                self.message = (
                    f"{taken.job.title} is still running. Wait for it, or cancel it first."
                )
            return False

    def jobs(self) -> list[Job]:
        """Return the jobs under way, what the person waits for first."""
        with self._lock:
            slots = sorted(self._running.items())
            return [running.job for _, running in slots if running.job.is_active]

    def has_work(self) -> bool:
        """Return whether a job is under way, or has ended and waits to be collected."""
        with self._lock:
            return bool(self._running)

    def drop_work(self) -> None:
        """Cancel every job and forget it: what they work on is replaced."""
        with self._lock:
            for slot, running in self._running.items():
                running.job.cancel()
                if slot == MAIN:
                    self.message = f"{running.job.title} was stopped: its images were replaced."
            self.changes += len(self._running)
            self._running.clear()

    def job_in(self, slot: str) -> Job | None:
        """Return the job under way in `slot`."""
        with self._lock:
            running = self._running.get(slot)
            return running.job if running is not None and running.job.is_active else None

    def collect(self) -> bool:
        """Put results of finished jobs into the session, once; return whether there were any."""
        with self._lock:
            finished = [
                slot for slot, running in self._running.items() if not running.job.is_active
            ]
            self.changes += len(finished)
            for slot in finished:
                running = self._running.pop(slot, None)
                if running is None:  # dropped: the job collected before it brought other images
                    continue
                job = running.job
                if job.state is JobState.DONE:
                    self.session = running.apply(self.session, job.result)
                elif job.state is JobState.FAILED:
                    self.message = job.error
                else:
                    self.message = f"{job.title} was cancelled. What you had is unchanged."
            return bool(finished)

    def cancel_all(self) -> None:
        """Cancel every job: what they work on is about to be replaced."""
        for job in self.jobs():
            job.cancel()

    def put(self, before: Session, after: Session) -> None:
        """Store `after`, made from `before`, unless another page of this visitor was quicker."""
        with self._lock:
            if self.session is before:
                self.session = after
            else:
                self.message = "Something else has changed meanwhile. Look again, then repeat it."

    def new_folder(self, name: str) -> Path:
        """Return a new, empty folder of the workspace."""
        return Path(tempfile.mkdtemp(prefix=f"{name}_", dir=self.folder))


def remove_later(folder: Path) -> None:
    """Remove a folder without keeping anybody waiting: it may hold many thousand files."""
    Thread(target=rmtree, args=(folder,), kwargs={"ignore_errors": True}, daemon=True).start()


class Workspaces:
    """All visitors of this server."""

    def __init__(self) -> None:
        self.settings = ServerSettings()
        self._root: RootFolder | None = None
        self._by_token: dict[str, Workspace] = {}
        self._lock = threading.Lock()

    def of_visitor(self, token: str | None) -> Workspace:
        """Return the workspace that `token` opens, or a new one."""
        with self._lock:
            self._sweep()
            found = self._by_token.get(token or "")
            if found is None:
                if self._root is None:
                    self._root = RootFolder()
                if token is None or not _TOKEN.fullmatch(token):
                    token = secrets.token_urlsafe(16)
                found = Workspace(Path(tempfile.mkdtemp(dir=self._root.path)), token)
                self._by_token[token] = found
            found.seen = time.monotonic()
            return found

    def of_route(self, token: str) -> Workspace | None:
        """Return the workspace whose pictures and downloads `token` opens."""
        with self._lock:
            for workspace in self._by_token.values():
                if secrets.compare_digest(workspace.route_token.encode(), token.encode()):
                    return workspace
        return None

    def close(self) -> None:
        """Stop all work and remove all files."""
        with self._lock:
            for workspace in self._by_token.values():
                workspace.cancel_all()
            self._by_token.clear()
            if self._root is not None:
                self._root.remove()
                self._root = None

    def _sweep(self) -> None:
        """Remove the workspaces of visitors who are long gone and have no work under way."""
        idle = LOCAL_IDLE_SECONDS if self.settings.is_local else IDLE_SECONDS
        for token, workspace in list(self._by_token.items()):
            if not workspace.jobs() and time.monotonic() - workspace.seen > idle:
                del self._by_token[token]
                remove_later(workspace.folder)


WORKSPACES = Workspaces()
