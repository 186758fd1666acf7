"""What differences come to: one of four outcomes each, and what to do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.evaluate.inference import REBALANCING, Choice, Effect, Inference
from core.evaluate.metrics import METRICS

MARGIN = 0.01  # a difference that matters: one point
_NEAR = 1 / 3  # of the margin: what costs less may be that far below the best estimate


class Outcome(StrEnum):
    """What a difference comes to; the values are shown."""

    SAME = "practically the same"
    BETTER = "better"
    WORSE = "worse"
    UNCLEAR = "cannot tell"
    IDENTICAL = "identical here"  # no image fares otherwise


class Basis(StrEnum):
    """What a recommendation rests on."""

    FINDING = "finding"  # rebalancing, or a candidate, is better
    LEAVE = "leave"  # a gain that matters is excluded for every candidate
    DEFAULT = "default"  # nothing can be told: what adds no files is taken


@dataclass(frozen=True)
class Standing:
    """How a candidate, or the rebalancers on average, stands to the baseline."""

    name: str
    gain: Effect  # above 0 is better, also where less of the metric is
    outcome: Outcome
    is_beyond_margin: bool  # better or worse by more than the margin


@dataclass(frozen=True)
class Doubt:
    """Where the variance of an answer comes from, in shares of it.

    The answer is the first question's or, where that is not asked, the best rival's difference.
    """

    classes: Mapping[str, float]  # the images of each class that are scored
    runs: float  # the images that are learned from
    splits: float  # how folds were drawn: more repeats would take it away


@dataclass(frozen=True)
class Conclusion:
    """What a comparison comes to by one metric: all that its sentences are made of."""

    metric: str
    margin: float
    baseline: str
    first: Standing | None  # does rebalancing help? None where no rebalancer takes part
    standings: tuple[Standing, ...]  # of the rivals
    best: str  # by estimate; the baseline takes part
    recommended: str  # the cheapest of those whose estimate is near the best
    basis: Basis
    beside: Mapping[str, Effect]  # other -> by how much the recommended one is better
    as_good: tuple[str, ...]  # differ from the recommended one by less than the margin
    doubt: Doubt
    small_classes: tuple[str, ...]  # too few groups: averages over classes are rough

    @property
    def largest_gain(self) -> float:
        """Return the largest gain over the baseline that is not excluded; infinity if any is."""
        differing = (one for one in self.standings if one.outcome is not Outcome.IDENTICAL)
        return max((one.gain.high for one in differing), default=0.0)

    @property
    def is_rough(self) -> bool:
        """Return whether a class counts in the average though hardly anything is known of it."""
        return bool(self.small_classes)

    def standing(self, name: str) -> Standing | None:
        """Return how a candidate stands; None for the baseline."""
        return next((one for one in self.standings if one.name == name), None)


def outcome_of(gain: Effect, margin: float) -> Outcome:
    """Return what a gain comes to, by its joint interval."""
    if -margin < gain.low and gain.high < margin:
        return Outcome.SAME
    if gain.low > 0:
        return Outcome.BETTER
    return Outcome.WORSE if gain.high < 0 else Outcome.UNCLEAR


def stand(inference: Inference, name: str, margin: float) -> Standing:
    """Return how a member of the family stands to the baseline."""
    gain = inference.effect(name)
    if METRICS[inference.metric].is_error:
        gain = gain.turned()
    if inference.is_identical[inference.names.index(name)]:
        return Standing(name, gain, Outcome.IDENTICAL, is_beyond_margin=False)
    is_beyond = gain.low > margin or gain.high < -margin
    return Standing(name, gain, outcome_of(gain, margin), is_beyond)


def conclude(
    inference: Inference,
    classes: Sequence[str],
    *,
    cheapest_first: Sequence[str],
    adds_files: Collection[str] = (),
    margin: float = MARGIN,
) -> Conclusion:
    """Return what the differences come to.

    Args:
        inference: Differences to the baseline.
        classes: The C classes that are scored.
        cheapest_first: The rivals and the baseline, by what they cost a person.
        adds_files: Those that need new files: never a default.
        margin: The difference that matters, above 0.
    """
    standings = {name: stand(inference, name, margin) for name in inference.names}
    rivals = tuple(standings[name] for name in inference.rivals)
    basis = _basis_of(standings, margin)
    names = [*inference.rivals, inference.baseline]
    ranks = np.array([cheapest_first.index(name) for name in names], np.float64)
    if basis is Basis.DEFAULT:
        ranks[[name in adds_files for name in names]] = np.inf
    if basis is Basis.LEAVE:
        ranks[:-1] = np.inf
    gains = np.append([one.gain.estimate for one in rivals], 0.0)
    sign = -1.0 if METRICS[inference.metric].is_error else 1.0
    choose = _cheapest_near_best(sign, ranks, _NEAR * margin)
    beside = {
        name: effect if sign > 0 else effect.turned()
        for name, effect in inference.against(choose).items()
    }
    return Conclusion(
        inference.metric,
        margin,
        inference.baseline,
        standings.get(REBALANCING),
        rivals,
        names[int(gains.argmax())],
        names[int(choose(sign * gains[None])[0])],
        basis,
        beside,
        tuple(name for name, one in beside.items() if -margin < one.low and one.high < margin),
        _doubt(inference, classes, gains),
        tuple(classes[code] for code in inference.small_classes),
    )


def _doubt(inference: Inference, classes: Sequence[str], gains: NDArray[np.float64]) -> Doubt:
    names = inference.names
    if not names:
        return Doubt({}, 0.0, 0.0)
    place = names.index(REBALANCING) if REBALANCING in names else int(gains[:-1].argmax())
    variance = float(inference.covariance[place, place])
    return Doubt(
        dict(zip(classes, inference.class_shares[place].tolist(), strict=True)),
        float(inference.run_shares[place]),
        float(inference.split_noise[place]) / variance if variance > 0 else 0.0,
    )


def _basis_of(standings: Mapping[str, Standing], margin: float) -> Basis:
    differing = [
        one
        for name, one in standings.items()
        if name != REBALANCING and one.outcome is not Outcome.IDENTICAL
    ]
    # Where all are the same on these images, nothing is known of others.
    if differing and all(one.gain.high < margin for one in differing):
        return Basis.LEAVE
    is_better = any(one.outcome is Outcome.BETTER for one in standings.values())
    return Basis.FINDING if is_better else Basis.DEFAULT


def _cheapest_near_best(sign: float, ranks: NDArray[np.float64], reach: float) -> Choice:
    """Return how the recommended candidate is chosen from estimates in the metric's units."""
    is_open = np.isfinite(ranks)

    def choose(estimates: NDArray[np.float64]) -> NDArray[np.intp]:
        gains = np.where(is_open, sign * estimates, -np.inf)
        is_near = gains >= gains.max(axis=1, keepdims=True) - reach
        return np.asarray(np.where(is_near, ranks, np.inf).argmin(axis=1), np.intp)

    return choose
