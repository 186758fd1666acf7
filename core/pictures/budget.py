"""How much memory pictures may take at one time, in all threads of the process together."""

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Condition, local

from core.limits import PICTURE_BYTES

_LARGE_FILE_BYTES = 1 << 24
_MOST_BYTES_PER_PIXEL = 24  # that any way to decode needs


class Budget:
    """Bytes that are shared out in the order in which they are asked for.

    What is larger than all of it goes alone. A thread that holds a share already gets the next one
    at once: if it waited, two such threads could wait for each other for ever.
    """

    def __init__(self, total_bytes: int) -> None:
        self.total_bytes = total_bytes
        self._taken = 0
        self._waiting: deque[object] = deque()
        self._changed = Condition()
        self._of_thread = local()

    @contextmanager
    def share(self, count: int) -> Iterator[None]:
        """Hold `count` bytes until the block ends; wait for them first where others hold too many.

        A share must not be held while waiting for another thread that may ask for one.
        """
        depth = getattr(self._of_thread, "depth", 0)
        self._take(count, at_once=depth > 0)
        self._of_thread.depth = depth + 1
        try:
            yield
        finally:
            self._of_thread.depth = depth
            with self._changed:
                self._taken -= count
                self._changed.notify_all()

    def _take(self, count: int, *, at_once: bool) -> None:
        turn = object()
        with self._changed:
            if not at_once:
                self._waiting.append(turn)
                try:
                    self._changed.wait_for(lambda: self._is_free(turn, count))
                finally:
                    # Raised into, as by Ctrl+C, it leaves the queue to those behind it.
                    self._waiting.remove(turn)
                    self._changed.notify_all()
            self._taken += count

    def _is_free(self, turn: object, count: int) -> bool:
        has_room = self._taken == 0 or self._taken + count <= self.total_bytes
        return self._waiting[0] is turn and has_room


BUDGET = Budget(PICTURE_BYTES)


def room_to_read(file_bytes: int, pixels: int) -> AbstractContextManager[None]:
    """Return what to hold from before a file is read until its picture is done with.

    Small files are read at once, and take a share when their header tells how large a one. A large
    one holds its bytes while it waits for that, and so it takes all that it may need beforehand.
    """
    if file_bytes <= _LARGE_FILE_BYTES:
        return nullcontext()
    return BUDGET.share(file_bytes + pixels * _MOST_BYTES_PER_PIXEL)
