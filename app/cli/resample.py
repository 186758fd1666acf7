"""`evenset resample`: make synthetic points of stored embeddings; and what a plan says."""

from dataclasses import asdict
from pathlib import Path

from app.cli.options import command
from app.cli.shared_options import (
    PlanOptions,
    embeddings_argument,
    json_option,
    out_option,
    plan_options,
    seed_option,
)
from app.cli.source import make_folder
from app.cli.terminal import Bars, write_json
from core.dataset import Labelled
from core.embed import Embeddings, read_embeddings
from core.progress import Progress
from core.resample import (
    BalancePlan,
    Made,
    TrainingSide,
    find_strategy,
    plan_counts,
    resample,
    stored_labels,
    write_points,
)
from core.words import count_of


@command()
@embeddings_argument
@out_option("a folder for provenance.parquet, kept.parquet and synthetic.npy")
@plan_options
@seed_option
@json_option("write the risks and the quality of the points as JSON; - is the screen")
def run_resample(
    embeddings: Path, out: Path, planning: PlanOptions, seed: int | None, json_file: str | None
) -> None:
    """Make synthetic points from embeddings, and write them with their parents."""
    stored = read_embeddings(embeddings)
    labels, vectors = stored_labels(stored), stored.embeddings()
    strategy = planning.strategy or "smote"
    plan = plan_counts(
        labels.counts,
        strategy,
        planning.parsed_target(),
        settings=planning.parsed_settings(strategy),
        most_per_image=planning.most_per_image,
    )
    make_folder(out)
    if json_file != "-":
        tell_plan(plan)
        tell_estimate(plan, vectors)
    with Bars() as progress:
        made = resample(TrainingSide(labels, plan, vectors, seed=seed or 0, progress=progress))
        result = None
        if json_file is not None:
            result = _measured(labels, vectors, made, progress)
    write_points(out, labels, vectors, made)
    if json_file == "-":
        write_json(result, json_file)
        return
    print(
        f"{plan.strategy}: {count_of(len(made.kept), 'image')} kept, "
        f"{count_of(len(made.points), 'point')} made, in {out}."
    )
    for text in made.told(labels.classes):
        print(text)
    if len(made.other_pictures):
        print(
            f"{count_of(len(made.other_pictures), 'augmented picture')} of 'evenset balance' have "
            "no vectors here."
        )
    write_json(result, json_file)


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


def _measured(
    labels: Labelled, embeddings: Embeddings, made: Made, progress: Progress
) -> dict[str, object]:
    """Return what speaks against SMOTE here, what it cost, and how good its points are."""
    from core.resample.difficulty import measure_difficulty
    from core.resample.quality import measure_quality

    quality = None
    if find_strategy(made.plan.strategy).effect.adds_points:
        quality = measure_quality(labels, embeddings, made.points, progress=progress).to_json()
    difficulty = None
    if embeddings.base is None:  # neighbours of an encoder that knows the labels hide their faults
        found = measure_difficulty(labels, embeddings, made.plan.add, progress=progress)
        difficulty = found.to_json()
    return {
        "strategy": made.plan.strategy,
        "settings": dict(made.plan.settings),
        "before": dict(made.plan.before),
        "after": made.plan.after,
        "report": [asdict(report) for report in made.report],
        "batches": None if made.cost is None else asdict(made.cost),
        "variance_kept": made.variance_kept,
        "difficulty": difficulty,
        "quality": quality,
    }
