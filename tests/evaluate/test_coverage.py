"""Intervals hold what they promise, in comparisons of which the truth is known."""

import numpy as np
import pytest
from evaluate_sets import clusters

from core.evaluate import evaluate

_RUNS = 100


def difference(seed: int) -> tuple[float, float, float]:
    """Return class weights' gain and its interval on one drawn set."""
    data = clusters({"a": 90, "b": 30}, apart=1.0, seed=seed, dimension=4)
    report = evaluate(*data, strategies=["class_weights"], repeats=1)
    found = report.strategies[1].difference
    assert found is not None
    gain = found["balanced_accuracy"]
    return gain.mean, gain.low, gain.high


@pytest.mark.long
def test_the_interval_holds_the_true_difference_in_nine_runs_of_ten() -> None:
    runs = np.array([difference(seed) for seed in range(_RUNS)])

    # The mean over fresh sets is what a comparison on one of them estimates.
    truth = runs[:, 0].mean()
    is_held = (runs[:, 1] <= truth) & (truth <= runs[:, 2])
    assert is_held.sum() >= 0.9 * _RUNS
