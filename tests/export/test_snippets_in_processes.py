"""Draws of the snippet for several processes, in two processes that are really there."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import snippet_worker
from scipy.stats import chi2
from snippet_runs import run_snippet, write_exports
from snippet_worker import EPOCHS

from core.export import SNIPPETS, read_training


@pytest.mark.long
def test_two_processes_draw_by_weight_and_share_no_picture(tmp_path: Path) -> None:
    folder = write_exports(tmp_path, ["class_weights"])["class_weights"]

    program = tmp_path / "program.py"
    program.write_text(SNIPPETS["torch_distributed"].code(str(folder)), "utf-8")
    # Not from here: each would begin by running this process's main module, which a test of a page
    # may have put a page in the place of.
    done = subprocess.run(
        [sys.executable, snippet_worker.__file__, program, tmp_path], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr

    first, second = (json.loads((tmp_path / f"{rank}.json").read_text()) for rank in (0, 1))
    training = read_training(folder)
    codes = run_snippet(SNIPPETS["torch_distributed"], folder)["train"].codes
    weights = np.array([training.sampler_weight[code] for code in codes])
    every = Counter(
        place for found in (first, second) for epoch in found["weighted"] for place in epoch
    )
    counts = np.array([every[place] for place in range(len(codes))])
    expected = weights * counts.sum()
    assert counts.sum() == EPOCHS * len(codes)
    assert ((counts - expected) ** 2 / expected).sum() < chi2.ppf(0.999, len(codes) - 1)
    assert first["weighted"] != second["weighted"]

    for mine, yours in zip(first["repeated"], second["repeated"], strict=True):
        assert not set(mine) & set(yours)
        assert len(mine) == len(yours)
        for place, count in Counter(mine + yours).items():
            assert count <= training.repeats[codes[place]]
    # DDP waits for ever where a process has more batches, and averages what both have learned.
    assert first["steps"] == second["steps"] > 0
    assert first["slope"] == pytest.approx(second["slope"])
