"""The fixed part of a comparison: folds, encoder, head, and the run of a candidate in a fold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.dataset import ImageDataset, Rows
from core.embed import Embeddings
from core.evaluate.adapting import adapt_folds
from core.evaluate.candidates import Candidate, check_points
from core.evaluate.features import Features, FeatureSource, PictureFeatures, VectorFeatures
from core.evaluate.folds import Fold
from core.evaluate.head import Epoch, Fit, Head, OpenHead, Prediction, Tell
from core.evaluate.metrics import Scores, count_confusion, measure
from core.evaluate.picture_cache import PictureCache
from core.evaluate.picture_store import PictureStore, read_pictures
from core.evaluate.prepared import WHOLE, Prepared, Side, fill_caches, prepare_sides
from core.evaluate.preprocessing import FoldPoints, Points, fit_preprocessing
from core.evaluate.report import Run
from core.evaluate.threads import learn_apart, one_thread
from core.evaluate.training_set import AppliedPart, TrainingSet, apply_candidate, balance
from core.progress import Progress
from core.randomness import stream, stream_seed

Clock = Callable[[], float]

_DRAWS = 20  # of test images, in each run on a test split


@dataclass(frozen=True, eq=False)
class Experiment:
    """What all candidates of a comparison share."""

    dataset: ImageDataset
    folds: Sequence[Fold]
    sides: Mapping[int, Side]  # by number of fold; WHOLE where the leak is shown
    codes: NDArray[np.intp]  # (C,) of the classes that are scored, ascending
    head: Head
    opened: OpenHead
    prepared: Mapping[tuple[str, int], Prepared]  # of candidates whose pictures are learned from
    caches: Mapping[int, Mapping[str, PictureCache]]  # by number of side, then by policy
    transforms: Sequence[Callable[[Points], Points]]  # of each fold; none for a head on pictures
    store: PictureStore | None  # none for a head on vectors
    is_held_out: bool  # the test side is the same in all folds
    seed: int
    device: str
    clock: Clock

    def run(self, candidate: Candidate, number: int, tell: Tell) -> Run:
        """Return what `candidate` reaches in a fold.

        Raises:
            LeakError: a row of the test side would be learned from.
        """
        fold, seed = self.folds[number], _seed_of(self.seed, number)
        start = self.clock()
        fit = Fit(len(self.dataset.classes), seed, self.device, tell)
        if self.store is not None:
            fit = replace(fit, take=self.store.take)
        with one_thread():
            source = self._source(number)
            steps = self.steps_of(candidate, number, fold.train, seed)
            side = balance(self.dataset, fold, source, candidate, steps)
            if self.store is None:
                prediction = self._learn(side, source.tested(), fit)
        if self.store is not None:
            prediction = self._learn(side, source.tested(), fit)
        seconds = self.clock() - start + self._seconds_before(candidate, number)
        scores = prediction.scores[:, self.codes]
        scores /= scores.sum(axis=1, keepdims=True)
        return self._judge(number, scores, seconds, side.change / len(fold.train), prediction.curve)

    def steps_of(
        self, candidate: Candidate, number: int, rows: Rows, seed: int
    ) -> Sequence[AppliedPart]:
        """Return what `candidate` makes of a training side: that which its pictures are of."""
        found = self.prepared.get((candidate.name, number))
        if found is not None:
            return found.steps
        embeddings = self.sides[number].embeddings
        return apply_candidate(self.dataset, embeddings, rows, candidate, seed=seed)

    def _learn(self, side: TrainingSet, test: Features, fit: Fit) -> Prediction:
        if not len(side.codes):  # cleaning has left nothing to learn from
            return Prediction(np.ones((len(test), fit.class_count)))
        if self.store is None:
            return self.opened.predict(side, test, fit)
        return learn_apart(self.opened, side, test, fit)

    def run_floor(self, number: int) -> Run:
        """Return what a head reaches that knows only how large the classes are."""
        fold = self.folds[number]
        learned = np.bincount(self.dataset.codes[fold.train], minlength=len(self.dataset.classes))
        shares = learned[self.codes] / learned[self.codes].sum()
        return self._judge(number, np.tile(shares, (len(fold.test), 1)))

    def _seconds_before(self, candidate: Candidate, number: int) -> float:
        """Return what the fold took before: its steps, and its share of making the pictures."""
        found = self.prepared.get((candidate.name, number))
        if found is None:
            return 0.0
        shares = (self.caches[number][key].seconds / len(self.folds) for key in found.caches)
        return found.seconds + sum(shares)

    def _source(self, number: int) -> FeatureSource:
        fold = self.folds[number]
        if self.store is not None:
            return PictureFeatures(self.store, fold)
        transform, embeddings = self.transforms[number], self.sides[number].embeddings
        train, test = (
            transform(embeddings.vectors[embeddings.positions_of(rows)])
            for rows in (fold.train, fold.test)
        )
        points = FoldPoints(train, test, transform)
        return VectorFeatures(embeddings, fold, points, self.caches[number])

    def _judge(
        self,
        number: int,
        scores: Scores,
        seconds: float = 0.0,
        change: float = 0.0,
        curve: tuple[Epoch, ...] = (),
    ) -> Run:
        actual = np.searchsorted(self.codes, self.dataset.codes[self.folds[number].test])
        values = measure(actual, scores)
        gaps: dict[str, tuple[float, ...]] = {}
        if self.is_held_out:
            rng = stream(self.seed, "test images", number)
            draws = [_draw_again(actual, rng) for _ in range(_DRAWS)]
            again = [measure(actual[rows], scores[rows]) for rows in draws]
            gaps = {name: tuple(one[name] - values[name] for one in again) for name in values}
        confusion = count_confusion(actual, scores.argmax(axis=1), len(self.codes))
        return Run(confusion, values, seconds, change, curve, gaps)


def prepare_experiment(
    dataset: ImageDataset,
    embeddings: Embeddings,
    folds: Sequence[Fold],
    candidates: Sequence[Candidate],
    head: Head,
    *,
    is_held_out: bool,
    shows_leak: bool = False,
    seed: int,
    device: str,
    clock: Clock,
    progress: Progress,
) -> Experiment:
    """Return the experiment with all that is made once: principal axes, augmented pictures."""
    opened = head.open(embeddings, device)
    takes_pictures = opened.input is not None
    check_points(candidates, takes_pictures=takes_pictures)
    adapted = None
    if embeddings.base is not None:
        adapted = adapt_folds(dataset, embeddings, folds, partial(_seed_of, seed), progress)
    sides = {
        number: Side(
            fold.train,
            _seed_of(seed, number),
            embeddings if adapted is None else adapted.embeddings[number],
        )
        for number, fold in enumerate(folds)
    }
    if shows_leak:
        sides[WHOLE] = Side(whole_rows(folds, is_held_out=is_held_out), seed, embeddings)
    prepared = prepare_sides(
        dataset, sides, candidates, takes_pictures=takes_pictures, clock=clock, progress=progress
    )
    head_input = opened.input if adapted is None else adapted.adapter.input
    made = fill_caches(dataset, embeddings, prepared, head_input, progress, clock)
    caches = {
        number: made if adapted is None else adapted.describe(number, made) for number in sides
    }
    transforms, store = [], None
    if opened.input is None:
        for number, fold in enumerate(folds):
            progress("finding directions", number, len(folds))
            own = sides[number].embeddings
            train = own.vectors[own.positions_of(fold.train)]
            with one_thread():
                transforms.append(fit_preprocessing(train, seed=seed))
    else:
        real = read_pictures(dataset, embeddings.rows, opened.input, progress)
        store = PictureStore(embeddings.rows, real, made)
    scored = np.unique(np.concatenate([fold.train for fold in folds]))
    return Experiment(
        dataset,
        folds,
        sides,
        np.unique(dataset.codes[scored]),
        head,
        opened,
        prepared,
        caches,
        transforms,
        store,
        is_held_out,
        seed,
        device,
        clock,
    )


def whole_rows(folds: Sequence[Fold], *, is_held_out: bool) -> Rows:
    """Return all images that are compared: on a test split, those that are learned from."""
    first = folds[0]
    return first.train if is_held_out else np.union1d(first.train, first.test)


def _seed_of(seed: int, number: int) -> int:
    return stream_seed(seed, "fold", number)


def _draw_again(codes: NDArray[np.intp], rng: np.random.Generator) -> Rows:
    """Return places drawn with replacement, of each class as many as there are."""
    places = [np.flatnonzero(codes == code) for code in np.unique(codes)]
    return np.concatenate([rng.choice(mine, len(mine)) for mine in places])
