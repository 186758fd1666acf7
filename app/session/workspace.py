"""One visitor: what they have made, where their files lie, and the work under way."""

import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from app.jobs.queue import AHEAD, JOBS, MAIN, SLOTS, Job, JobState, Slot
from app.session.kept_report import keep_report
from app.session.root_folder import remove_later
from app.session.session import Session
from app.session.store import (
    EMBEDDINGS_FOLDER,
    ENCODERS_FOLDER,
    SESSION_FILE,
    OtherVersion,
    SavedSession,
    kept_names,
    save_session,
)
from core.errors import OutputError
from core.storage import cannot_write

_KEPT = "The results so far are kept."
_ON_REQUEST = "The images are not embedded yet. You can embed them on Balance."
_NOT_AHEAD = "The images could not be embedded in advance."


@dataclass(frozen=True)
class _Begun:
    """A job that was started, and all that tells what it makes."""

    job: Job
    made_from: Session  # as it was when the work was put together
    of: tuple[object, ...]

    def is_like(self, other: "_Begun") -> bool:
        is_same = self.job.key == other.job.key and self.of == other.of
        return is_same and not other.made_from.differs(self.made_from, other.job.needs)


@dataclass(frozen=True)
class Ongoing:
    """Something besides jobs that goes on for a visitor, as the sidebar shows it."""

    key: str
    title: str
    share: float  # 0 to 1
    detail: str
    cancel: Callable[[], object]


class Attached:
    """What another room keeps for each visitor; `Workspace.of` makes it and gives it out."""

    @classmethod
    def of_visitor(cls, workspace: "Workspace") -> Self:  # noqa: ARG003 - for those that need it
        """Return a new one for a visitor."""
        return cls()

    def ongoing(self) -> list[Ongoing]:
        """Return what goes on in it."""
        return []

    def drop_idle(self, seconds: float) -> None:
        """Let go of what nobody has touched for so long."""


