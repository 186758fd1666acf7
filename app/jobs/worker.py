"""One process that works for this one: tasks go to it, progress and results come back."""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar, cast

from core.errors import EvensetError
from core.progress import Progress

_POLL_SECONDS = 0.2
# The work is done in one thread, so that the page keeps the other cores; and its numbers never
# depend on how many there are.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")

Argument = TypeVar("Argument")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Warmed:
    """The process has come to the end of a warm-up."""

    name: str


@dataclass(frozen=True)
class Report:
    """How far the task is."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class Response:
    """What the task's function has returned."""

    result: object


@dataclass(frozen=True)
class Refusal:
    """The words of the `EvensetError` that the task's function has raised.

    The words alone: some refusals are made from several values and cannot be unpickled.
    """

    text: str


@dataclass(frozen=True)
class Ended:
    """Nothing more will come: the process is gone."""


Message = Warmed | Report | Response | Refusal | Ended


class Worker:
    """A process that warms up and does one task after another. Keeps its pipes, and it alive.

    It ends by itself when this process does, however that ends: it sees that the pipe is closed.
    """

    def __init__(self, *warm_ups: str) -> None:
        """Start it. A warm-up is a function without arguments, as 'module:name'.

        They are done in the order given, at low priority, while no task waits.
        """
        self._cold = list(warm_ups)
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self._process = subprocess.Popen(
            # -P: a folder called `app` where the person started Evenset is not ours.
            [sys.executable, "-P", "-m", "app.jobs.worker_process", *warm_ups],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
        )
        # In a thread: a pipe cannot be waited for with a time limit on every system.
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def process_id(self) -> int:
        """Return the number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Return whether it can take tasks."""
        return self._process.poll() is None

    @property
    def cold(self) -> list[str]:
        """Return the warm-ups that are not done yet, the one under way first."""
        return list(self._cold)

    def run(
        self, function: Callable[[Argument], Result], argument: Argument, *, stage: str,
        remedy: str, progress: Progress,
    ) -> Result:  # fmt: skip
        """Return `function(argument)`; one caller at a time.

        The process ends when it has no response: `progress` raised, or the function did.

        Raises:
            EvensetError: the function raised one, or the process ended.
        """
        message: Message = Report(f"{stage}: getting ready", 0, 0)
        try:
            with _written((function, argument)) as task:
                self._send(task)
                while not isinstance(message, Response | Refusal | Ended):
                    if isinstance(message, Report):
                        progress(message.stage, message.done, message.total)
                    with suppress(Empty):
                        message = self._messages.get(timeout=_POLL_SECONDS)
        finally:
            if not isinstance(message, Response | Refusal):
                self.end()
        if isinstance(message, Refusal):
            raise EvensetError(message.text)
        if isinstance(message, Ended):
            raise EvensetError(
                f"The process that was {stage} ended early; there may be too little memory. "
                f"{remedy}"
            )
        return cast(Result, message.result)

    def end(self) -> None:
        """Kill the process and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):  # closing sends what was not sent yet
                pipe.close()

    def _send(self, task: Path) -> None:
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):  # it is gone: the listener says so
            self._process.stdin.write(f"{task}\n".encode())
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            # UnpicklingError: killed in the middle of a message.
            with suppress(EOFError, pickle.UnpicklingError):
                while True:
                    message = pickle.load(self._process.stdout)  # noqa: S301 - our own process
                    if isinstance(message, Warmed):
                        self._cold.remove(message.name)
                    else:
                        self._messages.put(message)
        finally:  # whatever it was: who waits must hear of it
            self._process.kill()
            self._process.wait()
            self._messages.put(Ended())


@contextmanager
def _written(task: object) -> Iterator[Path]:
    """Write `task` to a file that the process reads: a pipe would hold up who cancels."""
    number, name = tempfile.mkstemp(prefix="evenset_task_")
    try:
        with open(number, "wb") as file:  # noqa: PTH123 - it is open already
            pickle.dump(task, file)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
