"""The best augmentation for this set: operations chosen inside each training side.

An operation is chosen where it gains over plain copies on images held back from the training side,
and costs no class more than chance explains. The whole side then learns with what was chosen, and
the other side scores it: the gain of choosing this way, not of what happened to be best.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.augment import AugmentPolicy
from core.dataset import Rows
from core.embed import unadapted
from core.errors import SettingError
from core.evaluate.bench import Bench, open_bench
from core.evaluate.candidates import BASELINE, Candidate, parse_candidate
from core.evaluate.experiment import Design, Experiment, Run, draw_design
from core.evaluate.folds import make_folds
from core.evaluate.inference import FEWEST_IN_CLASS, Effect, infer
from core.evaluate.influence import measure_figure
from core.evaluate.metrics import PRIMARY
from core.evaluate.predictions import Predictions
from core.evaluate.variance import lay_out, measure_class_variances
from core.progress import Progress, silent
from core.randomness import stream_seed

COPIES = "random_oversampling"  # what an operation has to be better than
CHOSEN = "chosen augmentation"  # the name of what is chosen, among predictions
INNER_FOLDS, INNER_REPEATS = 4, 2
STAGE = "trying operations on held-back images"

_MOST_ERRORS = 2.0  # standard errors that a class may lose
_AT_ONCE = 2  # operations done to a picture, as in a policy of safe ones


@dataclass(frozen=True)
class Tried:
    """What one operation brings beside plain copies, on images that are held back."""

    operation: str
    gain: float  # in balanced accuracy
    worst: str  # the class that it costs most, in standard errors
    drop: float  # in the recall of that class, in standard errors; 0: it costs none

    @property
    def is_chosen(self) -> bool:
        """Tell whether it gains, and costs no class more than chance explains."""
        return self.gain > 0 and self.drop <= _MOST_ERRORS


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
    """Return the chosen steps of `policy`, two of them on a picture; None where there are none."""
    chosen = {one.operation for one in tried if one.is_chosen}
    steps = tuple(step for step in policy.steps if step.operation in chosen)
    if not steps:
        return None
    pick = min(_AT_ONCE, len(steps))
    return AugmentPolicy(tuple(replace(one, probability=1.0) for one in steps), policy.seed, pick)


@dataclass(frozen=True, eq=False)
class ChosenAugmentation:
    """What choosing operations brings, and what the same rule chooses on all images."""

    # Of BASELINE, COPIES and CHOSEN, which had a policy of its own in each run.
    predictions: Predictions
    chosen: tuple[tuple[str, ...], ...]  # the operations of each run; none: plain copies
    tried: tuple[Tried, ...]  # on all images that are learned from
    policy: AugmentPolicy | None  # what the rule chooses on them, to export; None: plain copies

    @property
    def gain(self) -> Effect:
        """Return by how much choosing this way exceeds plain copies, in balanced accuracy."""
        found = infer(self.predictions, PRIMARY, rivals=[CHOSEN], baseline=COPIES)
        return found.effect(CHOSEN)


def choose_inside(
    experiment: Experiment, policy: AugmentPolicy, *, repeats: int = 1, progress: Progress = silent
) -> ChosenAugmentation:
    """Return what it brings to choose among the operations of `policy` inside each training side.

    It speaks of frozen vectors: an encoder that has learned the labels is not used, its base stands
    in. Pictures of single operations are embedded once for all sides, those of each choice beside.

    Args:
        experiment: With a head on vectors.
        policy: Operations, as strong as they would be.
        repeats: How often outer folds are drawn.
        progress: Told of pictures made, then of training sides done.

    Raises:
        SettingError: a head that learns from pictures, or a policy without steps.
        TooFewClassesError: fewer than two classes can be scored.
    """
    _check(experiment, policy)
    own = unadapted(experiment.dataset, experiment.embeddings, progress=progress)
    experiment = replace(
        experiment, embeddings=own, repeats=repeats, on_test_split=False, shows_leak=False
    )
    outer = draw_design(experiment, progress)
    operations = {f"augment:{step.operation}": step.operation for step in policy.steps}
    names = [COPIES, *operations]
    inner = draw_inner_design(experiment, outer)
    candidates = [parse_candidate(name, None, policy) for name in names]
    bench = open_bench(experiment, inner, candidates, perf_counter, progress)
    sides = len(inner.repeats) // INNER_REPEATS
    tried, policies = [], []
    for number in range(sides):
        progress(STAGE, number, sides)
        held_back = _predict_inside(bench, number, candidates)
        tried.append(tuple(judge_operations(held_back, operations)))
        policies.append(choose_policy(tried[-1], policy))
    scores = _predict_outside(experiment, outer, policies, progress)
    return ChosenAugmentation(
        _predictions(outer, experiment, outer.rows, outer.actual, scores),
        tuple(() if one is None else _operations(one) for one in policies[:-1]),
        tried[-1],
        policies[-1],
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


def _predict_inside(bench: Bench, side: int, candidates: Sequence[Candidate]) -> Predictions:
    """Return what candidates predict for the images held back inside one training side."""
    design = bench.design
    places = range(side * INNER_REPEATS, (side + 1) * INNER_REPEATS)
    alone = replace(design, repeats=tuple(design.repeats[place] for place in places))
    codes = bench.experiment.dataset.codes
    rows = np.sort(np.concatenate([run.fold.test for run in alone.repeats[0]]))
    rows = rows[
        np.isin(codes[rows], design.codes)
    ]  # a label may be of images that are edited alone
    shape = (INNER_REPEATS, len(rows), len(design.codes))
    scores = {one.name: np.zeros(shape, np.float16) for one in candidates}
    for repeat, place in enumerate(places):
        laid = bench.lay_out(place, silent)
        for candidate in candidates:
            answers = bench.run(candidate, laid, lambda *_: None)
            for answer, one in zip(answers, laid, strict=True):
                is_known = np.isin(one.run.fold.test, rows)
                found = np.searchsorted(rows, one.run.fold.test[is_known])
                scores[candidate.name][repeat, found] = answer.scores[is_known]
    return _predictions(alone, bench.experiment, rows, codes[rows], scores)


def _predict_outside(
    experiment: Experiment,
    outer: Design,
    policies: Sequence[AugmentPolicy | None],
    progress: Progress,
) -> dict[str, NDArray[np.float16]]:
    """Return (R, N, C) scores of what was chosen in each run, and of what it is compared with."""
    shape = (len(outer.repeats), len(outer.rows), len(outer.codes))
    scores = {name: np.zeros(shape, np.float16) for name in (BASELINE, COPIES, CHOSEN)}
    fixed = [parse_candidate(BASELINE), parse_candidate(COPIES)]
    for run, policy in zip(outer.runs, policies, strict=False):
        places = np.searchsorted(outer.rows, run.fold.test)
        alone = replace(outer, repeats=((replace(run, number=0, repeat=0),),))
        chosen = fixed[1] if policy is None else parse_candidate("augment", None, policy)
        bench = open_bench(experiment, alone, [*fixed, chosen], perf_counter, progress)
        laid = bench.lay_out(0, silent)
        for name, candidate in zip(scores, [*fixed, chosen], strict=True):
            (answer,) = bench.run(candidate, laid, lambda *_: None)
            scores[name][run.repeat, places] = answer.scores
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
