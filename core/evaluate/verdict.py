"""The comparison in a sentence or two, for people."""

from collections.abc import Sequence

from core.evaluate.metrics import METRICS, PRIMARY
from core.evaluate.report import BASELINE, FLOOR, Difference, StrategyResult, subtract
from core.words import lowered

_METRIC = METRICS[PRIMARY].title.lower()


def write_verdict(results: Sequence[StrategyResult], *, test_share: float) -> str:
    """Return what balancing does to balanced accuracy, and at what price.

    Args:
        results: Rows of the comparison.
        test_share: Images scored on over images learned from, in a fold.
    """
    rivals = [result for result in results if result.name not in {BASELINE, FLOOR}]
    if not rivals:
        return "Only one strategy was tried, so there is nothing to compare."
    best = max(rivals, key=lambda result: _change(result, PRIMARY).mean)
    change = _change(best, PRIMARY)
    if not (change.is_measurable and change.mean > 0):
        return _nothing_helps(rivals, best)
    sentences = [
        f"With {_named(best)}, {_METRIC} rises by {_points(change.mean)} over doing nothing "
        f"({_interval(change)})."
    ]
    equals = [other for other in rivals if other is not best and _is_equal(best, other, test_share)]
    if equals:
        sentences.append(f"Not measurably different from it: {_listed(equals)}.")
    price = _change(best, "accuracy")
    if price.is_measurable and price.mean < 0:
        sentences.append(
            f"Accuracy falls by {_points(-price.mean)}: more images of large classes are missed."
        )
    return " ".join(sentences)


def _nothing_helps(rivals: Sequence[StrategyResult], best: StrategyResult) -> str:
    worse = [
        result
        for result in rivals
        if _change(result, PRIMARY).is_measurable and _change(result, PRIMARY).mean < 0
    ]
    if best in worse:
        change = _change(best, PRIMARY)
        return (
            f"Leave the dataset as it is: every strategy lowers {_METRIC}, {_named(best)} least, "
            f"by {_points(-change.mean)} ({_interval(change)})."
        )
    text = (
        f"No measurable difference: no strategy raises {_METRIC} over doing nothing (the best, "
        f"{_named(best)}, {_interval(_change(best, PRIMARY))} points)."
    )
    if worse:
        text += f" It falls with {_listed(worse)}."
    return text


def _is_equal(best: StrategyResult, other: StrategyResult, test_share: float) -> bool:
    values, others = best.metrics[PRIMARY].values, other.metrics[PRIMARY].values
    return not subtract(values, others, test_share=test_share).is_measurable


def _change(result: StrategyResult, metric: str) -> Difference:
    assert result.difference is not None, "the baseline is no rival of itself"
    return result.difference[metric]


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"


def _interval(change: Difference) -> str:
    return f"95% interval {100 * change.low:+.1f} to {100 * change.high:+.1f}"


def _named(result: StrategyResult) -> str:
    return lowered(result.title)


def _listed(results: Sequence[StrategyResult]) -> str:
    *before, last = [_named(result) for result in results]
    return f"{', '.join(before)} and {last}" if before else last
