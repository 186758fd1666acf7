"""Intervals hold what they promise and not much more, in draws of which the truth is known.

Nearest means of normal clouds, batched over all runs; `benchmarks/inference.py` does the same at
length on real vectors.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluate.inference import infer
from core.evaluate.predictions import Predictions

DIMENSION = 8
SETS = 300


@dataclass(frozen=True)
class Case:
    """Classes of some sizes, and candidates that differ by chance alone, or by their priors."""

    sizes: tuple[int, ...]
    repeats: int
    is_null: bool
    apart: float = 1.2


NULL = Case((300, 150, 100), 2, is_null=True)
SMALL = Case((60, 30, 8, 8), 3, is_null=False, apart=1.0)
CLEAR = Case((400, 120, 60, 30), 3, is_null=False, apart=1.0)
CASES = (NULL, SMALL, CLEAR)


def clouds(
    rng: np.random.Generator, sizes: tuple[int, ...], apart: float
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    codes = np.repeat(np.arange(len(sizes)), sizes)
    places = np.zeros((len(sizes), DIMENSION))
    places[np.arange(len(sizes)), np.arange(len(sizes))] = apart
    places[np.arange(len(sizes)), np.arange(len(sizes)) + 4] = apart
    return places[codes] + rng.standard_normal((len(codes), DIMENSION)), codes


def fit(
    rng: np.random.Generator, case: Case, vectors: NDArray[np.float64], learned: NDArray[np.bool_]
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return candidate -> (J, C, D) slopes and (J, C) constants of all J runs."""
    codes = np.repeat(np.arange(len(case.sizes)), case.sizes)
    ones = np.eye(len(case.sizes))[codes]
    counts = learned.astype(float) @ ones
    means = np.einsum("jn,nc,nd->jcd", learned, ones, vectors, optimize=True) / counts[..., None]
    models = {}
    for name, prior in {"none": 1.0, "weights": 0.0, "half": 0.5}.items():
        slopes = means
        if case.is_null:  # each fit sees half of the numbers, drawn at random
            order = rng.random((len(learned), DIMENSION)).argsort(axis=1)
            slopes = means * (order < DIMENSION // 2)[:, None]
        logarithms = np.log(counts) * (1.0 if case.is_null else prior)
        models[name] = (slopes, logarithms - (slopes**2).sum(axis=2) / 2)
    return models


def split(rng: np.random.Generator, case: Case) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return (R, N) the fold of each image, and (J, N) what each run learns from."""
    runs = np.empty((case.repeats, sum(case.sizes)), np.intp)
    for row in runs:
        row[:] = np.concatenate([rng.permutation(np.arange(size) % 5) for size in case.sizes])
    return runs, np.concatenate([np.arange(5)[:, None] != row for row in runs])


def predict(rng: np.random.Generator, case: Case) -> Predictions:
    vectors, codes = clouds(rng, case.sizes, case.apart)
    runs, learned = split(rng, case)
    scores = {}
    for name, (slopes, constants) in fit(rng, case, vectors, learned).items():
        whole = vectors @ slopes.transpose(0, 2, 1) + constants[:, None]
        whole = whole.reshape(case.repeats, 5, len(codes), -1)
        own = np.take_along_axis(whole, runs[:, None, :, None], 1)[:, 0]
        scores[name] = np.eye(len(case.sizes), dtype=np.float16)[own.argmax(axis=2)]
    rows, names = np.arange(len(codes)), tuple("abcd"[: len(case.sizes)])
    return Predictions(rows, codes, rows, names, runs.astype(np.int16), scores)


@cache
def true_gains(case: Case) -> tuple[float, float]:
    """Return how much better each rival is on fresh points, learned from fresh sets."""
    if case.is_null:
        return 0.0, 0.0
    rng = np.random.default_rng(1)
    gains = []
    for _ in range(300):
        vectors, _ = clouds(rng, case.sizes, case.apart)
        _, learned = split(rng, case)
        tested, actual = clouds(rng, (300,) * len(case.sizes), case.apart)
        rights = []
        for slopes, constants in fit(rng, case, vectors, learned).values():
            given = (tested @ slopes.transpose(0, 2, 1) + constants[:, None]).argmax(axis=2)
            rights.append((given == actual).mean())
        gains.append(np.subtract(rights[1:], rights[0]))
    first, second = np.mean(gains, axis=0)
    return float(first), float(second)


@cache
def found(case: Case) -> dict[str, NDArray[np.float64]]:
    """Return what intervals of all sets came to."""
    truth = np.array(true_gains(case))
    single, joint, gains = [], [], []
    for seed in range(SETS):
        predictions = predict(np.random.default_rng([2, seed]), case)
        inference = infer(predictions, "balanced_accuracy", rivals=["weights", "half"])
        effects = [inference.effect(name) for name in ("weights", "half")]
        alone = np.array([one.single or (np.nan, np.nan) for one in effects])
        holds = (alone[:, 0] <= truth) & (truth <= alone[:, 1])
        single.append(np.where(np.isnan(alone[:, 0]), np.nan, holds))
        joint.append(all(one.low <= at <= one.high for one, at in zip(effects, truth, strict=True)))
        gains.append(effects[0].low > 0)
    return {"single": np.array(single), "joint": np.array(joint), "gain": np.array(gains)}


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=["null", "small", "clear"])
def test_intervals_hold_the_truth_as_often_as_they_say(case: Case) -> None:
    single = found(case)["single"]
    coverage = np.nanmean(single, axis=0)

    assert np.isnan(single).mean() < 0.02  # no interval at all
    assert coverage.mean() == pytest.approx(0.955, abs=0.02)
    assert coverage.min() > 0.93
    assert coverage.max() < 0.985


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=["null", "small", "clear"])
def test_joint_intervals_hold_all_truths_at_once(case: Case) -> None:
    assert found(case)["joint"].mean() == pytest.approx(0.955, abs=0.025)


@pytest.mark.long
def test_an_effect_is_found_where_there_is_one_and_seldom_where_there_is_none() -> None:
    assert true_gains(CLEAR)[0] == pytest.approx(0.107, abs=0.005)
    assert found(CLEAR)["gain"].mean() > 0.9
    assert found(NULL)["gain"].mean() < 0.04
