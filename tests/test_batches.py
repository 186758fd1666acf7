"""Batches run in threads, in order, few at a time, and stop when told."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batches import run_ahead, run_batches
from core.errors import CancelledError
from core.progress import Progress, silent


def doubled(items: Sequence[int], batch_size: int = 3, progress: Progress = silent) -> list[int]:
    def double(batch: Sequence[int]) -> list[int]:
        return [2 * item for item in batch]

    batches = run_batches(double, items, batch_size=batch_size, stage="doubling", progress=progress)
    return [result for batch in batches for result in batch]


@given(count=st.integers(0, 60), batch_size=st.integers(1, 9))
def test_results_come_in_the_order_of_the_items(count: int, batch_size: int) -> None:
    assert doubled(range(count), batch_size) == list(range(0, 2 * count, 2))


def test_progress_rises_to_the_total_in_the_callers_thread() -> None:
    heard: list[tuple[str, int, int]] = []
    threads = set()

    def hear(stage: str, done: int, total: int) -> None:
        heard.append((stage, done, total))
        threads.add(threading.get_ident())

    doubled(range(8), progress=hear)

    assert heard == [("doubling", done, 8) for done in (0, 3, 6, 8)]
    assert threads == {threading.get_ident()}


def test_cancelling_leaves_no_thread_and_starts_little_more() -> None:
    seen: list[int] = []
    before = threading.active_count()

    def work(batch: Sequence[int]) -> None:
        seen.extend(batch)

    def cancel(stage: str, done: int, total: int) -> None:
        if done:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        list(run_batches(work, range(100_000), batch_size=1, stage="s", progress=cancel))
    assert threading.active_count() == before
    assert len(seen) < 1000


def test_a_fault_in_a_batch_reaches_the_caller() -> None:
    def fail(batch: Sequence[int]) -> None:
        raise ValueError(batch[0])

    with pytest.raises(ValueError, match="4"):
        list(run_batches(fail, [4], batch_size=1, stage="s", progress=silent))


def test_leaving_early_ends_all_threads() -> None:
    before = threading.active_count()
    batches = run_batches(len, range(1000), batch_size=1, stage="s", progress=silent)
    next(batches)

    batches.close()

    assert threading.active_count() == before


@given(count=st.integers(0, 30), workers=st.integers(1, 4), ahead=st.integers(0, 5))
def test_items_worked_on_ahead_come_back_in_order(count: int, workers: int, ahead: int) -> None:
    made = run_ahead(lambda item: -item, range(count), workers=workers, ahead=ahead)

    assert list(made) == [-item for item in range(count)]


def test_no_more_items_are_asked_for_than_are_worked_on_ahead() -> None:
    asked: list[int] = []

    def items() -> Iterator[int]:
        for item in range(100):
            asked.append(item)
            yield item

    made = run_ahead(abs, items(), workers=2, ahead=1)
    next(made)

    made.close()
    assert asked == [0, 1]


def test_each_thread_prepares_once_before_its_first_item() -> None:
    prepared: list[int] = []
    used: set[int] = set()

    def work(item: int) -> None:
        assert threading.get_ident() in prepared
        used.add(threading.get_ident())

    list(
        run_ahead(
            work, range(50), workers=3, prepare=lambda: prepared.append(threading.get_ident())
        )
    )

    assert used <= set(prepared)
    assert len(prepared) == len(set(prepared)) <= 3
