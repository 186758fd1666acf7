"""What a comparison found: figures, intervals and outcomes, all of them from its predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import records
from core.arrays import freeze
from core.evaluate.answer import Verdict, write_answer
from core.evaluate.candidates import BASELINE, Candidate
from core.evaluate.experiment import Experiment
from core.evaluate.head import Epoch
from core.evaluate.inference import Inference, infer
from core.evaluate.influence import chance_calibration, measure_figure
from core.evaluate.metrics import METRICS, count_confusion
from core.evaluate.outcomes import Conclusion, Outcome, conclude
from core.evaluate.per_class import ClassFigures, measure_classes
from core.evaluate.predictions import Predictions
from core.evaluate.result_notes import write_result_notes
from core.evaluate.wrong_images import count_wrong
from core.resample import Settings
from core.words import count_of, signed

FLOOR = "largest_class"  # learns nothing
VERSION = 3  # of a report in a file
# Not read again: for other programs, which need not know how these follow from the rest.
TOLD = ("verdict", "asked", "done")
BESIDE = ("more_images", "decisions")  # what a command writes into the same file

_FLOOR_TITLE = "Always the largest class"
# Of those that take part the contrast is made that is fixed beforehand: does rebalancing help?
REBALANCERS = ("class_weights", "logit_adjustment", "random_oversampling", "smote")


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
    classes: tuple[ClassFigures, ...]  # of each class that is scored
    confusion: records.WholeNumbers  # (C, C) over all repeats: each image counts once in each
    seconds: float = 0.0  # to balance, learn and score, in one fold
    files: int = 0  # that it adds to the training images, or below 0 leaves out
    curves: tuple[tuple[Epoch, ...], ...] = ()  # of a network, for each fold
    leaky: Mapping[str, float] | None = None  # what resampling before splitting would report
    # The calibration error that perfect scores would show of so many images; None: not measured
    calibration_by_chance: float | None = None
    # (P, 4) which images were taken for which class, and in how many repeats: see `wrong_images`.
    wrong: records.WholeNumbers = field(default_factory=lambda: np.empty((0, 4), np.intp))

    def __post_init__(self) -> None:
        if not self.wrong.size:  # a file has nothing in place of no rows
            object.__setattr__(self, "wrong", np.empty((0, 4), np.intp))
        freeze(self, "confusion", "wrong")

    @property
    def recall(self) -> dict[str, float]:
        """Return label -> share recognised."""
        return {one.label: one.recall.estimate for one in self.classes}

    @property
    def precision(self) -> dict[str, float]:
        """Return label -> share of predictions of it that are right."""
        return {one.label: one.precision.estimate for one in self.classes}

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
    verdicts: Mapping[str, Verdict]  # metric -> what to take home, for people
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
    uses_policy: bool = False  # augmented pictures were learned from

    @property
    def verdict(self) -> str:
        """Return what to take home by the metric that matters."""
        return self.answer(self.metric)

    def answer(self, metric: str) -> str:
        """Return what to take home by a metric."""
        return f"{self.so_far}{self.verdicts[metric]}"

    def headline(self, metric: str) -> str:
        """Return the beginning of it: does rebalancing help, what to do, and at what price."""
        verdict = self.verdicts[metric]
        parts = (verdict.first, verdict.recommendation, verdict.price)
        return f"{self.so_far}{' '.join(filter(None, parts))}"

    @property
    def wrong(self) -> dict[str, NDArray[np.intp]]:
        """Return candidate -> which images it gets wrong; the floor learns nothing."""
        return {row.name: row.wrong for row in self.strategies if row.name != FLOOR}

    @property
    def so_far(self) -> str:
        """Return 'After 1 of 10 repeats: ', or nothing where all is done."""
        told = [
            f"{found} of {count_of(asked, noun)}"
            for found, asked, noun in (
                (self.repeats, self.asked_repeats, "repeat"),
                (self.done, self.asked, "candidate"),
            )
            if found < asked
        ]
        return f"After {' and '.join(told)}: " if told else ""

    @property
    def progress(self) -> str:
        """Return 'So far: 2 of 4 strategies, 1 of 10 repeats'."""
        return (
            f"So far: {self.done} of {count_of(self.asked, 'strategy')}, "
            f"{self.repeats} of {count_of(self.asked_repeats, 'repeat')}"
        )

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

    def best(self, metric: str) -> str | None:
        """Return the candidate whose estimate is the best; None where nothing is compared."""
        sign = -1 if METRICS[metric].is_error else 1
        gains = {
            row.name: sign * row.difference[metric].mean
            for row in self.strategies
            if row.difference is not None
        }
        return max(gains, key=gains.__getitem__) if gains else None

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
    leaky: Mapping[str, Mapping[str, float]]  # candidate -> what resampling first would report
    edited: Predictions | None = None  # of the images as they were edited, where they were

    def summary(self) -> EvaluationReport:
        """Return the report by the metric that matters alone, and of no single class: quickly."""
        return _write(self, [self.experiment.metric], has_classes=False)

    def report(self) -> EvaluationReport:
        """Return the whole report."""
        return _write(self, list(METRICS), has_classes=True)

    def conclusion(self, metric: str) -> Conclusion:
        """Return what the differences come to by one metric, before it is put into words."""
        return _infer(self, metric)[1]

    def files_of(self, name: str) -> int:
        """Return how many files a candidate adds to the training images, or below 0 leaves out."""
        return round(self.spent[name].change * self.learned)


def _write(done: Done, metrics: Sequence[str], *, has_classes: bool) -> EvaluationReport:
    experiment, predictions = done.experiment, done.predictions
    found = {metric: _infer(done, metric) for metric in metrics}
    rows = [
        _row(
            done,
            candidate,
            metrics,
            has_classes,
            None if candidate.name == BASELINE else _differences(candidate.name, found),
        )
        for candidate in done.candidates
        if candidate.name in predictions.scores
    ]
    titles = {one.name: one.title for one in done.candidates}
    classes = {row.name: row.classes for row in rows}
    return EvaluationReport(
        strategies=(*rows, _floor(done, metrics, has_classes)),
        classes=predictions.classes,
        metric=experiment.metric,
        margin=experiment.margin,
        verdicts={
            metric: write_answer(
                conclusion,
                titles,
                classes.get(conclusion.recommended, ()),
                classes.get(BASELINE, ()),
            )
            for metric, (_, conclusion) in found.items()
        },
        notes=(
            *_edited_notes(done, found[experiment.metric]),
            *write_result_notes(predictions, done.candidates, done.asked_repeats), *done.notes,
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
        uses_policy=any(
            part.needs_pictures(head_takes_pictures=experiment.head.learns_from_pictures)
            for one in done.candidates
            for part in one.parts
        ),
    )  # fmt: skip


def _edited_notes(done: Done, found: tuple[Inference, Conclusion]) -> list[str]:
    """Return the second figure of images that were edited: it may flatter, the first does not."""
    if done.edited is None or not len(done.edited.rows):
        return []
    metric, conclusion = done.experiment.metric, found[1]
    _, other = _infer(replace(done, predictions=done.edited), metric)
    shares = [
        f"{100 * measure_figure(one, BASELINE, metric).mean:.1f} %"
        for one in (done.predictions, done.edited)
    ]
    text = (
        "Scores are of the original images: each that can be read, with its first label. What was "
        "left out or relabelled acts on what is learned from. 'None' has "
        f"{METRICS[metric].words} of {shares[0]} so, and of {shares[1]} on the images as edited, "
        "which alone is no sign of a better model. Edits by hand cannot be made again in each fold."
    )
    outcomes = [None if one.first is None else one.first.outcome for one in (conclusion, other)]
    if outcomes[0] is outcomes[1] and conclusion.recommended == other.recommended:
        return [text]
    titles = {one.name: one.title for one in done.candidates}
    verdict = write_answer(other, titles)
    return [
        text,
        "By the images as edited the answer would be another one: "
        f"{verdict.first} {verdict.recommendation}",
    ]


def _infer(done: Done, metric: str) -> tuple[Inference, Conclusion]:
    """Return the differences to doing nothing by one metric, and what they come to."""
    names = list(done.predictions.scores)
    rivals = [name for name in names if name != BASELINE]
    rebalancers = [name for name in rivals if name in REBALANCERS]
    inference = infer(done.predictions, metric, rivals=rivals, rebalancers=rebalancers)
    files = {name: done.files_of(name) for name in names}
    # What an export changes has to be kept and learned from; of the rest, what was named first.
    # Seconds are not asked: the same seed is to give the same answer.
    order = sorted(names, key=lambda name: (name != BASELINE, abs(files[name]), names.index(name)))
    conclusion = conclude(
        inference,
        done.predictions.classes,
        cheapest_first=order,
        adds_files=[name for name in names if files[name] > 0],
        margin=done.experiment.margin,
    )
    return inference, conclusion


def _differences(
    name: str, found: Mapping[str, tuple[Inference, Conclusion]]
) -> dict[str, Difference]:
    differences = {}
    for metric, (inference, conclusion) in found.items():
        effect, standing = inference.effect(name), conclusion.standing(name)
        assert standing is not None
        low, high = effect.joint or (None, None)
        differences[metric] = Difference(effect.estimate, low, high, standing.outcome, effect.found)
    return differences


def _row(
    done: Done,
    candidate: Candidate,
    metrics: Sequence[str],
    has_classes: bool,
    difference: Mapping[str, Difference] | None,
) -> StrategyResult:
    predictions, spent = done.predictions, done.spent[candidate.name]
    labels = predictions.labels[candidate.name].astype(np.intp)
    actual = np.tile(predictions.actual, len(labels))
    is_told = has_classes and candidate.name != FLOOR  # which images that one gets wrong is known
    return StrategyResult(
        candidate.name,
        candidate.title,
        {name: measure_figure(predictions, candidate.name, name).mean for name in metrics},
        difference,
        measure_classes(predictions, candidate.name) if has_classes else (),
        count_confusion(actual, labels.ravel(), len(predictions.classes)),
        spent.seconds,
        done.files_of(candidate.name),
        spent.curves,
        done.leaky.get(candidate.name),
        chance_calibration(predictions, candidate.name) if "calibration_error" in metrics else None,
        count_wrong(predictions, candidate.name) if is_told else np.empty((0, 4), np.intp),
    )


def _floor(done: Done, metrics: Sequence[str], has_classes: bool) -> StrategyResult:
    """Return the row of a head that knows only how large the classes are."""
    whole, dataset = done.predictions, done.experiment.dataset
    counts = np.bincount(dataset.codes[dataset.training_rows], minlength=len(dataset.classes))
    codes = [dataset.classes.index(label) for label in whole.classes]
    shares = (counts[codes] / counts[codes].sum()).astype(np.float16)
    scores = np.broadcast_to(shares, (len(whole.runs), len(whole.rows), len(codes)))
    beside = {BASELINE: whole.scores[BASELINE], FLOOR: scores}
    floor = replace(done, predictions=replace(whole, scores=beside), spent={FLOOR: Spent()})
    return _row(floor, Candidate(FLOOR, _FLOOR_TITLE, ()), metrics, has_classes, None)
