"""The worker that is kept warm: who gets it, and what follows when it ends."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from opened_page import visitor
from process_tasks import (
    LONG,
    QUICK,
    compiled_by_maps,
    count_to,
    own_children,
    own_id,
    priority,
)
from streamlit.testing.v1 import AppTest

from app import server
from app.jobs.process import STANDBY, run_in_process
from app.map.umap import WARM_UMAP
from core.errors import CancelledError, EvensetError
from core.progress import silent

pytestmark = pytest.mark.long  # each test starts a worker

MAIN = Path(__file__).parents[3] / "app" / "main.py"
SECONDS = 300
SERVER = """
import sys, time
from app.jobs.process import STANDBY
STANDBY.open(*sys.argv[1:])
print(STANDBY.worker.process_id, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _close(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    yield
    STANDBY.close()
    assert own_children() == []


def keep(*warm_ups: str, until_cold_is: list[str]) -> int:
    """Keep a worker that has come so far; return its number."""
    STANDBY.open(*warm_ups)
    wait_for(lambda: STANDBY.worker is not None and STANDBY.worker.cold == until_cold_is)
    return kept()


def kept() -> int:
    assert STANDBY.worker is not None
    return STANDBY.worker.process_id


def wait_for(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.01)


def process_of_a_task(warm_up: str | None = None) -> int:
    return run_in_process(own_id, 0, stage="asking", progress=silent, warm_up=warm_up)


def lives(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def test_one_that_is_warm_does_one_task_after_another() -> None:
    worker = keep(QUICK, until_cold_is=[])

    assert [process_of_a_task(), process_of_a_task(QUICK)] == [worker, worker]


def test_a_task_that_needs_another_warm_up_does_not_wait_for_this_one() -> None:
    worker = keep(QUICK, LONG, until_cold_is=[LONG])

    assert process_of_a_task(QUICK) != worker


def test_a_task_that_needs_the_warm_up_under_way_waits_for_it() -> None:
    keep(QUICK, LONG, until_cold_is=[LONG])
    stages: list[str] = []

    def cancel_at_third(stage: str, done: int, total: int) -> None:
        stages.append(stage)
        if len(stages) == 3:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        run_in_process(own_id, 0, stage="asking", progress=cancel_at_third, warm_up=LONG)

    assert stages == ["asking: getting ready"] * 3


def test_one_that_is_busy_lets_a_fresh_one_do_the_task() -> None:
    worker = keep(until_cold_is=[])
    begun = threading.Event()
    counted: list[int] = []

    def listen(stage: str, done: int, total: int) -> None:
        if done:
            begun.set()

    def count() -> None:
        counted.append(run_in_process(count_to, 200, stage="counting", progress=listen))

    thread = threading.Thread(target=count)
    thread.start()
    assert begun.wait(SECONDS)
    other = process_of_a_task()
    thread.join()

    assert counted == [200]
    assert other != worker
    assert process_of_a_task() == worker


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process has one priority")
def test_a_task_has_the_priority_of_the_server_though_warm_ups_have_not() -> None:
    keep(QUICK, until_cold_is=[])

    found = run_in_process(priority, 0, stage="asking", progress=silent)

    assert found == os.getpriority(os.PRIO_PROCESS, 0)


def test_cancelling_ends_it_and_a_new_one_warms_up() -> None:
    worker = keep(QUICK, until_cold_is=[])

    def cancel(stage: str, done: int, total: int) -> None:
        if done:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        run_in_process(count_to, 10_000, stage="counting", progress=cancel)

    wait_for(lambda: STANDBY.worker is not None and not STANDBY.worker.cold)
    assert own_children() == [kept()] != [worker]
    assert process_of_a_task() == kept()


def test_a_kill_in_the_middle_is_told_and_the_second_try_works() -> None:
    worker = keep(QUICK, until_cold_is=[])

    def kill(stage: str, done: int, total: int) -> None:
        if done == 1:
            os.kill(worker, signal.SIGKILL)

    with pytest.raises(
        EvensetError, match=r"The process that was counting ended early; .* Again\."
    ):
        run_in_process(count_to, 10_000, stage="counting", progress=kill, remedy="Again.")

    assert own_children() == [kept()] != [worker]
    assert run_in_process(count_to, 3, stage="counting", progress=silent, warm_up=QUICK) == 3


def test_one_that_was_killed_while_it_rested_is_replaced_at_the_next_task() -> None:
    worker = keep(QUICK, until_cold_is=[])
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: STANDBY.worker is not None and not STANDBY.worker.is_alive)

    assert process_of_a_task(QUICK) == kept() != worker


def test_closing_in_the_middle_of_a_task_ends_both() -> None:
    keep(until_cold_is=[])

    def close(stage: str, done: int, total: int) -> None:
        if done == 1:
            STANDBY.close()

    with pytest.raises(EvensetError, match="ended early"):
        run_in_process(count_to, 10_000, stage="counting", progress=close)

    assert STANDBY.worker is None


@pytest.mark.parametrize("warm_up", [QUICK, LONG])
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_server_however_that_ends(ending: signal.Signals, warm_up: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, warm_up],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        assert lives(worker)
        server.send_signal(ending)

    wait_for(lambda: not lives(worker))


def test_ctrl_c_is_for_the_server_alone() -> None:
    worker = keep(QUICK, until_cold_is=[])

    os.kill(worker, signal.SIGINT)

    assert process_of_a_task() == worker


def test_the_server_keeps_one_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.server.WARM_UMAP", QUICK)
    monkeypatch.setattr("app.server.WORKSPACES", Mock())  # other tests use the real ones

    async def live() -> int:
        async with server._lifespan(server.app):
            return kept()

    worker = asyncio.run(live())

    assert STANDBY.worker is None
    assert not lives(worker)


def test_a_test_of_the_page_starts_none() -> None:
    page = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
    page.session_state["workspace_token"] = visitor().token

    page.run()

    assert not page.exception
    assert STANDBY.worker is None


def test_one_that_is_warm_compiles_nothing_more_for_a_map_of_any_size() -> None:
    keep(WARM_UMAP, until_cold_is=[])

    # From 4,096 points on, UMAP goes another way.
    compiled = run_in_process(compiled_by_maps, [4_100, 50], stage="drawing", progress=silent)

    assert compiled == [0, 0]
