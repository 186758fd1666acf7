"""Compare strategies on images that none of them saw."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter

import numpy as np

from core.augment import AugmentPolicy
from core.dataset import SPLITS, TEST, TRAIN, ImageDataset
from core.duplicates import picture_groups
from core.embed import Embeddings, unadapted
from core.errors import SettingError, TooFewClassesError
from core.evaluate.adapting import adapting_note
from core.evaluate.candidates import (
    STANDARD_POLICY,
    Candidate,
    check_targets,
    parse_candidate,
)
from core.evaluate.experiment import Clock, Experiment, prepare_experiment, whole_rows
from core.evaluate.folds import Fold, kept_together, make_folds, scored_rows
from core.evaluate.head import Head
from core.evaluate.heads import DEFAULT_HEAD, check_head, find_head
from core.evaluate.leaky import measure_leaky
from core.evaluate.metrics import METRICS, PRIMARY
from core.evaluate.notes import write_notes
from core.evaluate.prepared import WHOLE
from core.evaluate.repeats import DEFAULT_FOLDS, check_repeats, default_repeats
from core.evaluate.report import BASELINE, FLOOR, EvaluationReport, Row, summarise
from core.evaluate.result_notes import write_result_notes
from core.evaluate.threads import one_thread
from core.evaluate.verdict import write_verdict
from core.progress import Progress, silent
from core.randomness import stream_seed
from core.resample import STRATEGIES, Settings

STAGE = "comparing strategies"
DRAWING = "drawing folds"

_FLOOR_TITLE = "Always the largest class"

OnReport = Callable[[EvaluationReport], None]


def evaluate(
    dataset: ImageDataset,
    embeddings: Embeddings,
    *,
    strategies: Sequence[str] | None = None,
    head: str | Head = DEFAULT_HEAD,
    metric: str = PRIMARY,
    n_splits: int = DEFAULT_FOLDS,
    repeats: int | None = None,
    settings: Mapping[str, Settings] | None = None,
    policy: AugmentPolicy = STANDARD_POLICY,
    on_test_split: bool = False,
    shows_leak: bool = False,
    seed: int = 0,
    device: str = "cpu",
    clock: Clock = perf_counter,
    on_report: OnReport | None = None,
    progress: Progress = silent,
) -> EvaluationReport:
    """Compare strategies by how well a head labels images that it never saw.

    The training split is divided into folds first; what looks the same stays together, and so does
    what is of one group, such as a patient, where the dataset says so. In each fold everything is
    fitted on the training side alone: the scaling, the directions, what the strategy adds, and the
    head.

    Args:
        dataset: The images; validation and test splits are not touched.
        embeddings: Their vectors; images without one are left out. Those of an encoder that has
            learned labels are not used: its base learns in each fold, or stands in for it.
        strategies: Names as `parse_candidate` reads them; the defaults unless given. Two rows
            are always there: 'none', and a head that always predicts the largest class.
        head: A key of HEADS, or a head.
        metric: The key in METRICS that matters to the person; the verdict is about it.
        n_splits: Folds per repeat, at most; fewer when a class is small.
        repeats: How often to draw folds again, or on the test split how often to learn from another
            seed; unless given, so that each strategy learns 10 times, with slow heads and
            encoders that learn in each fold 5 times.
        settings: Strategy -> values of its parameters; the defaults unless given.
        policy: How pictures are augmented.
        on_test_split: Learn from the whole training split and score on the test split as it came.
        shows_leak: Also measure what resampling before splitting would have reported.
        seed: Same seed, same report but for the seconds.
        device: Of a network.
        clock: Tells seconds.
        on_report: Given the report so far when a strategy is done.
        progress: Told of pictures compared, folds drawn and pictures made, then of each fold and
            strategy.

    Raises:
        TooFewClassesError: fewer than two classes have two different training images, or groups.
        SettingError: a strategy, head or metric that there is not, or a number out of range; or
            groups of which no folds can be made.
    """
    check_repeats(n_splits, repeats)
    if metric not in METRICS:
        raise SettingError(f"There is no metric '{metric}'. The metrics are: {', '.join(METRICS)}.")
    chosen = find_head(head) if isinstance(head, str) else head
    encoder, base = embeddings.encoder, embeddings.base
    check_head(chosen, base or encoder)
    if base is not None and shows_leak:
        raise SettingError(
            "What resampling before splitting would report is not measured with an adapted "
            f"encoder. Embed with '{base}' to see it, or do not ask for it."
        )
    if chosen.learns_from_pictures:
        embeddings = unadapted(dataset, embeddings, progress=progress)
    candidates = _candidates(strategies, settings, policy)
    check_targets(candidates, dataset.counts(TRAIN))
    pictures = picture_groups(dataset, progress)
    groups = kept_together(dataset, pictures, embeddings.rows)
    if on_test_split:
        splits, repeats = (
            1,
            max(2, repeats or default_repeats(chosen, is_held_out=True, adapts=base is not None)),
        )
        folds = [_whole(dataset, embeddings)] * repeats
        rows = folds[0].train
    else:
        progress(DRAWING, 0, repeats or 0)
        rows = scored_rows(dataset, embeddings.rows, groups)
        folds = make_folds(dataset, embeddings.rows, groups=groups, n_splits=n_splits, seed=seed)
        splits = len(folds)
        repeats = repeats or default_repeats(chosen, folds=splits, adapts=base is not None)
        for repeat in range(1, repeats):
            progress(DRAWING, repeat, repeats)
            again = stream_seed(seed, "repeat", repeat)
            folds += make_folds(
                dataset, embeddings.rows, groups=groups, n_splits=n_splits, seed=again
            )
    experiment = prepare_experiment(
        dataset,
        embeddings,
        folds,
        candidates,
        chosen,
        is_held_out=on_test_split,
        shows_leak=shows_leak,
        seed=seed,
        device=device,
        clock=clock,
        progress=progress,
    )
    classes = tuple(dataset.classes[code] for code in experiment.codes)
    sides = [len(fold.test) / len(fold.train) for fold in folds]
    spread_share = 0.0 if on_test_split else float(np.mean(sides))
    notes = write_notes(
        dataset,
        embeddings.rows,
        pictures,
        groups,
        folds,
        asked_splits=n_splits,
        splits=splits,
        is_held_out=on_test_split,
        candidates=candidates,
    )
    if base is not None:
        by_fold = adapting_note(base, learns_from_pictures=chosen.learns_from_pictures)
        notes = (by_fold, *notes)
    floor = Row(FLOOR, _FLOOR_TITLE, [experiment.run_floor(number) for number in range(len(folds))])

    def report(done: Sequence[Row]) -> EvaluationReport:
        results = summarise(
            [*done, floor],
            classes=classes,
            spread_share=spread_share,
            rivals=max(1, len(candidates) - 1),
            images=len(rows),
        )
        about = write_result_notes(
            done,
            results,
            candidates,
            classes=classes,
            metric=metric,
            is_held_out=on_test_split,
        )
        return EvaluationReport(
            strategies=results,
            classes=classes,
            metric=metric,
            verdict=write_verdict(
                results, spread_share=spread_share, metric=metric, asked=len(candidates)
            ),
            notes=(*about, *notes),
            folds=splits,
            repeats=repeats,
            images=len(rows) if not on_test_split else len(folds[0].test),
            settings={one.name: one.settings for one in candidates},
            seed=seed,
            encoder=encoder,
            head=chosen.name,
            spread_share=spread_share,
            is_held_out=on_test_split,
        )

    done: list[Row] = []
    for row in _run_all(experiment, candidates, shows_leak=shows_leak, progress=progress):
        done.append(row)
        if on_report is not None:
            on_report(report(done))
    return report(done)


def _candidates(
    strategies: Sequence[str] | None,
    settings: Mapping[str, Settings] | None,
    policy: AugmentPolicy,
) -> list[Candidate]:
    """Return what to compare, the baseline first, each once."""
    if strategies is None:
        strategies = [name for name, strategy in STRATEGIES.items() if strategy.is_default]
    names = dict.fromkeys([BASELINE, *strategies])
    return [parse_candidate(name, settings, policy) for name in names]


def _run_all(
    experiment: Experiment, candidates: Sequence[Candidate], *, shows_leak: bool, progress: Progress
) -> Iterator[Row]:
    """Yield the row of each candidate, all folds of one before the next one."""
    count, steps = len(experiment.folds), experiment.head.steps
    total = count * len(candidates) * steps
    for place, candidate in enumerate(candidates):
        runs = []
        for number in range(count):
            before = (place * count + number) * steps
            progress(STAGE, before, total)

            def tell(done: int, of: int, before: int = before) -> None:
                progress(STAGE, before + done * steps // max(1, of), total)

            runs.append(experiment.run(candidate, number, tell))
        leaky = None
        if shows_leak and candidate.adds and experiment.store is None:
            leaky = _leaky(experiment, candidate)
        yield Row(candidate.name, candidate.title, runs, leaky)
    progress(STAGE, total, total)


def _leaky(experiment: Experiment, candidate: Candidate) -> dict[str, float]:
    rows = whole_rows(experiment.folds, is_held_out=experiment.is_held_out)
    smallest = int(np.bincount(experiment.dataset.codes[rows])[experiment.codes].min())
    with one_thread():
        return measure_leaky(
            experiment.dataset,
            experiment.sides[WHOLE].embeddings,
            rows,
            candidate,
            experiment.steps_of(candidate, WHOLE, rows, experiment.seed),
            experiment.opened.predict,
            experiment.caches[WHOLE],
            n_splits=max(2, min(5, smallest)),
            seed=experiment.seed,
        )


def _whole(dataset: ImageDataset, embeddings: Embeddings) -> Fold:
    """Return the training split, and the test split as it came."""
    train = np.intersect1d(embeddings.rows, dataset.training_rows)
    test = np.flatnonzero(dataset.split_codes == SPLITS.index(TEST))
    test = np.intersect1d(test, embeddings.rows)
    test = test[np.isin(dataset.codes[test], dataset.codes[train])]
    if len(np.unique(dataset.codes[test])) < 2:
        raise TooFewClassesError(
            f"The test split of '{dataset.name}' has fewer than 2 of the training classes, so "
            "nothing can be scored on it. Compare on folds of the training split instead."
        )
    return Fold(train, test)
