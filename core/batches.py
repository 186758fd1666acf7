"""Run a function over batches of items in threads, in order and with few in flight.

The function never sees the engine: a distributed one can run the same function over the same
batches.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
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
    workers = workers or os.cpu_count() or 1
    pool = ThreadPoolExecutor(workers, thread_name_prefix="batch")
    in_flight: deque[tuple[int, Future[Result]]] = deque()
    done = 0
    try:
        progress(stage, 0, len(items))
        for start in range(0, len(items), batch_size):
            batch = items[start : start + batch_size]
            in_flight.append((len(batch), pool.submit(function, batch)))
            while len(in_flight) > 2 * workers:
                size, future = in_flight.popleft()
                yield future.result()
                done += size
                progress(stage, done, len(items))
        while in_flight:
            size, future = in_flight.popleft()
            yield future.result()
            done += size
            progress(stage, done, len(items))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
