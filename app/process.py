"""Run a function in a process of its own: what compiles for long or cannot be cancelled.

Not `multiprocessing`: it would run Streamlit's script anew in each process that it starts.
"""

import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import TypeVar, cast

from core.errors import EvensetError
from core.progress import Progress

_POLL_SECONDS = 0.2

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def run_in_process(
    function: Callable[[Argument], Result], argument: Argument, *, stage: str, progress: Progress
) -> Result:
    """Return `function(argument)`; the function of a module, all three picklable.

    `progress` is asked several times a second; raising from it ends the process at once.

    Raises:
        EvensetError: the function raised one, or its process died.
    """
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer:
        pickle.dump((function, argument), question)
        question.seek(0)
        # -P: a folder called `app` where the person started Evenset is not ours.
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "app.process"], stdin=question, stdout=answer
        ) as process:
            try:
                while not _has_ended(process):
                    progress(stage, 0, 0)
            finally:
                process.kill()
        if process.returncode != 0:
            raise EvensetError(
                f"The work ({stage}) ended before it was done; there may be too little memory. "
                "Try again with fewer images."
            )
        answer.seek(0)
        result = pickle.load(answer)  # noqa: S301 - written by our own process, in no one's reach
    if isinstance(result, EvensetError):
        raise result
    return cast(Result, result)


def _has_ended(process: "subprocess.Popen[bytes]") -> bool:
    try:
        process.wait(_POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _answer() -> None:
    """Read a function and its argument from standard input, write the result to the output."""
    output, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no part of the result
    function, argument = pickle.load(sys.stdin.buffer)  # noqa: S301
    try:
        result = function(argument)
    except EvensetError as error:
        # Its text alone: some refusals are made from several values and cannot be unpickled.
        result = EvensetError(str(error))
    pickle.dump(result, output.buffer)
    output.flush()


if __name__ == "__main__":
    _answer()
