"""What a comparison would report that resamples first and splits afterwards: a lesson."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.dataset import ImageDataset, Rows
from core.embed import Embeddings
from core.evaluate.candidates import Candidate
from core.evaluate.features import VectorFeatures
from core.evaluate.folds import Fold
from core.evaluate.head import Fit, Predict
from core.evaluate.metrics import METRICS, measure
from core.evaluate.picture_cache import PictureCache
from core.evaluate.preprocessing import preprocess_fold
from core.evaluate.training_set import AppliedPart, TrainingSet, balance
from core.randomness import stream_seed


def measure_leaky(
    dataset: ImageDataset,
    embeddings: Embeddings,
    rows: Rows,
    candidate: Candidate,
    steps: Sequence[AppliedPart],
    predict: Predict,
    caches: Mapping[str, PictureCache],
    *,
    n_splits: int,
    seed: int,
) -> dict[str, float]:
    """Return metric -> mean over folds of images, copies and points that were made together.

    Copies of an image, and points between images, then stand on both sides of the folds, and the
    scaling and the directions are fitted to both.

    Args:
        dataset: The images.
        embeddings: Their vectors.
        rows: The images that are compared.
        candidate: What balances them.
        steps: What it makes of all of them.
        predict: Of a head that learns from vectors.
        caches: Augmented pictures, as `VectorFeatures` has them.
        n_splits: Folds.
        seed: Same seed, same figures.
    """
    from sklearn.model_selection import StratifiedKFold

    whole = Fold(rows, np.empty(0, np.intp))
    source = VectorFeatures(
        embeddings, whole, preprocess_fold(embeddings, whole, seed=seed), caches
    )
    side = balance(dataset, whole, source, candidate, steps)
    places = np.repeat(np.arange(len(side.codes)), side.votes)
    codes = np.unique(side.codes)
    splitter = StratifiedKFold(
        n_splits, shuffle=True, random_state=stream_seed(seed, "leaky") % 2**32
    )
    found = []
    for train, test in splitter.split(places, side.codes[places]):
        learned = _only(side, places[train])
        fit = Fit(len(dataset.classes), stream_seed(seed, "leaky fit"))
        scores = predict(learned, side.features[places[test]], fit).scores
        actual = np.searchsorted(codes, side.codes[places[test]])
        found.append(measure(actual, scores[:, codes]))
    return {metric: float(np.mean([values[metric] for values in found])) for metric in METRICS}


def _only(side: TrainingSet, places: NDArray[np.intp]) -> TrainingSet:
    """Return the side of some pieces, a copy being a piece of its own."""
    chosen, votes = np.unique(places, return_counts=True)
    return TrainingSet(
        side.features[chosen],
        side.codes[chosen],
        votes,
        side.bases[chosen],
        side.class_weight,
        side.shift,
        len(chosen),
        0,
    )
