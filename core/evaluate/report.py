"""What a comparison found: figures, intervals and outcomes, all of them from its predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from core import records
from core.arrays import freeze
from core.evaluate.candidates import BASELINE, Candidate
from core.evaluate.experiment import Experiment
from core.evaluate.head import Epoch
from core.evaluate.inference import Effect, infer
from core.evaluate.influence import measure_figure
from core.evaluate.metrics import METRICS, count_confusion, precisions, recalls
from core.evaluate.predictions import Predictions
from core.evaluate.result_notes import write_result_notes
from core.resample import Settings
from core.words import signed

FLOOR = "largest_class"  # learns nothing
VERSION = 3  # of a report in a file
# Not read again: for other programs, which need not know how these follow from the rest.
TOLD = ("verdict", "asked", "done")

_FLOOR_TITLE = "Always the largest class"
# Of these the contrast is made that is fixed beforehand: does rebalancing help?
REBALANCERS = ("class_weights", "logit_adjustment", "random_oversampling", "smote")


class Outcome(StrEnum):
    """What a difference to doing nothing comes to; the values are shown."""

    SAME = "practically the same"
    BETTER = "better"
    WORSE = "worse"
    UNKNOWN = "cannot tell"
    IDENTICAL = "identical here"


@dataclass(frozen=True)
class Difference:
    """How much higher a metric is than without balancing; 0.01 is one point.

    The 95% intervals of all candidates that were asked for hold together.
    """

    mean: float
    low: float | None  # None: no interval can be given
    high: float | None
    outcome: Outcome
    found: float | None = None  # the true difference that would be found in 80% of cases

    def __str__(self) -> str:
        """Return '+4.2 (-0.6 to +9.0)', in points."""
        interval = self.interval
        return f"{signed(100 * self.mean)} ({interval})" if interval else signed(100 * self.mean)

    @property
    def interval(self) -> str:
        """Return '-0.6 to +9.0', in points; one that leaves 0 out never reads as if it did not."""
        if self.low is None or self.high is None:
            return ""
        is_apart = self.low > 0 or self.high < 0
        return " to ".join(signed(100 * end, is_apart=is_apart) for end in (self.low, self.high))


@dataclass(frozen=True, eq=False)
class StrategyResult:
    """One row of the comparison."""

    name: str
    title: str
    metrics: Mapping[str, float]  # over all scored images of a repeat, averaged over repeats
    difference: Mapping[str, Difference] | None  # None for the baseline and the floor
    recall: Mapping[str, float]  # label -> share recognised, over all repeats
    precision: Mapping[str, float]  # label -> share of predictions of it that are right
    confusion: records.WholeNumbers  # (C, C) over all repeats: each image counts once in each
    seconds: float = 0.0  # to balance, learn and score, in one fold
    files: int = 0  # that it adds to the training images, or below 0 leaves out
    curves: tuple[tuple[Epoch, ...], ...] = ()  # of a network, for each fold
    leaky: Mapping[str, float] | None = None  # what resampling before splitting would report

    def __post_init__(self) -> None:
        freeze(self, "confusion")

    def outcome(self, metric: str) -> Outcome | None:
        """Return what the difference in `metric` comes to; None for the baseline."""
        return None if self.difference is None else self.difference[metric].outcome

    def flattery(self, metric: str) -> float:
        """Return by how much resampling before splitting makes `metric` seem better than it is."""
        if self.leaky is None:
            return 0.0
        above = self.leaky[metric] - self.metrics[metric]
        return -above if METRICS[metric].is_error else above


@dataclass(frozen=True, eq=False)
class EvaluationReport:
    """A comparison of candidates on images that none of them saw."""

    strategies: tuple[StrategyResult, ...]  # the baseline first, the floor last
    classes: tuple[str, ...]  # the classes scored, in name order: axes of the confusions
    metric: str  # the one that matters to the person
    margin: float  # a difference below which two candidates are as good
    verdicts: Mapping[str, str]  # metric -> what to take home, for people
    notes: tuple[str, ...]  # what to know about the comparison, for people
    folds: int
    repeats: int  # done by all
    asked_repeats: int
    images: int  # scored, each once per repeat
    settings: Mapping[str, Settings]  # candidate that was asked for -> every setting of it
    seed: int
    encoder: str
    head: str
    is_held_out: bool = False  # scored on the test split as it came, not on folds

    @property
    def verdict(self) -> str:
        """Return what to take home by the metric that matters."""
        return self.verdicts[self.metric]

    @property
    def asked(self) -> int:
        """Return how many candidates were to be compared, the baseline included."""
        return len(self.settings)

    @property
    def done(self) -> int:
        """Return how many were, the baseline included; fewer when the person has cancelled."""
        return sum(row.name != FLOOR for row in self.strategies)

    @property
    def is_whole(self) -> bool:
        """Return whether all that was asked for was done."""
        return (self.done, self.repeats) == (self.asked, self.asked_repeats)

    def to_json(self) -> dict[str, Any]:
        """Return plain values, which `read_report` of `core.evaluate.report_file` reads."""
        plain = records.to_json(self, VERSION)
        return plain | {name: getattr(self, name) for name in TOLD}


@dataclass(frozen=True)
class Spent:
    """What a candidate took, over the repeats that are done."""

    seconds: float = 0.0  # in one fold
    change: float = 0.0  # pieces more than images that are learned from, as a share of them
    curves: tuple[tuple[Epoch, ...], ...] = ()


@dataclass(frozen=True, eq=False)
class Done:
    """What is known of a comparison, whole or not."""

    experiment: Experiment
    candidates: Sequence[Candidate]  # all that were asked for
    predictions: Predictions  # of those that have begun
    spent: Mapping[str, Spent]
    notes: Sequence[str]
    learned: int  # images that are learned from, in all folds together
    asked_repeats: int
    is_last: bool  # else only the metric that matters is worked out


def write_report(done: Done) -> EvaluationReport:
    """Return the report of what is done."""
    experiment, predictions = done.experiment, done.predictions
    metrics = list(METRICS) if done.is_last else [experiment.metric]
    rivals = [name for name in predictions.scores if name != BASELINE]
    differences: dict[str, dict[str, Difference]] = {name: {} for name in rivals}
    for metric in metrics:
        for name, found in _differences(done, metric, rivals).items():
            differences[name][metric] = found
    rows = [
        _row(done, candidate, metrics, differences.get(candidate.name))
        for candidate in done.candidates
        if candidate.name in predictions.scores
    ]
    return EvaluationReport(
        strategies=(*rows, _floor(done, metrics)),
        classes=predictions.classes,
        metric=experiment.metric,
        margin=experiment.margin,
        verdicts=dict.fromkeys(metrics, ""),
        notes=(
            *write_result_notes(predictions, done.candidates, done.asked_repeats),
            *done.notes,
        ),
        folds=int(predictions.runs.max()) + 1,
        repeats=len(predictions.runs),
        asked_repeats=done.asked_repeats,
        images=len(predictions.rows),
        settings={one.name: one.settings for one in done.candidates},
        seed=experiment.seed,
        encoder=experiment.embeddings.encoder,
        head=experiment.head.name,
        is_held_out=predictions.is_held_out,
    )


def _differences(done: Done, metric: str, rivals: Sequence[str]) -> dict[str, Difference]:
    if not rivals:
        return {}
    rebalancers = [name for name in rivals if name in REBALANCERS]
    found = infer(done.predictions, metric, rivals=rivals, rebalancers=rebalancers)
    margin, is_error = done.experiment.margin, METRICS[metric].is_error
    differences = {}
    for place, name in enumerate(rivals):
        effect = found.effect(name)
        low, high = effect.joint or (None, None)
        outcome = (
            Outcome.IDENTICAL
            if found.is_identical[place]
            else _outcome(effect.turned() if is_error else effect, margin)
        )
        differences[name] = Difference(effect.estimate, low, high, outcome, effect.found)
    return differences


def _outcome(effect: Effect, margin: float) -> Outcome:
    if -margin < effect.low and effect.high < margin:
        return Outcome.SAME
    if effect.low > 0:
        return Outcome.BETTER
    return Outcome.WORSE if effect.high < 0 else Outcome.UNKNOWN


def _row(
    done: Done,
    candidate: Candidate,
    metrics: Sequence[str],
    difference: Mapping[str, Difference] | None,
) -> StrategyResult:
    predictions, spent = done.predictions, done.spent[candidate.name]
    count = len(predictions.classes)
    labels = predictions.labels[candidate.name].astype(np.intp)
    actual = np.tile(predictions.actual, len(labels))
    confusion = count_confusion(actual, labels.ravel(), count)
    return StrategyResult(
        candidate.name,
        candidate.title,
        {name: measure_figure(predictions, candidate.name, name).mean for name in metrics},
        difference,
        dict(zip(predictions.classes, recalls(confusion), strict=True)),
        dict(zip(predictions.classes, precisions(confusion), strict=True)),
        confusion,
        spent.seconds,
        round(spent.change * done.learned),
        spent.curves,
    )


def _floor(done: Done, metrics: Sequence[str]) -> StrategyResult:
    """Return the row of a head that knows only how large the classes are."""
    whole, dataset = done.predictions, done.experiment.dataset
    counts = np.bincount(dataset.codes[dataset.training_rows], minlength=len(dataset.classes))
    codes = [dataset.classes.index(label) for label in whole.classes]
    shares = counts[codes] / counts[codes].sum()
    scores = np.tile(shares.astype(np.float16), (len(whole.runs), len(whole.rows), 1))
    alone = Predictions(
        whole.rows, whole.actual, whole.groups, whole.classes, whole.runs, {FLOOR: scores},
        whole.is_held_out,
    )  # fmt: skip
    candidate = Candidate(FLOOR, _FLOOR_TITLE, ())
    floor = Done(
        done.experiment, [], alone, {FLOOR: Spent()}, (), 0, done.asked_repeats, done.is_last
    )
    return _row(floor, candidate, metrics, None)
