"""How many more images would help: curves through what parts of the images have shown.

A few monotone curves of two parameters are mixed by how well each foretells what all images have
shown from the smaller parts. The same test says how far such foretelling errs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.axes import symmetric_root
from core.evaluate.curve_cells import FRACTIONS, CurveCells
from core.randomness import stream

Numbers = NDArray[np.float64]

LEVEL = 0.9  # of all intervals here
MOST = 4.0  # times as many images: beyond, nothing is said
FEWEST_GROUPS = 8  # to score: with fewer, a curve is a guess

_RATIOS = np.round(np.linspace(1.0, MOST, 61), 2)  # of images, to those there are
_DRAWS = 400
_BORROWED = 3.0  # groups of the fewer kind that the spread of a share counts as
_LEAST_ERROR = 0.01  # of a curve's foretelling: nearer, no curve is told from another


@dataclass(frozen=True)
class Family:
    """Curves a - b f(x), b >= 0, of the images as a share x of those there are."""

    falling: Callable[[Numbers], Numbers]  # f
    is_logit: bool = False  # of the logit of the figure, in place of the figure


# Viering & Loog, The Shape of Learning Curves, TPAMI 45 (2023); Mahmood et al., How Much More Data
# Do I Need?, CVPR 2022, where no single family is best and each errs to its own side.
FAMILIES: Mapping[str, Family] = {
    "root": Family(lambda share: share**-0.5),
    "inverse": Family(lambda share: 1 / share),
    "logarithm": Family(lambda share: -np.log(share)),
    "exponential": Family(lambda share: np.exp(-share)),
    "logit": Family(lambda share: -np.log(share), is_logit=True),
}


@dataclass(frozen=True)
class Reading:
    """A figure with as many images as a curve says, and where it lies with 90%."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """What a figure, the recall of a class or balanced accuracy, would be with more images."""

    counts: Numbers  # (F,) images learned from
    seen: Numbers  # (F,) the figure with them
    estimates: Numbers  # (G,) at as many times the images as _RATIOS says
    lows: Numbers  # (G,)
    highs: Numbers  # (G,)
    gain: Reading  # with twice as many
    weights: Mapping[str, float]  # of the families
    back_test: float  # what half of the images foretell of all, less what they have shown

    def at(self, ratio: float) -> Reading:
        """Return the figure with `ratio` times as many images, 1 to MOST."""
        place = int(np.abs(_RATIOS - ratio).argmin())
        return Reading(*(float(one[place]) for one in (self.estimates, self.lows, self.highs)))

    def is_flat(self, margin: float) -> bool:
        """Tell whether even twice as many images would bring less than `margin`."""
        return self.gain.high < margin


@dataclass(frozen=True)
class Needed:
    """Times as many images as there are for a wanted figure; None: more than MOST."""

    estimate: float | None
    earliest: float | None  # where the upper end of the interval is there
    latest: float | None  # where the lower end is there

    @property
    def is_bounded(self) -> bool:
        """Tell whether both ends are known."""
        return self.latest is not None


def find_needed(curve: LearningCurve, wanted: float) -> Needed:
    """Return how many times the images a figure of `wanted` takes, 1 where it is there already."""

    def first(values: Numbers) -> float | None:
        found = np.flatnonzero(values >= wanted)
        return float(_RATIOS[found[0]]) if len(found) else None

    return Needed(first(curve.estimates), first(curve.highs), first(curve.lows))


def fit_curve(cells: CurveCells) -> LearningCurve | None:
    """Return the curve through what was seen; None with fewer than FEWEST_GROUPS to score.

    The interval is of the figure itself, on images without end, not of what so many images would
    show of it. Its variance has three parts: other images would have been scored, others would have
    been learned from, and the curves erred when half of the images was to foretell all.

    Source:
        Viering & Loog, TPAMI 45 (2023); Mahmood et al., CVPR 2022, arXiv:2207.01725; Wilson, JASA
        22 (1927), for an interval that ends where a share does.
    """
    if cells.group_count < FEWEST_GROUPS:
        return None
    seen = _Seen(cells)
    root = symmetric_root(seen.covariance)
    draws = stream(0, "learning curves").standard_normal((_DRAWS, len(FRACTIONS))) @ root.T
    points = np.vstack([seen.figure, seen.figure + draws])
    return _conclude(cells, seen, _mix(points, 1 / (2 * len(cells.codes))))


@dataclass(frozen=True, eq=False)
class _Seen:
    """The figure with each part, and how it would vary."""

    cells: CurveCells

    @cached_property
    def means(self) -> Numbers:
        """Return (F, N) how often each image was recognised."""
        return np.asarray(self.cells.right.mean(axis=1), np.float64)

    @cached_property
    def sizes(self) -> NDArray[np.intp]:
        """Return (N,) images of each image's class."""
        _, places, counts = np.unique(self.cells.codes, return_inverse=True, return_counts=True)
        return np.asarray(counts[places], np.intp)

    @cached_property
    def weights(self) -> Numbers:
        """Return (N,) what each image counts: classes count the same."""
        return 1 / (self.sizes * len(np.unique(self.cells.codes)))

    @cached_property
    def figure(self) -> Numbers:
        """Return (F,) the mean over classes of the recall."""
        return np.asarray(self.means @ self.weights, np.float64)

    @cached_property
    def unseen_change(self) -> float:
        """Return the variance of a gain that no image shows: one more of them might."""
        names, places = np.unique(self.cells.codes, return_inverse=True)
        pairs = np.unique(np.column_stack([places, self.cells.groups]), axis=0)
        counts = np.bincount(pairs[:, 0])
        return float((1 / ((counts + 2) * counts)).sum()) / len(names) ** 2

    @cached_property
    def covariance(self) -> Numbers:
        """Return (F, F) of the figure: over images scored, and over images learned from."""
        between, within = self._over_runs()
        beyond = between - within
        is_beyond = np.diag(beyond) > 0
        return self._over_images() + beyond * np.outer(is_beyond, is_beyond)

    def _over_images(self) -> Numbers:
        total = np.zeros((len(self.figure), len(self.figure)))
        codes, groups = self.cells.codes, self.cells.groups
        classes = np.unique(codes)
        for code in classes:
            is_own = codes == code
            places = np.unique(groups[is_own], return_inverse=True)[1]
            sizes = np.bincount(places)
            count, images = len(sizes), int(is_own.sum())
            own = self.means[:, is_own]
            apart = own - own.mean(axis=1, keepdims=True)
            sums = np.array([np.bincount(places, row) for row in apart]) * count / images
            # A class whose images happen to agree would have no variance: what few of them do
            # otherwise says little, and it takes that of a share, the same with each part.
            mean = (own.mean() * images + 1) / (images + 2)
            few = count * min(mean, 1 - mean)
            spread = (few * sums @ sums.T / max(count - 1, 1) + _BORROWED * mean * (1 - mean)) / (
                few + _BORROWED
            )
            total += spread / (max(count - 1, 1) * len(classes) ** 2)
        return total

    def _over_runs(self) -> tuple[Numbers, Numbers]:
        right, runs = self.cells.right.astype(np.float64), self.cells.runs
        for code in np.unique(self.cells.codes):
            is_own = self.cells.codes == code
            right[..., is_own] -= right[..., is_own].mean(axis=2, keepdims=True)
        shares = right * self.weights / len(runs)  # (F, R, N)
        between, within = (np.zeros((len(right), len(right))) for _ in range(2))
        for repeat, folds in enumerate(runs):
            count = int(folds.max()) + 1
            sums = np.array([np.bincount(folds, row, count) for row in shares[:, repeat]])
            between += count / (count - 1) * sums @ sums.T if count > 1 else 0
            groups = np.array([np.bincount(self.cells.groups, row) for row in shares[:, repeat]])
            within += groups @ groups.T
        return between, within


