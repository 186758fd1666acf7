"""In how many threads heads compute: where they are small, in one.

Where other work has the cores, threads that wait for each other take up to a hundred times as long
as one. One thread also gives one result everywhere.
"""

import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from threading import Event, Lock
from typing import TYPE_CHECKING, TypeVar

from core.embed.computing import stay_in_this_thread
from core.errors import CancelledError
from core.evaluate.features import Features
from core.evaluate.head import Fit, OpenHead, Prediction, Tell
from core.evaluate.training_set import TrainingSet

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")

# The limit of threads and the filter of warnings hold for the whole process: two comparisons at
# once would each restore what the other had set.
_ONE_AT_A_TIME = Lock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute in one thread of the linear algebra below, and one comparison at a time."""
    with (
        _ONE_AT_A_TIME,
        _libraries().limit(limits=1, user_api="blas"),
        warnings.catch_warnings(),
    ):
        # Many classes with few points are what folds and undersampling make.
        warnings.filterwarnings("ignore", message="The number of unique classes")
        yield


def learn_apart(head: OpenHead, side: TrainingSet, test: Features, fit: Fit) -> Prediction:
    """Return the prediction of a head on pictures; a small one learns in one thread."""
    if not head.is_small:
        return head.predict(side, test, fit)
    return in_own_thread(lambda tell: head.predict(side, test, replace(fit, tell=tell)), fit.tell)


def in_own_thread(work: Callable[[Tell], Item], tell: Tell) -> Item:
    """Return the result of work that computes in one thread, its own, and may be cancelled."""
    stopped = Event()

    def tell_on(done: int, total: int) -> None:
        if stopped.is_set():
            raise CancelledError("Cancelled.")
        tell(done, total)

    # A thread of its own: what limits threads there limits them nowhere else.
    with ThreadPoolExecutor(1, "learn", stay_in_this_thread) as pool:
        try:
            return pool.submit(work, tell_on).result()
        finally:
            stopped.set()  # Ctrl+C ends the wait, and so the work


@cache
def _libraries() -> "ThreadpoolController":
    """Return what limits threads; to look for the libraries takes 5 ms, as long as a small fit."""
    # They are to be there when they are looked for.
    import sklearn.linear_model  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
