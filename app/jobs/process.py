"""Run a function in a process of its own: what compiles for long or cannot be cancelled.

Not `multiprocessing`: it would run Streamlit's script again in each process that it starts.
"""

import atexit
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from app.jobs.worker import Worker
from core.progress import Progress

Argument = TypeVar("Argument")
Result = TypeVar("Result")


class Standby:
    """Keeps one warm worker for whoever asks first; where it was ended, a new one warms up."""

    def __init__(self) -> None:
        self._warm_ups: tuple[str, ...] | None = None  # None: none is kept
        self._worker: Worker | None = None
        self._is_taken = False
        self._lock = threading.Lock()

    @property
    def worker(self) -> Worker | None:
        """Return the worker that is kept now."""
        return self._worker

    def open(self, *warm_ups: str) -> None:
        """Start the worker, unless that was done; it warms up in the order given."""
        with self._lock:
            if self._warm_ups is None:
                self._warm_ups = warm_ups
                self._worker = Worker(*warm_ups)

    def close(self) -> None:
        """End the worker, with what it does, and keep none any more."""
        with self._lock:
            self._warm_ups, worker, self._worker = None, self._worker, None
        if worker is not None:
            worker.end()

    @contextmanager
    def take(self, warm_up: str | None) -> Iterator[Worker]:
        """Lend a worker for one task: the one that is kept, or a fresh one that ends with it.

        The one that is kept is lent when it is free and is warm, or is on the way to `warm_up`:
        it has a lead then. A fresh process is as fast where it warms up for something else.
        """
        worker = self._take_kept(warm_up)
        if worker is not None:
            try:
                yield worker
            finally:
                self._give_back(worker)
            return
        worker = Worker()
        try:
            yield worker
        finally:
            worker.end()

    def _take_kept(self, warm_up: str | None) -> Worker | None:
        with self._lock:
            if self._warm_ups is None or self._worker is None or self._is_taken:
                return None
            if not self._worker.is_alive:
                self._worker.end()
                self._worker = Worker(*self._warm_ups)
            cold = self._worker.cold
            if cold and warm_up not in cold:
                return None
            self._is_taken = True
            return self._worker

    def _give_back(self, worker: Worker) -> None:
        with self._lock:
            self._is_taken = False
            if self._warm_ups is not None and not worker.is_alive:
                self._worker = Worker(*self._warm_ups)


STANDBY = Standby()
atexit.register(STANDBY.close)


def run_in_process(
    function: Callable[[Argument], Result],
    argument: Argument,
    *,
    stage: str,
    progress: Progress,
    warm_up: str | None = None,
    remedy: str = "Try again with fewer images.",
) -> Result:
    """Return `function(argument)`; the function of a module, all three picklable.

    Args:
        function: Given `progress` too where it takes one.
        argument: Goes through a file, so it may be large.
        stage: What the process does, as in 'drawing the map'; told until the function tells more.
        progress: Asked several times a second; raising from it ends the process at once.
        warm_up: The one among those of `STANDBY` that this work makes use of.
        remedy: What to do when the process has ended, for the message.

    Raises:
        EvensetError: the function raised one, or its process ended.
    """
    with STANDBY.take(warm_up) as worker:
        return worker.run(function, argument, stage=stage, remedy=remedy, progress=progress)