@dataclass(frozen=True, eq=False)
class _Mixed:
    """What B draws foretell; the first one is what was seen."""

    curves: Numbers  # (B, K, G) of each family
    weights: Numbers  # (B, K)
    errors: Numbers  # (B, K) of foretelling the whole from its half

    @cached_property
    def foretold(self) -> Numbers:
        """Return (B, G) the mixture."""
        return np.asarray((self.curves * self.weights[..., None]).sum(axis=1), np.float64)


def _mix(points: Numbers, least: float) -> _Mixed:
    """Return the curves through (B, F) points, mixed by how well each foretells the last point."""
    shares = np.array(FRACTIONS)
    curves, near, far = [], [], []
    for family in FAMILIES.values():
        curves.append(_extend(family, points, shares, _RATIOS, least))
        last = points[:, -1]
        near.append(_extend(family, points[:, :3], shares[:3], shares[3:], least)[:, 0] - last)
        far.append(_extend(family, points[:, :2], shares[:2], shares[3:], least)[:, 0] - last)
    squares = (np.array(near).T ** 2 + np.array(far).T ** 2) / 2  # (B, K)
    # What chance alone makes of such an error tells no family from another.
    noise = (np.var(near, axis=1) + np.var(far, axis=1)).mean() / 2 + _LEAST_ERROR**2
    weights = np.exp(-squares / (2 * noise))
    weights /= weights.sum(axis=1, keepdims=True)
    return _Mixed(np.array(curves).swapaxes(0, 1), weights, np.array(far).T)


