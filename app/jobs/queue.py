"""Long work in the background: one queue for all visitors, with progress and cancel."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.errors import CancelledError, EvensetError
from core.progress import Progress

_LOG = logging.getLogger(__name__)
_POLL_SECONDS = 0.05


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Slot:
    """A place for one job of a visitor at a time."""

    name: str
    remembered: int = 1  # of its jobs that began by themselves: none of them begins again
    gives_way: bool = False  # its jobs run while no other job is there, and stop for one


# What the person waits for is first; what comes by itself meanwhile follows.
MAIN = Slot("main")
MAP = Slot("map")
RISKS = Slot("risks")
QUALITY = Slot("quality")
PLACING = Slot("placing", remembered=4)  # two sets of points, on two maps each
BESIDE = Slot("beside")
CLUSTERS = Slot("clusters")
SAMPLES = Slot("samples")
AHEAD = Slot("ahead", remembered=4, gives_way=True)  # what nobody waits for yet, piece by piece
SLOTS = (MAIN, MAP, RISKS, QUALITY, PLACING, BESIDE, CLUSTERS, SAMPLES, AHEAD)


@dataclass(eq=False)
class Job:
    """One piece of long work. Its thread writes the state; pages read it.

    Names of values are those of a session: `app.session.session` declares them.
    """

    key: str  # what it makes: two clicks on one button start one job
    title: str
    work: Callable[[Progress], Any]
    needs: tuple[str, ...] = ()  # values that it works on: once one is another, it is for nothing
    puts: tuple[str, ...] = ()  # what the result is: a value, or of several a mapping of some
    slot: Slot = MAIN
    state: JobState = JobState.QUEUED
    stage: str = ""
    done: int = 0
    total: int = 0
    result: Any = None
    error: str = ""
    stage_began: float = field(default_factory=time.monotonic)
    after: "Job | None" = None  # a cancelled one whose place this one takes, once it has stopped
    instead: Callable[[], None] | None = None  # done in place of work that was cancelled unbegun
    so_far: object = None  # what the work tells before it is done; pages read it
    keep: Callable[[], Any] | None = None  # gives the result of work that was stopped, or None
    must_give_way: Callable[[], bool] | None = None  # asked by one that does; the queue sets it
    has_given_way: bool = False  # nobody has cancelled it: others came first
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_active(self) -> bool:
        """Return whether it waits or runs."""
        return self.state in {JobState.QUEUED, JobState.RUNNING}

    @property
    def is_cancelled(self) -> bool:
        """Return whether it was asked to stop; it may still do its last piece."""
        return self._cancelled.is_set()

    @property
    def share(self) -> float | None:
        """Return how much of the stage is done, 0 to 1, or None when that is unknown."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """Return the time left of this stage at its pace so far, or None when it is too early."""
        elapsed = time.monotonic() - self.stage_began
        if not self.total or self.done == 0 or elapsed < 1:
            return None
        return elapsed * (self.total - self.done) / self.done

    def cancel(self) -> None:
        """Ask the work to stop; it does at its next report of progress."""
        with self._lock:
            self.has_given_way = False
            self._ask_to_stop()

    def give_way(self) -> None:
        """Stop for other work; who began it may begin it again afterwards."""
        with self._lock:
            if not self.is_cancelled:
                self.has_given_way = True
                self._ask_to_stop()

    def report(self, stage: str, done: int, total: int) -> None:
        """Take progress from the work, and stop it when that was asked for."""
        if self.must_give_way is not None and self.must_give_way():
            self.give_way()
        if self._cancelled.is_set():
            raise CancelledError("Cancelled.")
        if stage != self.stage:
            self.stage, self.stage_began = stage, time.monotonic()
        self.done, self.total = done, total

    def run(self) -> None:
        """Do the work in the calling thread."""
        while self.state is JobState.QUEUED and self._must_wait():
            time.sleep(_POLL_SECONDS)
        self.after = None
        with self._lock:
            is_wanted = self.state is JobState.QUEUED
            if is_wanted:
                self.state, self.stage_began = JobState.RUNNING, time.monotonic()
        if not is_wanted:
            if self.instead is not None:
                self.instead()
            return
        try:
            self.result = self.work(self.report)
            self.state = JobState.DONE
        except CancelledError:
            self._stop(JobState.CANCELLED)
        except EvensetError as error:
            self.error = str(error)
            self._stop(JobState.FAILED)
        except MemoryError:
            self.error = (
                f"There is not enough memory for '{self.title}'. "
                "Choose fewer images on Load and try again."
            )
            self._stop(JobState.FAILED)
        except Exception:  # noqa: BLE001
            # The last line of defence: the person gets a sentence, the terminal the traceback.
            _LOG.exception("Job '%s' failed", self.title)
            self.error = (
                f"'{self.title}' stopped because of an error in Evenset. Your work is not lost. "
                "The details are in the terminal that runs Evenset."
            )
            self._stop(JobState.FAILED)

    def _ask_to_stop(self) -> None:
        self._cancelled.set()
        if self.state is JobState.QUEUED:
            self.state = JobState.CANCELLED

    def _must_wait(self) -> bool:
        if self.after is not None and self.after.is_active:
            return True  # both would write to the same places
        return self.must_give_way is not None and self.must_give_way()

    def _stop(self, state: JobState) -> None:
        """Keep what is worth it, then say that there is no more to come."""
        self.result = self.keep() if self.keep is not None else None
        self.state = state


class JobQueue:
    """Runs a few jobs at a time; the others wait in order of arrival.

    Those that give way have a thread of their own, one after the other: they take no place of
    the others, and run only while there are none.
    """

    def __init__(self, workers: int = 2) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="job")
        self._spare = ThreadPoolExecutor(1, thread_name_prefix="spare")
        self._waiting: list[Job] = []  # and running
        self._lock = threading.Lock()

    def use_workers(self, count: int) -> None:
        """Run so many jobs at a time from now on; called before the first one is given."""
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="job")

    def submit(self, job: Job) -> None:
        """Run `job` when a worker is free."""
        with self._lock:
            self._waiting.append(job)
        if job.slot.gives_way:
            job.must_give_way = self._has_others
            self._spare.submit(self._run, job)
        else:
            self._pool.submit(self._run, job)

    def position(self, job: Job) -> int:
        """Return how many queued jobs stand before `job`."""
        with self._lock:
            waiting = [
                other
                for other in self._waiting
                if other.state is JobState.QUEUED and other.slot.gives_way == job.slot.gives_way
            ]
        return waiting.index(job) if job in waiting else 0

    def _has_others(self) -> bool:
        """Return whether there is a job, running or waiting, that gives way to none."""
        with self._lock:
            return any(job.is_active and not job.slot.gives_way for job in self._waiting)

    def _run(self, job: Job) -> None:
        job.run()
        with self._lock:
            self._waiting.remove(job)


JOBS = JobQueue()
