"""Rank images by how little their label is believed, by opinions that never saw it.

Either a comparison's predictions say so, or two quick opinions on the vectors: a discriminant
that learned from other folds, and the labels of the nearest images. Where both doubt a label it
is rarely right; each alone doubts many more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.dataset import ImageDataset, Rows
from core.duplicates import Groups
from core.embed import Embeddings
from core.evaluate.features import Points, fit_preprocessing
from core.evaluate.folds import deal_groups, groups_per_class, linked
from core.evaluate.influence import measure_figure
from core.evaluate.linear_model import SHRINKAGES, discriminants, held_back_loss
from core.evaluate.predictions import Predictions
from core.evaluate.training_set import TrainingSet
from core.evaluate.vector_heads import shifted
from core.neighbours import nearest_others
from core.progress import Progress, silent
from core.randomness import stream

STAGE = "doubting labels"

_FOLDS, _REPEATS = 5, 3
_NEIGHBOURS, _SPARE = 10, 5  # more are looked for, since copies of the image have no voice
# Of a class that no neighbour has, in neighbours: of ten that agree, the other class is 200 times
# less likely, however many classes there are.
_NO_VOICE = 0.05

Scores = NDArray[np.float64]  # (N, C) how likely each class is


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """All N scored images, those first whose label is believed least.

    A ranking to look through from the top, not a rate: every set has a first image, also where all
    labels are right. How many are wrong cannot be told from it.
    """

    rows: Rows  # (N,)
    given: NDArray[np.intp]  # (N,) places in `classes`
    suggested: NDArray[np.intp]  # (N,) the likeliest other class
    # (N,) ascending, 0 to 1: how likely the given label is, beside the likeliest other. Below a
    # half another class is likelier.
    scores: NDArray[np.float64]
    classes: tuple[str, ...]
    candidate: str = ""  # of a comparison, whose predictions they are

    def __post_init__(self) -> None:
        freeze(self, "rows", "given", "suggested", "scores")

    @property
    def is_contradicted(self) -> NDArray[np.bool_]:
        """Return (N,) whether another class is likelier."""
        return self.scores < 0.5


def rank_label_errors(predictions: Predictions) -> LabelErrors:
    """Return the images that a comparison scored, those first whose label is believed least.

    Probabilities are averaged over repeats, and come from the candidate with the lowest Brier
    score: what a balanced candidate says of a large class is no probability.

    Args:
        predictions: At least one repeat is done.

    Source:
        Northcutt, Jiang & Chuang, Confident Learning, JAIR 70 (2021): self-confidence, here beside
        the likeliest other class.
    """
    candidate = min(
        predictions.scores, key=lambda name: measure_figure(predictions, name, "brier").mean
    )
    scores = predictions.scores[candidate][predictions.done].astype(np.float64).mean(axis=0)
    return _ranked(
        predictions.rows, predictions.actual, scores, predictions.classes, candidate=candidate
    )


def suspect_labels(
    dataset: ImageDataset,
    embeddings: Embeddings,
    groups: Groups,
    *,
    seed: int = 0,
    progress: Progress = silent,
) -> LabelErrors:
    """Return the images of all splits, those first whose label is believed least.

    Nothing that shows the same picture, or is of the same group of the labels file, has a voice
    about an image. Images of a class that nothing else could speak for are not ranked: none are
    where fewer than two classes have two groups.

    Args:
        dataset: The images; those left out neither speak nor are ranked.
        embeddings: Their vectors; images without one are not ranked.
        groups: (N,) the picture that each row shows, from `picture_groups`.
        seed: Same seed, same ranking.
        progress: Told of neighbours, then of folds.

    Source:
        Northcutt, Jiang & Chuang, Confident Learning, JAIR 70 (2021); the opinions are averaged as
        logarithms (Hinton, Products of Experts, 1999). Measured against other scores in
        `benchmarks/label_errors.py`.
    """
    rows = np.intersect1d(dataset.present_rows, embeddings.rows)
    together = linked(dataset, groups, rows)
    is_told = groups_per_class(dataset.codes[rows], together[rows], len(dataset.classes)) >= 2
    rows = rows[is_told[dataset.codes[rows]]]
    if is_told.sum() < 2:
        nothing = np.empty(0, np.intp)
        return LabelErrors(nothing, nothing, nothing, np.empty(0), tuple(dataset.classes))
    present, codes = np.unique(dataset.codes[rows], return_inverse=True)
    places = np.unique(together[rows], return_inverse=True)[1]
    vectors = embeddings.vectors[embeddings.positions_of(rows)]
    # The space knows all images but no label, so it tells none what its own label is.
    points = fit_preprocessing(vectors, seed=seed)(vectors)
    voiced = vote_of_neighbors(points, codes, places, progress=progress)
    learned = predict_out_of_fold(points, codes, places, seed=seed, progress=progress)
    classes = tuple(dataset.classes[code] for code in present)
    return _ranked(rows, codes, np.sqrt(voiced * learned), classes)


def vote_of_neighbors(
    points: Points,
    codes: NDArray[np.intp],
    groups: NDArray[np.intp],
    *,
    progress: Progress = silent,
) -> Scores:
    """Return how likely each class is by the ten nearest images of other groups.

    Args:
        points: (N, D) the images.
        codes: (N,) their classes, from 0.
        groups: (N,) images of one group have no voice about each other.
        progress: Told of blocks of images.
    """
    near = nearest_others(points, _NEIGHBOURS + _SPARE, progress=progress).positions
    has_voice = groups[near] != groups[:, None]
    has_voice &= has_voice.cumsum(axis=1) <= _NEIGHBOURS
    count = int(codes.max()) + 1
    heard = np.arange(len(codes))[:, None] * count + codes[near]
    votes = np.bincount(heard[has_voice], minlength=len(codes) * count).reshape(-1, count)
    scores = votes + _NO_VOICE
    return np.asarray(scores / scores.sum(axis=1, keepdims=True), np.float64)


def predict_out_of_fold(
    points: Points,
    codes: NDArray[np.intp],
    groups: NDArray[np.intp],
    *,
    seed: int = 0,
    progress: Progress = silent,
) -> Scores:
    """Return how likely each class is by shrunken discriminants that never saw the image.

    Args:
        points: (N, D) the images.
        codes: (N,) their classes, from 0, each of two groups or more.
        groups: (N,) from 0; images of one group are in one fold.
        seed: Same seed, same folds.
        progress: Told of repeats.
    """
    total = np.zeros((len(codes), int(codes.max()) + 1))
    for repeat in range(_REPEATS):
        progress(STAGE, repeat, _REPEATS)
        folds = deal_groups(codes, groups, _FOLDS, stream(seed, "label errors", repeat))[groups]
        total += _predicted(points, codes, folds)
    progress(STAGE, _REPEATS, _REPEATS)
    return total / _REPEATS


def _predicted(points: Points, codes: NDArray[np.intp], folds: NDArray[np.intp]) -> Scores:
    """Return (N, C) probabilities of one repeat, by the shrinkage that is best over its folds."""
    count = int(codes.max()) + 1
    tested = [np.flatnonzero(folds == fold) for fold in np.unique(folds)]
    models = [discriminants(_side(points, codes, test, count), SHRINKAGES) for test in tested]
    losses = [
        sum(
            len(test) * held_back_loss(model[place].log_scores(points[test]), codes[test])
            for test, model in zip(tested, models, strict=True)
        )
        for place in range(len(SHRINKAGES))
    ]
    best = int(np.argmin(losses))
    scores = np.empty((len(codes), count))
    for test, model in zip(tested, models, strict=True):
        scores[test] = shifted(model[best].log_scores(points[test]), np.zeros(count))
        # Who has not met a class has no opinion of its images.
        is_met = np.isin(codes[test], np.delete(codes, test))
        scores[test[~is_met]] = 1 / count
    return scores


def _side(
    points: Points, codes: NDArray[np.intp], test: NDArray[np.intp], count: int
) -> TrainingSet:
    """Return all but the images of `test`, each counting once."""
    train = np.delete(np.arange(len(codes)), test)
    ones = np.ones(len(train), np.intp)
    return TrainingSet(
        points[train], codes[train], ones, train, np.ones(count), np.zeros(count), len(train), 0
    )


def _ranked(
    rows: Rows,
    given: NDArray[np.intp],
    scores: Scores,
    classes: tuple[str, ...],
    *,
    candidate: str = "",
) -> LabelErrors:
    """Return images by their label's share beside the likeliest other; of equal ones the surest."""
    images = np.arange(len(scores))
    own = scores[images, given]
    others = scores.copy()
    others[images, given] = -1
    suggested = others.argmax(axis=1)
    best = others[images, suggested]
    shares = own / np.maximum(own + best, np.finfo(np.float64).tiny)
    order = np.lexsort((rows, own - best, shares))
    return LabelErrors(
        rows[order], given[order], suggested[order], shares[order], classes, candidate
    )
