"""Linear algebra in one thread, where its last digits must not hang on how many there are."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import ThreadpoolController


class _Limit:
    """The limit of this process. Keeps how many are inside, and what was before the first."""

    def __init__(self) -> None:
        self._inside = 0
        self._before = 1  # threads
        self._set: Any = None
        self._lock = threading.Lock()

    def enter(self) -> int:
        """Set the limit, unless that was done; return how many threads were before."""
        # SciPy brings libraries of its own; they are to be there when they are looked for.
        import scipy.linalg  # noqa: F401

        with self._lock:
            if self._inside == 0:
                libraries = ThreadpoolController().select(user_api="blas")
                counts = (library["num_threads"] for library in libraries.info())
                self._before = max(counts, default=1)
                self._set = libraries.limit(limits=1)
            self._inside += 1
            return self._before

    def leave(self) -> None:
        """Lift the limit, unless others are inside."""
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._set.restore_original_limits()


# It holds for the whole process: of several at one time the first sets it, and the last lifts it.
# Each on their own would restore what another had set, and leave one thread for ever.
_LIMIT = _Limit()


@contextmanager
def one_blas_thread() -> Iterator[int]:
    """Hold each product of matrices to one thread; yield how many it would have had.

    To look for the libraries takes 5 ms, or 30 ms where many are loaded.
    """
    before = _LIMIT.enter()
    try:
        yield before
    finally:
        _LIMIT.leave()
