"""`evenset resample`: make synthetic points of stored embeddings; and what a plan says."""

import argparse
from dataclasses import asdict

from app.cli.source import make_folder
from app.cli.terminal import Bars, write_json
from core.dataset import Labelled
from core.embed import Embeddings, read_embeddings
from core.errors import SettingError
from core.progress import Progress
from core.resample import (
    BalancePlan,
    Made,
    TrainingSide,
    find_strategy,
    parse_target,
    plan_counts,
    resample,
    stored_labels,
    write_points,
)
from core.words import count_of


def run_resample(options: argparse.Namespace) -> None:
    """Write synthetic points, as their parents, of stored embeddings."""
    stored = read_embeddings(options.embeddings)
    labels, embeddings = stored_labels(stored), stored.embeddings()
    strategy = options.strategy or "smote"
    plan = plan_counts(
        labels.counts,
        strategy,
        None if options.target is None else parse_target(options.target),
        settings=find_strategy(strategy).parse(named_settings(options)),
        most_per_image=options.most_per_image,
    )
    make_folder(options.out)
    if options.json != "-":
        tell_plan(plan)
        tell_estimate(plan, embeddings)
    with Bars() as progress:
        made = resample(
            TrainingSide(labels, plan, embeddings, seed=options.seed or 0, progress=progress)
        )
        result = None
        if options.json is not None:
            result = _measured(labels, embeddings, made, progress)
    write_points(options.out, labels, embeddings, made)
    if options.json == "-":
        write_json(result, options.json)
        return
    print(
        f"{plan.strategy}: {count_of(len(made.kept), 'image')} kept, "
        f"{count_of(len(made.points), 'point')} made, in {options.out}."
    )
    for text in made.told(labels.classes):
        print(text)
    if len(made.other_pictures):
        print(
            f"{count_of(len(made.other_pictures), 'augmented picture')} of 'evenset balance' have "
            "no vectors here."
        )
    write_json(result, options.json)


def tell_plan(plan: BalancePlan) -> None:
    """Say what a plan does and what to know of it, as the page does."""
    record = find_strategy(plan.strategy)
    print(f"{record.title}: {record.effect.told(plan)}.")
    for warning in record.warnings(plan):
        print(warning)


def tell_estimate(plan: BalancePlan, embeddings: Embeddings) -> None:
    """Say how long points take and how large they are, where it is known, as the page does."""
    estimate = find_strategy(plan.strategy).estimate
    if estimate is not None and plan.total_added:
        print(estimate(plan, embeddings.dimension))


def named_settings(options: argparse.Namespace) -> dict[str, str]:
    """Return the settings of a strategy that `--set` names, as texts."""
    values = {}
    for text in options.set:
        name, equals, value = text.partition("=")
        if not equals:
            raise SettingError(f"--set {text} has no value. Write NAME=VALUE, as k_neighbors=7.")
        values[name.strip()] = value.strip()
    return values


def _measured(
    labels: Labelled, embeddings: Embeddings, made: Made, progress: Progress
) -> dict[str, object]:
    """Return what speaks against SMOTE here, what it cost, and how good its points are."""
    from core.resample.difficulty import measure_difficulty
    from core.resample.quality import measure_quality

    quality = None
    if find_strategy(made.plan.strategy).effect.adds_points:
        quality = measure_quality(labels, embeddings, made.points, progress=progress).to_json()
    difficulty = measure_difficulty(labels, embeddings, made.plan.add, progress=progress)
    return {
        "strategy": made.plan.strategy,
        "settings": dict(made.plan.settings),
        "before": dict(made.plan.before),
        "after": made.plan.after,
        "report": [asdict(report) for report in made.report],
        "batches": None if made.cost is None else asdict(made.cost),
        "variance_kept": made.variance_kept,
        "difficulty": difficulty.to_json(),
        "quality": quality,
    }
