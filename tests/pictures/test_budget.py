"""Pictures in memory at one time stay within one budget, and nobody waits for ever."""

from contextlib import ExitStack
from threading import Barrier, Event, Lock, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.pictures.budget import Budget


@settings(max_examples=30)
@given(st.lists(st.integers(0, 150), min_size=1, max_size=12), st.integers(1, 6))
def test_threads_together_stay_within_it_and_all_come_through(
    counts: list[int], threads: int
) -> None:
    budget, lock = Budget(100), Lock()
    held: list[int] = []
    seen: list[tuple[int, int]] = []

    def work(mine: list[int]) -> None:
        for count in mine:
            with budget.share(count):
                with lock:
                    held.append(count)
                    seen.append((sum(held), len([one for one in held if one])))
                with lock:
                    held.remove(count)

    started = [Thread(target=work, args=(counts[start::threads],)) for start in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join(20)

    assert not any(thread.is_alive() for thread in started)
    assert len(seen) == len(counts)
    assert all(total <= 100 or shares == 1 for total, shares in seen)


def test_a_share_larger_than_all_of_it_goes_alone() -> None:
    budget, others = Budget(100), Event()

    def small() -> None:
        with budget.share(1):
            others.set()

    with budget.share(1000):
        thread = Thread(target=small)
        thread.start()

        assert not others.wait(0.1)
    assert others.wait(10)
    thread.join()


def test_threads_that_hold_one_get_another_without_waiting_for_each_other() -> None:
    budget, both_hold = Budget(100), Barrier(2)

    def two_pictures() -> None:
        with budget.share(50):
            both_hold.wait(10)
            with budget.share(50):
                pass

    threads = [Thread(target=two_pictures) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert not any(thread.is_alive() for thread in threads)


def test_a_large_share_is_not_overtaken_for_ever() -> None:
    budget, order, lock = Budget(100), [], Lock()
    started: list[Thread] = []

    def take(name: str, count: int) -> None:
        with budget.share(count), lock:
            order.append(name)

    with budget.share(60):
        for name, count in (("large", 90), ("small", 20)):
            started.append(Thread(target=take, args=(name, count)))
            started[-1].start()
            while len(budget._waiting) < len(started):
                pass
    for thread in started:
        thread.join(10)

    assert order == ["large", "small"]


def test_what_fails_gives_its_share_back() -> None:
    budget = Budget(100)

    with pytest.raises(KeyError), ExitStack() as stack:
        stack.enter_context(budget.share(100))
        raise KeyError

    with budget.share(100):
        pass
    assert budget._taken == 0
