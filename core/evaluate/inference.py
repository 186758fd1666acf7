"""How far the differences between candidates can be trusted, from their kept predictions.

Every candidate has predicted every image in every repeat, so candidates are compared image by
image. A difference varies for two reasons: other images would have been scored, and other images
would have been learned from. The first is seen between images, the second between runs (a fold of a
repeat): what the images of one run have in common beyond what chance gives them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.axes import symmetric_root
from core.evaluate.influence import OVER_IMAGES, Figure, measure_figure
from core.evaluate.metrics import FIGURES_OF_COUNTS, METRICS
from core.evaluate.predictions import Predictions
from core.evaluate.variance import Layout, lay_out, measure_variance
from core.randomness import stream

REBALANCING = "rebalancing"  # the contrast: the rebalancers on average
LEVEL = 0.95
_POWER = 0.84  # normal quantile of 80%
_DRAWS = 20_000
FEWEST_GROUPS = 10  # with fewer, or with fewer degrees of freedom, nothing can be told
FEWEST_DEGREES = 4.0
FEWEST_IN_CLASS = 5  # groups: below, a class has no interval, and averages over classes are rough


# From (S, M) estimates of M candidates in S draws to (S,) the place of the one that is chosen.
Choice = Callable[[NDArray[np.float64]], NDArray[np.intp]]


@dataclass(frozen=True)
class Effect:
    """How much higher a metric is than another candidate's; 0.01 is one point."""

    estimate: float
    single: tuple[float, float] | None = None  # 95% interval of this one alone
    joint: tuple[float, float] | None = None  # those of the whole family hold at once with 95%
    found: float | None = None  # the true difference that would be found in 80% of cases

    @property
    def low(self) -> float:
        """Return the lower end of the joint interval; minus infinity where there is none."""
        return -np.inf if self.joint is None else self.joint[0]

    @property
    def high(self) -> float:
        """Return the upper end of the joint interval; infinity where there is none."""
        return np.inf if self.joint is None else self.joint[1]

    def as_shares(self) -> str:
        """Return '61 (52 to 70)', in per cent, with the interval of this one alone."""
        text = f"{100 * self.estimate:.0f}"
        if self.single is None:
            return text
        low, high = self.single
        return f"{text} ({100 * low:.0f} to {100 * high:.0f})"

    def turned(self) -> "Effect":
        """Return by how much lower it is."""

        def turn(ends: tuple[float, float] | None) -> tuple[float, float] | None:
            return None if ends is None else (-ends[1], -ends[0])

        return Effect(-self.estimate, turn(self.single), turn(self.joint), self.found)


