"""`evenset balance`: write a balanced set of pictures."""

import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import click

from app.cli.listings import CONTAINER_LIST, LAYOUT_LIST
from app.cli.options import PATH, command, gathered, option
from app.cli.resample import tell_estimate, tell_plan
from app.cli.shared_options import (
    EncoderOptions,
    PlanOptions,
    SourceOptions,
    encoder_options,
    out_option,
    plan_options,
    policy_option,
    seed_option,
    source_options,
)
from app.cli.source import embed_all, named_edits, opened_with_original, read_policy
from app.cli.terminal import Bars, print_table
from core.audit import Severity, audit
from core.augment import AugmentPolicy
from core.dataset import VALIDATION, ImageDataset
from core.dataset.edits import Edits
from core.dataset.edits_file import NamedEdit, find_edits, name_edits
from core.embed import (
    DEFAULT_ENCODER,
    find_encoder,
)
from core.errors import SettingError
from core.evaluate.split_off import WHY, parse_share, split_off, split_off_sentence
from core.export import (
    AS_THEY_ARE,
    DEFAULT_LAYOUT,
    DEFAULT_ORIGINALS,
    ENCODED_ANEW,
    Container,
    ExportReport,
    ExportSource,
    Layout,
    Recipe,
    check_classes,
    check_target,
    container_of,
    contents_sentence,
    cost_sentence,
    draw_tree,
    export,
    find_container,
    find_layout,
    make_recipe,
    make_samples,
    read_recipe,
    written_sentence,
)
from core.export.samples import why_not_yet
from core.progress import Progress
from core.resample import (
    BalancePlan,
    Settings,
    Strategy,
    Target,
    TrainingSide,
    find_strategy,
    make_plan,
    resample,
)
from core.resample.settings import LEAST_SHARE
from core.words import count_of

Value = TypeVar("Value")


@dataclass(frozen=True)
class BalanceOptions:
    """What the files hold, how they are written and where to; the recipe, if there is one."""

    out: Path
    policy: str | None
    least_augmented: float | None
    normalise_originals: bool
    byte_copies: bool
    layout: str | None
    container: str | None
    recipe: Path | None
    seed: int | None
    validation: str | None
    dry_run: bool


@dataclass(frozen=True)
class Choice:
    """What was chosen: by an option, else by the recipe, else by default."""

    strategy: Strategy
    target: Target | None
    settings: Settings
    most_per_image: int | None
    encoder: str
    policy: AugmentPolicy
    seed: int
    originals: str
    layout: Layout
    container: Container


