"""Every setting needed to make an export again, and how that is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from core import records
from core.augment import OPERATIONS, AugmentPolicy
from core.dataset import Choices, ImageDataset, Take
from core.dataset.edits import ABOUT_REVIEW
from core.dataset.edits_file import NamedEdit
from core.dataset.questions import decoding_of
from core.embed import DEFAULT_ENCODER, Embeddings
from core.export.layouts import DEFAULT_LAYOUT, find_layout
from core.export.originals import DEFAULT_ORIGINALS, ENCODED_ANEW, check_originals
from core.resample import STRATEGIES, BalancePlan, Settings, Target
from core.words import count_of, lowered, named

_VERSION = 5

Value = TypeVar("Value")


@dataclass(frozen=True)
class Recipe:
    """What was chosen on the way from the source to the export; made by `make_recipe`.

    A session that has come only some of the way has one too: without a strategy.
    """

    source: records.FileName  # name of the dataset, not a path of this computer
    dataset_digest: str  # of the dataset after `take` and `edits`
    choices: Choices  # how its labels and pictures were read
    take: Take | None
    strategy: str | None  # None: none was chosen yet
    target: Target | None
    settings: Settings  # of the strategy
    most_per_image: int | None
    encoder: str
    policy: AugmentPolicy
    seed: int
    edits: tuple[NamedEdit, ...] = ()  # of labels and splits, after `take`
    originals: str = DEFAULT_ORIGINALS  # one of ORIGINALS: how their files are written
    layout: str = DEFAULT_LAYOUT.name
    precision: str | None = None  # that the vectors were computed in; None: without, or not known

    def __post_init__(self) -> None:
        # What there is not is refused here, not once all is read.
        decoding_of(self.choices)
        check_originals(self.originals)
        find_layout(self.layout)

    def to_text(self) -> str:
        """Return the recipe as JSON, which `read_recipe` reads."""
        return records.to_text(self, _VERSION)

    def told(self) -> list[str]:
        """Return how the set is made, a line for each step that was chosen."""
        lines = [f"Images: {_images(self)}."]
        if self.strategy is None:
            return lines
        strategy = STRATEGIES.get(self.strategy)
        lines.append(f"Balance: {_balance(self)}; seed {self.seed}.")
        if strategy is None or strategy.effect.adds_pictures:
            lines.append(f"Augmentation: {_augmentation(self.policy)}; seed {self.policy.seed}.")
        if strategy is None or strategy.needs_embeddings:
            numbers = f", computed in {self.precision}" if self.precision else ""
            lines.append(f"Vectors: encoder '{self.encoder}'{numbers}.")
        if self.originals == ENCODED_ANEW:
            lines.append("Files: originals are encoded again, as augmented pictures are.")
        return lines

    def of_vectors(self, embeddings: Embeddings | None) -> "Recipe":
        """Return the recipe with the precision of its vectors, where its strategy needs them."""
        strategy = STRATEGIES.get(self.strategy or "")
        if embeddings is None or strategy is None or not strategy.needs_embeddings:
            return self
        return replace(self, precision=embeddings.precision)

    def other_numbers(self, embeddings: Embeddings) -> str | None:
        """Return a sentence where its encoder has computed in other numbers than here."""
        here = embeddings.precision
        if embeddings.encoder != self.encoder or None in (here, self.precision):
            return None
        if here == self.precision:
            return None
        return (
            f"the vectors of the recipe were computed in {self.precision}, and here they are in "
            f"{here}: they differ slightly, and the result may."
        )


def make_recipe(
    dataset: ImageDataset,
    plan: BalancePlan | None,
    policy: AugmentPolicy,
    *,
    seed: int = 0,
    encoder: str = DEFAULT_ENCODER,
    edits: Sequence[NamedEdit] = (),
) -> Recipe:
    """Return the recipe of what there is; the same way gives the same text, whoever has gone it.

    What was left to its default is written as what that is now, and names in order.

    Args:
        dataset: The images, after `take` and `edits`.
        plan: What was chosen on Balance, with its counts or without; None while nothing was.
        policy: How pictures are augmented.
        seed: Of the strategy.
        encoder: What the images are embedded with.
        edits: By name, as a file holds them.
    """
    choices = replace(
        dataset.choices,
        labels_file=_without_place(dataset.choices.labels_file),
        decisions=_in_order(dataset.choices.decisions),
    )
    take = dataset.take
    return Recipe(
        source=dataset.name,
        dataset_digest=dataset.digest,
        choices=choices,
        take=take and replace(take, counts=_in_order(take.counts)),
        strategy=plan.strategy if plan else None,
        target=_target(plan) if plan else None,
        settings=dict(plan.settings) if plan else {},
        most_per_image=plan.most_per_image if plan else None,
        encoder=encoder,
        policy=policy,
        seed=seed,
        edits=tuple(edits),
    )


def read_recipe(path: Path) -> Recipe:
    """Read a recipe that an export wrote.

    Raises:
        SettingError: it is missing, is no recipe, or names what this version does not know.
    """
    content = records.read_file(path, "recipe")
    return records.read_text(Recipe, content, f"The recipe '{path}'", _VERSION)


def _without_place(labels_file: str | None) -> str | None:
    """Return the name of a labels file in its source; of one outside, not where it lies here."""
    if labels_file and (Path(labels_file).is_absolute() or labels_file.startswith("..")):
        return Path(labels_file).name
    return labels_file


def _in_order(values: Mapping[str, Value]) -> dict[str, Value]:
    return dict(sorted(values.items()))


def _target(plan: BalancePlan) -> Target | None:
    return _in_order(plan.target) if isinstance(plan.target, Mapping) else plan.target


def _images(recipe: Recipe) -> str:
    choices = recipe.choices
    parts = [f"'{_readable(recipe.source)}'"]
    if choices.labels_file:
        column = f" in column '{_readable(choices.label_column)}'" if choices.label_column else ""
        parts.append(f"labels{column} of '{_readable(choices.labels_file)}'")
    if choices.background is not None:
        parts.append(f"{choices.background} behind transparent parts")
    if choices.white_level is not None:
        parts.append(f"16-bit values up to {choices.white_level:,}")
    if recipe.take is not None:
        parts.append(_taken(recipe.take))
    edits = [edit for edit in recipe.edits if edit.what not in ABOUT_REVIEW]
    if edits:
        parts.append(f"{count_of(len(edits), 'change')} of labels and splits")
    return "; ".join(parts)


def _taken(take: Take) -> str:
    """Return 'all of 'cat', at most 5 of 'dog' and all of the others, drawn at random, seed 3'."""
    by_count: dict[int | None, list[str]] = {}
    for label, count in take.counts.items():
        by_count.setdefault(count, []).append(label)
    parts = []
    for count, labels in by_count.items():
        labels = [_readable(label) for label in labels if label != "*"]
        of = ([named(labels)] if labels else []) + ["each other class"] * ("*" in by_count[count])
        amount = "all" if count is None else f"at most {count:,}"
        parts.append(f"{amount} of {' and '.join(of)}")
    drawn = f", drawn at random with seed {take.seed}" if take.order == "random" else ""
    return f"{', '.join(parts)}{drawn}"


def _balance(recipe: Recipe) -> str:
    assert recipe.strategy is not None, "`told` says nothing of no strategy"
    record = STRATEGIES.get(recipe.strategy)
    parts = [record.title if record else f"'{recipe.strategy}', which this version does not have"]
    if recipe.target is not None:
        parts[0] += f" to {_reach(recipe.target)}"
    if recipe.most_per_image is not None:
        parts.append(f"at most {recipe.most_per_image:,} for each image")
    changed = record.changed(recipe.settings) if record else ""
    return "; ".join([*parts, changed] if changed else parts)


def _reach(target: Target) -> str:
    if isinstance(target, Mapping):
        count = len(target)
        return f"a number for each of {count_of(count, 'class')}" if count > 1 else "a number"
    if isinstance(target, int):
        return f"{count_of(target, 'image')} a class"
    is_share = target.endswith("%")
    return f"{target} of the largest class" if is_share else f"the size of the {target} class"


def _augmentation(policy: AugmentPolicy) -> str:
    steps = [step for step in policy.ordered_steps if step.probability > 0]
    if not steps:
        return "none"
    text = ", ".join(lowered(OPERATIONS[step.operation].title) for step in steps)
    return f"{policy.pick} of {text}" if policy.pick is not None else text


def _readable(name: str) -> str:
    """Return a name with a sign in place of what no page and no terminal shows."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)
