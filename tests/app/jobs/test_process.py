"""A process of its own: results and refusals cross, and it ends when it is told to."""

import math
import operator
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from process_tasks import count_to, own_children, own_id

from app.jobs.process import run_in_process
from core.augment.operations import find_operation
from core.errors import CancelledError, EvensetError
from core.progress import Progress, silent
from core.resample.searching import BlockSearch
from core.resample.segments import Request, SmoteSettings, draw_segments

pytestmark = pytest.mark.long  # each test starts a process

TESTS = Path(__file__).parents[1]
SECONDS = 120
SERVER = """
from process_tasks import count_to
from app.jobs.process import run_in_process
run_in_process(count_to, 60_000, stage="counting", progress=lambda *unit: print(unit, flush=True))
"""


@pytest.fixture(autouse=True)
def _none_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTHONPATH", str(TESTS), prepend=os.pathsep)
    yield
    assert own_children() == []


def run(function: Callable[[Any], Any], argument: object, progress: Progress = silent) -> object:
    return run_in_process(function, argument, stage="drawing the map", progress=progress)


def test_the_result_comes_back() -> None:
    numbers = np.arange(1_000_000)

    assert np.array_equal(run(operator.neg, numbers), -numbers)


def test_a_refusal_crosses_in_its_own_words() -> None:
    with pytest.raises(EvensetError, match="There is no operation 'melt'"):
        run(find_operation, "melt")


def test_a_refusal_that_is_made_from_several_values_crosses_too() -> None:
    draw = partial(
        draw_segments,
        codes=np.zeros(1, np.intp),
        request=Request({0: 1}, np.random.default_rng, "rare".format),
        settings=SmoteSettings(k_neighbors=1, on_small="raise"),
    )

    with pytest.raises(EvensetError, match="Class 'rare' has 1 image; at least 2 are needed"):
        run(draw, BlockSearch(np.zeros((1, 2), np.float32)))


def test_a_process_that_dies_gives_a_sentence() -> None:
    with pytest.raises(EvensetError, match=r"that was drawing the map ended .* fewer images"):
        run(os._exit, 3)


def test_a_fault_in_the_process_gives_a_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EvensetError, match="that was drawing the map ended early"):
        run(math.sqrt, -1.0)

    assert "ValueError" in capfd.readouterr().err


def test_what_is_printed_there_is_no_message(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(os.system, "echo below Python") == 0

    assert "below Python" in capfd.readouterr().err


def test_the_function_tells_how_far_it_is() -> None:
    told: list[tuple[str, int, int]] = []

    def listen(stage: str, done: int, total: int) -> None:
        told.append((stage, done, total))

    assert run(count_to, 30, listen) == 30
    assert told[0] == ("drawing the map: getting ready", 0, 0)
    assert told[-1] == ("counting", 30, 30)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_function_that_tells_nothing_is_asked_about_all_the_same() -> None:
    reports: list[str] = []

    def cancel_at_third(stage: str, done: int, total: int) -> None:
        reports.append(stage)
        if len(reports) == 3:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        run(time.sleep, 600, cancel_at_third)

    assert len(reports) == 3


def test_no_file_of_a_task_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    run(abs, -1)
    with pytest.raises(EvensetError):
        run(os._exit, 3)

    assert list(tmp_path.iterdir()) == []


def test_each_task_has_a_process_that_ends_with_it() -> None:
    first, second = run(own_id, 0), run(own_id, 0)

    assert first != second
    assert own_children() == []


def test_cancelling_ends_it_at_once() -> None:
    def cancel(stage: str, done: int, total: int) -> None:
        if done:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        run(count_to, 60_000, cancel)

    assert own_children() == []


def test_a_kill_in_the_middle_is_told() -> None:
    def kill(stage: str, done: int, total: int) -> None:
        if done == 1:
            os.kill(*own_children(), signal.SIGKILL)

    with pytest.raises(
        EvensetError, match=r"The process that was counting ended early; .* Again\."
    ):
        run_in_process(count_to, 60_000, stage="counting", progress=kill, remedy="Again.")


def test_ctrl_c_is_for_the_server_alone() -> None:
    def interrupt(stage: str, done: int, total: int) -> None:
        if done == 1:
            os.kill(*own_children(), signal.SIGINT)

    assert run(count_to, 30, interrupt) == 30


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_server_however_that_ends(ending: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        for line in server.stdout:
            if "'counting', 1" in line:
                break
        (process,) = own_children(server.pid)
        server.send_signal(ending)
        server.stdout.read()  # so that it is not held up by what it prints

    end = time.monotonic() + SECONDS
    while lives(process):
        assert time.monotonic() < end
        time.sleep(0.01)


def lives(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"
