"""A process of its own: results and refusals cross, and it ends when it is told to."""

import math
import operator
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from process_tasks import QUICK, count_to, own_children

from app.jobs.process import STANDBY, run_in_process
from core.augment.operations import find_operation
from core.errors import CancelledError, EvensetError
from core.progress import Progress, silent
from core.resample.searching import BlockSearch
from core.resample.segments import Request, SmoteSettings, draw_segments

pytestmark = pytest.mark.long  # each test starts a worker

Run = Callable[..., Any]


@pytest.fixture(params=["fresh", "kept"])
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Return a function that gives a task to a fresh process, or to the one that is kept."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))

    def give(
        function: Callable[[Any], Any], argument: object, progress: Progress = silent
    ) -> object:
        if request.param == "kept":
            STANDBY.open(QUICK)
        return run_in_process(
            function, argument, stage="drawing the map", progress=progress, warm_up=QUICK
        )

    yield give
    STANDBY.close()
    assert own_children() == []


def test_the_result_comes_back(run: Run) -> None:
    numbers = np.arange(1_000_000)

    assert np.array_equal(run(operator.neg, numbers), -numbers)


def test_a_refusal_crosses_in_its_own_words(run: Run) -> None:
    with pytest.raises(EvensetError, match="There is no operation 'melt'"):
        run(find_operation, "melt")


def test_a_refusal_that_is_made_from_several_values_crosses_too(run: Run) -> None:
    draw = partial(
        draw_segments,
        codes=np.zeros(1, np.intp),
        request=Request({0: 1}, np.random.default_rng, "rare".format),
        settings=SmoteSettings(k_neighbors=1, on_small="raise"),
    )

    with pytest.raises(EvensetError, match="Class 'rare' has 1 image; at least 2 are needed"):
        run(draw, BlockSearch(np.zeros((1, 2), np.float32)))


def test_a_process_that_dies_gives_a_sentence(run: Run) -> None:
    with pytest.raises(EvensetError, match=r"that was drawing the map ended .* fewer images"):
        run(os._exit, 3)


def test_a_fault_in_the_process_gives_a_sentence(
    run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(EvensetError, match="that was drawing the map ended early"):
        run(math.sqrt, -1.0)

    assert "ValueError" in capfd.readouterr().err


def test_what_is_printed_there_is_no_message(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(os.system, "echo below Python") == 0

    assert "below Python" in capfd.readouterr().err


def test_the_function_tells_how_far_it_is(run: Run) -> None:
    told: list[tuple[str, int, int]] = []

    def listen(stage: str, done: int, total: int) -> None:
        told.append((stage, done, total))

    assert run(count_to, 30, listen) == 30
    assert told[0] == ("drawing the map: getting ready", 0, 0)
    assert told[-1] == ("counting", 30, 30)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_function_that_tells_nothing_is_asked_about_all_the_same(run: Run) -> None:
    reports: list[str] = []

    def cancel_at_third(stage: str, done: int, total: int) -> None:
        reports.append(stage)
        if len(reports) == 3:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        run(time.sleep, 600, cancel_at_third)

    assert len(reports) == 3


def test_no_file_of_a_task_stays(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    run(abs, -1)
    with pytest.raises(EvensetError):
        run(os._exit, 3)

    assert list(tmp_path.iterdir()) == []
