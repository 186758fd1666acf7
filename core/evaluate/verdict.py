"""The comparison in a sentence or two, for people."""

from collections.abc import Sequence

from core.evaluate.intervals import mean_interval
from core.evaluate.metrics import METRICS, PRIMARY
from core.evaluate.report import (
    BASELINE,
    FLOOR,
    Difference,
    EvaluationReport,
    Outcome,
    StrategyResult,
)
from core.words import count_of, lowered

_NOTHING = 1e-9  # a difference by rounding alone
_ADVICE = " Leave the dataset as it is; more images could show a difference."


def write_verdict(
    results: Sequence[StrategyResult],
    *,
    spread_share: float,
    metric: str = PRIMARY,
    asked: int = 0,
) -> str:
    """Return what balancing does to `metric`, at what price, and so what to do.

    Args:
        results: Rows of the comparison.
        spread_share: See `mean_interval`'s `test_share`.
        metric: The one that matters to the person.
        asked: How many strategies were to be compared; where fewer are there, it begins with that.
    """
    done = sum(result.name != FLOOR for result in results)
    verdict = _write_verdict(results, spread_share, metric)
    if done < asked:
        # The others may help: it is too early for this advice.
        verdict = verdict.removesuffix(_ADVICE)
        return f"Stopped after {done} of {count_of(asked, 'strategy')}. {verdict}"
    return verdict


def _write_verdict(results: Sequence[StrategyResult], spread_share: float, metric: str) -> str:
    rivals = [result for result in results if result.name not in {BASELINE, FLOOR}]
    if not rivals:
        return "There is only one strategy, so there is nothing to compare."
    best = _best(rivals, metric)
    if not _helps(best, metric):
        return _nothing_helps(rivals, best, metric)
    change = _change(best, metric)
    verb = "falls" if METRICS[metric].is_error else "rises"
    sentences = [
        f"Use {_named(best)}: {_title(metric)} {verb} by {_points(abs(change.mean))} compared with "
        f"no balancing ({_interval(change)})."
    ]
    equals = [
        other
        for other in rivals
        if other is not best and _is_equal(best, other, metric, spread_share)
    ]
    if equals:
        sentences.append(f"Not measurably different: {_listed(equals)}.")
    # What an export adds has to be kept and learned from; weights and shifted scores have not.
    cheaper = [other for other in equals if other.files <= 0 and _helps(other, metric)]
    if cheaper and best.files > 0:
        cheapest = max(cheaper, key=lambda other: _gain(other, metric))
        sentences.append(f"As good without new files: {_named(cheapest)}.")
    price = _change(best, "accuracy")
    if metric != "accuracy" and best.outcome("accuracy") is Outcome.WORSE:
        sentences.append(
            f"Accuracy falls by {_points(-price.mean)} because more images of large classes are "
            "missed."
        )
    return " ".join(sentences)


def verdict_for(report: EvaluationReport, metric: str) -> str:
    """Return the verdict of a comparison by another metric than the one it was made for."""
    return write_verdict(
        report.strategies, spread_share=report.spread_share, metric=metric, asked=report.asked
    )


def best_rival(report: EvaluationReport, metric: str) -> str | None:
    """Return the strategy that does most for `metric`; None when nothing is compared."""
    rivals = [row for row in report.strategies if row.name not in {BASELINE, FLOOR}]
    return _best(rivals, metric).name if rivals else None


def _nothing_helps(rivals: Sequence[StrategyResult], best: StrategyResult, metric: str) -> str:
    worse = [result for result in rivals if result.outcome(metric) is Outcome.WORSE]
    verb, harm = ("lowers", "raises") if METRICS[metric].is_error else ("raises", "lowers")
    change = _change(best, metric)
    if all(_is_same(result, metric) for result in rivals):
        return (
            f"No measurable difference: {_title(metric)} is the same with and without every "
            "strategy, each time, so the intervals have no width and say nothing."
        )
    if len(worse) == len(rivals):
        return (
            f"Leave the dataset as it is: every strategy {harm} {_title(metric)}, {_named(best)} "
            f"least, by {_points(abs(change.mean))} ({_interval(change)})."
        )
    text = (
        f"No measurable difference: no strategy {verb} {_title(metric)} compared with no balancing "
        f"(the best, {_named(best)}, {_interval(change)} points)."
    )
    if worse:
        falls = "rises" if METRICS[metric].is_error else "falls"
        text += f" It {falls} with {_listed(worse)}."
    return text + _ADVICE


def _is_equal(
    best: StrategyResult, other: StrategyResult, metric: str, spread_share: float
) -> bool:
    first, second = best.metrics[metric], other.metrics[metric]
    values, gaps = (
        [a - b for a, b in zip(*pair, strict=True)]
        for pair in ((first.values, second.values), (first.gaps, second.gaps))
    )
    _, low, high = mean_interval(values, gaps=gaps, test_share=spread_share)
    return low <= 0 <= high


def _is_same(result: StrategyResult, metric: str) -> bool:
    change = _change(result, metric)
    return not change.has_width and abs(change.mean) < _NOTHING


def _helps(result: StrategyResult, metric: str) -> bool:
    return result.outcome(metric) is Outcome.BETTER


def _best(rivals: Sequence[StrategyResult], metric: str) -> StrategyResult:
    """Return the one that gains most; what is measurable stands before what may be chance."""
    order = (Outcome.WORSE, Outcome.SAME, Outcome.BETTER)
    return max(rivals, key=lambda row: (order.index(row.outcome(metric)), _gain(row, metric)))


def _gain(result: StrategyResult, metric: str) -> float:
    change = _change(result, metric).mean
    return -change if METRICS[metric].is_error else change


def _change(result: StrategyResult, metric: str) -> Difference:
    assert result.difference is not None, "the baseline is no rival of itself"
    return result.difference[metric]


def _title(metric: str) -> str:
    return METRICS[metric].words


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"


def _interval(change: Difference) -> str:
    return f"95% interval {change.interval}"


def _named(result: StrategyResult) -> str:
    return lowered(result.title)


def _listed(results: Sequence[StrategyResult]) -> str:
    *before, last = [_named(result) for result in results]
    return f"{', '.join(before)} and {last}" if before else last
