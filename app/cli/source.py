"""What a command names: source, images, policy and folder, each opened, embedded, read or made."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app.cli.shared_options import EncoderOptions, SourceOptions
from app.cli.terminal import Bars
from app.session.root_folder import RootFolder
from app.settings import default_cache
from core import ingest
from core.augment import PRESETS, AugmentPolicy
from core.dataset import Choices, ImageDataset, refusal_text, select
from core.dataset.edits import ABOUT_REVIEW
from core.dataset.edits_file import NamedEdit, find_edits, missing_text, read_edits
from core.dataset.questions import questions
from core.embed import Embeddings, embed
from core.errors import OutputError, SettingError
from core.export import Recipe
from core.records import read_file


@contextmanager
def opened(
    options: SourceOptions, base: Recipe | None = None
) -> Iterator[tuple[ImageDataset, Bars]]:
    """Open the source as the options say, and else as `base` says; list what was decided."""
    with opened_with_original(options, base) as (dataset, _, progress):
        yield dataset, progress


@contextmanager
def opened_with_original(
    options: SourceOptions, base: Recipe | None = None
) -> Iterator[tuple[ImageDataset, ImageDataset, Bars]]:
    """Do the same, and give the images before they were edited, too: the same where none was."""
    named = named_edits(options, base)
    take = ingest.parse_take(options.take) or (base.take if base else None)
    choices = _choices(options, base.choices if base else Choices())
    with _temporary() as temporary:
        with Bars() as progress:
            listing = ingest.list_source(
                options.source, temporary.path / "source", limits=options.limits, progress=progress
            )
            found = ingest.survey(listing, choices, progress=progress)
            _say_reading(found, progress, is_strict=options.strict)
            dataset = ingest.read_survey(
                found, choices.decisions, limits=options.limits, progress=progress
            )
            dataset = dataset if take is None else select(dataset, take)
        for decided in dataset.decided:
            what = ingest.MISMATCHES[decided.kind].decisions[decided.decision]
            print(
                f"evenset: {decided.text}, such as {decided.names[0]}. {what} "
                f"({decided.kind}={decided.decision}).",
                file=sys.stderr,
            )
        for question in questions(dataset):
            other = f"To use {question.other} instead, add {question.option}."
            print(f"evenset: {question.text} {other}", file=sys.stderr)
        edits, missing = find_edits(named, dataset)
        if missing:
            print(f"evenset: {missing_text(missing, dataset)}", file=sys.stderr)
        if edits:
            print(f"evenset: edits: {', '.join(edits.summary(dataset))}.", file=sys.stderr)
        with Bars() as progress:
            yield edits.apply(dataset), dataset, progress


def _say_reading(found: ingest.Survey, progress: Bars, *, is_strict: bool) -> None:
    """Print how labels are read, and the option that takes another reading that is nearly as good.

    Raises:
        SettingError: it is close, and `is_strict`.
    """
    if found.is_close:
        close = [f"For {one.title}, add {one.option}." for one in found.close_readings]
        if is_strict:
            keep = f"For {found.chosen.title}, add {found.chosen.option}."
            raise SettingError(
                f"Labels can be read in {len(close) + 1} ways, and --strict takes none of them "
                f"unasked. {' '.join([keep, *close])}"
            )
        progress.say(f"evenset: {found.sentence} {' '.join(close)}")
    else:
        progress.say(f"evenset: {found.sentence}")


@contextmanager
def _temporary() -> Iterator[RootFolder]:
    """Give a folder that goes at the end; where this command is killed, the next one removes it."""
    folder = RootFolder()
    try:
        yield folder
    finally:
        try:
            folder.close()
        except BaseException:  # told to end just then: what has begun to go, goes
            folder.close()
            raise


def named_edits(options: SourceOptions, base: Recipe | None = None) -> tuple[NamedEdit, ...]:
    """Return the edits that the options name, and else those of `base`; without a review list."""
    named = read_edits(options.edits) if options.edits else base.edits if base else ()
    return tuple(edit for edit in named if edit.what not in ABOUT_REVIEW)


def _choices(options: SourceOptions, base: Choices) -> Choices:
    is_otherwise = options.label_level is not None or options.label_pattern is not None
    if is_otherwise or options.labels not in {None, base.labels_file}:
        base = replace(
            base,
            labels_file=None,
            label_level=None,
            label_pattern=None,
            image_column=None,
            label_column=None,
            split_column=None,
            group_column=None,
        )  # they were those of another reading
    return Choices(
        labels_file=base.labels_file if options.labels is None else options.labels,
        image_column=options.image_column or base.image_column,
        label_column=options.label_column or base.label_column,
        split_column=base.split_column if options.split_column is None else options.split_column,
        group_column=base.group_column if options.group_column is None else options.group_column,
        label_level=base.label_level if options.label_level is None else options.label_level,
        label_pattern=options.label_pattern or base.label_pattern,
        decisions={**base.decisions, **ingest.parse_decisions(options.decide)},
        background=base.background if options.background is None else options.background,
        white_level=base.white_level if options.white_level is None else options.white_level,
    )


def embed_all(
    dataset: ImageDataset, encoding: EncoderOptions, progress: Bars, *, encoder: str | None = None
) -> Embeddings:
    """Return the vectors of all images that are not left out, and say which have none.

    `encoder` stands in for the one that the options name. Vectors made before are looked for
    unless told not to.
    """
    cache = None if encoding.no_cache else default_cache()
    embeddings = embed(
        dataset, encoder=encoder or encoding.name, device=encoding.device, cache=cache,
        rows=dataset.present_rows, progress=progress,
    )  # fmt: skip
    if embeddings.absent:
        progress.say(f"evenset: {refusal_text(embeddings.absent)}")
    return embeddings


def make_folder(folder: Path) -> None:
    """Make the folder that a command writes to, unless it is there.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"Cannot make the folder '{folder}': {error.strerror}. Choose another place."
        ) from error


def read_policy(text: str, seed: int) -> AugmentPolicy:
    """Return the policy that `text` names: a preset, drawn with `seed`, or a JSON file.

    Raises:
        SettingError: it is neither, or the file describes no policy.
    """
    if text in PRESETS:
        return replace(PRESETS[text], seed=seed)
    remedy = f"Use {', '.join(PRESETS)}, or a JSON file."
    content = read_file(Path(text), "policy", remedy=remedy)
    return AugmentPolicy.from_text(content, f"The policy '{text}'")
