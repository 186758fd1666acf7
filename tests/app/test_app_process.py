"""A process of its own: results and refusals cross, and it ends when it is told to."""

import math
import operator
import os
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from app.process import run_in_process
from core.augment.operations import find_operation
from core.errors import CancelledError, EvensetError
from core.progress import silent
from core.resample.segments import SmoteSettings, draw_segments


def test_the_result_comes_back() -> None:
    numbers = np.arange(1_000_000)

    result = run_in_process(operator.neg, numbers, stage="counting", progress=silent)

    assert np.array_equal(result, -numbers)


def test_a_refusal_crosses_in_its_own_words() -> None:
    with pytest.raises(EvensetError, match="There is no operation 'melt'"):
        run_in_process(find_operation, "melt", stage="drawing", progress=silent)


def test_a_refusal_that_is_made_from_several_values_crosses_too() -> None:
    draw = partial(
        draw_segments,
        codes=np.zeros(1, np.intp),
        add={0: 1},
        settings=SmoteSettings(k_neighbors=1, on_small="raise"),
        rng_of=np.random.default_rng,
        name_of="rare".format,
    )
    one_point = np.zeros((1, 2), np.float32)

    with pytest.raises(EvensetError, match="Class 'rare' has 1 image; at least 2 are needed"):
        run_in_process(draw, one_point, stage="drawing", progress=silent)


def test_a_process_that_dies_gives_a_sentence() -> None:
    with pytest.raises(EvensetError, match=r"\(drawing the UMAP\) ended before .* fewer images"):
        run_in_process(os._exit, 3, stage="drawing the UMAP", progress=silent)


def test_a_fault_in_the_process_gives_a_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EvensetError, match=r"\(drawing\) ended before it was done"):
        run_in_process(math.sqrt, -1.0, stage="drawing", progress=silent)

    assert "ValueError" in capfd.readouterr().err


def test_cancelling_ends_the_process_and_leaves_none() -> None:
    reports: list[str] = []

    def cancel_at_third(stage: str, done: int, total: int) -> None:
        reports.append(stage)
        if len(reports) == 3:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        run_in_process(time.sleep, 600, stage="drawing", progress=cancel_at_third)

    assert len(reports) == 3
    assert own_children() == []


def own_children() -> list[str]:
    """Return the command lines of processes that this one has started and that still live."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = status.read_text().rsplit(")", 1)[1].split()[1]
            command = (status.parent / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if int(parent) == os.getpid() and "app.process" in command:
            found.append(command)
    return found
