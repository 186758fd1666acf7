"""Run a function over batches of items in threads, in order and with few in flight.

The function never sees the engine: a distributed one can run the same function over the same
batches.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from core.progress import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_batches(
    function: Callable[[Sequence[Item]], Result],
    items: Sequence[Item],
    *,
    batch_size: int,
    stage: str,
    progress: Progress,
    workers: int | None = None,
) -> Generator[Result]:
    """Yield `function(batch)` for consecutive batches of `items`, in order.

    At most two batches a worker are in flight, so memory is bounded and cancelling is quick:
    `progress` is called from the thread that iterates, and raising from it ends the work.

    Args:
        function: Takes a batch; called in threads.
        items: What is cut into batches.
        batch_size: Items of a batch.
        stage: For `progress`.
        progress: Told of items done.
        workers: Threads; as many as the computer has cores unless given.
    """
    batches = (items[start : start + batch_size] for start in range(0, len(items), batch_size))
    results = run_ahead(function, batches, workers=workers)
    try:
        progress(stage, 0, len(items))
        for number, result in enumerate(results, start=1):
            yield result
            progress(stage, min(number * batch_size, len(items)), len(items))
    finally:
        results.close()


def run_ahead(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    workers: int | None = None,
    ahead: int | None = None,
    prepare: Callable[[], object] | None = None,
) -> Generator[Result]:
    """Yield `function(item)` for each of `items`, in order, and work on those that come next.

    Closing it leaves what was not begun, waits for the rest, and ends the threads.

    Args:
        function: Takes an item; called in threads.
        items: Asked for one by one, by the thread that iterates.
        workers: Threads; as many as the computer has cores unless given.
        ahead: Items in flight beside the one that is waited for; two a worker unless given.
        prepare: Called once in each thread, before its first item.
    """
    workers = workers or os.cpu_count() or 1
    ahead = 2 * workers if ahead is None else ahead
    pool = ThreadPoolExecutor(workers, "batch", prepare)
    in_flight: deque[Future[Result]] = deque()
    try:
        for item in items:
            in_flight.append(pool.submit(function, item))
            if len(in_flight) > ahead:
                yield in_flight.popleft().result()
        while in_flight:
            yield in_flight.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
