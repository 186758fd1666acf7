"""A comparison as a table for other programs."""

import csv
from io import StringIO

from core.evaluate.metrics import METRICS
from core.evaluate.report import EvaluationReport, StrategyResult

COLUMNS = (
    "strategy",
    "title",
    "figure",
    "label",
    "mean",
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

    Values are shares, not per cent: 0.01 is one point. `seconds` are those of a fold, `files`
    those that a strategy adds, or leaves out below 0.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in report.strategies:
        for metric in METRICS:
            writer.writerow(_line(row, metric))
        for figure, shares in (("recall", row.recall), ("precision", row.precision)):
            for label, share in shares.items():
                writer.writerow([row.name, row.title, figure, label, f"{share:.6f}"])
        writer.writerow([row.name, row.title, "seconds", "", f"{row.seconds:.3f}"])
        writer.writerow([row.name, row.title, "files", "", row.files])
    return text.getvalue()


def _line(row: StrategyResult, metric: str) -> list[str]:
    summary, change = row.metrics[metric], (row.difference or {}).get(metric)
    values = [summary.mean, summary.low, summary.high]
    ends = ["", "", "", ""]
    if change is not None:
        ends = [f"{value:.6f}" for value in (change.mean, change.low, change.high)]
        ends.append(row.outcome(metric).value)
    leaky = "" if row.leaky is None else f"{row.leaky[metric]:.6f}"
    return [row.name, row.title, metric, "", *(f"{value:.6f}" for value in values), *ends, leaky]
