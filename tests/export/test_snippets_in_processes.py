"""Draws of the snippet for several processes, in two processes that are really there."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import chi2
from snippet_runs import run_snippet, write_exports
from snippet_worker import EPOCHS, learn

from core.export import SNIPPETS, read_training


# On a busy machine a process has ended while it was started.
@pytest.mark.release
def test_two_processes_draw_by_weight_and_share_no_picture(tmp_path: Path) -> None:
    folder = write_exports(tmp_path, ["class_weights"])["class_weights"]

    code = SNIPPETS["torch_distributed"].code(str(folder))
    torch.multiprocessing.spawn(learn, (code, str(tmp_path)), nprocs=2)

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
