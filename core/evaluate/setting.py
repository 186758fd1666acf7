"""Where strategies are compared: folds, pictures, and one strategy's run in one fold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.augment import AugmentPolicy
from core.dataset import ImageDataset, Rows
from core.embed import Embeddings
from core.evaluate.album import Album, fill_album
from core.evaluate.contenders import Contender
from core.evaluate.features import Features, Pictures, Source, Vectors, policy_key
from core.evaluate.folds import Fold
from core.evaluate.gallery import Gallery, read_pictures
from core.evaluate.heads import Answer, Epoch, Fit, Head, OpenHead, Tell
from core.evaluate.learn import TrainingSet, balance, count_rows
from core.evaluate.look import Look, by_encoder
from core.evaluate.metrics import Scores, count_confusion, measure
from core.evaluate.report import Run
from core.evaluate.spaces import Points, Space, fit_directions
from core.evaluate.threads import learn_apart, one_thread
from core.progress import Progress
from core.randomness import stream, stream_seed
from core.resample import Exports, find_strategy, plan_counts

Clock = Callable[[], float]

_DRAWS = 20  # of test images, in each run on a test split


@dataclass(frozen=True, eq=False)
class Setting:
    """What all strategies of a comparison share."""

    dataset: ImageDataset
    embeddings: Embeddings
    folds: Sequence[Fold]
    codes: NDArray[np.intp]  # (C,) of the classes that are scored, ascending
    head: Head
    opened: OpenHead
    albums: Mapping[str, Album]
    places: Sequence[Callable[[Points], Points]]  # of each fold; none for a head on pictures
    gallery: Gallery | None  # none for a head on vectors
    is_held_out: bool  # the test side is the same in all folds
    seed: int
    device: str
    clock: Clock

    def run(self, contender: Contender, number: int, tell: Tell) -> Run:
        """Return what `contender` reaches in a fold.

        Raises:
            LeakError: a row of the test side would be learned from.
        """
        fold, seed = self.folds[number], stream_seed(self.seed, "fold", number)
        start = self.clock()
        fit = Fit(len(self.dataset.classes), seed, self.device, tell)
        if self.gallery is not None:
            fit = replace(fit, take=self.gallery.take)
        with one_thread():
            source = self._source(number)
            side = balance(self.dataset, self.embeddings, fold, source, contender, seed=seed)
            if self.gallery is None:
                answer = self._learn(side, source.tested(), fit)
        if self.gallery is not None:
            answer = self._learn(side, source.tested(), fit)
        seconds = self.clock() - start + self._album_seconds(contender)
        scores = answer.scores[:, self.codes]
        scores /= scores.sum(axis=1, keepdims=True)
        return self._judge(number, scores, seconds, side.change / len(fold.train), answer.curve)

    def _learn(self, side: TrainingSet, test: Features, fit: Fit) -> Answer:
        if not len(side.codes):  # cleaning has left nothing to learn from
            return Answer(np.ones((len(test), fit.class_count)))
        if self.gallery is None:
            return self.opened.answer(side, test, fit)
        return learn_apart(self.opened, side, test, fit)

    def run_floor(self, number: int) -> Run:
        """Return what a head reaches that knows only how large the classes are."""
        fold = self.folds[number]
        learned = np.bincount(self.dataset.codes[fold.train], minlength=len(self.dataset.classes))
        shares = learned[self.codes] / learned[self.codes].sum()
        return self._judge(number, np.tile(shares, (len(fold.test), 1)))

    def _album_seconds(self, contender: Contender) -> float:
        """Return a fold's share of the time that the contender's pictures took to make."""
        keys = [policy_key(policy) for policy in contender.policies]
        made = sum(self.albums[key].seconds for key in keys if key in self.albums)
        is_used = self.gallery is not None or any(
            find_strategy(part.strategy).exports is Exports.AUGMENTED for part in contender.parts
        )
        return made / len(self.folds) if is_used else 0.0

    def _source(self, number: int) -> Source:
        fold = self.folds[number]
        if self.gallery is not None:
            return Pictures(self.gallery, fold)
        place = self.places[number]
        train, test = (
            place(self.embeddings.vectors[self.embeddings.positions_of(rows)])
            for rows in (fold.train, fold.test)
        )
        return Vectors(self.embeddings, fold, Space(train, test, place), self.albums)

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


def prepare_setting(
    dataset: ImageDataset,
    embeddings: Embeddings,
    folds: Sequence[Fold],
    contenders: Sequence[Contender],
    head: Head,
    *,
    is_held_out: bool,
    seed: int,
    device: str,
    clock: Clock,
    progress: Progress,
) -> Setting:
    """Return the setting with everything that is made once: directions and augmented pictures."""
    opened = head.open(embeddings, device)
    albums = fill_albums(dataset, embeddings, folds, contenders, opened.look, progress, clock)
    places, gallery = [], None
    if opened.look is None:
        for number, fold in enumerate(folds):
            progress("finding directions", number, len(folds))
            train = embeddings.vectors[embeddings.positions_of(fold.train)]
            with one_thread():
                places.append(fit_directions(train, seed=seed))
    else:
        real = read_pictures(dataset, embeddings.rows, opened.look, progress)
        gallery = Gallery(embeddings.rows, real, albums)
    scored = np.unique(np.concatenate([fold.train for fold in folds]))
    return Setting(
        dataset,
        embeddings,
        folds,
        np.unique(dataset.codes[scored]),
        head,
        opened,
        albums,
        places,
        gallery,
        is_held_out,
        seed,
        device,
        clock,
    )


def fill_albums(
    dataset: ImageDataset,
    embeddings: Embeddings,
    folds: Sequence[Fold],
    contenders: Sequence[Contender],
    look: Look | None,
    progress: Progress,
    clock: Clock = perf_counter,
) -> dict[str, Album]:
    """Return, for each policy, as many augmented pictures of each image as some fold needs.

    `look` is that of the head; None for one that takes vectors, as the encoder makes them.
    """
    wanted: dict[str, dict[int, int]] = {}
    policies: dict[str, AugmentPolicy] = {}
    for contender in contenders:
        for fold in folds:
            for policy, copies in _copies(dataset, fold, contender, look is not None):
                key = policy_key(policy)
                policies[key] = policy
                most = wanted.setdefault(key, {})
                for row, count in copies.items():
                    most[row] = max(count, most.get(row, 0))
    if not wanted:
        return {}
    look = look or by_encoder(embeddings)
    return {
        key: fill_album(dataset, copies, policies[key], look, progress, clock)
        for key, copies in wanted.items()
    }


def _copies(
    dataset: ImageDataset, fold: Fold, contender: Contender, takes_pictures: bool
) -> Iterator[tuple[AugmentPolicy, dict[int, int]]]:
    """Yield each policy, and row -> pictures that it has to make of the row in a fold."""
    counts = count_rows(dataset, fold.train)
    kept = dict(counts)
    for part in contender.parts:
        plan = plan_counts(counts, part.strategy, part.target, settings=part.settings)
        exports = find_strategy(part.strategy).exports
        if exports is Exports.FEWER:
            kept = dict(plan.keep)
        # A head on vectors takes SMOTE's points as they are; one on pictures, those of the bases.
        if part.policy is not None and (exports is Exports.AUGMENTED or takes_pictures):
            each = [
                ceil(plan.add[label] / kept[label]) if kept[label] else 0
                for label in dataset.classes
            ]
            codes = dataset.codes[fold.train]
            yield (
                part.policy,
                {
                    row: each[code]
                    for row, code in zip(fold.train.tolist(), codes.tolist(), strict=True)
                    if each[code]
                },
            )
        counts = dict(plan.after)


def _draw_again(codes: NDArray[np.intp], rng: np.random.Generator) -> Rows:
    """Return places drawn with replacement, of each class as many as there are."""
    places = [np.flatnonzero(codes == code) for code in np.unique(codes)]
    return np.concatenate([rng.choice(mine, len(mine)) for mine in places])