Kind = TypeVar("Kind", bound=Attached)


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
        self.changes = 0  # how often a job has ended or begun: each page sees what others did
        self.message = ""  # of the last job, until the person has read it
        self.has_started = False  # the source named on the command line was opened
        self.begun: dict[Slot, list[_Begun]] = {}  # what has begun, so that it does so once
        self.seen = time.monotonic()
        self._attached: dict[type[Attached], Attached] = {}
        self._running: dict[Slot, _Begun] = {}
        self._lock = threading.RLock()
        # Apart from that one: who makes a folder, or takes a piece of an upload, waits for nobody
        # who asks for work.
        self._place_lock = threading.Lock()
        self._attached_lock = threading.Lock()

    def of(self, kind: type[Kind]) -> Kind:
        """Return what a room keeps for this visitor."""
        with self._attached_lock:
            if kind not in self._attached:
                self._attached[kind] = kind.of_visitor(self)
            return cast(Kind, self._attached[kind])

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

    @property
    def encoders_folder(self) -> Path:
        """Return where encoders lie that were adapted to the images."""
        return self.folder / ENCODERS_FOLDER

    def start(self, job: Job, made_from: Session, *, of: tuple[object, ...] = ()) -> bool:
        """Start `job` unless its slot is taken; return whether it was started.

        Its result is put into the session as `job.puts` says, unless a value that it needs is
        another one then. A second click on the same button changes nothing, unless what it asks
        for has changed: then the job under way is stopped, and this one takes its place. A job that
        was asked to stop has no slot any more.

        Args:
            job: What to do.
            made_from: The session that its work was put together from.
            of: What else tells what it makes, beside what it needs, such as settings.
        """
        with self._lock:
            is_started = self._start(_Begun(job, made_from, of))
            if is_started:
                self.message = ""
            return is_started

    def begin(self, job: Job, made_from: Session, *, of: tuple[object, ...] = ()) -> bool:
        """Start work by itself: once, however it ends, for what it needs and what it is `of`.

        What the person has not read yet stays. What gives way begins while nothing else is there.
        """
        asked = _Begun(job, made_from, of)
        with self._lock:
            is_known = any(one.is_like(asked) for one in self.begun.get(job.slot, []))
            rivals = self.jobs() if job.slot.gives_way else [self.job_in(job.slot)]
            return not is_known and not any(rivals) and self._start(asked)

    def remember(self, job: Job, made_from: Session, *, of: tuple[object, ...] = ()) -> None:
        """Note that a job has begun: `begin` does not begin it again."""
        begun = [*self.begun.get(job.slot, []), _Begun(job, made_from, of)]
        self.begun[job.slot] = begun[-job.slot.remembered :]

    def begun_in(self, slot: Slot) -> Job | None:
        """Return the job that has begun last in `slot`, where what it needs is still the same."""
        with self._lock:
            for one in self.begun.get(slot, [])[-1:]:
                if not self.session.differs(one.made_from, one.job.needs):
                    return one.job
        return None

    def jobs(self) -> list[Job]:
        """Return the jobs under way, what the person waits for first."""
        with self._lock:
            return [job for slot in SLOTS if (job := self.job_in(slot)) is not None]

    def ongoing(self) -> list[Ongoing]:
        """Return what goes on beside jobs, such as uploads."""
        return [one for each in self._all_attached() for one in each.ongoing()]

    def has_work(self) -> bool:
        """Return whether something goes on, a job is under way, or one waits to be collected."""
        with self._lock:
            return bool(self._running or self.ongoing())

    def drop_idle(self, seconds: float) -> None:
        """Let go of what nobody has touched for so long, such as an upload that has stopped."""
        for each in self._all_attached():
            each.drop_idle(seconds)

    def job_in(self, slot: Slot) -> Job | None:
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
                if running is not None:  # else dropped: the job before it brought other images
                    self._end(running)
            self._keep(before)
            return bool(finished)

    def cancel_all(self) -> None:
        """Cancel every job: the server stops."""
        for job in self.jobs():
            if job.slot.gives_way:
                job.give_way()  # no person has cancelled it
            else:
                job.cancel()

    def put(self, before: Session, after: Session) -> None:
        """Store `after`, made from `before`, unless another page of this visitor was quicker."""
        if not self.put_if(before, after):
            self.message = (
                "Something else has changed in the meantime. Check the page, then try again."
            )

    def put_if(self, before: Session, after: Session) -> bool:
        """Store `after` where `before` is still the session; return whether it is."""
        with self._lock:
            if self.session is not before:
                return False
            self._replace(after)
            self._keep(before)
            return True

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

    def _start(self, asked: _Begun) -> bool:
        """Give its slot to a job unless another one has it; return whether it has."""
        self.collect()
        job, made_from = asked.job, asked.made_from
        taken = self._running.get(job.slot)
        if taken is not None and not taken.job.is_cancelled:
            if taken.job.key != job.key:
                self._say_busy(taken.job)
                return False
            if taken.is_like(asked):
                return False
            taken.job.cancel()
        if taken is not None:
            if taken.job.keep is not None:
                before = self.session
                self._put_kept(taken, taken.job.keep())
                self._keep(before)
                # What is kept of the work before is no change behind the back of this one.
                made_from = self.session if made_from is before else made_from
            job.after = taken.job
        if not job.slot.gives_way:
            self._stop_ahead(job)
        self._running[job.slot] = _Begun(job, made_from, asked.of)
        self.remember(job, made_from, of=asked.of)
        self.changes += 1
        JOBS.submit(job)
        return True

    def _stop_ahead(self, job: Job) -> None:
        """Stop what runs ahead: `job` comes first.

        What it still brings arrives nowhere, since that would replace what `job` works on. Where
        `job` makes the same, it waits until that has left in the cache what it has.
        """
        ahead = self._running.pop(AHEAD, None)
        if ahead is None:
            return
        ahead.job.give_way()
        self._end_ahead(ahead)
        if job.after is None and not set(job.puts).isdisjoint(ahead.job.puts):
            job.after = ahead.job

    def _may_begin_again(self, stopped: _Begun) -> None:
        """Forget that a job has begun by itself, since others came first."""
        slot = stopped.job.slot
        self.begun[slot] = [one for one in self.begun.get(slot, []) if one.job is not stopped.job]

    def _all_attached(self) -> list[Attached]:
        with self._attached_lock:
            return list(self._attached.values())

    def _end(self, running: _Begun) -> None:
        """Put what a job has brought into the session, or say why it brought nothing."""
        job = running.job
        if job.state is JobState.DONE:
            if self._is_stale(running):
                # It was asked for by a page that another one was quicker than.
                if job.slot is MAIN:
                    self.message = (
                        f"{job.title} has finished, but its input has changed since it "
                        "started. Start it again."
                    )
            else:
                self._put_result(running, job.result)
            return
        if job.slot is AHEAD:
            self._end_ahead(running)
            return
        is_kept = self._put_kept(running, job.result)
        if "embeddings" in job.puts:
            self._stay_on_request(_ON_REQUEST)
        if job.state is JobState.FAILED:
            self.message = f"{job.error} {_KEPT}" if is_kept else job.error
        else:
            rest = _KEPT if is_kept else "Nothing has changed."
            self.message = f"{job.title} was cancelled. {rest}"

    def _end_ahead(self, running: _Begun) -> None:
        """Remember why what ran ahead has ended: quietly, since nobody has asked for it."""
        job = running.job
        if job.has_given_way:
            self._may_begin_again(running)
            return
        if self._is_stale(running) or not ({"embeddings"} & {*job.puts} or "pending" in job.needs):
            return
        pending = self.session.pending
        if pending is None:
            is_failed = job.state is JobState.FAILED
            self._stay_on_request(f"{_NOT_AHEAD} {job.error}" if is_failed else _ON_REQUEST)
        elif job.is_cancelled:  # after a failure it is tried again with what was read as decided
            self._replace(self.session.put(pending=replace(pending, not_ahead=_ON_REQUEST)))

    def _stay_on_request(self, why: str) -> None:
        """Embed these images when somebody asks for it, and no more by itself."""
        if self.session.taken is not None and self.session.embeddings is None:
            self._replace(self.session.put(not_ahead=why))

    def _put_kept(self, running: _Begun, kept: object) -> bool:
        """Put what is worth keeping of stopped work into the session; return whether it was."""
        is_kept = kept is not None and not self._is_stale(running)
        if is_kept:
            self._put_result(running, kept)
        return is_kept

    def _put_result(self, running: _Begun, result: Any) -> None:  # noqa: ANN401 - of any work
        puts = running.job.puts
        values = {puts[0]: result} if len(puts) == 1 else dict(result) if puts else {}
        if unknown := sorted(values.keys() - set(puts)):
            raise TypeError(f"'{running.job.key}' does not say that it puts {unknown}.")
        self._replace(self.session.put(made_from=running.made_from, **values))

    def _is_stale(self, running: _Begun) -> bool:
        return self.session.differs(running.made_from, running.job.needs)

    def _replace(self, after: Session) -> None:
        """Take `after` as the session, and stop the work whose input it has replaced.

        That work is forgotten: what it still brings arrives nowhere.
        """
        before, self.session = self.session, after
        for slot, running in list(self._running.items()):
            needs = running.job.needs
            if after.differs(before, needs) and self._is_stale(running):
                was_cancelled = running.job.is_cancelled
                running.job.cancel()
                del self._running[slot]
                self.changes += 1
                if slot is MAIN and not was_cancelled:
                    why = "its images were replaced"
                    if after.taken is before.taken:
                        why = "what it works on has changed. Start it again"
                    stopped = f"{running.job.title} was stopped because {why}."
                    self.message = f"{self.message} {stopped}".strip()

    def _say_busy(self, job: Job) -> None:
        self.message = f"{job.title} is still running. Wait for it, or cancel it first."

    def _keep(self, before: Session) -> None:
        """Write down what there is now, and remove the files of what it has replaced."""
        session, home = self.session, self._place
        if session is before or not isinstance(home, Path):
            return
        gone = _files_of(before)
        if session.folder is not None and session.folder.parent == home:
            self._save(home, before)
            # What another version has kept has no folder that this one knows.
            if isinstance(self.saved, SavedSession):
                gone.add(home / self.saved.folder)
            self.saved = None
        for path in gone - _files_of(session):
            if path.is_relative_to(home):
                _remove(path)

    def _save(self, home: Path, before: Session) -> None:
        try:
            if self.session.evaluation is not before.evaluation:
                keep_report(home, self.session)
            save_session(home, self.session)
        except OutputError as error:
            self.message = f"Your session cannot be saved for the next start. {error}"


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
