"""What a comparison of strategies found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from core import records
from core.arrays import freeze
from core.evaluate.head import Epoch
from core.evaluate.intervals import mean_interval
from core.evaluate.metrics import METRICS, Confusion, precisions, recalls
from core.resample import Settings
from core.words import signed

BASELINE = "none"  # every other row is compared with it
FLOOR = "largest_class"  # learns nothing
VERSION = 2  # of a report in a file

_NO_WIDTH = 1e-9  # below that, values differ by rounding alone


class Outcome(StrEnum):
    """What a difference to doing nothing comes to; the values are shown."""

    BETTER = "better"
    SAME = "no measurable difference"
    WORSE = "worse"


@dataclass(frozen=True)
class MetricSummary:
    """A metric over folds: mean, 95% interval within its range, and the value of each fold."""

    mean: float
    low: float
    high: float
    values: tuple[float, ...]
    gaps: tuple[float, ...] = ()  # of all runs; see `Run`


@dataclass(frozen=True)
class Difference:
    """How much higher a metric is, fold by fold, than without balancing; 0.01 is one point.

    The 95% intervals of all strategies hold together.
    """

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        """Return '+4.2 (-0.6 to +9.0)', in points."""
        return f"{signed(100 * self.mean)} ({self.interval})"

    @property
    def interval(self) -> str:
        """Return '-0.6 to +9.0', in points; one that leaves 0 out never reads as if it did not."""
        ends = (100 * self.low, 100 * self.high)
        return " to ".join(signed(end, is_apart=self.is_measurable) for end in ends)

    @property
    def is_measurable(self) -> bool:
        """Return whether the 95% interval leaves 0 out."""
        return self.low > 0 or self.high < 0

    @property
    def has_width(self) -> bool:
        """Return whether the difference varies: one that is always the same tells no certainty."""
        return self.high - self.low > _NO_WIDTH


@dataclass(frozen=True, eq=False)
class StrategyResult:
    """One row of the comparison."""

    name: str
    title: str
    metrics: Mapping[str, MetricSummary]
    difference: Mapping[str, Difference] | None  # None for the baseline itself
    recall: Mapping[str, float]  # label -> share recognised, over all folds
    precision: Mapping[str, float]  # label -> share of predictions of it that are right
    confusion: records.WholeNumbers  # (C, C) over all folds: each image counts once per repeat
    seconds: float = 0.0  # to balance, learn and score, in one fold
    files: int = 0  # that it adds to the training images, or below 0 leaves out
    curves: tuple[tuple[Epoch, ...], ...] = ()  # of a network, for each fold
    leaky: Mapping[str, float] | None = None  # what resampling before splitting would report

    def __post_init__(self) -> None:
        freeze(self, "confusion")

    def outcome(self, metric: str) -> Outcome:
        """Return what the difference in `metric` comes to; nothing, for the baseline."""
        if self.difference is None or not self.difference[metric].is_measurable:
            return Outcome.SAME
        is_higher = self.difference[metric].mean > 0
        return Outcome.WORSE if is_higher == METRICS[metric].is_error else Outcome.BETTER

    def flattery(self, metric: str) -> float:
        """Return by how much resampling before splitting makes `metric` seem better than it is."""
        if self.leaky is None:
            return 0.0
        above = self.leaky[metric] - self.metrics[metric].mean
        return -above if METRICS[metric].is_error else above


@dataclass(frozen=True, eq=False)
class EvaluationReport:
    """A comparison of strategies on images that no strategy saw."""

    strategies: tuple[StrategyResult, ...]  # the baseline first, the floor last
    classes: tuple[str, ...]  # the classes scored, in name order: axes of the confusions
    metric: str  # the one that matters to the person
    verdict: str  # what to take home by that metric, for people
    notes: tuple[str, ...]  # what to know about the comparison, for people
    folds: int
    repeats: int
    images: int  # scored, each once per repeat
    settings: Mapping[str, Settings]  # strategy -> every setting of it
    seed: int
    encoder: str
    head: str
    spread_share: float  # see `subtract`
    is_held_out: bool = False  # scored on the test split as it came, not on folds

    @property
    def asked(self) -> int:
        """Return how many strategies were to be compared, the baseline included."""
        return len(self.settings)

    @property
    def done(self) -> int:
        """Return how many were, the baseline included; fewer when the person has cancelled."""
        return sum(row.name != FLOOR for row in self.strategies)

    def to_json(self) -> dict[str, Any]:
        """Return plain values, which `read_report` of `core.evaluate.report_file` reads."""
        plain = records.to_json(self, VERSION)
        # Not read again: for other programs, which need not know how these follow from the rest.
        plain |= {"asked": self.asked, "done": self.done}
        for row, result in zip(plain["strategies"], self.strategies, strict=True):
            outcomes = {metric: result.outcome(metric).value for metric in METRICS}
            row["outcome"] = None if result.difference is None else outcomes
        return plain


@dataclass(frozen=True, eq=False)
class Run:
    """One strategy in one fold."""

    confusion: Confusion
    values: Mapping[str, float]  # metric -> on the test side
    seconds: float = 0.0
    change: float = 0.0  # pieces added, as a share of the images learned from
    curve: tuple[Epoch, ...] = ()
    # Metric -> by how much it changes on test images drawn again with replacement, the same draws
    # for all strategies; empty on folds, which are drawn again themselves.
    gaps: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """What a row is called, and its runs."""

    name: str
    title: str
    runs: Sequence[Run]
    leaky: Mapping[str, float] | None = None


def summarise(
    rows: Sequence[Row],
    *,
    classes: tuple[str, ...],
    spread_share: float,
    rivals: int,
    images: int,
) -> tuple[StrategyResult, ...]:
    """Return a result for each row; the first is the baseline.

    Args:
        rows: Runs of each strategy, the folds in the same order for all.
        classes: The C labels.
        spread_share: See `subtract`.
        rivals: How many strategies are compared with the baseline.
        images: That strategies are to balance, in all folds together.
    """
    baseline = rows[0].runs
    results = []
    for row in rows:
        pooled = sum((run.confusion for run in row.runs[1:]), start=row.runs[0].confusion.copy())
        difference = {
            metric: subtract(
                row.runs, baseline, metric, spread_share=spread_share, comparisons=rivals
            )
            for metric in METRICS
        }
        results.append(
            StrategyResult(
                row.name,
                row.title,
                {metric: _summary(row.runs, metric, spread_share) for metric in METRICS},
                None if row.name == BASELINE else difference,
                dict(zip(classes, recalls(pooled), strict=True)),
                dict(zip(classes, precisions(pooled), strict=True)),
                pooled,
                float(np.mean([run.seconds for run in row.runs])),
                round(float(np.mean([run.change for run in row.runs])) * images),
                tuple(run.curve for run in row.runs if run.curve),
                row.leaky,
            )
        )
    return tuple(results)


def subtract(
    runs: Sequence[Run],
    others: Sequence[Run],
    metric: str,
    *,
    spread_share: float,
    comparisons: int = 1,
) -> Difference:
    """Return how much higher `metric` is than with `others`, in the same folds, fold by fold.

    `spread_share` is the `test_share` of `mean_interval`.
    """
    pairs = zip(runs, others, strict=True)
    gaps = zip(_gaps(runs, metric), _gaps(others, metric), strict=True)
    mean, low, high = mean_interval(
        [run.values[metric] - other.values[metric] for run, other in pairs],
        gaps=[gap - other for gap, other in gaps],
        test_share=spread_share,
        comparisons=comparisons,
    )
    widest = 1 - METRICS[metric].lowest  # from the worst to the best; t knows nothing of ends
    return Difference(mean, max(-widest, low), min(widest, high))


def _summary(runs: Sequence[Run], metric: str, spread_share: float) -> MetricSummary:
    values = [run.values[metric] for run in runs]
    gaps = _gaps(runs, metric)
    mean, low, high = mean_interval(values, gaps=gaps, test_share=spread_share)
    lowest = METRICS[metric].lowest
    return MetricSummary(mean, max(lowest, low), min(1.0, high), tuple(values), tuple(gaps))


def _gaps(runs: Sequence[Run], metric: str) -> list[float]:
    return [gap for run in runs for gap in run.gaps.get(metric, ())]
