"""The variance of figures that are averaged over images, groups of images and runs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.axes import symmetric_root
from core.evaluate.predictions import Predictions

# A small class whose images happen to agree would have no variance. It borrows that of the average
# class, as if it had seen it in so many groups, and counts one group less than it has. Where labels
# are right or wrong, the average class is taken to hold a part of one more group that fares
# otherwise: those that were not met are what is unknown. How well a variance is known depends on
# how few groups it comes from, and what is borrowed is known a little. All of it comes from
# simulations with a known truth, `benchmarks/inference.py`.
_BORROWED = 3.0
_ONE_LESS = 1
_UNMET = 0.1
_LEAST_DEGREES = 2.0


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the N scored images belong: their classes, groups and runs."""

    codes: NDArray[np.intp]  # (N,)
    groups: NDArray[np.intp]  # (N,) 0..G-1
    pairs: NDArray[np.intp]  # (N,) 0..Q-1, each a group's images of one class
    pair_codes: NDArray[np.intp]  # (Q,) ascending
    pair_groups: NDArray[np.intp]  # (Q,)
    runs: NDArray[np.intp]  # (D, N) the fold in each repeat that is done
    weights: NDArray[np.float64]  # (C,) what a class's mean counts in the figure
    unmet: float  # part of a group, see `_UNMET`
    is_held_out: bool

    @property
    def class_groups(self) -> NDArray[np.intp]:
        """Return (C,) how many groups have images of each class."""
        return np.bincount(self.pair_codes, minlength=len(self.weights))

    @property
    def group_count(self) -> int:
        """Return how many groups there are in all."""
        return int(self.pair_groups.max()) + 1

    def folds(self) -> Iterator[tuple[int, NDArray[np.intp], int]]:
        """Yield the repeats that have folds to compare: place, (N,) fold of each image, count."""
        for place, folds in enumerate(self.runs):
            count = int(folds.max()) + 1
            if count > 1 and not self.is_held_out:
                yield place, folds, count


@dataclass(frozen=True, eq=False)
class Variance:
    """Covariances of K figures averaged over repeats, and what they come from."""

    total: NDArray[np.float64]  # (K, K)
    degrees: NDArray[np.float64]  # (K,) of freedom
    by_class: NDArray[np.float64]  # (K, C) variance from which images of each class are scored
    by_runs: NDArray[np.float64]  # (K,) variance from what is learned from


def lay_out(
    predictions: Predictions, *, over_images: bool = False, of_labels: bool = True
) -> Layout:
    """Return where the scored images belong.

    Args:
        predictions: At least one repeat is done.
        over_images: Classes count by their images; else all classes count the same.
        of_labels: The figure counts right and wrong labels; else it is made of scores.
    """
    codes, count = predictions.actual, len(predictions.classes)
    groups = np.unique(predictions.groups, return_inverse=True)[1]
    span = int(groups.max()) + 1
    found, pairs = np.unique(codes * span + groups, return_inverse=True)
    sizes = np.bincount(codes, minlength=count)
    shares = sizes / sizes.sum() if over_images else (sizes > 0) / np.count_nonzero(sizes)
    return Layout(
        codes,
        groups,
        pairs,
        found // span,
        found % span,
        predictions.runs[predictions.done].astype(np.intp),
        shares,
        _UNMET if of_labels else 0.0,
        predictions.is_held_out,
    )


def measure_variance(layout: Layout, slopes: NDArray[np.float64]) -> Variance:
    """Return how K figures vary with the images scored and with those learned from.

    The number of images of each class is fixed: within a class and repeat, slopes matter by their
    distance to the mean alone.

    Args:
        layout: Of the same images and repeats.
        slopes: (K, D, N) what each image adds to each figure in each repeat.

    Source:
        Cameron, Gelbach & Miller, JBES 2011: what images and runs share is counted once.
    """
    centred = _centre(slopes, layout)
    parts = _sums(centred.mean(axis=1), layout.pairs, len(layout.pair_codes))  # (K, Q)
    of_classes, across = _between_groups(parts, layout), _across_classes(parts, layout)
    between_runs, freedom = _between_runs(centred, layout)
    beyond = between_runs - _between_cells(centred, layout) if freedom else 0 * between_runs
    # Where chance alone would have parted the runs as far, there is nothing to add.
    is_beyond = np.diag(beyond) > 0
    beyond = beyond * np.outer(is_beyond, is_beyond)
    root = symmetric_root(of_classes.sum(axis=0) + across.sum(axis=0) + beyond)
    total = root @ root.T
    class_squares = np.diagonal(of_classes, axis1=1, axis2=2) ** 2  # (C, K)
    doubt = (class_squares / _class_degrees(parts, layout).T).sum(axis=0)
    if freedom:
        doubt = doubt + is_beyond * np.diag(between_runs) ** 2 / freedom
    variances = np.diag(total)
    degrees = np.where(doubt > 0, variances**2 / np.where(doubt > 0, doubt, 1), np.inf)
    by_class = np.diagonal(of_classes + across, axis1=1, axis2=2).T
    return Variance(total, degrees, by_class, np.diag(beyond).copy())


