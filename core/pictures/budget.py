"""How much memory pictures may take at one time, in all threads of the process together."""

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Condition, get_ident

from core.errors import UnreadableImageError
from core.limits import PICTURE_BYTES, Limits
from core.pictures.decode import peak_bytes
from core.pictures.header import DAMAGE, ImageHeader, glance_at

_LARGE_FILE_BYTES = 1 << 22
_MOST_BYTES_PER_PIXEL = 24  # that any way to decode needs


class Budget:
    """Bytes that are shared out in the order in which they are asked for.

    What is larger than all of it goes alone. A thread that holds a share already gets the next one
    at once: if it waited, two such threads could wait for each other for ever.
    """

    def __init__(self, total_bytes: int) -> None:
        self.total_bytes = total_bytes
        self._held: dict[object, tuple[int, int]] = {}  # of each share: its thread, its bytes
        self._waiting: deque[object] = deque()
        self._changed = Condition()

    @contextmanager
    def share(self, count: int) -> Iterator[None]:
        """Hold `count` bytes until the block ends; wait for them first where others hold too many.

        A share must not be held while waiting for another thread that may ask for one. It is that
        of the thread that took it, wherever the block ends.
        """
        turn = object()
        try:
            self._take(turn, count)
            yield
        finally:
            # Raised into at any place, as by Ctrl+C, it leaves nothing behind.
            with self._changed:
                self._held.pop(turn, None)
                self._changed.notify_all()

    @property
    def taken_bytes(self) -> int:
        """Return how many bytes all shares together hold."""
        return sum(count for _, count in self._held.values())

    def _take(self, turn: object, count: int) -> None:
        mine = get_ident()
        with self._changed:
            if all(thread != mine for thread, _ in self._held.values()):
                try:
                    self._waiting.append(turn)
                    self._changed.wait_for(lambda: self._is_free(turn, count))
                finally:
                    if turn in self._waiting:
                        self._waiting.remove(turn)
                    self._changed.notify_all()
            self._held[turn] = mine, count

    def _is_free(self, turn: object, count: int) -> bool:
        has_room = not self.taken_bytes or self.taken_bytes + count <= self.total_bytes
        return self._waiting[0] is turn and has_room


BUDGET = Budget(PICTURE_BYTES)


def room_to_read(
    path: str | Path, file_bytes: int, limits: Limits, at_least_px: int = 0
) -> AbstractContextManager[None]:
    """Return what to hold from before a file is read until its picture is done with.

    Small files are read at once, and `room_to_decode` takes what their header tells. A large one
    holds its bytes while it waits for that, and so it takes all that it needs beforehand.
    """
    if not _is_large(file_bytes):
        return nullcontext()
    try:
        with BUDGET.share(file_bytes):  # Some formats are read whole to tell their header.
            header = glance_at(path, limits)
    except UnreadableImageError:
        return BUDGET.share(file_bytes)  # It will be read, and refused.
    except DAMAGE:
        return BUDGET.share(file_bytes + limits.image_pixels * _MOST_BYTES_PER_PIXEL)
    return BUDGET.share(peak_bytes(header, file_bytes, at_least_px))


def room_to_decode(
    header: ImageHeader, file_bytes: int, at_least_px: int = 0
) -> AbstractContextManager[None]:
    """Return what to hold while a file that was read in `room_to_read` is decoded and used."""
    if _is_large(file_bytes):
        return nullcontext()
    return BUDGET.share(peak_bytes(header, file_bytes, at_least_px))


def _is_large(file_bytes: int) -> bool:
    return file_bytes > _LARGE_FILE_BYTES
