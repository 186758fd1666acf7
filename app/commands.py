"""What each command of the command line does: read, call `core`, print."""

import argparse
import sys
from dataclasses import asdict, replace
from typing import TypeVar

from app.named_source import embed_all, make_folder, named_edits, opened, read_policy
from app.settings import read_settings
from app.terminal import Bars, print_table, write_json
from core.audit import Severity, audit
from core.dataset import ImageDataset, Labelled
from core.embed import (
    DEFAULT_ENCODER,
    Embeddings,
    embedding_text,
    find_encoder,
    read_embeddings,
    resolve_device,
    write_embeddings,
)
from core.errors import SettingError
from core.export import (
    AS_THEY_ARE,
    DEFAULT_LAYOUT,
    DEFAULT_ORIGINALS,
    ENCODED_ANEW,
    Recipe,
    check_classes,
    check_target,
    container_of,
    export,
    find_container,
    find_layout,
    read_recipe,
)
from core.progress import Progress
from core.resample import (
    BalancePlan,
    Made,
    TrainingSide,
    find_strategy,
    make_plan,
    parse_target,
    plan_counts,
    resample,
    stored_labels,
    write_points,
)
from core.resample.settings import LEAST_SHARE
from core.words import count_of, size_of, times

Value = TypeVar("Value")


def run_serve(options: argparse.Namespace) -> None:
    """Open the app."""
    settings = read_settings(vars(options))
    from app.server import serve

    def say(address: str) -> None:
        print(f"Evenset opens at {address}; Ctrl+C ends it.", flush=True)

    serve(settings, opens_browser=not options.no_browser, say=say)


def run_audit(options: argparse.Namespace) -> None:
    """Print counts and findings."""
    with opened(options) as (dataset, progress):
        report = audit(dataset, progress)
        result = report.to_json(dataset)
    if options.json == "-":
        write_json(result, options.json)
        return
    ratio = times(report.imbalance.ratio)
    print(
        f"{dataset.name}: {count_of(report.images, 'image')} in "
        f"{count_of(len(report.classes), 'class')}, {size_of(report.overview.total_bytes)}; "
        f"the largest class has {ratio} the smallest."
    )
    splits = list(report.splits)
    rows = [
        [label, *(f"{report.splits[split][label]:,}" for split in splits)]
        for label in sorted(report.classes, key=lambda label: -report.splits[splits[0]][label])
    ]
    print_table(["class", *splits], rows)
    for finding in report.findings:
        print(f"[{finding.severity.value}] {finding.text} {finding.remedy}")
    for skip in report.skipped[:10]:
        print(f"  skipped {skip.path}: {skip.reason}")
    if len(report.skipped) > 10:
        print(f"  and {len(report.skipped) - 10:,} more; --json lists all")
    write_json(result, options.json)


def run_embed(options: argparse.Namespace) -> None:
    """Write the embeddings of a source."""
    find_encoder(options.encoder or DEFAULT_ENCODER)
    make_folder(options.out)
    with opened(options) as (dataset, progress):
        if options.json != "-":
            count, device = len(dataset.present_rows), resolve_device(options.device)
            text = embedding_text(options.encoder or DEFAULT_ENCODER, count, device=device)
            progress.say(f"evenset: {text}")
        embeddings = embed_all(dataset, options.encoder, options, progress)
    write_embeddings(options.out, dataset, embeddings)
    result = {
        "images": len(embeddings.rows),
        "missing": len(dataset.present_rows) - len(embeddings.rows),
        "dimension": int(embeddings.vectors.shape[1]),
        "encoder": embeddings.encoder,
        "device": embeddings.device,
        "digest": embeddings.digest,
        "out": str(options.out),
    }
    if options.json != "-":
        print(
            f"{count_of(len(embeddings.rows), 'image')} embedded by '{embeddings.encoder}' on "
            f"{embeddings.device}: {result['dimension']} numbers each, in {options.out}."
        )
    write_json(result, options.json)


def run_resample(options: argparse.Namespace) -> None:
    """Write synthetic points, as their parents, of stored embeddings."""
    stored = read_embeddings(options.embeddings)
    labels, embeddings = stored_labels(stored), stored.embeddings()
    strategy = options.strategy or "smote"
    plan = plan_counts(
        labels.counts,
        strategy,
        None if options.target is None else parse_target(options.target),
        settings=find_strategy(strategy).parse(_settings(options)),
        most_per_image=options.most_per_image,
    )
    make_folder(options.out)
    if options.json != "-":
        _tell(plan)
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


