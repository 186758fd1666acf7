"""Which plan of an export a row of a comparison is, and what was found of a plan."""

from collections.abc import Mapping

from core.evaluate.candidates import AS_PICTURES, Candidate, Part, parse_candidate
from core.evaluate.metrics import METRICS
from core.evaluate.report import FLOOR, EvaluationReport, StrategyResult
from core.resample import BalancePlan, Settings, plan_counts

_WEIGHTS = "class_weights"  # every export holds those of what it holds, in a file


def plan_of_row(
    report: EvaluationReport, name: str, counts: Mapping[str, int]
) -> BalancePlan | None:
    """Return the plan that exports what a row was measured with; None where there is none.

    Args:
        report: The comparison.
        name: Of the row.
        counts: Label -> training images.
    """
    part = None if name == FLOOR else _exported_part(_candidate_of(report, name))
    if part is None:
        return None
    return plan_counts(counts, part.strategy, part.target, settings=part.settings)


def why_not_exported(report: EvaluationReport, name: str) -> str:
    """Return in a few words why a row has no plan; nothing where it has one."""
    if name == FLOOR:
        return "learns nothing"
    candidate = _candidate_of(report, name)
    if _exported_part(candidate) is not None:
        return ""
    if candidate.rule is not None:
        return "changes the model, not the images"
    return "more than one strategy" if len(candidate.parts) > 1 else "set it on Augment"


def rows_of_plan(report: EvaluationReport, plan: BalancePlan) -> list[StrategyResult]:
    """Return the rows that were measured with a plan's settings; one that an export writes first.

    Of SMOTE there may be two: what learns from the pictures of its points, which an export writes,
    and what learns from their vectors.
    """
    found = [
        row
        for row in report.strategies
        if (own := plan_of_row(report, row.name, plan.before)) is not None and own.asks_as(plan)
    ]
    return sorted(found, key=lambda row: f":{AS_PICTURES}" not in row.name)


def told_of_plan(report: EvaluationReport, plan: BalancePlan, metric: str) -> list[str]:
    """Return what was found of a plan: a sentence for each of its rows, or that there is none."""
    words = METRICS[metric].words
    told = []
    for row in rows_of_plan(report, plan):
        if row.difference is None:
            told.append(f"'{row.title}': {words} of {100 * row.metrics[metric]:.1f} %.")
        else:
            one = row.difference[metric]
            told.append(f"'{row.title}': {words} {one} points beside doing nothing, {one.outcome}.")
    return told or ["The comparison has no row with these settings."]


def _candidate_of(report: EvaluationReport, name: str) -> Candidate:
    """Return a candidate of a report, with the settings that it had."""
    known = report.settings.get(name, {})
    if "+" not in name:
        return parse_candidate(name, {name.partition("@")[0].partition(":")[0]: known})
    settings: dict[str, dict[str, float | str]] = {}
    for key, value in known.items():  # of several parts, with the strategy's name before each
        strategy, _, setting = key.partition(".")
        settings.setdefault(strategy, {})[setting] = value
    given: Mapping[str, Settings] = settings
    return parse_candidate(name, given)


def _exported_part(candidate: Candidate) -> Part | None:
    """Return the one part that a plan has to carry out, where that is all of the candidate."""
    parts = candidate.parts
    if len(parts) == 2 and parts[1].strategy == _WEIGHTS:
        parts = parts[:1]
    if candidate.rule is not None or len(parts) != 1:
        return None
    _, colon, operation = candidate.name.partition("+")[0].partition("@")[0].partition(":")
    return None if colon and operation.strip() != AS_PICTURES else parts[0]
