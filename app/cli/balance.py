"""`evenset balance`: write a balanced set of pictures."""

import argparse
import sys
from dataclasses import replace
from typing import TypeVar

from app.cli.resample import named_settings, tell_estimate, tell_plan
from app.cli.source import embed_all, named_edits, opened, read_policy
from app.cli.terminal import print_table
from core.audit import Severity, audit
from core.dataset import ImageDataset
from core.embed import (
    DEFAULT_ENCODER,
    find_encoder,
)
from core.errors import SettingError
from core.export import (
    AS_THEY_ARE,
    DEFAULT_LAYOUT,
    DEFAULT_ORIGINALS,
    ENCODED_ANEW,
    ExportReport,
    Recipe,
    check_classes,
    check_target,
    container_of,
    export,
    find_container,
    find_layout,
    make_recipe,
    read_recipe,
)
from core.progress import Progress
from core.resample import (
    TrainingSide,
    find_strategy,
    make_plan,
    parse_target,
    resample,
)
from core.resample.settings import LEAST_SHARE
from core.words import count_of

Value = TypeVar("Value")


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
    settings = {
        **(base.settings if base and is_same else {}),
        **record.parse(named_settings(options)),
    }
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
        tell_plan(plan)
        embeddings = None
        if record.needs_embeddings:
            embeddings = embed_all(dataset, encoder, options, progress)
            tell_estimate(plan, embeddings)
        recipe = make_recipe(
            dataset, plan, policy, seed=seed, encoder=encoder, edits=named_edits(options, base)
        )
        recipe = replace(recipe, originals=_originals(options, base), layout=layout.name)
        for text in recipe.told():
            print(text)
        if base is not None and base.dataset_digest != dataset.digest:
            print(
                "evenset: these are not the images that the recipe was made with; "
                "the result will differ.",
                file=sys.stderr,
            )
        _print_grave(dataset, progress)
        side = TrainingSide(dataset, plan, embeddings, policy=policy, seed=seed, progress=progress)
        made = resample(side)
        for text in made.told(dataset.classes):
            print(text)
        report = export(
            dataset, plan, recipe, options.out, container=container, made=made,
            embeddings=embeddings, progress=progress,
        )  # fmt: skip
    _print_report(report)
    if container.is_file and layout.readers:
        print("Unpack it before a trainer reads it; its README.md says how.")


def _print_report(report: ExportReport) -> None:
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


def _originals(options: argparse.Namespace, base: Recipe | None) -> str:
    if options.encodes_anew is None:
        return base.originals if base else DEFAULT_ORIGINALS
    return ENCODED_ANEW if options.encodes_anew else AS_THEY_ARE


def _print_grave(dataset: ImageDataset, progress: Progress) -> None:
    """Print what Audit finds grave: after the export it would be in every score."""
    for finding in audit(dataset, progress).findings:
        if finding.severity is Severity.HIGH:
            print(f"evenset: {finding.text} {finding.remedy}", file=sys.stderr)


def _first(*values: Value | None) -> Value:
    return next(value for value in values if value is not None)