@dataclass(frozen=True, eq=False)
class Inference:
    """Differences of a family of K candidates to the baseline, and how they vary together."""

    metric: str
    names: tuple[str, ...]  # (K,) rivals; REBALANCING last, where rebalancers take part
    baseline: str
    estimates: NDArray[np.float64]  # (K,) candidate minus baseline
    covariance: NDArray[np.float64]  # (K, K) of the estimates
    degrees: NDArray[np.float64]  # (K,) of freedom
    quantile: float  # of the largest |t| in the family
    family_degrees: float  # of freedom at which it was drawn: their median
    is_identical: NDArray[np.bool_]  # (K,) no image fares otherwise than with the baseline
    has_interval: NDArray[np.bool_]  # (K,)
    class_shares: NDArray[np.float64]  # (K, C) of the variance, from images of each class
    run_shares: NDArray[np.float64]  # (K,) of the variance, from what is learned from
    split_noise: NDArray[np.float64]  # (K,) variance that more repeats would take away
    class_groups: NDArray[np.intp]  # (C,) groups of each class
    repeats: int  # done

    @property
    def rivals(self) -> tuple[str, ...]:
        """Return the candidates, without the contrast."""
        return tuple(name for name in self.names if name != REBALANCING)

    @property
    def small_classes(self) -> NDArray[np.intp]:
        """Return the classes with too few groups for an interval of their own."""
        return np.flatnonzero(self.class_groups < FEWEST_IN_CLASS)

    def effect(self, name: str) -> Effect:
        """Return the difference of a member of the family to the baseline."""
        place = self.names.index(name)
        return self._effect(
            float(self.estimates[place]),
            float(self.covariance[place, place]) if self.has_interval[place] else None,
            float(self.degrees[place]),
            self._quantile_of(float(self.degrees[place])),
        )

    def against(self, choose: Choice) -> dict[str, Effect]:
        """Return by how much the chosen candidate exceeds each other one, with joint intervals.

        Args:
            choose: From estimates of the rivals and the baseline, which stands last. It is asked in
                every draw again, so that the intervals allow for the choice.

        Source:
            Hsu, Multiple Comparisons, 1996.
        """
        places = [self.names.index(name) for name in self.rivals]
        estimates = np.append(self.estimates[places], 0.0)
        covariance = np.pad(self.covariance[np.ix_(places, places)], (0, 1))
        chosen = int(choose(estimates[None])[0])
        variances = np.maximum(_of_differences(covariance)[chosen], 0)
        is_told = np.append((self.has_interval | self.is_identical)[places], True)
        quantile = _quantile_of_choice(estimates, covariance, self.family_degrees, choose)
        return {
            name: self._effect(
                float(estimates[chosen] - estimates[place]),
                float(variances[place]) if is_told[chosen] and is_told[place] else None,
                self.family_degrees,
                quantile,
            )
            for place, name in enumerate((*self.rivals, self.baseline))
            if place != chosen
        }

    def _quantile_of(self, degrees: float) -> float:
        """Return the joint quantile of a member that has fewer or more degrees than the median.

        All members are to miss their truths equally often.
        """
        from scipy.stats import t

        if not np.isfinite(self.quantile):
            return np.inf
        return float(t.isf(t.sf(self.quantile, self.family_degrees), degrees))

    def _effect(
        self, estimate: float, variance: float | None, degrees: float, quantile: float
    ) -> Effect:
        if variance is None:
            return Effect(estimate)
        widest = 1 - METRICS[self.metric].lowest  # from the worst to the best
        alone = quantile_of(degrees)
        reach = max(alone, quantile)
        spread = float(np.sqrt(variance))
        return Effect(
            estimate,
            interval_around(estimate, alone * spread, -widest, widest),
            interval_around(estimate, reach * spread, -widest, widest),
            (quantile + _POWER) * spread,
        )


def infer(
    predictions: Predictions,
    metric: str,
    *,
    rivals: Sequence[str],
    rebalancers: Sequence[str] = (),
    baseline: str = "none",
) -> Inference:
    """Return how each rival differs from the baseline, with one family of joint intervals.

    The estimand is the mean difference over training sets of a fold's size at these class shares;
    of predictions for a test split, the difference of these trained models.

    Args:
        predictions: At least one repeat is done.
        metric: A key of METRICS.
        rivals: All candidates that were asked for: what is left out here makes the others' joint
            intervals too narrow.
        rebalancers: Those of the rivals whose average is the contrast REBALANCING, a member of the
            family: fixed before anything is scored.
        baseline: What the rivals are compared with.

    Source:
        Bayle et al., arXiv:2007.12671, and Bates, Hastie & Tibshirani, arXiv:2104.00673, for errors
        of cross-validated predictions; Cameron, Gelbach & Miller, JBES 2011, for two ways of
        clustering; Hothorn, Bretz & Westfall, 2008, for the joint quantile.
    """
    layout = _layout_for(predictions, metric)
    figures = [measure_figure(predictions, name, metric) for name in (baseline, *rivals)]
    mixed = [place for place, name in enumerate(rivals) if name in rebalancers]
    values, slopes = _differences(figures, mixed, layout.runs.shape)
    same = [_is_same(predictions, name, baseline, metric) for name in rivals]
    is_identical = np.array([*same, all(same[place] for place in mixed)][: len(values)], np.bool_)
    names = (*rivals, REBALANCING) if mixed else tuple(rivals)
    return _conclude(metric, (baseline, *names), (values, slopes), is_identical, layout)


