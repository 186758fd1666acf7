"""The best augmentation for this set: operations chosen inside each training side.

Two questions are asked. What does each operation bring beside plain copies? All of them are scored
on the same outer folds. And what does it bring to choose among them? An operation is chosen where
it gains over plain copies on images held back from the training side, and costs no class more than
chance explains. The whole side then learns with what was chosen, and the other side scores it: the
gain of choosing this way, not of what happened to be best.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.augment import AugmentPolicy
from core.dataset import Rows
from core.embed import unadapted
from core.errors import SettingError
from core.evaluate.augmentation_answer import (
    CHOOSING_REPEATS,
    INNER_FOLDS,
    INNER_REPEATS,
    BestAugmentation,
    OperationGain,
    Tried,
)
from core.evaluate.bench import Bench, open_bench
from core.evaluate.buffer import make_buffer
from core.evaluate.candidates import Candidate, parse_candidate
from core.evaluate.experiment import Design, Experiment, Run, draw_design
from core.evaluate.folds import make_folds
from core.evaluate.head import Tell
from core.evaluate.inference import FEWEST_IN_CLASS, infer
from core.evaluate.influence import measure_figure
from core.evaluate.metrics import PRIMARY
from core.evaluate.outcomes import stand
from core.evaluate.predictions import Predictions
from core.evaluate.variance import lay_out, measure_class_variances
from core.progress import Progress, silent
from core.randomness import stream_seed

COPIES = "random_oversampling"  # what an operation has to be better than
CHOSEN = "chosen augmentation"  # the name of what is chosen, among predictions
STAGE = "trying operations on held-back images"
SCORING = "scoring what was chosen"

_AT_ONCE = 2  # operations done to a picture, as in a policy of safe ones


def judge_operations(
    predictions: Predictions, operations: Mapping[str, str], baseline: str = COPIES
) -> list[Tried]:
    """Return what each operation brings.

    Args:
        predictions: Of images held back inside one training side.
        operations: Candidate -> the operation that alone makes its pictures.
        baseline: The candidate of plain copies.
    """
    layout = lay_out(predictions)
    before = measure_figure(predictions, baseline, PRIMARY)
    count = len(predictions.classes)
    is_told = layout.class_groups >= FEWEST_IN_CLASS
    found = []
    for candidate, operation in operations.items():
        after = measure_figure(predictions, candidate, PRIMARY)
        assert before.slopes is not None
        assert after.slopes is not None
        slopes = after.slopes - before.slopes
        gains = np.bincount(layout.codes, weights=slopes.mean(axis=0), minlength=count)
        errors = np.sqrt(measure_class_variances(layout, slopes)[0])
        # Of a class with hardly any images, no loss is more than chance.
        drops = np.where(is_told & (errors > 0), -gains / np.where(errors > 0, errors, 1), 0)
        place = int(drops.argmax())
        gain = after.mean - before.mean
        found.append(
            Tried(operation, gain, predictions.classes[place], max(0.0, float(drops[place])))
        )
    return found


def choose_policy(tried: Sequence[Tried], policy: AugmentPolicy) -> AugmentPolicy | None:
    """Return the chosen steps of `policy`, two of them on a picture; None where there are none.

    A class that all of them would skip is let in to the first, so that it gets pictures.
    """
    chosen = {one.operation for one in tried if one.is_chosen}
    steps = [replace(one, probability=1.0) for one in policy.steps if one.operation in chosen]
    if not steps:
        return None
    skipped = frozenset.intersection(*(one.except_labels for one in steps))
    steps[0] = replace(steps[0], except_labels=steps[0].except_labels - skipped)
    return replace(policy, steps=tuple(steps), pick=min(_AT_ONCE, len(steps)))


def choose_augmentation(
    experiment: Experiment, policy: AugmentPolicy, *, progress: Progress = silent
) -> BestAugmentation:
    """Return what each operation of `policy` brings, and what it brings to choose among them.

    It speaks of frozen vectors: an encoder that has learned the labels is not used, its base stands
    in. Pictures of single operations are made and embedded once for all sides, those of each choice
    beside.

    Args:
        experiment: With a head on vectors; its repeats are of the operations, and a choice is made
            in the first CHOOSING_REPEATS of them.
        policy: Operations, as strong as they would be.
        progress: Told of pictures made, then of folds done.

    Raises:
        SettingError: a head that learns from pictures, or a policy without steps.
        TooFewClassesError: fewer than two classes can be scored.
        SourceError: a file cannot be read any more.
        OutputError: there is no room for what is predicted.
    """
    _check(experiment, policy)
    own = unadapted(experiment.dataset, experiment.embeddings, progress=progress)
    experiment = replace(experiment, embeddings=own, on_test_split=False, shows_leak=False)
    outer = draw_design(experiment, progress)
    choosing = replace(outer, repeats=outer.repeats[:CHOOSING_REPEATS])
    inner = draw_inner_design(experiment, choosing)
    operations = {f"augment:{step.operation}": step.operation for step in policy.steps}
    candidates = [parse_candidate(name, None, policy) for name in (COPIES, *operations)]
    bench = open_bench(experiment, _joined(inner, outer), candidates, perf_counter, progress)
    tried = [
        judge_operations(_predict_inside(bench, side, candidates, progress), operations)
        for side in range(len(inner.repeats) // INNER_REPEATS)
    ]
    policies = [choose_policy(one, policy) for one in tried]
    alone = _predict_outside(bench, outer, candidates, len(inner.repeats), progress)
    chosen = _predict_chosen(experiment, choosing, policies[:-1], alone, progress)
    effects = infer(alone, PRIMARY, rivals=list(operations), baseline=COPIES)
    gain = infer(chosen, PRIMARY, rivals=[CHOSEN], baseline=COPIES)
    margin = experiment.margin
    standings = [stand(effects, name, margin) for name in operations]
    return BestAugmentation(
        tuple(map(OperationGain, operations.values(), standings, tried[-1])),
        stand(gain, CHOSEN, margin),
        tuple(() if one is None else _operations(one) for one in policies[:-1]),
        policies[-1],
        own.encoder,
        len(outer.rows),
        margin,
    )


def draw_inner_design(experiment: Experiment, outer: Design) -> Design:
    """Return folds inside the training side of each outer run and, last, of all images.

    There are INNER_REPEATS of them a side, one after another. No run has a row of its side's test.
    """
    sides = [run.fold.train for run in outer.runs] + [outer.whole]
    repeats: list[tuple[Run, ...]] = []
    number = 0
    for side, rows in enumerate(sides):
        for repeat in range(INNER_REPEATS):
            seed = stream_seed(experiment.seed, "inner side", side, repeat)
            folds = make_folds(
                experiment.dataset, rows, groups=outer.groups, n_splits=INNER_FOLDS, seed=seed
            )
            runs = []
            for place, fold in enumerate(folds):
                again = stream_seed(seed, "run", place)
                runs.append(Run(number, len(repeats), place, fold, again))
                number += 1
            repeats.append(tuple(runs))
    return replace(outer, repeats=tuple(repeats))


def _check(experiment: Experiment, policy: AugmentPolicy) -> None:
    if experiment.head.learns_from_pictures:
        raise SettingError(
            f"'{experiment.head.title}' learns from pictures, and operations are chosen on "
            "vectors. Choose a head on vectors, such as 'linear'."
        )
    if not policy.steps:
        raise SettingError("The policy has no operation to choose from. Add one on Augment.")


def _operations(policy: AugmentPolicy) -> tuple[str, ...]:
    return tuple(step.operation for step in policy.steps)


def _joined(inner: Design, outer: Design) -> Design:
    """Return the runs of both, those of `outer` after the others: one bench serves them all."""
    number = sum(len(runs) for runs in inner.repeats)
    repeats = list(inner.repeats)
    for runs in outer.repeats:
        place = len(repeats)
        repeats.append(
            tuple(replace(run, number=number + at, repeat=place) for at, run in enumerate(runs))
        )
        number += len(runs)
    return replace(outer, repeats=tuple(repeats))


def _predict_inside(
    bench: Bench, side: int, candidates: Sequence[Candidate], progress: Progress
) -> Predictions:
    """Return what candidates predict for the images held back inside one training side."""
    design = bench.design
    places = range(side * INNER_REPEATS, (side + 1) * INNER_REPEATS)
    alone = replace(design, repeats=tuple(design.repeats[place] for place in places))
    codes = bench.experiment.dataset.codes
    rows = np.sort(np.concatenate([run.fold.test for run in alone.repeats[0]]))
    # A label may be of images that are edited alone.
    rows = rows[np.isin(codes[rows], design.codes)]
    scores = _empty_scores([one.name for one in candidates], INNER_REPEATS, rows, design)
    for repeat, place in enumerate(places):
        laid = bench.lay_out(place, silent)
        for candidate in candidates:
            answers = bench.run(candidate, laid, _told(progress, place, len(design.repeats)))
            for answer, one in zip(answers, laid, strict=True):
                is_known = np.isin(one.run.fold.test, rows)
                found = np.searchsorted(rows, one.run.fold.test[is_known])
                scores[candidate.name][repeat, found] = answer.scores[is_known]
    return _predictions(alone, bench.experiment, rows, codes[rows], scores)


def _predict_outside(
    bench: Bench, outer: Design, candidates: Sequence[Candidate], before: int, progress: Progress
) -> Predictions:
    """Return what candidates predict in the outer runs, which a bench has after `before` others."""
    names = [one.name for one in candidates]
    scores = _empty_scores(names, len(outer.repeats), outer.rows, outer)
    for repeat in range(len(outer.repeats)):
        laid = bench.lay_out(before + repeat, silent)
        for candidate in candidates:
            tell = _told(progress, before + repeat, len(bench.design.repeats))
            answers = bench.run(candidate, laid, tell)
            for answer, one in zip(answers, laid, strict=True):
                found = np.searchsorted(outer.rows, one.run.fold.test)
                scores[candidate.name][repeat, found] = answer.scores
    return _predictions(outer, bench.experiment, outer.rows, outer.actual, scores)


def _predict_chosen(
    experiment: Experiment,
    outer: Design,
    policies: Sequence[AugmentPolicy | None],
    alone: Predictions,
    progress: Progress,
) -> Predictions:
    """Return what plain copies predict and, in each run, what was chosen for it.

    Runs of one choice share its pictures. Where none was chosen, copies are the choice.
    """
    count = len(outer.repeats)
    copies = np.array(alone.scores[COPIES][:count])
    chosen = copies.copy()
    of_policy: dict[str, list[tuple[Run, AugmentPolicy]]] = {}
    for run, policy in zip(outer.runs, policies, strict=True):
        if policy is not None:
            of_policy.setdefault(repr(policy.steps), []).append((run, policy))
    for number, same in enumerate(of_policy.values()):
        progress(SCORING, number, len(of_policy))
        repeats = [(replace(run, number=at, repeat=at),) for at, (run, _) in enumerate(same)]
        candidate = parse_candidate("augment", None, same[0][1])
        design = replace(outer, repeats=tuple(repeats))
        bench = open_bench(experiment, design, [candidate], perf_counter, progress)
        for at, (run, _) in enumerate(same):
            (answer,) = bench.run(
                candidate, bench.lay_out(at, silent), _told(progress, at, len(same))
            )
            chosen[run.repeat, np.searchsorted(outer.rows, run.fold.test)] = answer.scores
    scores = {COPIES: copies, CHOSEN: chosen}
    return _predictions(outer, experiment, outer.rows, outer.actual, scores)


def _told(progress: Progress, done: int, total: int) -> Tell:
    """Return what tells of folds while a candidate learns in them, so that it can be cancelled."""

    def tell(_: int, __: int) -> None:
        progress(STAGE, done, total)

    return tell


def _empty_scores(
    names: Sequence[str], repeats: int, rows: Rows, design: Design
) -> dict[str, NDArray[np.float16]]:
    """Return (R, N, C) scores to fill, by candidate; in a file where they are many."""
    scores = {}
    for name in names:
        scores[name] = make_buffer((repeats, len(rows), len(design.codes)), np.float16)
        scores[name][:] = 0
    return scores


def _predictions(
    design: Design,
    experiment: Experiment,
    rows: Rows,
    codes: NDArray[np.intp],
    scores: Mapping[str, NDArray[np.float16]],
) -> Predictions:
    runs = np.full((len(design.repeats), len(rows)), -1, np.int16)
    for repeat, folds in enumerate(design.repeats):
        for run in folds:
            runs[repeat, np.isin(rows, run.fold.test)] = run.place
    return Predictions(
        rows,
        np.searchsorted(design.codes, codes).astype(np.intp),
        design.groups[rows],
        tuple(experiment.dataset.classes[code] for code in design.codes),
        runs,
        scores,
    )
