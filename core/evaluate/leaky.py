"""What a comparison would report that resamples first and splits afterwards: a lesson."""

import numpy as np
from numpy.typing import NDArray

from core.dataset import Rows
from core.evaluate.balancing import balance
from core.evaluate.bench import WHOLE, Bench
from core.evaluate.candidates import Candidate
from core.evaluate.features import VectorFeatures, preprocess_fold
from core.evaluate.folds import Fold
from core.evaluate.head import Fit
from core.evaluate.metrics import METRICS, measure
from core.evaluate.threads import one_thread
from core.evaluate.training_set import TrainingSet
from core.randomness import stream_seed

_MOST_SPLITS = 5


def measure_leaky(bench: Bench, candidate: Candidate) -> dict[str, float]:
    """Return metric -> mean over folds of images, copies and points that were made together.

    Copies of an image, and points between images, then stand on both sides of the folds, and the
    scaling and the directions are fitted to both.

    Args:
        bench: Of a head that learns from vectors, of an experiment that shows the leak.
        candidate: What balances all images.
    """
    from sklearn.model_selection import StratifiedKFold

    dataset, seed = bench.experiment.dataset, bench.experiment.seed
    embeddings = bench.sides[WHOLE].embeddings
    whole = Fold(bench.design.whole, np.empty(0, np.intp))
    with one_thread():
        space = preprocess_fold(embeddings, whole, seed=seed)
        source = VectorFeatures(embeddings, whole, space, bench.caches_of(WHOLE))
        side = balance(dataset, source, candidate, bench.steps_of(candidate, WHOLE))
        places = np.repeat(np.arange(len(side.codes)), side.votes)
        codes = bench.design.codes
        places = places[np.isin(side.codes[places], codes)]
        fewest = int(np.unique(side.codes[places], return_counts=True)[1].min())
        splitter = StratifiedKFold(
            max(2, min(_MOST_SPLITS, fewest)),
            shuffle=True,
            random_state=stream_seed(seed, "leaky") % 2**32,
        )
        found = []
        for train, test in splitter.split(places, side.codes[places]):
            scores = _predicted(bench, side, places[train], side.features[places[test]])
            actual = np.searchsorted(codes, side.codes[places[test]])
            found.append(measure(actual, scores[:, codes]))
    return {metric: float(np.mean([values[metric] for values in found])) for metric in METRICS}


def _predicted(
    bench: Bench, side: TrainingSet, train: Rows, test: NDArray[np.float32]
) -> NDArray[np.float64]:
    fit = Fit(
        len(bench.experiment.dataset.classes), stream_seed(bench.experiment.seed, "leaky fit")
    )
    return bench.opened.predict(_only(side, train), test, fit).scores


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