def _conclude(
    metric: str,
    names: tuple[str, ...],
    differences: tuple[NDArray[np.float64], NDArray[np.float64]],
    is_identical: NDArray[np.bool_],
    layout: Layout,
) -> Inference:
    """Return the inference on (K, D) differences and their (K, D, N) slopes; the baseline first."""
    values, slopes = differences
    variance = measure_variance(layout, np.nan_to_num(slopes))
    is_identical = is_identical | ((slopes == 0).all(axis=(1, 2)) & (values == 0).all(axis=1))
    has_interval = (
        ~is_identical
        & np.isfinite(slopes).all(axis=(1, 2))
        & (variance.degrees >= FEWEST_DEGREES)
        & (layout.group_count >= FEWEST_GROUPS)
    )
    variances, repeats = np.diag(variance.total), len(layout.runs)
    whole = np.where(variances > 0, variances, 1)
    members = np.flatnonzero(has_interval)
    degrees = float(np.median(variance.degrees[members])) if len(members) else np.inf
    return Inference(
        metric,
        names[1:],
        names[0],
        values.mean(axis=1),
        variance.total,
        variance.degrees,
        joint_quantile(variance.total[np.ix_(members, members)], degrees),
        degrees,
        is_identical,
        has_interval,
        variance.by_class / whole[:, None],
        variance.by_runs / whole,
        values.var(axis=1, ddof=1) / repeats if repeats > 1 else 0 * variances,
        layout.class_groups,
        repeats,
    )


def _layout_for(predictions: Predictions, metric: str) -> Layout:
    of_labels = metric in FIGURES_OF_COUNTS
    return lay_out(predictions, over_images=metric in OVER_IMAGES, of_labels=of_labels)


def quantile_of(degrees: float) -> float:
    """Return how many standard errors a 95% interval reaches to each side."""
    from scipy.stats import t

    return float(t.ppf((1 + LEVEL) / 2, degrees))


def interval_around(
    centre: float, reach: float, lowest: float, highest: float
) -> tuple[float, float]:
    """Return an interval that ends where the figure does; t knows no ends."""
    return max(lowest, centre - reach), min(highest, centre + reach)


def _is_same(predictions: Predictions, name: str, other: str, metric: str) -> bool:
    if metric in FIGURES_OF_COUNTS:
        return np.array_equal(predictions.labels[name], predictions.labels[other])
    done = predictions.done
    return np.array_equal(predictions.scores[name][done], predictions.scores[other][done])


def _differences(
    figures: Sequence[Figure], mixed: Sequence[int], shape: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (K, D) differences to the first figure, and (K, D, N) their slopes; NaN for none.

    The mean of the `mixed` ones stands last.
    """
    first, *others = (
        (one.values, np.full(shape, np.nan) if one.slopes is None else one.slopes)
        for one in figures
    )
    pairs = [(values - first[0], slopes - first[1]) for values, slopes in others]
    if mixed:
        pairs.append(tuple(np.mean([pairs[place][of] for place in mixed], axis=0) for of in (0, 1)))
    values = np.array([pair[0] for pair in pairs]).reshape(-1, shape[0])
    return values, np.array([pair[1] for pair in pairs]).reshape(-1, *shape)


def _draws(covariance: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    """Return (S, K) deviations of estimates from the truth, by the multivariate t."""
    rng = stream(0, "joint intervals")
    normal = rng.standard_normal((_DRAWS, len(covariance))) @ symmetric_root(covariance).T
    if np.isinf(degrees):
        return np.asarray(normal, np.float64)
    return np.asarray(normal / np.sqrt(rng.chisquare(degrees, (_DRAWS, 1)) / degrees), np.float64)


def joint_quantile(covariance: NDArray[np.float64], degrees: float) -> float:
    """Return how far the most deviant of K estimates lies from its truth, in standard errors."""
    if not len(covariance):
        return np.inf
    largest = (np.abs(_draws(covariance, degrees)) / np.sqrt(np.diag(covariance))).max(axis=1)
    return float(np.quantile(largest, LEVEL))


def _quantile_of_choice(
    estimates: NDArray[np.float64],
    covariance: NDArray[np.float64],
    degrees: float,
    choose: Choice,
) -> float:
    """Return the same for differences to the estimate that is chosen in each draw."""
    deviations = _draws(covariance, degrees)
    chosen = choose(estimates + deviations)
    errors = np.sqrt(np.maximum(_of_differences(covariance), 0))[chosen]  # (S, M)
    gaps = np.abs(np.take_along_axis(deviations, chosen[:, None], 1) - deviations)
    largest = (gaps / np.where(errors > 0, errors, np.inf)).max(axis=1)
    return float(np.quantile(largest, LEVEL))


def _of_differences(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (K, K) the variance of each estimate minus each other."""
    own = np.diag(covariance)
    return np.asarray(own[:, None] + own[None] - 2 * covariance, np.float64)
