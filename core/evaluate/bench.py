"""The bench: folds, spaces and pictures are ready, and a candidate is run in each fold of a repeat.

What candidates share is made once: augmented pictures before the first run, the space of a fold and
what is held back in it when its repeat begins.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.augment import AugmentPolicy, Pictures
from core.augment.draws import join_pictures
from core.batches import run_ahead
from core.dataset import ImageDataset, Rows
from core.embed import Embeddings
from core.evaluate.adapting import AdaptedFolds, adapt_folds
from core.evaluate.balancing import AppliedPart, apply_candidate, balance
from core.evaluate.candidates import Candidate, check_suits
from core.evaluate.experiment import Design, Experiment, Run
from core.evaluate.features import (
    FeatureSource,
    PictureFeatures,
    VectorFeatures,
    policy_key,
    preprocess_fold,
)
from core.evaluate.folds import draw_inner
from core.evaluate.head import Epoch, Fit, OpenHead, Prediction, Tell
from core.evaluate.inputs import HeadInput, encoder_input
from core.evaluate.picture_cache import PictureCache, fill_cache
from core.evaluate.picture_store import PictureStore, read_pictures
from core.evaluate.threads import learn_apart, one_thread
from core.evaluate.training_set import Inner, TrainingSet
from core.progress import Progress

BALANCING = "balancing the folds"
WHOLE = -1  # in place of a run's number: all images that are compared

Clock = Callable[[], float]


@dataclass(frozen=True, eq=False)
class Side:
    """A training side, the seed of its run, and the vectors that the run has."""

    rows: Rows
    seed: int
    embeddings: Embeddings


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a candidate makes of one training side, and which of its pictures are learned from."""

    steps: Sequence[AppliedPart]
    pictures: Sequence[tuple[AugmentPolicy, Pictures]]
    seconds: float


@dataclass(frozen=True, eq=False)
class Scored:
    """The test side of one run as a candidate scores it, and what that took."""

    scores: NDArray[np.float16]  # (M, C) of the images on the test side
    seconds: float
    change: float  # pieces added, as a share of the images learned from
    curve: tuple[Epoch, ...]


@dataclass(frozen=True, eq=False)
class Laid:
    """A run that is laid out: where features come from, and what is held back to choose by."""

    run: Run
    source: FeatureSource
    inner: Inner | None