@command()
@source_options
@out_option("a new folder, or a file that ends in .zip")
@plan_options
@policy_option
@option(
    "--least-augmented", type=float, metavar="SHARE",
    help="augment at least this share of every class, 0 to 0.9, the largest included",
)  # fmt: skip
@option(
    "--normalise-originals", is_flag=True,
    help="encode originals again, in every split, as augmented pictures are",
)  # fmt: skip
@option(
    "--byte-copies", is_flag=True,
    help="copy originals byte for byte where every reader sees in them what Evenset sees",
)  # fmt: skip
@option(
    "--layout", metavar="NAME", lists=[LAYOUT_LIST],
    help=f"which files (default {DEFAULT_LAYOUT.name})",
)  # fmt: skip
@option(
    "--container", metavar="NAME", lists=[CONTAINER_LIST],
    help="in what they lie (default: as the name that --out gives says)",
)  # fmt: skip
@encoder_options
@option(
    "--recipe", type=PATH, metavar="FILE",
    help="a recipe.json; other options change it",
)  # fmt: skip
@seed_option
@option(
    "--validation", metavar="SHARE",
    help="make a validation split of this share of the training images, such as 20%, where there "
         "is none; no group and no near copy is parted",
)  # fmt: skip
@option("--dry-run", is_flag=True, help="say what would be written, and write nothing")
@gathered("asked", BalanceOptions)
def run_balance(
    source: SourceOptions, planning: PlanOptions, encoding: EncoderOptions, asked: BalanceOptions
) -> None:
    """Write a balanced dataset."""
    _check_originals(asked)
    base = read_recipe(asked.recipe) if asked.recipe else None
    choice = _choose(planning, encoding, asked, base)
    check_target(asked.out, choice.container)  # before any work is done for it
    if encoding.encoder or choice.strategy.needs_embeddings:
        find_encoder(choice.encoder)  # else it may be one that only another version has
    with _opened(source, asked, base, choice.seed) as (dataset, edits, progress):
        check_classes(dataset)
        plan = make_plan(
            dataset, choice.strategy.name, choice.target, settings=choice.settings,
            most_per_image=choice.most_per_image,
        )  # fmt: skip
        tell_plan(plan)
        embeddings = None
        if choice.strategy.needs_embeddings and not asked.dry_run:
            embeddings = embed_all(dataset, encoding, progress, encoder=choice.encoder)
            tell_estimate(plan, embeddings)
            if base is not None and (text := base.other_numbers(embeddings)):
                print(f"evenset: {text}", file=sys.stderr)
        recipe = _recipe(dataset, plan, choice, edits).of_vectors(embeddings)
        for text in recipe.told():
            print(text)
        _warn_of_other_images(base, dataset)
        _print_grave(dataset, progress)
        if asked.dry_run:
            _print_forecast(ExportSource(dataset, plan), recipe, choice, asked.out)
            return
        side = TrainingSide(
            dataset, plan, embeddings, policy=choice.policy, seed=choice.seed, progress=progress
        )
        made = resample(side)
        for text in made.told(dataset.classes):
            print(text)
        if choice.strategy.effect.adds_points:
            print(contents_sentence(made.plan, made, choice.layout))
        balanced = ExportSource(dataset, plan, made, embeddings)
        report = export(balanced, recipe, asked.out, container=choice.container, progress=progress)
    _print_report(report)
    if choice.container.is_file and choice.layout.readers:
        print("Unpack it before a trainer reads it; its README.md says how.")
    print(f"Code that trains on it: evenset snippets {shlex.quote(str(asked.out))}")


@contextmanager
def _opened(
    source: SourceOptions, asked: BalanceOptions, base: Recipe | None, seed: int
) -> Iterator[tuple[ImageDataset, tuple[NamedEdit, ...], Bars]]:
    """Open the source, with a validation split made where one is asked for; give all edits."""
    share = None if asked.validation is None else parse_share(asked.validation)
    named = named_edits(source, base)
    with opened_with_original(source, base) as (dataset, taken, progress):
        if share is not None:
            rows = split_off(dataset, share, seed=seed, progress=progress)
            progress.say(f"evenset: {split_off_sentence(dataset, rows)}")
            made = Edits().move(rows, VALIDATION, why=WHY)
            named = (*named, *name_edits(made.done, taken))
            dataset = find_edits(named, taken)[0].apply(taken)
        yield dataset, named, progress


def _choose(
    planning: PlanOptions, encoding: EncoderOptions, asked: BalanceOptions, base: Recipe | None
) -> Choice:
    seed = _first(asked.seed, base.seed if base else None, 0)
    policy = _policy(asked, base, seed)
    target = planning.parsed_target() or (base.target if base else None)
    name = _first(planning.strategy, base.strategy if base else None, "augment")
    most = planning.most_per_image
    settings = _settings(name, planning, asked, base)
    layout = find_layout(_first(asked.layout, base.layout if base else None, DEFAULT_LAYOUT.name))
    named = asked.container
    return Choice(
        strategy=find_strategy(name),
        target=target,
        settings=settings,
        most_per_image=base.most_per_image if base and most is None else most,
        encoder=_first(encoding.encoder, base.encoder if base else None, DEFAULT_ENCODER),
        policy=policy,
        seed=seed,
        originals=_originals(asked, base),
        layout=layout,
        container=find_container(named) if named else container_of(asked.out),
    )


