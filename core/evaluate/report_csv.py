"""A comparison as CSV, for other programs."""

import csv
from io import StringIO

from core.evaluate.inference import Effect
from core.evaluate.metrics import METRICS
from core.evaluate.report import EvaluationReport, StrategyResult

COLUMNS = (
    "strategy",
    "title",
    "figure",
    "label",
    "value",
    "low",
    "high",
    "difference",
    "difference_low",
    "difference_high",
    "outcome",
    "resampled_before_split",
)


def to_csv(report: EvaluationReport) -> str:
    """Return a line for each strategy and figure; figures of a class name its label.

    Values are shares, not per cent: 0.01 is one point; an end that there is not is left empty.
    `calibration_by_chance` is the calibration error that perfect scores would show of so many
    images, `seconds` are those of a fold, `files` those that a strategy adds, or leaves out below
    0.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in report.strategies:
        for metric in METRICS:
            writer.writerow(_line(row, metric))
        for one in row.classes:
            writer.writerow(_share(row, "recall", one.label, one.recall, one.recall_gain))
        for one in row.classes:
            writer.writerow(_share(row, "precision", one.label, one.precision, one.precision_gain))
        by_chance = _number(row.calibration_by_chance)
        writer.writerow([row.name, row.title, "calibration_by_chance", "", by_chance])
        writer.writerow([row.name, row.title, "seconds", "", f"{row.seconds:.3f}"])
        writer.writerow([row.name, row.title, "files", "", row.files])
    return text.getvalue()


def _line(row: StrategyResult, metric: str) -> list[str]:
    change = (row.difference or {}).get(metric)
    told = [""] * 4
    if change is not None:
        told = [*map(_number, (change.mean, change.low, change.high)), change.outcome.value]
    leaky = None if row.leaky is None else row.leaky[metric]
    value = _number(row.metrics[metric])
    return [row.name, row.title, metric, "", value, "", "", *told, _number(leaky)]


def _share(row: StrategyResult, figure: str, label: str, share: Effect, gain: Effect) -> list[str]:
    """Return the line of a class: each interval is of this figure alone."""
    ends = [*(share.single or (None, None)), gain.estimate, *(gain.single or (None, None))]
    told = [_number(share.estimate), *map(_number, ends)]
    return [row.name, row.title, figure, label, *told, "", ""]


def _number(value: float | None) -> str:
    """Return six places; what rounds to nothing has no sign, what there is not is empty."""
    return "" if value is None else f"{round(value, 6) + 0.0:.6f}"