@dataclass(frozen=True, eq=False)
class Bench:
    """All that the runs of an experiment need."""

    experiment: Experiment
    design: Design
    opened: OpenHead
    sides: Mapping[int, Side]  # by number of run; WHOLE where the leak is shown
    prepared: Mapping[tuple[str, int], Prepared]  # of candidates whose pictures are learned from
    made: Mapping[str, PictureCache]  # by policy
    adapted: AdaptedFolds | None
    store: PictureStore | None  # none for a head on vectors
    clock: Clock

    def lay_out(self, repeat: int, progress: Progress) -> list[Laid]:
        """Return the runs of a repeat, ready for every candidate."""
        laid = []
        runs = self.design.repeats[repeat]
        for run in runs:
            progress("finding directions", run.place, len(runs))
            if self.store is not None:
                laid.append(Laid(run, PictureFeatures(self.store, run.fold), None))
                continue
            embeddings = self.sides[run.number].embeddings
            with one_thread():
                space = preprocess_fold(embeddings, run.fold, seed=self.experiment.seed)
                caches = self.caches_of(run.number)
                source = VectorFeatures(embeddings, run.fold, space, caches)
                rows = draw_inner(
                    self.experiment.dataset, run.fold.train, self.design.groups, run.seed
                )
            codes = self.experiment.dataset.codes[rows]
            is_of_use = len(np.unique(codes)) > 1
            inner = Inner(rows, source.real(rows), codes) if is_of_use else None
            laid.append(Laid(run, source, inner))
        return laid

    def run(self, candidate: Candidate, laid: Sequence[Laid], tell: Tell) -> list[Scored]:
        """Return what a candidate predicts in each run of a repeat.

        Args:
            candidate: What is compared.
            laid: The runs, from `lay_out`.
            tell: Told of steps done in all of them; raising from it cancels.

        Raises:
            LeakError: a row of the test side would be learned from.
        """
        steps = self.experiment.head.steps
        total = steps * len(laid)
        answers: list[Scored] = []
        if self.store is not None:
            for one in laid:
                before = len(answers) * steps

                def tell_on(done: int, of: int, before: int = before) -> None:
                    tell(before + done * steps // max(1, of), total)

                answers.append(self._answer(candidate, one, tell_on))
            return answers

        def work(one: Laid) -> Scored:
            return self._answer(candidate, one, lambda *_: None)

        # Linear algebra lets other threads on; each run computes in one of its own.
        with one_thread(), closing(run_ahead(work, laid, workers=_workers(laid))) as found:
            for answer in found:
                answers.append(answer)
                tell(len(answers), total)
        return answers

    def steps_of(self, candidate: Candidate, number: int) -> Sequence[AppliedPart]:
        """Return what a candidate makes of a training side: that which its pictures are of."""
        found = self.prepared.get((candidate.name, number))
        if found is not None:
            return found.steps
        side = self.sides[number]
        return apply_candidate(
            self.experiment.dataset, side.embeddings, side.rows, candidate, seed=side.seed
        )

    def caches_of(self, number: int) -> Mapping[str, PictureCache]:
        """Return, by policy, augmented pictures as a run has them."""
        if self.adapted is None or number == WHOLE:
            return self.made
        return self.adapted.describe(number, self.made)

    def training_set(self, candidate: Candidate, laid: Laid) -> TrainingSet:
        """Return what a candidate learns from in a run.

        Raises:
            LeakError: a row of the test side would be learned from.
        """
        steps = self.steps_of(candidate, laid.run.number)
        return balance(self.experiment.dataset, laid.source, candidate, steps)

    def fit_of(self, laid: Laid, tell: Tell) -> Fit:
        """Return what a head is given in a run, beside features."""
        count = len(self.experiment.dataset.classes)
        fit = Fit(count, laid.run.seed, self.experiment.device, tell, inner=laid.inner)
        return fit if self.store is None else replace(fit, take=self.store.take)

    def _answer(self, candidate: Candidate, laid: Laid, tell: Tell) -> Scored:
        start = self.clock()
        with one_thread() if self.store is not None else nullcontext():
            side = self.training_set(candidate, laid)
        prediction = self._learn(candidate, side, laid, tell)
        seconds = self.clock() - start + self._seconds_before(candidate, laid.run.number)
        scores = prediction.scores[:, self.design.codes]
        sums = scores.sum(axis=1, keepdims=True)
        # Of what can only be a class that is not scored, nothing is known.
        scores = np.divide(
            scores, sums, out=np.full_like(scores, 1 / scores.shape[1]), where=sums > 0
        )
        change = side.change / len(laid.run.fold.train)
        return Scored(scores.astype(np.float16), seconds, change, prediction.curve)

    def _learn(self, candidate: Candidate, side: TrainingSet, laid: Laid, tell: Tell) -> Prediction:
        test, fit = laid.source.tested(), self.fit_of(laid, tell)
        if not len(side.codes):  # cleaning has left nothing to learn from
            return Prediction(np.ones((len(test), fit.class_count)))
        fitter = self.experiment.head.fitter
        if candidate.rule is not None and fitter is not None:
            return candidate.rule.predict(fitter, side, test, fit)
        if self.store is None:
            return self.opened.predict(side, test, fit)
        return learn_apart(self.opened, side, test, fit)

    def _seconds_before(self, candidate: Candidate, number: int) -> float:
        """Return what a run took before: its steps, and its share of making the pictures."""
        found = self.prepared.get((candidate.name, number))
        if found is None:
            return 0.0
        keys = {policy_key(policy) for policy, _ in found.pictures}
        return found.seconds + sum(self.made[key].seconds / len(self.sides) for key in keys)


def open_bench(
    experiment: Experiment,
    design: Design,
    candidates: Sequence[Candidate],
    clock: Clock,
    progress: Progress,
) -> Bench:
    """Return the bench with all that is made once: adapted encoders, augmented pictures.

    Raises:
        SettingError: a candidate that the head cannot learn from.
        SourceError: a file cannot be read any more.
        OutputError: there is no room for what is taken of pictures.
    """
    dataset, embeddings = experiment.dataset, experiment.embeddings
    check_suits(candidates, experiment.head)
    opened = experiment.head.open(embeddings, experiment.device)
    runs, adapted = list(design.runs), None
    if embeddings.base is not None:
        adapted = adapt_folds(
            dataset, embeddings, design.folds, lambda number: runs[number].seed, progress
        )
    sides = {
        run.number: Side(
            run.fold.train,
            run.seed,
            embeddings if adapted is None else adapted.embeddings[run.number],
        )
        for run in runs
    }
    if experiment.shows_leak:
        sides[WHOLE] = Side(design.whole, experiment.seed, embeddings)
    takes_pictures = opened.input is not None
    prepared = prepare(dataset, sides, candidates, (takes_pictures, clock), progress)
    head_input = opened.input if adapted is None else adapted.adapter.input
    made = fill_caches(experiment, prepared, head_input, progress, clock)
    store = None
    if opened.input is not None:
        real = read_pictures(dataset, embeddings.rows, opened.input, progress)
        store = PictureStore(embeddings.rows, real, made)
    return Bench(experiment, design, opened, sides, prepared, made, adapted, store, clock)


def prepare(
    dataset: ImageDataset,
    sides: Mapping[int, Side],
    candidates: Sequence[Candidate],
    how: tuple[bool, Clock],
    progress: Progress,
) -> dict[tuple[str, int], Prepared]:
    """Return, by candidate and run, what is made where augmented pictures are learned from.

    `how`: whether the head sees pictures, and so learns from no vector; and what tells seconds.
    """
    takes_pictures, clock = how
    wanted = [
        (candidate, number)
        for candidate in candidates
        if any(part.needs_pictures(head_takes_pictures=takes_pictures) for part in candidate.parts)
        for number in sides
    ]
    prepared = {}
    for done, (candidate, number) in enumerate(wanted):
        progress(BALANCING, done, len(wanted))
        side = sides[number]
        begin = clock()
        with one_thread():
            steps = apply_candidate(dataset, side.embeddings, side.rows, candidate, seed=side.seed)
        pictures = [
            (step.part.made_by, step.pictures(takes_pictures=takes_pictures)) for step in steps
        ]
        prepared[candidate.name, number] = Prepared(
            steps, [one for one in pictures if len(one[1])], clock() - begin
        )
    return prepared


def fill_caches(
    experiment: Experiment,
    prepared: Mapping[tuple[str, int], Prepared],
    head_input: HeadInput | None,
    progress: Progress,
    clock: Clock,
) -> dict[str, PictureCache]:
    """Return, for each policy, the pictures that some training side learns from.

    `head_input` is that of the head; None for one that takes vectors, as the encoder makes them.
    """
    wanted: dict[str, list[Pictures]] = {}
    policies: dict[str, AugmentPolicy] = {}
    for one in prepared.values():
        for policy, pictures in one.pictures:
            key = policy_key(policy)
            policies[key] = policy
            wanted.setdefault(key, []).append(pictures)
    if not wanted:
        return {}
    head_input = head_input or encoder_input(experiment.embeddings)
    return {
        key: fill_cache(
            experiment.dataset, join_pictures(parts), policies[key], head_input, progress, clock
        )
        for key, parts in wanted.items()
    }


def _workers(laid: Sequence[Laid]) -> int:
    return max(1, min(len(laid), os.cpu_count() or 1))
