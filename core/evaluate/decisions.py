"""What candidates would cost outside: decisions by costs, with classes in the shares there.

Scores are first brought to those shares: one temperature and a constant for each class, fitted to
the predictions of the other folds of the same repeat. That undoes what balancing did to them too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core import records
from core.evaluate.candidates import BASELINE
from core.evaluate.inference import (
    FEWEST_DEGREES,
    FEWEST_GROUPS,
    Effect,
    joint_quantile,
    quantile_of,
)
from core.evaluate.predictions import Predictions
from core.evaluate.variance import lay_out, measure_variance
from core.evaluate.world import World
from core.progress import Progress, silent

STAGE = "bringing scores to the shares outside"

Numbers = NDArray[np.float64]

_LEAST_SCORE = 1e-5  # half precision has 0 for what is less
_STRENGTHS = (0.05, 20.0)  # of scores: one over the temperature
_SPREAD = 2.0  # of constants that are thought of beforehand; keeps those of few images finite
_PARTS = 5  # of a test split, which has no folds
_BINS = 10
_FEWEST_IN_BIN = 5  # images


@dataclass(frozen=True)
class Bin:
    """Images whose most likely class has about the same score."""

    confidence: float  # that score, on average
    accuracy: float  # share of them that is right
    images: float  # on average over repeats


@dataclass(frozen=True)
class Reliability:
    """How far scores can be believed, in the shares outside."""

    bins: tuple[Bin, ...]  # ascending; those of few images are left out
    error: float  # how far confidence and accuracy lie apart, on average


@dataclass(frozen=True)
class CandidateCost:
    """What the decisions of one candidate cost for an image outside, on average."""

    name: str
    title: str
    cost: float  # of decisions by costs and shares
    unaided: float  # of its most likely class, by its own scores
    temperature: float  # above 1: its scores were too sure
    difference: Effect | None  # of `cost` to the baseline; None for the baseline
    before: Reliability  # of its own scores
    after: Reliability  # of those brought to the shares

    @property
    def difference_text(self) -> str:
        """Return '-0.12 (-0.2 to -0.04)', with the joint 95% interval; empty for the baseline."""
        if self.difference is None:
            return ""
        text, ends = _number(self.difference.estimate), self.difference.joint
        return text if ends is None else f"{text} ({_interval(ends)})"


@dataclass(frozen=True, eq=False)
class Decisions:
    """What all candidates would cost in a world."""

    world: World
    rows: tuple[CandidateCost, ...]  # the baseline first

    @property
    def answer(self) -> str:
        """Return which candidate costs least, and how sure that is."""
        base, best = self.rows[0], min(self.rows, key=lambda row: row.cost)
        unit = "wrong decisions per image" if self.world.counts_errors else "per image"
        if best.difference is None:
            return f"'{base.title}' costs least by estimate: {_number(base.cost)} {unit}."
        ends = best.difference.joint
        doubt = "too few images for an interval"
        if ends is not None:
            doubt = (
                f"difference {_number(best.difference.estimate)}, 95% interval {_interval(ends)}"
            )
        told = f"{_number(best.cost)} {unit} instead of {_number(base.cost)} ({doubt})"
        if ends is not None and ends[1] < 0:
            return f"'{best.title}' costs less than '{base.title}': {told}."
        return f"By estimate '{best.title}' costs least, which alone is not certain: {told}."

    @property
    def note(self) -> str:
        """Return what the figures are of."""
        shares = ", ".join(
            f"'{label}' {share:.1%}"
            for label, share in zip(self.world.classes[:8], self.world.shares[:8], strict=True)
        )
        more = "" if len(self.world.classes) <= 8 else " and so on"
        costs = "each wrong decision costs 1" if self.world.counts_errors else "costs as given"
        return (
            f"Shares outside: {shares}{more}; {costs}. A temperature and a constant for each class "
            "are fitted on the other folds, so images of a class are taken to look outside as "
            "they do here."
        )

    @property
    def lines(self) -> list[str]:
        """Return all that is said, for a terminal."""
        return [self.answer, self.note]

    def to_json(self) -> dict[str, object]:
        """Return plain values, with the sentences."""
        return {
            "shares": dict(zip(self.world.classes, self.world.shares.tolist(), strict=True)),
            "costs": self.world.costs.tolist(),
            "answer": self.answer,
            "note": self.note,
            "candidates": [records.to_json(row) for row in self.rows],
        }


def decide(
    predictions: Predictions,
    world: World,
    titles: Mapping[str, str],
    *,
    progress: Progress = silent,
) -> Decisions:
    """Return what the decisions of each candidate cost in a world.

    The estimand is the mean cost of an image outside, where classes come in the world's shares and
    images of a class are as they are here. Differences to the baseline have joint 95% intervals.

    Args:
        predictions: At least one repeat is done, the baseline among the candidates.
        world: Of the classes that are scored; one without images here must have no share.
        titles: Candidate -> what it is called.
        progress: Told of candidates done.

    Source:
        Elkan, The Foundations of Cost-Sensitive Learning, IJCAI 2001, for decisions; Guo et al.,
        ICML 2017, for temperature; Alexandari, Kundaje & Shrikumar, ICML 2020, for its constants
        under other class shares.
    """
    names = [BASELINE, *(name for name in predictions.scores if name != BASELINE)]
    weights = _image_weights(predictions, world)
    found, figures = [], []
    for place, name in enumerate(names):
        progress(STAGE, place, len(names))
        own = predictions.scores[name][predictions.done].astype(np.float64)
        scores, temperature = calibrate(predictions, name, world.shares)
        slopes = weights * world.costs[predictions.actual, (scores @ world.costs).argmin(axis=2)]
        unaided = weights * world.costs[predictions.actual, own.argmax(axis=2)]
        figures.append(slopes)
        found.append((
            float(slopes.sum(axis=1).mean()), float(unaided.sum(axis=1).mean()), temperature,
            measure_reliability(own, predictions.actual, weights),
            measure_reliability(scores, predictions.actual, weights),
        ))  # fmt: skip
    progress(STAGE, len(names), len(names))
    effects = [None, *_effects(predictions, world, np.array(figures)[1:] - figures[0])]
    return Decisions(
        world,
        tuple(
            CandidateCost(name, titles.get(name, name), cost, unaided, heat, effect, before, after)
            for name, effect, (cost, unaided, heat, before, after) in zip(
                names, effects, found, strict=True
            )
        ),
    )


def calibrate(predictions: Predictions, candidate: str, shares: Numbers) -> tuple[Numbers, float]:
    """Return (D, N, C) scores as they would be with classes in `shares`, and the temperature.

    Scores of a fold are brought there by what the other folds of its repeat have shown; those of a
    test split by what its other fifths have. The temperature is the geometric mean over folds.
    """
    done, count = predictions.done, len(predictions.classes)
    logs = np.log(np.maximum(predictions.scores[candidate][done].astype(float), _LEAST_SCORE))
    sizes = np.bincount(predictions.actual, minlength=count)
    weights = (shares / np.maximum(sizes, 1))[predictions.actual] * sizes.sum()
    scores, strengths = np.empty_like(logs), []
    start = np.append(1.0, np.log(np.maximum(shares, 1e-6) / np.maximum(sizes / sizes.sum(), 1e-6)))
    start[1:] -= start[1:].mean()
    for place, is_scored in _folds(predictions):
        others = ~is_scored
        found = _fit(logs[place, others], predictions.actual[others], weights[others], start)
        scores[place, is_scored] = _softmax(found[0] * logs[place, is_scored] + found[1:])
        strengths.append(found[0])
    return scores, float(np.exp(-np.log(strengths).mean()))


def measure_reliability(
    scores: Numbers, actual: NDArray[np.intp], weights: NDArray[np.float64]
) -> Reliability:
    """Return how often the most likely class is right, by how likely it was said to be.

    Args:
        scores: (D, N, C) rows sum to 1.
        actual: (N,) places of the classes.
        weights: (N,) what an image counts; they sum to 1.
    """
    confidence = scores.max(axis=2)
    is_right = scores.argmax(axis=2) == actual
    counted = np.broadcast_to(weights, confidence.shape)
    places = np.minimum((confidence * _BINS).astype(int), _BINS - 1).ravel()

    def sums(values: Numbers) -> Numbers:
        return np.bincount(places, values.ravel(), _BINS) / len(scores)

    mass, sure, right = sums(counted), sums(counted * confidence), sums(counted * is_right)
    images = sums(np.ones(confidence.shape))
    bins = tuple(
        Bin(float(sure[one] / mass[one]), float(right[one] / mass[one]), float(images[one]))
        for one in range(_BINS)
        if images[one] >= _FEWEST_IN_BIN and mass[one] > 0
    )
    return Reliability(bins, float(np.abs(sure - right).sum()))


def _image_weights(predictions: Predictions, world: World) -> Numbers:
    """Return (N,) what an image counts outside; they sum to 1."""
    sizes = np.bincount(predictions.actual, minlength=len(world.classes))
    shares = world.shares * (sizes > 0)
    return np.asarray((shares / shares.sum() / np.maximum(sizes, 1))[predictions.actual], float)


def _effects(predictions: Predictions, world: World, slopes: Numbers) -> list[Effect]:
    """Return the mean of (K, D, N) differences in cost, with joint intervals."""
    if not len(slopes):
        return []
    layout = lay_out(predictions)
    object.__setattr__(layout, "weights", world.shares)
    variance = measure_variance(layout, slopes)
    estimates = slopes.sum(axis=2).mean(axis=1)
    spreads = np.sqrt(np.maximum(np.diag(variance.total), 0))
    is_told = (
        (spreads > 0) & (variance.degrees >= FEWEST_DEGREES) & (layout.group_count >= FEWEST_GROUPS)
    )
    members = np.flatnonzero(is_told)
    degrees = float(np.median(variance.degrees[members])) if len(members) else np.inf
    joint = joint_quantile(variance.total[np.ix_(members, members)], degrees)
    effects = []
    for place, estimate in enumerate(estimates.tolist()):
        if not is_told[place]:
            effects.append(Effect(estimate))
            continue
        alone = quantile_of(float(variance.degrees[place]))
        single, wide = (reach * float(spreads[place]) for reach in (alone, max(alone, joint)))
        effects.append(
            Effect(
                estimate, (estimate - single, estimate + single), (estimate - wide, estimate + wide)
            )
        )
    return effects


def _folds(predictions: Predictions) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """Yield of each repeat done its place, and (N,) which images one fold of it scores."""
    parts = np.unique(predictions.groups, return_inverse=True)[1] % _PARTS
    for place, repeat in enumerate(predictions.done):
        folds = parts if predictions.is_held_out else predictions.runs[repeat]
        for fold in np.unique(folds):
            yield place, folds == fold


def _fit(logs: Numbers, actual: NDArray[np.intp], weights: Numbers, start: Numbers) -> Numbers:
    """Return (1 + C,) strength and constants with the least weighted log loss."""
    from scipy.optimize import minimize

    rows, total = np.arange(len(actual)), weights.sum()

    def loss(found: Numbers) -> tuple[float, Numbers]:
        scores = _softmax(found[0] * logs + found[1:])
        own = np.maximum(scores[rows, actual], 1e-300)
        apart = found[1:] - start[1:]
        value = -(weights @ np.log(own)) / total + (apart @ apart) / (2 * _SPREAD**2 * len(rows))
        scores[rows, actual] -= 1
        scores *= weights[:, None] / total
        by_constant = scores.sum(axis=0) + apart / (_SPREAD**2 * len(rows))
        return float(value), np.append((scores * logs).sum(), by_constant)

    bounds = [_STRENGTHS, *[(None, None)] * (len(start) - 1)]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x, float)


def _softmax(values: Numbers) -> Numbers:
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float64)


def _interval(ends: tuple[float, float]) -> str:
    return f"{_number(ends[0])} to {_number(ends[1])}"


def _number(value: float) -> str:
    """Return three figures; what rounds to nothing has no sign."""
    return f"{round(value, 6) + 0.0:.3g}"
