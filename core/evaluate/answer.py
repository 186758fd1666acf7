"""What a comparison comes to, in sentences for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.evaluate.inference import FEWEST_IN_CLASS, Effect
from core.evaluate.metrics import METRICS
from core.evaluate.outcomes import Basis, Conclusion, Outcome, Standing
from core.evaluate.per_class import ClassFigures
from core.words import lowered, named, signed

_LEAST_PRICE = 0.005  # a change in recall that is worth a word
_TOO_FEW = "too few images, or groups of them, for an interval"
_LARGE_SHARE = 0.25  # of the uncertainty, that is worth a word


@dataclass(frozen=True)
class Verdict:
    """What to say about a comparison; a part that there is nothing to say about is empty."""

    first: str  # does rebalancing help?
    recommendation: str
    price: str  # what it does to the classes that gain and lose most
    uncertainty: str  # where it comes from, and what would make it less
    recommended: str = ""  # the candidate; empty where there is one alone
    elsewhere: str = ""  # what may help, where no candidate is found to

    def __str__(self) -> str:
        """Return all parts as one text."""
        parts = (self.first, self.recommendation, self.price, self.uncertainty, self.elsewhere)
        return " ".join(part for part in parts if part)


def write_answer(
    conclusion: Conclusion,
    titles: Mapping[str, str],
    figures: Sequence[ClassFigures] = (),
    baseline: Sequence[ClassFigures] = (),
) -> Verdict:
    """Return the sentences that a conclusion comes to.

    Args:
        conclusion: By the metric that matters to the person.
        titles: Candidate -> what it is called.
        figures: Of each class, with the recommended candidate; none where that is the baseline.
        baseline: Of each class, without balancing.
    """
    words = {name: lowered(title) for name, title in titles.items()}
    if not conclusion.standings:
        return Verdict("", "There is one candidate, so there is nothing to compare.", "", "")
    return Verdict(
        _first(conclusion),
        _recommendation(conclusion, words),
        price_of(figures) if conclusion.recommended != conclusion.baseline else "",
        _uncertainty(conclusion),
        conclusion.recommended,
        _elsewhere(conclusion, baseline),
    )


def describe(standing: Standing, metric: str, margin: float) -> str:
    """Return what is known of one candidate, as it stands after its name and a colon."""
    gain, words = standing.gain, METRICS[metric].words
    match standing.outcome:
        case Outcome.IDENTICAL:
            return "every image gets the same answer as without balancing"
        case Outcome.SAME:
            return (
                f"{words} is practically the same ({_interval(gain, metric)} points, within "
                f"{_points(margin)})"
            )
        case Outcome.BETTER | Outcome.WORSE:
            more = f", more than {_points(margin)}" if standing.is_beyond_margin else ""
            return (
                f"{words} {_verb(gain, metric)} by {_points(abs(gain.estimate))} (95% interval "
                f"{_interval(gain, metric)}{more})"
            )
        case Outcome.UNCLEAR:
            return f"cannot tell ({_unclear(gain, metric)})"


def price_of(figures: Sequence[ClassFigures]) -> str:
    """Return what happens to the recall of the class that gains most, and that which loses most.

    'It finds 61% of 'crack' instead of 28%; 75% of 'good' instead of 97%.'
    """
    if not figures:
        return ""
    most = max(figures, key=lambda one: one.recall_gain.estimate)
    least = min(figures, key=lambda one: one.recall_gain.estimate)
    changes = [
        f"{after} of '{one.label}' instead of {before}"
        for one, sign in ((most, 1), (least, -1))
        if sign * one.recall_gain.estimate >= _LEAST_PRICE
        for before, after in [_before_and_after(one)]
        if before != after
    ]
    return f"It finds {'; '.join(changes)}." if changes else ""


def _before_and_after(one: ClassFigures) -> tuple[str, str]:
    after = one.recall.estimate
    return _percent(after - one.recall_gain.estimate), _percent(after)


def _first(conclusion: Conclusion) -> str:
    first = conclusion.first
    if first is None:
        return ""
    gain, metric = first.gain, conclusion.metric
    words = METRICS[metric].words
    match first.outcome:
        case Outcome.IDENTICAL:
            return "Rebalancing changes the answer for no image here."
        case Outcome.SAME:
            return (
                f"Rebalancing changes {words} by less than {_points(conclusion.margin)} "
                f"(95% interval {_interval(gain, metric)})."
            )
        case Outcome.UNCLEAR:
            return f"Whether rebalancing helps cannot be told: {_unclear(gain, metric)}."
        case Outcome.BETTER | Outcome.WORSE:
            helps = "helps" if first.outcome is Outcome.BETTER else "harms"
            return (
                f"Rebalancing {helps}: on average over the rebalancers, {words} "
                f"{_verb(gain, metric)} by {_points(abs(gain.estimate))} (95% interval "
                f"{_interval(gain, metric)})."
            )


def _recommendation(conclusion: Conclusion, words: Mapping[str, str]) -> str:
    if conclusion.basis is Basis.LEAVE:
        return (
            f"Leave the dataset as it is: a gain of {_points(conclusion.margin)} or more is "
            "excluded for every candidate."
        )
    standing = conclusion.standing(conclusion.recommended)
    if conclusion.basis is Basis.DEFAULT:
        text = "No candidate is found to be better. "
        if standing is None:
            text += "As a default, not as a finding, leave the dataset as it is."
        else:
            text += f"As a default, not as a finding, use {words[standing.name]}: it adds no files."
        return text + _open_gain(conclusion)
    if standing is None:
        return f"Leave the dataset as it is: no estimate is far above it.{_open_gain(conclusion)}"
    return _finding(conclusion, standing, words)


def _finding(conclusion: Conclusion, standing: Standing, words: Mapping[str, str]) -> str:
    gain, metric = standing.gain, conclusion.metric
    text = f"Use {words[standing.name]}: {METRICS[metric].words} {_verb(gain, metric)} by "
    text += f"{_points(abs(gain.estimate))}"
    if standing.outcome is Outcome.UNCLEAR:
        sure = [one.name for one in conclusion.standings if one.outcome is Outcome.BETTER]
        ends = "no interval" if gain.joint is None else f"95% interval {_interval(gain, metric)}"
        text += f" by estimate, which alone is not certain ({ends})."
        if sure:
            text += f" Certain to be better: {_listed(sure, words)}."
    else:
        text += f" (95% interval {_interval(gain, metric)})."
    as_good = [name for name in conclusion.as_good if name != conclusion.baseline]
    if as_good:
        text += f" As good, within {_points(conclusion.margin)}: {_listed(as_good, words)}."
    return text


def _elsewhere(conclusion: Conclusion, baseline: Sequence[ClassFigures]) -> str:
    """Return what may help where no candidate is found to: the classes' sizes are not all."""
    is_found = conclusion.basis is Basis.FINDING and conclusion.recommended != conclusion.baseline
    if is_found or not baseline:
        return ""
    least = min(baseline, key=lambda one: one.recall.estimate)
    return (
        f"What may help more: images of '{least.label}' ({_percent(least.recall.estimate)} are "
        "found), a review of labels that no strategy gets right, or decisions by cost."
    )


