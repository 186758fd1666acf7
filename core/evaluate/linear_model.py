"""Linear models on vectors: a logistic regression and a shrunken discriminant, strength chosen.

How strongly a model is held back is chosen inside each training side, for every candidate alike: it
learns from four fifths, tries each strength on the images that are held back, and takes the one
with the least log loss, each class counting the same. It then learns from the whole side.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.axes import spectrum
from core.evaluate.features import Features
from core.evaluate.training_set import Inner, TrainingSet

Numbers = NDArray[np.float64]

# Strength of the data against the penalty, for points about 1 long: the weakest data first, so that
# each model begins where the one before has ended.
PENALTIES = (0.1, 0.4, 1.6, 6.3, 25.0, 100.0, 400.0)
DEFAULT_PENALTY = 10.0  # where nothing can be held back
SHRINKAGES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.0)
_DEFAULT_SHRINKAGE = 0.2

_PATH_SLOPE, _LAST_SLOPE = 2e-4, 2e-5  # largest slope of the mean loss, where a search ends
_MOST_STEPS = 1_000
_WORSE_BEFORE_STOP = 2  # strengths in a row


@dataclass(frozen=True, eq=False)
class LinearModel:
    """Slopes and constants of the logarithm of each class's score."""

    slopes: Numbers  # (D, C)
    constants: Numbers  # (C,) minus infinity for a class that is not learned

    def log_scores(self, features: Features) -> Numbers:
        """Return (M, C) logarithms of scores, which sum to nothing in particular."""
        return np.asarray(features @ self.slopes + self.constants, np.float64)


@dataclass(frozen=True, eq=False)
class Fitted:
    """A model of a whole training side, and the one with that strength that knows a part of it."""

    model: LinearModel
    strength: float  # the penalty, or the shrinkage, that was chosen
    inner: LinearModel | None  # has not seen what was held back; None where nothing was


Fitter = Callable[[TrainingSet, Inner | None], Fitted]


def fit_logistic(side: TrainingSet, inner: Inner | None) -> Fitted:
    """Return a logistic regression on weighted points, its penalty chosen inside the side."""
    if _is_one_class(side):
        return Fitted(_only_class(side), DEFAULT_PENALTY, None)
    learned = None if inner is None else _learned(side, inner)
    if inner is None or learned is None:
        return Fitted(fit_penalised(side, DEFAULT_PENALTY), DEFAULT_PENALTY, None)
    best, model, start, worse = np.inf, None, None, 0
    for penalty in PENALTIES:
        start = fit_penalised(learned, penalty, start, slope=_PATH_SLOPE)
        loss = held_back_loss(start.log_scores(inner.features) + side.shift, inner.codes)
        if loss < best or model is None:
            best, model, chosen, worse = loss, start, penalty, 0
        else:
            worse += 1
        if worse == _WORSE_BEFORE_STOP:
            break
    assert model is not None
    return Fitted(fit_penalised(side, chosen, model), chosen, model)


def fit_penalised(
    side: TrainingSet,
    penalty: float,
    start: LinearModel | None = None,
    *,
    slope: float = _LAST_SLOPE,
) -> LinearModel:
    """Return the logistic regression with one penalty.

    Args:
        side: Points about 1 long, of two classes or more.
        penalty: Strength of the data against it, as scikit-learn's C; constants are free.
        start: Where the search begins.
        slope: Largest slope of the mean loss where it ends.
    """
    from scipy.optimize import minimize

    present, places = np.unique(side.codes, return_inverse=True)
    points = np.ascontiguousarray(side.features, np.float32)
    weights = side.weights / side.weights.sum()
    light = weights.astype(np.float32)
    rows, width, count = np.arange(len(points)), points.shape[1], len(present)
    pull = 1 / (penalty * side.weights.sum())
    begin = np.zeros((width + 1, count))
    if start is not None:
        begin[:width] = start.slopes[:, present]
        begin[width] = np.maximum(start.constants[present], -20)

    def loss(flat: Numbers) -> tuple[float, Numbers]:
        table = flat.reshape(width + 1, count)
        small = table.astype(np.float32)
        scores = points @ small[:width] + small[width]
        scores -= scores.max(axis=1, keepdims=True)
        own = scores[rows, places].astype(np.float64)
        np.exp(scores, out=scores)
        sums = scores.sum(axis=1)
        value = float(weights @ (np.log(sums, dtype=np.float64) - own))
        scores *= (light / sums)[:, None]
        scores[rows, places] -= light
        slopes = np.empty_like(table)
        slopes[:width] = points.T @ scores + pull * table[:width]
        slopes[width] = scores.sum(axis=0)
        return value + pull * float((table[:width] ** 2).sum()) / 2, slopes.ravel()

    options = {"gtol": slope, "ftol": 1e-10, "maxiter": _MOST_STEPS}
    found = minimize(loss, begin.ravel(), jac=True, method="L-BFGS-B", options=options)
    table = np.asarray(found.x, np.float64).reshape(width + 1, count)
    return _of_all_classes(side, present, table[:width], table[width])


