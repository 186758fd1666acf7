"""One visitor: what they have made, where their files lie, and the work under way."""

import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.jobs.queue import JOBS, Job, JobState
from app.map.scene import Scenes
from app.session.kept_report import keep_report
from app.session.root_folder import remove_later
from app.session.session import Session
from app.session.store import (
    EMBEDDINGS_FOLDER,
    SESSION_FILE,
    OtherVersion,
    SavedSession,
    kept_names,
    save_session,
)
from app.upload.uploads import Uploads
from core.errors import OutputError
from core.storage import cannot_write

Apply = Callable[[Session, Any], Session]

# What the person waits for, and the better map that comes by itself meanwhile.
MAIN, MAP, RISKS, QUALITY = "main", "map", "risks", "quality"
PLACING, BESIDE, CLUSTERS = "placing", "beside", "clusters"

_KEPT = "The results so far are kept."


@dataclass(frozen=True)
class _Running:
    job: Job
    apply: Apply


class Workspace:
    """One visitor's place. Keeps the session across reloads; the folder holds the files."""

    def __init__(
        self, folder: Path | Callable[[], Path], token: str, *, vectors: Path | None = None
    ) -> None:
        self.token = token  # in the cookie: who has it is the visitor
        self.route_token = secrets.token_urlsafe(16)  # in addresses of pictures and downloads
        self._place = folder  # a function makes it when it is needed: who only looks leaves nothing
        self._vectors = vectors  # a place that a person's workspaces share
        self.session = Session()
        # Of an earlier server, until something replaces it.
        self.saved: SavedSession | OtherVersion | None = None
        self.uploads = Uploads(self.new_folder)
        self.scenes = Scenes()  # the maps that pages of this visitor show
        self.changes = 0  # how often a job has ended or begun: each page sees what others did
        self.message = ""  # of the last job, until the person has read it
        self.has_started = False  # the source named on the command line was opened
        self.begun: dict[str, object] = {}  # slot -> what its work was begun for, last
        self.seen = time.monotonic()
        self._running: dict[str, _Running] = {}
        self._lock = threading.RLock()
        # Apart from the other: who makes a folder waits for nobody who asks for work.
        self._place_lock = threading.Lock()

    @property
    def has_folder(self) -> bool:
        """Return whether files were needed so far."""
        return isinstance(self._place, Path)

    @property
    def folder(self) -> Path:
        """Return the folder, made when it is asked for the first time.

        Raises:
            LimitError: as many visitors as may be have one.
            OutputError: it cannot be made.
        """
        with self._place_lock:
            if not isinstance(self._place, Path):
                self._place = self._place()
            return self._place

    @property
    def vectors_folder(self) -> Path:
        """Return where vectors of images are kept by their content."""
        return self._vectors or self.folder / EMBEDDINGS_FOLDER

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
                if taken is not None and taken.job.keep is not None:
                    before = self.session
                    self._put_kept(taken, taken.job.keep())
                    self._keep(before)
                job.after = taken.job if taken is not None else None
                self._running[slot] = _Running(job, apply)
                self.changes += 1
                self.message = ""
                JOBS.submit(job)
                return True
            if taken.job.key != job.key:
                self._say_busy(taken.job)
            return False

    def jobs(self) -> list[Job]:
        """Return the jobs under way, what the person waits for first."""
        with self._lock:
            slots = sorted(self._running.items())
            return [running.job for _, running in slots if running.job.is_active]

    def has_work(self) -> bool:
        """Return whether files arrive, a job is under way, or one waits to be collected."""
        with self._lock:
            return bool(self._running or self.uploads.active())

    def drop_work(self) -> None:
        """Cancel every job and forget it: what they work on is replaced."""
        with self._lock:
            for slot, running in self._running.items():
                running.job.cancel()
                if slot == MAIN:
                    self.message = (
                        f"{running.job.title} was stopped because its images were replaced."
                    )
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
            before = self.session
            for slot in finished:
                running = self._running.pop(slot, None)
                if running is None:  # dropped: the job collected before it brought other images
                    continue
                job = running.job
                if job.state is JobState.DONE:
                    applied = running.apply(self.session, job.result)
                    if applied is self.session and slot == MAIN:
                        self.message = (
                            f"{job.title} has finished, but its input has changed since it "
                            "started. Start it again."
                        )
                    self.session = applied
                    continue
                is_kept = self._put_kept(running, job.result)
                if job.state is JobState.FAILED:
                    self.message = f"{job.error} {_KEPT}" if is_kept else job.error
                else:
                    rest = _KEPT if is_kept else "Nothing has changed."
                    self.message = f"{job.title} was cancelled. {rest}"
            self._keep(before)
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
                self._keep(before)
            else:
                self.message = (
                    "Something else has changed in the meantime. Check the page, then try again."
                )

    def new_folder(self, name: str) -> Path:
        """Return a new, empty folder of the workspace.

        Raises:
            LimitError: as many visitors as may be have files already.
            OutputError: it cannot be made.
        """
        folder = self.folder
        try:
            return Path(tempfile.mkdtemp(prefix=f"{name}_", dir=folder))
        except OSError as error:
            raise OutputError(cannot_write(folder, error)) from error

    def drop_saved(self) -> None:
        """Remove what an earlier server has left to go on with."""
        with self._lock:
            job = self.job_in(MAIN)
            if job is not None:
                self._say_busy(job)
                return
            saved, self.saved = self.saved, None
            if saved is None:
                return
            # First what makes the rest real: half of it is never offered.
            with suppress(OSError):
                (self.folder / SESSION_FILE).unlink()
            for name in kept_names(saved) - {SESSION_FILE}:
                remove_later(self.folder / name)

    def _saved_folder(self, home: Path) -> Path | None:
        # What another version has kept has no folder that this one knows.
        return home / self.saved.folder if isinstance(self.saved, SavedSession) else None

    def _put_kept(self, running: _Running, kept: object) -> bool:
        """Put what is worth keeping of stopped work into the session; return whether it was."""
        before = self.session
        if kept is not None:
            self.session = running.apply(before, kept)
        return self.session is not before

    def _say_busy(self, job: Job) -> None:
        self.message = f"{job.title} is still running. Wait for it, or cancel it first."

    def _keep(self, before: Session) -> None:
        """Write down what there is now, and remove the images that it has replaced."""
        session, home = self.session, self._place
        if session is before or session.dataset is None or session.folder is None:
            return
        if session.folder.parent != home:
            return
        try:
            if session.evaluation is not before.evaluation:
                keep_report(home, session)
            save_session(home, session)
        except OutputError as error:
            self.message = f"Your session cannot be saved for the next start. {error}"
        replaced = {before.folder, self._saved_folder(home)}
        self.saved = None
        for folder in replaced - {session.folder}:
            if folder is not None:
                remove_later(folder)