def _open_gain(conclusion: Conclusion) -> str:
    largest = conclusion.largest_gain
    if largest == float("inf"):
        tested_on = METRICS[conclusion.metric].tested_on
        why = f"{_none_of(tested_on)}." if tested_on else f"There are {_TOO_FEW}."
        return f" {why[0].upper()}{why[1:]}"
    return f" A gain of {_points(largest)} is not excluded." if largest > 0 else ""


def _uncertainty(conclusion: Conclusion) -> str:
    first = conclusion.first or conclusion.standing(conclusion.best)
    sentences = []
    if first is not None and first.outcome is Outcome.UNCLEAR and first.gain.joint is not None:
        doubt = conclusion.doubt
        label, share = max(doubt.classes.items(), key=lambda pair: pair[1])
        if share >= max(_LARGE_SHARE, doubt.runs):
            sentences.append(
                f"{_percent(share)} of the uncertainty comes from the images of '{label}': more of "
                "them would sharpen the answer most."
            )
        elif doubt.runs >= _LARGE_SHARE:
            sentences.append(
                f"{_percent(doubt.runs)} of the uncertainty comes from what is learned: more "
                "images of all classes would sharpen the answer most."
            )
        if doubt.splits >= _LARGE_SHARE:
            sentences.append(
                f"More repeats would take away {_percent(min(1.0, doubt.splits))} of it."
            )
    if conclusion.is_rough:
        sentences.append(
            f"Averages over classes are rough: fewer than {FEWEST_IN_CLASS} images (or groups) of "
            f"{named(conclusion.small_classes)}."
        )
    return " ".join(sentences)


def _unclear(gain: Effect, metric: str) -> str:
    if gain.joint is None or gain.found is None:
        tested_on = METRICS[metric].tested_on
        return _none_of(tested_on) if tested_on else _TOO_FEW
    return (
        f"{_interval(gain, metric)} points; a difference of {100 * gain.found:.1f} would be found "
        "in 80% of cases"
    )


def _none_of(tested_on: str) -> str:
    return f"this figure has no interval, and differences are tested on {METRICS[tested_on].words}"


def _interval(gain: Effect, metric: str) -> str:
    """Return '-0.6 to +9.0', in points of the metric, where less of an error is a gain.

    One that leaves 0 out never reads as if it did not.
    """
    change = gain.turned() if METRICS[metric].is_error else gain
    is_apart = change.low > 0 or change.high < 0
    return " to ".join(signed(100 * end, is_apart=is_apart) for end in (change.low, change.high))


def _verb(gain: Effect, metric: str) -> str:
    return "falls" if (gain.estimate > 0) == METRICS[metric].is_error else "rises"


def _points(value: float) -> str:
    text = f"{100 * value:.1f}".removesuffix(".0") if value < 1 else f"{100 * value:.0f}"
    return f"{text} point" if text == "1" else f"{text} points"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _listed(names: Sequence[str], words: Mapping[str, str]) -> str:
    *before, last = [words[name] for name in names]
    return f"{', '.join(before)} and {last}" if before else last
