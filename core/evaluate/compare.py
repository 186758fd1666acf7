"""Compare strategies on images that none of them saw."""

from collections.abc import Mapping, Sequence
from math import ceil
from threading import Lock

import numpy as np

from core.audit import picture_groups
from core.dataset import ImageDataset
from core.embed import Embeddings
from core.errors import SettingError
from core.evaluate.folds import make_folds, scored_rows
from core.evaluate.heads import fit_space
from core.evaluate.learn import label_test_side
from core.evaluate.metrics import Confusion, count_confusion
from core.evaluate.notes import write_notes
from core.evaluate.report import BASELINE, FLOOR, EvaluationReport, summarise
from core.evaluate.verdict import write_verdict
from core.progress import Progress, silent
from core.randomness import stream_seed
from core.resample import STRATEGIES, Settings, find_strategy

STAGE = "comparing strategies"

_ENOUGH_FOLDS = 10  # with fewer, the intervals are wide
_FLOOR_TITLE = "Always the largest class"

# The limit of threads and the filter of warnings hold for the whole process: two comparisons at
# once would each restore what the other had set.
_ONE_AT_A_TIME = Lock()


def evaluate(
    dataset: ImageDataset,
    embeddings: Embeddings,
    *,
    strategies: Sequence[str] | None = None,
    n_splits: int = 5,
    repeats: int | None = None,
    settings: Mapping[str, Settings] | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> EvaluationReport:
    """Compare strategies by how well a linear head labels images that it never saw.

    The training split is divided into folds first. In each, everything is fitted on the training
    side alone: the scaling, the directions, what the strategy adds, and the head.

    Args:
        dataset: The images; validation and test splits are not touched.
        embeddings: Their vectors; images without one are left out.
        strategies: Names from STRATEGIES; the usual ones unless given. Two rows are
            always there: 'none', and a head that always answers the largest class.
        n_splits: Folds per repeat, at most; fewer when a class is small.
        repeats: How often to draw folds anew; unless given, as often as 10 folds in all need.
        settings: Strategy -> values of its parameters; the usual ones unless given.
        seed: Same seed, same report.
        progress: Told of pictures compared, then once per fold and strategy.

    Raises:
        TooFewClassesError: fewer than two classes have two different training images.
        SettingError: a strategy that cannot be compared, or a number out of range.
    """
    from threadpoolctl import threadpool_limits

    if n_splits < 2 or (repeats is not None and repeats < 1):
        raise SettingError("A comparison needs at least 2 folds and 1 repeat.")
    names = [*_compared(strategies), FLOOR]
    given = settings or {}
    chosen = {name: find_strategy(name).complete(given.get(name)) for name in names[:-1]}
    rows = embeddings.rows
    groups = picture_groups(dataset, progress)
    folds = make_folds(dataset, rows, groups=groups, n_splits=n_splits, seed=seed)
    splits = len(folds)
    repeats = repeats or ceil(_ENOUGH_FOLDS / splits)
    for repeat in range(1, repeats):
        again = stream_seed(seed, "repeat", repeat)
        folds += make_folds(dataset, rows, groups=groups, n_splits=n_splits, seed=again)
    scored = scored_rows(dataset, rows, groups)
    codes = np.unique(dataset.codes[scored])
    confusions: dict[str, list[Confusion]] = {name: [] for name in names}
    done, total = 0, len(folds) * len(names)
    for number, fold in enumerate(folds):
        actual = np.searchsorted(codes, dataset.codes[fold.test])
        # The head is small: where other work has the cores, threads that wait for each other
        # take up to a hundred times as long as one. One thread also gives one result everywhere.
        with _ONE_AT_A_TIME, threadpool_limits(1, user_api="blas"):
            space = fit_space(embeddings, fold, seed=seed)
            for name in names:
                progress(STAGE, done, total)
                predicted = label_test_side(
                    dataset,
                    embeddings,
                    fold,
                    space,
                    name,
                    chosen.get(name),
                    seed=stream_seed(seed, "fold", number),
                )
                found = np.searchsorted(codes, predicted)
                confusions[name].append(count_confusion(actual, found, len(codes)))
                done += 1
    progress(STAGE, done, total)
    test_share = float(np.mean([len(fold.test) / len(fold.train) for fold in folds]))
    classes = tuple(dataset.classes[code] for code in codes)
    titles = {name: strategy.title for name, strategy in STRATEGIES.items()}
    results = summarise(
        confusions,
        titles={**titles, FLOOR: _FLOOR_TITLE},
        classes=classes,
        test_share=test_share,
    )
    return EvaluationReport(
        strategies=results,
        classes=classes,
        verdict=write_verdict(results, test_share=test_share),
        notes=write_notes(
            dataset,
            rows,
            groups,
            folds,
            asked_splits=n_splits,
            splits=splits,
            smote=chosen.get("smote"),
        ),
        folds=splits,
        repeats=repeats,
        images=len(scored),
        settings=chosen,
        seed=seed,
        encoder=embeddings.encoder,
    )


def _compared(strategies: Sequence[str] | None) -> list[str]:
    """Return which strategies to compare, the baseline first, each once."""
    if strategies is None:
        strategies = [name for name, strategy in STRATEGIES.items() if strategy.is_usual]
    for name in strategies:
        if not find_strategy(name).is_compared:
            raise SettingError(
                f"'{name}' cannot be compared: its pictures would have to be made and embedded "
                "anew in each fold. Leave it out."
            )
    return list(dict.fromkeys([BASELINE, *strategies]))
