"""Run a function in a process of its own: what cannot be cancelled, or holds much memory.

Each task has a fresh process, which ends with it; nothing stands by. Not `multiprocessing`: it
would run Streamlit's script again in each process that it starts.
"""

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


Message = Report | Response | Refusal | Ended


def run_in_process(
    function: Callable[[Argument], Result],
    argument: Argument,
    *,
    stage: str,
    progress: Progress,
    remedy: str = "Try again with fewer images.",
) -> Result:
    """Return `function(argument)`; the function of a module, all three picklable.

    Args:
        function: Given `progress` too where it takes one.
        argument: Goes through a file, so it may be large.
        stage: What the process does, as in 'drawing the map'; told until the function tells more.
        progress: Asked several times a second; raising from it ends the process at once.
        remedy: What to do when the process has ended, for the message.

    Raises:
        EvensetError: the function raised one, or its process ended.
    """
    message: Message = Report(f"{stage}: getting ready", 0, 0)
    with _written((function, argument)) as task, _started(task) as messages:
        while not isinstance(message, Response | Refusal | Ended):
            if isinstance(message, Report):
                progress(message.stage, message.done, message.total)
            with suppress(Empty):
                message = messages.get(timeout=_POLL_SECONDS)
    if isinstance(message, Refusal):
        raise EvensetError(message.text)
    if isinstance(message, Ended):
        raise EvensetError(
            f"The process that was {stage} ended early; there may be too little memory. {remedy}"
        )
    return cast(Result, message.result)


@contextmanager
def _started(task: Path) -> Iterator[SimpleQueue[Message]]:
    """Start a process that does the task, and give what it tells; it is killed at the end.

    It also ends when this process does, however that ends: it sees that its pipe is closed.
    """
    messages: SimpleQueue[Message] = SimpleQueue()
    with subprocess.Popen(
        # -P: a folder called `app` where the person started Evenset is not ours.
        [sys.executable, "-P", "-m", "app.jobs.worker_process", str(task)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **_ONE_THREAD},
    ) as process:  # fmt: skip
        # In a thread: a pipe cannot be waited for with a time limit on every system.
        listener = Thread(target=_listen, args=(process, messages), daemon=True)
        listener.start()
        try:
            yield messages
        finally:
            process.kill()
            listener.join()


def _listen(process: "subprocess.Popen[bytes]", messages: SimpleQueue[Message]) -> None:
    assert process.stdout is not None
    try:
        # UnpicklingError: killed in the middle of a message.
        with suppress(EOFError, pickle.UnpicklingError):
            while True:
                messages.put(pickle.load(process.stdout))  # noqa: S301 - our own process
    finally:  # whatever it was: who waits must hear of it
        messages.put(Ended())


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
