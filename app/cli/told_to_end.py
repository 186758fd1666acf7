"""Let the system's request to end a command raise, so that it cleans up."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Terminated(BaseException):
    """The system asks the command to end; raised where it is."""


@contextmanager
def told_to_end() -> Iterator[None]:
    """Let SIGTERM raise during the block, where this is the thread that signals reach.

    Raises:
        Terminated: the signal came.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