def run_balance(options: argparse.Namespace) -> None:
    """Write a balanced dataset."""
    base = read_recipe(options.recipe) if options.recipe else None
    seed = _first(options.seed, base.seed if base else None, 0)
    if options.policy is None and base is not None:
        policy = replace(base.policy, seed=_first(options.seed, base.policy.seed))
    else:
        policy = read_policy(options.policy or "standard", seed)
    target = parse_target(options.target) if options.target else (base.target if base else None)
    strategy = _first(options.strategy, base.strategy if base else None, "augment")
    encoder = _first(options.encoder, base.encoder if base else None, DEFAULT_ENCODER)
    record = find_strategy(strategy)
    # The settings of a recipe are those of its strategy; of another one they mean nothing.
    is_same = base is not None and base.strategy == strategy
    settings = {**(base.settings if base and is_same else {}), **record.parse(_settings(options))}
    most = options.most_per_image
    most = base.most_per_image if base and most is None else most
    if options.least_augmented is not None and LEAST_SHARE in record.parameters:
        settings[LEAST_SHARE.name] = options.least_augmented
    elif options.least_augmented:
        raise SettingError(
            f"Strategy '{strategy}' cannot augment a share of each class. Choose 'augment', "
            "or a share of 0."
        )
    layout = find_layout(_first(options.layout, base.layout if base else None, DEFAULT_LAYOUT.name))
    container = (
        find_container(options.container) if options.container else container_of(options.out)
    )
    check_target(options.out, container)  # before any work is done for it
    find_encoder(encoder)  # the recipe keeps it, whether this strategy needs it or not
    with opened(options, base) as (dataset, progress):
        check_classes(dataset)
        plan = make_plan(dataset, strategy, target, settings=settings, most_per_image=most)
        _tell(plan)
        embeddings = None
        if record.needs_embeddings:
            embeddings = embed_all(dataset, encoder, options, progress)
        recipe = Recipe(
            source=dataset.name,
            dataset_digest=dataset.digest,
            choices=dataset.choices,
            take=dataset.take,
            strategy=strategy,
            target=target,
            settings=plan.settings,
            most_per_image=most,
            encoder=encoder,
            policy=policy,
            seed=seed,
            edits=named_edits(options, base),
            originals=_originals(options, base),
            layout=layout.name,
        )
        if base is not None and base.dataset_digest != dataset.digest:
            print(
                "evenset: these are not the images that the recipe was made with; "
                "the result will differ.",
                file=sys.stderr,
            )
        side = TrainingSide(dataset, plan, embeddings, policy=policy, seed=seed, progress=progress)
        made = resample(side)
        for text in made.told(dataset.classes):
            print(text)
        _print_grave(dataset, progress)
        report = export(
            dataset, plan, recipe, options.out, container=container, made=made,
            embeddings=embeddings, progress=progress,
        )  # fmt: skip
    print_table(
        ["class", "before", "after"],
        [
            [label, f"{report.before[label]:,}", f"{report.after[label]:,}"]
            for label in report.after
        ],
    )
    print(f"{count_of(len(report.rows), 'picture')} in {report.target}.")
    if report.changes:
        print(f"With the edits: {report.changes}.")
    if report.synthetic:
        print(f"{count_of(report.synthetic, 'synthetic vector')} beside them.")
    for failure in report.failed:
        print(f"evenset: {failure.path} is missing: {failure.reason}", file=sys.stderr)


def _tell(plan: BalancePlan) -> None:
    """Say what a plan does and what to know of it, as the page does."""
    record = find_strategy(plan.strategy)
    print(f"{record.title}: {record.effect.told(plan)}.")
    for warning in record.warnings(plan):
        print(warning)


def _originals(options: argparse.Namespace, base: Recipe | None) -> str:
    if options.encodes_anew is None:
        return base.originals if base else DEFAULT_ORIGINALS
    return ENCODED_ANEW if options.encodes_anew else AS_THEY_ARE


def _print_grave(dataset: ImageDataset, progress: Progress) -> None:
    """Print what Audit finds grave: after the export it would be in every score."""
    for finding in audit(dataset, progress).findings:
        if finding.severity is Severity.HIGH:
            print(f"evenset: {finding.text} {finding.remedy}", file=sys.stderr)


def _settings(options: argparse.Namespace) -> dict[str, str]:
    """Return the settings of a strategy that `--set` names, as texts."""
    values = {}
    for text in options.set:
        name, equals, value = text.partition("=")
        if not equals:
            raise SettingError(f"--set {text} has no value. Write NAME=VALUE, as k_neighbors=7.")
        values[name.strip()] = value.strip()
    return values


def _first(*values: Value | None) -> Value:
    return next(value for value in values if value is not None)