def _policy(asked: BalanceOptions, base: Recipe | None, seed: int) -> AugmentPolicy:
    if asked.policy is None and base is not None:
        return replace(base.policy, seed=_first(asked.seed, base.policy.seed))
    return read_policy(asked.policy or "standard", seed)


def _settings(
    strategy: str, planning: PlanOptions, asked: BalanceOptions, base: Recipe | None
) -> Settings:
    # The settings of a recipe are those of its strategy; of another one they mean nothing.
    of_recipe = base.settings if base is not None and base.strategy == strategy else {}
    settings = {**of_recipe, **planning.parsed_settings(strategy)}
    share = asked.least_augmented
    if share is not None and LEAST_SHARE in find_strategy(strategy).parameters:
        settings[LEAST_SHARE.name] = share
    elif share:
        raise SettingError(
            f"Strategy '{strategy}' cannot augment a share of each class. Choose 'augment', "
            "or a share of 0."
        )
    return settings


def _recipe(
    dataset: ImageDataset, plan: BalancePlan, choice: Choice, edits: tuple[NamedEdit, ...]
) -> Recipe:
    recipe = make_recipe(
        dataset, plan, choice.policy, seed=choice.seed, encoder=choice.encoder, edits=edits
    )
    return replace(recipe, originals=choice.originals, layout=choice.layout.name)


def _warn_of_other_images(base: Recipe | None, dataset: ImageDataset) -> None:
    if base is not None and base.dataset_digest != dataset.digest:
        print(
            "evenset: these are not the images that the recipe was made with; "
            "the result will differ.",
            file=sys.stderr,
        )


def _print_forecast(source: ExportSource, recipe: Recipe, choice: Choice, out: Path) -> None:
    """Print which files there would be, what they take, and a few of the pictures."""
    dataset, plan, layout = source.dataset, source.plan, choice.layout
    _print_counts(plan.before, plan.after)
    print(written_sentence(dataset, plan, layout))
    print(draw_tree(layout, dataset, plan, out.name))
    if why_not := why_not_yet(source, layout):
        print(why_not)
    else:
        for sample in make_samples(source, recipe).pictures:
            print(f"  {sample.path or dataset.path(sample.row)}: {sample.told or sample.reason}")
    print(f"{cost_sentence(dataset, plan, layout)} Nothing was written: --dry-run.")


def _print_counts(before: Mapping[str, int], after: Mapping[str, int]) -> None:
    print_table(
        ["class", "before", "after"],
        [[label, f"{before[label]:,}", f"{after[label]:,}"] for label in after],
    )


def _print_report(report: ExportReport) -> None:
    _print_counts(report.before, report.after)
    print(f"{report.extent} in {report.target}.")
    if report.changes:
        print(f"With the edits: {report.changes}.")
    if report.synthetic:
        print(f"{count_of(report.synthetic, 'synthetic vector')} beside them.")
    for failure in report.failed:
        print(f"evenset: {failure.path} is missing: {failure.reason}", file=sys.stderr)


def _check_originals(asked: BalanceOptions) -> None:
    if asked.normalise_originals and asked.byte_copies:
        raise click.UsageError(
            "--normalise-originals and --byte-copies exclude each other: give one of them.",
            click.get_current_context(),
        )


def _originals(asked: BalanceOptions, base: Recipe | None) -> str:
    if asked.normalise_originals:
        return ENCODED_ANEW
    if asked.byte_copies:
        return AS_THEY_ARE
    return base.originals if base else DEFAULT_ORIGINALS


def _print_grave(dataset: ImageDataset, progress: Progress) -> None:
    """Print what Audit finds grave: after the export it would be in every score."""
    for finding in audit(dataset, progress).findings:
        if finding.severity is Severity.HIGH:
            print(f"evenset: {finding.text} {finding.remedy}", file=sys.stderr)


def _first(*values: Value | None) -> Value:
    return next(value for value in values if value is not None)
