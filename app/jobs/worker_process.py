"""What runs in the process of a `Worker`: warm-ups while nobody asks, and the tasks.

Each line of standard input names the file of a task. Its end is the end of the process.
"""

import importlib
import inspect
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import BinaryIO

from app.jobs.worker import Message, Refusal, Report, Response, Warmed
from core.errors import EvensetError

_REPORT_SECONDS = 0.05
_NICENESS = 10


class _Messages:
    """The way back. Keeps when the last report went, since units may be many."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._stage, self._told = "", 0.0

    def send(self, message: Message) -> None:
        """Write `message`; end the process where nobody reads it any more."""
        try:
            pickle.dump(message, self._pipe)
            self._pipe.flush()
        except BrokenPipeError:
            os._exit(0)

    def report(self, stage: str, done: int, total: int) -> None:
        """Take progress from a task, and pass on what a person can follow."""
        now = time.monotonic()
        if stage != self._stage or done == total or now - self._told > _REPORT_SECONDS:
            self._stage, self._told = stage, now
            self.send(Report(stage, done, total))


def main(warm_ups: list[str]) -> None:
    """Do tasks as they come, and warm up while there is none."""
    # What libraries print, in Python or below it, is no message.
    messages = _Messages(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    tasks: SimpleQueue[Path] = SimpleQueue()
    Thread(target=_listen, args=(tasks,), daemon=True).start()
    while True:
        if warm_ups and tasks.empty():
            name = warm_ups.pop(0)
            # On Linux each thread has a priority of its own: what a person waits for keeps theirs.
            thread = Thread(target=_warm_up, args=(name,))
            thread.start()
            thread.join()
            messages.send(Warmed(name))
        else:
            _do(tasks.get(), messages)


def _listen(tasks: "SimpleQueue[Path]") -> None:
    """Put what is asked for into `tasks`; end the process with the one that asks."""
    given: list[Path] = []
    # Unbuffered: a thread that holds the lock of a buffer would be in the way of a fault's exit.
    with open(0, "rb", buffering=0) as lines:
        for line in lines:
            given.append(Path(os.fsdecode(line.rstrip(b"\n"))))
            tasks.put(given[-1])
    for task in given:
        task.unlink(missing_ok=True)
    os._exit(0)


def _warm_up(name: str) -> None:
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    module, function = name.split(":")
    getattr(importlib.import_module(module), function)()


def _do(task: Path, messages: _Messages) -> None:
    with task.open("rb") as file:
        function, argument = pickle.load(file)  # noqa: S301 - written by who started us
    task.unlink(missing_ok=True)
    try:
        if _takes_progress(function):
            result = function(argument, progress=messages.report)
        else:
            result = function(argument)
    except EvensetError as error:
        messages.send(Refusal(str(error)))
    else:
        messages.send(Response(result))


def _takes_progress(function: Callable[..., object]) -> bool:
    try:
        return "progress" in inspect.signature(function).parameters
    except ValueError:  # some functions written in C do not say what they take
        return False


if __name__ == "__main__":
    main(sys.argv[1:])
