"""Pictures in memory at one time stay within one budget, and nobody waits for ever."""

from contextlib import ExitStack
from pathlib import Path
from threading import Barrier, Event, Lock, Thread

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_sets import png, read_folder, saved, write_files
from PIL import Image

from core.dataset import read_picture
from core.pictures import budget as budget_module
from core.pictures.budget import Budget
from core.pictures.decode import peak_bytes, read_header


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


def test_an_interrupt_just_after_a_share_was_taken_leaves_nothing_behind() -> None:
    class Interrupted(Budget):
        def _take(self, turn: object, count: int) -> None:
            super()._take(turn, count)
            raise KeyboardInterrupt

    budget = Interrupted(100)

    with pytest.raises(KeyboardInterrupt), budget.share(60):
        pass

    assert budget.taken_bytes == 0


def test_a_share_that_ends_in_another_thread_is_held_by_none() -> None:
    budget, order = Budget(100), []
    begun = budget.share(60)
    begun.__enter__()
    ender = Thread(target=begun.__exit__, args=(None, None, None))
    ender.start()
    ender.join()

    def hold() -> None:
        with budget.share(100):
            held.set()
            while not budget._waiting:
                pass
            order.append("other")

    held = Event()
    other = Thread(target=hold)
    other.start()
    held.wait(10)
    # This thread holds nothing any more, and so it waits like all.
    with budget.share(50):
        order.append("this")
    other.join(10)

    assert order == ["other", "this"]
    assert budget.taken_bytes == 0


class Noted(Budget):
    """A budget that notes the most bytes that were held."""

    most = 0

    def _take(self, turn: object, count: int) -> None:
        super()._take(turn, count)
        self.most = max(self.most, self.taken_bytes)


GREY_16 = np.arange(48 * 60, dtype=np.uint16).reshape(48, 60)
LARGE_FILES = {
    "plain.png": png(1),
    "deep.png": cv2.imencode(".png", GREY_16)[1].tobytes(),
    "deep.tif": cv2.imencode(".tif", GREY_16)[1].tobytes(),
    "plain.tif": saved(Image.new("RGB", (60, 48)), "TIFF"),
    "progressive.jpg": saved(Image.new("RGB", (60, 48)), "JPEG", progressive=True),
    "open.webp": saved(Image.new("RGBA", (60, 48)), "WEBP"),
    "map.ppm": saved(Image.new("RGB", (60, 48)), "PPM"),
    "plain.gif": saved(Image.new("RGB", (60, 48)), "GIF"),
}


@pytest.mark.parametrize("large_bytes", [0, 1 << 24])
@pytest.mark.parametrize("name", LARGE_FILES)
def test_a_file_takes_once_what_its_header_tells(
    name: str, large_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = LARGE_FILES[name]
    write_files(tmp_path / "set", {f"a/{name}": content, f"b/{name}": content})
    monkeypatch.setattr(budget_module, "_LARGE_FILE_BYTES", large_bytes)
    loading, reading = Noted(10**9), Noted(10**9)
    header = read_header(content)

    monkeypatch.setattr(budget_module, "BUDGET", loading)
    dataset = read_folder(tmp_path / "set")
    monkeypatch.setattr(budget_module, "BUDGET", reading)
    with read_picture(dataset, 0):
        pass

    assert len(dataset) == 2
    # Two threads may look into the two files at once.
    once = peak_bytes(header, len(content), at_least_px=1)
    assert loading.most in {once, 2 * once, once + len(content)}
    assert reading.most == peak_bytes(header, len(content))


def test_what_fails_gives_its_share_back() -> None:
    budget = Budget(100)

    with pytest.raises(KeyError), ExitStack() as stack:
        stack.enter_context(budget.share(100))
        raise KeyError

    with budget.share(100):
        pass
    assert budget.taken_bytes == 0
