"""Small datasets and vectors for the tests of comparisons."""

from collections.abc import Sequence
from time import perf_counter

from labelled_sets import clusters, embedded, images

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.evaluate.balancing import apply_candidate, balance
from core.evaluate.bench import Side, fill_caches, prepare
from core.evaluate.candidates import Candidate
from core.evaluate.experiment import Experiment
from core.evaluate.features import FeatureSource
from core.evaluate.folds import Fold
from core.evaluate.inputs import HeadInput
from core.evaluate.picture_cache import PictureCache
from core.evaluate.training_set import TrainingSet
from core.progress import silent

__all__ = ["balanced_side", "clusters", "embedded", "images", "prepared_caches"]


def balanced_side(
    dataset: ImageDataset,
    embeddings: Embeddings,
    fold: Fold,
    source: FeatureSource,
    candidate: Candidate,
) -> TrainingSet:
    """Return what a candidate makes of the training side of a fold."""
    steps = apply_candidate(dataset, embeddings, fold.train, candidate, seed=0)
    return balance(dataset, source, candidate, steps)


def prepared_caches(
    dataset: ImageDataset,
    embeddings: Embeddings,
    folds: Sequence[Fold],
    candidate: Candidate,
    head_input: HeadInput | None = None,
) -> dict[str, PictureCache]:
    """Return the pictures that a candidate learns from in some fold."""
    sides = {number: Side(fold.train, 0, embeddings) for number, fold in enumerate(folds)}
    prepared = prepare(dataset, sides, [candidate], (head_input is not None, perf_counter), silent)
    experiment = Experiment(dataset, embeddings)
    return fill_caches(experiment, prepared, head_input, silent, perf_counter)