def _extend(
    family: Family, points: Numbers, shares: Numbers, wanted: Numbers, least: float
) -> Numbers:
    """Return (B, G) the family's curves from the last of (B, F) points on, where `wanted` says.

    Their slope comes from all points; a larger part is nearer to what is asked for, and counts for
    more. What was seen with all images is never said to fall.
    """
    values = points
    if family.is_logit:
        inside = np.clip(points, least, 1 - least)
        values = np.log(inside / (1 - inside))
    falling = family.falling(shares)
    weights = shares / shares.sum()
    middle = falling @ weights
    apart = (falling - middle) * weights
    slopes = np.maximum(-(values @ apart) / ((falling - middle) @ apart), 0)
    falls = falling[-1] - family.falling(wanted)
    found = values[:, -1:] + slopes[:, None] * falls
    if family.is_logit:
        found = 1 / (1 + np.exp(-found))
    return np.asarray(found, np.float64)


def _conclude(cells: CurveCells, seen: _Seen, mixed: _Mixed) -> LearningCurve:
    foretold, weights = np.clip(mixed.foretold[0], 0, 1), mixed.weights[0]
    back_test = float(weights @ mixed.errors[0])
    # Twice as many are foretold as far off as all were from their half, beyond what chance makes
    # of that; other numbers in proportion to the doublings.
    doublings = np.log2(_RATIOS)
    chance = float((mixed.errors[1:] * mixed.weights[1:]).sum(axis=1).var())
    beyond = doublings**2 * max(0.0, back_test**2 - chance)
    variances = mixed.foretold[1:].var(axis=0) + beyond
    lows, highs = _interval(foretold, variances, cells)
    place = int(np.abs(_RATIOS - 2).argmin())
    gains = mixed.foretold[:, place] - mixed.foretold[:, 0]
    variance = gains[1:].var() + beyond[place] + seen.unseen_change
    reach = _quantile(cells) * float(np.sqrt(variance))
    gain = float(gains[0])
    names = [float(weight) for weight in weights]
    return LearningCurve(
        cells.counts,
        seen.figure,
        foretold,
        lows,
        highs,
        Reading(gain, max(0.0, gain - reach), min(1.0, gain + reach)),
        dict(zip(FAMILIES, names, strict=True)),
        back_test,
    )


def _interval(estimates: Numbers, variances: Numbers, cells: CurveCells) -> tuple[Numbers, Numbers]:
    """Return Wilson's interval of a share as sure as one of so many images would be."""
    count = len(cells.codes)
    inside = (estimates * count + 1) / (count + 2)
    square = _quantile(cells) ** 2 * variances / (inside * (1 - inside))  # z^2 / n
    centre = (estimates + square / 2) / (1 + square)
    reach = np.sqrt(square * (estimates * (1 - estimates) + square / 4)) / (1 + square)
    # Less than half an image of those there would be cannot be told from none.
    highs = np.where(centre + reach < 1 - 1 / (2 * count * _RATIOS), centre + reach, 1.0)
    # What holds for few more images holds for many: the figure does not fall.
    return np.maximum.accumulate(np.maximum(centre - reach, 0)), highs


def _quantile(cells: CurveCells) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + LEVEL) / 2, cells.group_count - 1))