def fit_discriminant(side: TrainingSet, inner: Inner | None) -> Fitted:
    """Return a linear discriminant whose covariance is drawn towards a round one.

    The table of products is taken apart once, which gives all shrinkages.

    Source:
        Friedman, Regularized Discriminant Analysis, JASA 84 (1989).
    """
    if _is_one_class(side):
        return Fitted(_only_class(side), _DEFAULT_SHRINKAGE, None)
    learned = None if inner is None else _learned(side, inner)
    if inner is None or learned is None:
        (model,) = discriminants(side, [_DEFAULT_SHRINKAGE])
        return Fitted(model, _DEFAULT_SHRINKAGE, None)
    models = discriminants(learned, SHRINKAGES)
    losses = [
        held_back_loss(model.log_scores(inner.features) + side.shift, inner.codes)
        for model in models
    ]
    place = int(np.argmin(losses))
    (model,) = discriminants(side, [SHRINKAGES[place]])
    return Fitted(model, SHRINKAGES[place], models[place])


def discriminants(side: TrainingSet, shrinkages: Sequence[float]) -> list[LinearModel]:
    """Return the discriminant of two classes or more with each shrinkage, 0 to 1."""
    present, places = np.unique(side.codes, return_inverse=True)
    points = np.asarray(side.features, np.float32)
    weights = side.weights / side.weights.sum()
    shares = np.bincount(places, weights)
    member = np.zeros((len(points), len(present)), np.float32)
    member[np.arange(len(points)), places] = weights
    means = (points.T @ member) / shares  # (D, C)
    heavy = points * np.sqrt(weights, dtype=np.float32)[:, None]
    spread = np.asarray(heavy.T @ heavy, np.float64) - (means * shares) @ means.T
    values, columns = spectrum(spread)
    mean_value = max(float(values.mean()), 1e-12)
    turned = columns.T @ means
    models = []
    for shrinkage in shrinkages:
        kept = (1 - shrinkage) * np.maximum(values, 0) + shrinkage * mean_value
        scaled = turned / kept[:, None]
        constants = np.log(shares) - (turned * scaled).sum(axis=0) / 2
        models.append(_of_all_classes(side, present, columns @ scaled, constants))
    return models


def held_back_loss(log_scores: Numbers, codes: NDArray[np.intp]) -> float:
    """Return the mean log loss of images of known classes, each class counting the same."""
    top = log_scores.max(axis=1, keepdims=True)
    sums = np.log(np.exp(log_scores - top).sum(axis=1)) + top[:, 0]
    losses = np.minimum(sums - log_scores[np.arange(len(codes)), codes], 50)
    counts = np.bincount(codes)
    return float((np.bincount(codes, losses)[counts > 0] / counts[counts > 0]).mean())


def _learned(side: TrainingSet, inner: Inner) -> TrainingSet | None:
    """Return the part of a side to learn from while others are held back, if it has two classes."""
    learned = side.without(inner.rows)
    return None if _is_one_class(learned) else learned


def _is_one_class(side: TrainingSet) -> bool:
    return not len(side.codes) or bool((side.codes == side.codes[0]).all())


def _only_class(side: TrainingSet) -> LinearModel:
    """Return the model of a side that cleaning has left one class of."""
    slopes = np.zeros((side.features.shape[1], len(side.class_weight)))
    constants = np.full(len(side.class_weight), -np.inf)
    constants[side.codes[0]] = 0
    return LinearModel(slopes, constants)


def _of_all_classes(
    side: TrainingSet, present: NDArray[np.intp], slopes: Numbers, constants: Numbers
) -> LinearModel:
    every_slope = np.zeros((len(slopes), len(side.class_weight)))
    every_constant = np.full(len(side.class_weight), -np.inf)
    every_slope[:, present], every_constant[present] = slopes, constants
    return LinearModel(every_slope, every_constant)
