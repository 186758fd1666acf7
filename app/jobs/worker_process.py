"""What runs in a process of its own: one task, from a file that the first argument names.

Nothing comes by standard input; its end is the end of the process.
"""

import inspect
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import BinaryIO

from app.jobs.process import Message, Refusal, Report, Response
from core.errors import EvensetError

_REPORT_SECONDS = 0.05


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


def main(task: Path) -> None:
    """Do the task, and send what came of it."""
    # What libraries print, in Python or below it, is no message.
    messages = _Messages(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    Thread(target=_end_with_the_server, args=(task,), daemon=True).start()
    _do(task, messages)


def _end_with_the_server(task: Path) -> None:
    """End the process when the one that started it has gone: nobody writes to our input."""
    # Unbuffered: a thread that holds the lock of a buffer would be in the way of a fault's exit.
    with open(0, "rb", buffering=0) as silence:
        silence.read()
    task.unlink(missing_ok=True)
    os._exit(0)


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
    main(Path(sys.argv[1]))