def measure_class_variances(
    layout: Layout, slopes: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (C,) the variance of each class's own part of one figure, and degrees of freedom.

    Where a border between classes moves with the images learned from, one class gains what another
    loses. Runs learn from nearly the same images, so they hardly show that; averaged over classes
    it cancels, and in one class it is made up for by the share of the images learned from.

    Args:
        layout: Of the same images and repeats.
        slopes: (D, N) what each image adds to the figure in each repeat.

    Source:
        Nadeau & Bengio, 2003, for the share: 5/4 where a fifth is scored.
    """
    count, repeats = len(layout.weights), len(layout.runs)
    centred = _centre(slopes[None], layout)
    parts = _sums(centred.mean(axis=1), layout.pairs, len(layout.pair_codes))
    of_classes_alone = _between_groups(parts, layout)[:, 0, 0]
    of_classes = of_classes_alone.copy()
    cells = _sums(centred[0], layout.pairs, len(layout.pair_codes)) / repeats  # (D, Q)
    within = np.bincount(layout.pair_codes, weights=(cells**2).sum(axis=0), minlength=count)
    runs, freedom = np.zeros(count), 0
    for place, folds, many in layout.folds():
        of_classes += of_classes_alone / (many - 1) / repeats
        own = _sums(centred[0, place], folds * count + layout.codes, many * count) / repeats
        runs += many / (many - 1) * (own.reshape(many, count) ** 2).sum(axis=0)
        freedom += many - 1
    beyond = np.where(runs > within, runs - within, 0) if freedom else np.zeros(count)
    total = of_classes + beyond
    doubt = of_classes**2 / _class_degrees(parts, layout)[0]
    doubt += (beyond > 0) * runs**2 / max(freedom, 1)
    return total, np.where(doubt > 0, total**2 / np.where(doubt > 0, doubt, 1), np.inf)


def _centre(slopes: NDArray[np.float64], layout: Layout) -> NDArray[np.float64]:
    sizes = np.maximum(np.bincount(layout.codes, minlength=len(layout.weights)), 1)
    means = _sums(slopes, layout.codes, len(sizes)) / sizes
    return np.asarray(slopes - means[..., layout.codes], np.float64)


def _between_groups(parts: NDArray[np.float64], layout: Layout) -> NDArray[np.float64]:
    """Return (C, K, K) variance from each class's groups; `parts` (K, Q) is a group's sum."""
    count, groups = len(layout.weights), layout.class_groups
    raw = np.zeros((count, len(parts), len(parts)))
    starts = np.concatenate([[0], np.cumsum(groups)])
    for code in range(count):
        own = parts[:, starts[code] : starts[code + 1]]
        raw[code] = own @ own.T
    # As variances between single groups, which is what classes have in common.
    weights = np.where(layout.weights > 0, layout.weights, 1)
    scale = (groups**2 / np.maximum(groups - 1, 1) / weights**2)[:, None, None]
    spreads = raw * scale
    is_seen = groups > 0
    pooled = spreads[is_seen].mean(axis=0)
    unmet = layout.unmet * (1 / groups[is_seen]).mean()
    pooled[np.diag_indices(len(pooled))] += unmet
    seen = groups[:, None, None]
    floored = (np.maximum(seen - 1, 0) * spreads + _BORROWED * pooled) / (seen - 1 + _BORROWED)
    back = weights**2 / np.maximum(groups - _ONE_LESS, 1) * is_seen
    return np.asarray(floored * back[:, None, None], np.float64)


def _class_degrees(parts: NDArray[np.float64], layout: Layout) -> NDArray[np.float64]:
    """Return (K, C) degrees of freedom of the variances from each class's groups.

    Few groups that fare otherwise among many that do not are known as badly as they are few: n
    groups with a kurtosis of k know a variance as well as 2n / (k - 1) normal ones.
    """
    groups = layout.class_groups
    powers = [
        np.array([np.bincount(layout.pair_codes, row, len(groups)) for row in parts**power])
        for power in (2, 4)
    ]
    square, fourth = (power.reshape(len(parts), len(groups)) for power in powers)
    # As many groups as would vary as much if all that vary did so alike: n over the kurtosis.
    alike = np.divide(square**2, fourth, out=np.zeros_like(square), where=fourth > 0)
    rest = np.maximum(groups - alike, 1e-9)
    return np.asarray(np.minimum(groups + 2, _LEAST_DEGREES + 2 * groups * alike / rest))


def _across_classes(parts: NDArray[np.float64], layout: Layout) -> NDArray[np.float64]:
    """Return (C, K, K) covariance of each class's mean with the others', by groups of several."""
    count = layout.group_count
    across = np.zeros((len(layout.weights), len(parts), len(parts)))
    if count == len(layout.pair_codes):  # no group has images of two classes
        return across
    wholes = _sums(parts, layout.pair_groups, count)
    rest = wholes[:, layout.pair_groups] - parts
    for code in range(len(across)):
        own = layout.pair_codes == code
        table = parts[:, own] @ rest[:, own].T
        across[code] = (table + table.T) / 2 * count / max(count - 1, 1)
    return across


def _between_runs(centred: NDArray[np.float64], layout: Layout) -> tuple[NDArray[np.float64], int]:
    """Return (K, K) variance from runs, and its degrees of freedom; 0 where there are no folds."""
    table, freedom = np.zeros((len(centred), len(centred))), 0
    for place, folds, count in layout.folds():
        shares = _sums(centred[:, place], folds, count) / len(layout.runs)
        table += count / (count - 1) * shares @ shares.T
        freedom += count - 1
    return table, freedom


def _between_cells(centred: NDArray[np.float64], layout: Layout) -> NDArray[np.float64]:
    """Return (K, K) what runs would vary by if their images had nothing else in common."""
    shares = _sums(centred, layout.groups, layout.group_count) / len(layout.runs)
    flat = shares.reshape(len(shares), shares.shape[1] * shares.shape[2])
    return np.asarray(flat @ flat.T, np.float64)


def _sums(values: NDArray[np.float64], places: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """Return (..., count) sums of (..., N) values by the place of each."""
    if len(places) == count and (places == np.arange(count)).all():
        return values
    flat = values.reshape(-1, values.shape[-1])
    sums = np.array([np.bincount(places, weights=row, minlength=count) for row in flat])
    return sums.reshape(*values.shape[:-1], count)
