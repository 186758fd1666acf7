"""What a comparison of strategies found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.evaluate.intervals import mean_interval
from core.evaluate.metrics import METRICS, Confusion, measure, recalls
from core.resample import Settings

BASELINE = "none"  # every other row is compared with it
FLOOR = "largest_class"  # learns nothing


@dataclass(frozen=True)
class MetricSummary:
    """A metric over folds: mean, 95% interval within 0 to 1, and the value of each fold."""

    mean: float
    low: float
    high: float
    values: tuple[float, ...]


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
        return f"{100 * self.mean:+.1f} ({100 * self.low:+.1f} to {100 * self.high:+.1f})"

    @property
    def is_measurable(self) -> bool:
        """Return whether the 95% interval leaves 0 out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, eq=False)
class StrategyResult:
    """One row of the comparison."""

    name: str
    title: str
    metrics: Mapping[str, MetricSummary]
    difference: Mapping[str, Difference] | None  # None for the baseline itself
    recall: Mapping[str, float]  # label -> share recognised, over all folds
    confusion: Confusion  # (C, C) over all folds: each image counts once per repeat

    def __post_init__(self) -> None:
        self.confusion.setflags(write=False)


@dataclass(frozen=True, eq=False)
class EvaluationReport:
    """A comparison of strategies on images that no strategy saw."""

    strategies: tuple[StrategyResult, ...]  # the baseline first, the floor last
    classes: tuple[str, ...]  # the classes scored, in name order: axes of the confusions
    verdict: str  # what to take home, for people
    notes: tuple[str, ...]  # what to know about the comparison, for people
    folds: int
    repeats: int
    images: int  # scored, each once per repeat
    settings: Mapping[str, Settings]  # strategy -> every setting of it
    seed: int
    encoder: str

    def to_json(self) -> dict[str, Any]:
        """Return plain values: numbers, texts, lists and mappings of them."""
        return {
            "verdict": self.verdict,
            "notes": list(self.notes),
            "folds": self.folds,
            "repeats": self.repeats,
            "images": self.images,
            "settings": {name: dict(values) for name, values in self.settings.items()},
            "seed": self.seed,
            "encoder": self.encoder,
            "classes": list(self.classes),
            "strategies": [_plain(result) for result in self.strategies],
        }


def summarise(
    confusions: Mapping[str, list[Confusion]],
    *,
    titles: Mapping[str, str],
    classes: tuple[str, ...],
    test_share: float,
) -> tuple[StrategyResult, ...]:
    """Return a row per strategy from the confusion of each fold.

    Args:
        confusions: Strategy -> one (C, C) per fold, in the same order for all.
        titles: Strategy -> its name for people.
        classes: The C labels.
        test_share: Images scored on over images learned from, in a fold.
    """
    values = {
        name: {metric: [measure(confusion)[metric] for confusion in per_fold] for metric in METRICS}
        for name, per_fold in confusions.items()
    }
    rivals = max(1, len(set(confusions) - {BASELINE, FLOOR}))
    rows = []
    for name, per_fold in confusions.items():
        pooled = sum(per_fold[1:], start=per_fold[0].copy())
        difference = {
            metric: subtract(
                values[name][metric],
                values[BASELINE][metric],
                test_share=test_share,
                comparisons=rivals,
            )
            for metric in METRICS
        }
        rows.append(
            StrategyResult(
                name,
                titles[name],
                {metric: _summary(values[name][metric], test_share) for metric in METRICS},
                None if name == BASELINE else difference,
                dict(zip(classes, recalls(pooled), strict=True)),
                pooled,
            )
        )
    return tuple(rows)


def subtract(
    values: list[float] | tuple[float, ...],
    others: list[float] | tuple[float, ...],
    *,
    test_share: float,
    comparisons: int = 1,
) -> Difference:
    """Return `values` minus `others`, fold by fold; see `mean_interval`."""
    pairs = [a - b for a, b in zip(values, others, strict=True)]
    return Difference(*mean_interval(pairs, test_share=test_share, comparisons=comparisons))


def _summary(values: list[float], test_share: float) -> MetricSummary:
    mean, low, high = mean_interval(values, test_share=test_share)
    return MetricSummary(mean, max(0.0, low), min(1.0, high), tuple(values))


def _plain(result: StrategyResult) -> dict[str, Any]:
    difference = result.difference
    return {
        "name": result.name,
        "title": result.title,
        "metrics": {
            metric: {**asdict(summary), "values": list(summary.values)}
            for metric, summary in result.metrics.items()
        },
        "difference": None
        if difference is None
        else {
            metric: {**asdict(change), "is_measurable": change.is_measurable}
            for metric, change in difference.items()
        },
        "recall": dict(result.recall),
        "confusion": result.confusion.tolist(),
    }
