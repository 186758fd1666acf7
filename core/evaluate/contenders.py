"""What takes part in a comparison: a strategy, one with an operation or a target, or several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.augment import PRESETS, AugmentPolicy, Step, find_operation, make_step
from core.errors import SettingError
from core.resample import (
    Exports,
    Settings,
    Target,
    Weighs,
    find_strategy,
    most_of_a_class,
    parse_target,
    plan_counts,
)
from core.resample.strategies import STRATEGIES
from core.words import lowered

STANDARD_POLICY = PRESETS["standard"]

_ADDS = {Exports.COPIES, Exports.AUGMENTED, Exports.SYNTHETIC}


@dataclass(frozen=True)
class Part:
    """One strategy of a contender."""

    strategy: str
    target: Target | None
    settings: Settings
    policy: AugmentPolicy | None  # how its pictures are augmented, where it makes some

    @property
    def weighs(self) -> bool:
        """Return whether it changes how answers are learned, not what from."""
        record = find_strategy(self.strategy)
        return record.weighs is not Weighs.NOTHING or record.adjusts_logits


@dataclass(frozen=True)
class Contender:
    """One row of a comparison: its parts, in the order in which they act."""

    name: str
    title: str
    parts: tuple[Part, ...]

    @property
    def settings(self) -> dict[str, float | str]:
        """Return every setting; of several parts with the strategy's name before it."""
        if len(self.parts) == 1:
            return dict(self.parts[0].settings)
        return {
            f"{part.strategy}.{name}": value
            for part in self.parts
            for name, value in part.settings.items()
        }

    @property
    def policies(self) -> list[AugmentPolicy]:
        """Return how its pictures are augmented, where it makes some."""
        return [part.policy for part in self.parts if part.policy is not None]

    @property
    def adds(self) -> bool:
        """Return whether it makes copies, pictures or points."""
        return any(find_strategy(part.strategy).exports in _ADDS for part in self.parts)


def parse_contender(
    name: str,
    settings: Mapping[str, Settings] | None = None,
    policy: AugmentPolicy = STANDARD_POLICY,
) -> Contender:
    """Return what `name` stands for.

    A name is a strategy ('smote'), a strategy with a target ('smote@50%'), augmented pictures by
    one operation ('augment:crop'), or several of these ('smote@50%+class_weights'). What is left
    out comes before what is added, and weights are those of the counts that come out.

    Args:
        name: See above.
        settings: Strategy -> values of its parameters; the usual ones unless given.
        policy: How to augment where no operation is named; the values of one that is named.

    Raises:
        SettingError: a name that stands for nothing, or parts that do not go together.
    """
    pieces = [piece.strip() for piece in name.split("+")]
    parts = [_parse_part(piece, settings or {}, policy) for piece in pieces]
    _check_order(name, parts)
    titles = [_title(piece, part) for piece, part in zip(pieces, parts, strict=True)]
    title = " + ".join([titles[0], *(lowered(one) for one in titles[1:])])
    return Contender(name, title, tuple(parts))


def check_targets(contenders: Sequence[Contender], counts: Mapping[str, int]) -> None:
    """Refuse a target that nobody would wait for: its points alone would fill the memory.

    Args:
        contenders: What is compared.
        counts: Label -> training images.

    Raises:
        SettingError: a class would be filled up beyond what may be asked for on Balance.
    """
    most = most_of_a_class(counts)
    for contender in contenders:
        after = dict(counts)
        for part in contender.parts:
            plan = plan_counts(after, part.strategy, part.target, settings=part.settings)
            after = plan.after
            reach = max(after.values(), default=0)
            if plan.total_added and reach > most:
                raise SettingError(
                    f"'{contender.name}' fills classes up to {reach:,} images; a comparison makes "
                    f"at most {most:,} of a class. Use a smaller target."
                )


def augmentations(policy: AugmentPolicy = STANDARD_POLICY) -> list[str]:
    """Return the names of rows for each operation of `policy` alone, and for all together."""
    return [*(f"augment:{step.operation}" for step in policy.ordered_steps), "augment"]


def _parse_part(piece: str, settings: Mapping[str, Settings], policy: AugmentPolicy) -> Part:
    rest, at, target = piece.partition("@")
    strategy, colon, operation = rest.partition(":")
    record = find_strategy(strategy)
    if colon and record.exports is not Exports.AUGMENTED:
        raise SettingError(
            f"'{piece}': {record.title} makes no augmented pictures, so it takes no operation. "
            "Write augment:crop, for one."
        )
    if at and not record.targets:
        raise SettingError(f"'{piece}': {record.title} has no target. Leave '@{target}' out.")
    chosen = None
    if colon:
        chosen = AugmentPolicy((_alone(operation, policy),), seed=policy.seed)
    elif record.exports in {Exports.AUGMENTED, Exports.SYNTHETIC}:
        chosen = policy
    values = record.complete(settings.get(strategy))
    return Part(strategy, parse_target(target) if at else None, values, chosen)


def _check_order(name: str, parts: Sequence[Part]) -> None:
    strategies = [part.strategy for part in parts]
    if len(set(strategies)) < len(strategies):
        raise SettingError(f"'{name}' names a strategy twice. Keep one of them.")
    if sum(part.weighs for part in parts) > 1:
        raise SettingError(f"'{name}' weighs classes twice. Keep one of the weights.")
    kinds = [find_strategy(part.strategy).exports for part in parts]
    adding = [place for place, kind in enumerate(kinds) if kind in _ADDS]
    leaving = [place for place, kind in enumerate(kinds) if kind is Exports.FEWER]
    if adding and leaving and max(leaving) > min(adding):
        raise SettingError(
            f"'{name}' leaves images out after it has added some. Put "
            f"'{strategies[max(leaving)]}' first."
        )


def _alone(operation: str, policy: AugmentPolicy) -> Step:
    find_operation(operation)
    values = next((step.values for step in policy.steps if step.operation == operation), None)
    return make_step(operation, values, probability=1.0)


def _title(piece: str, part: Part) -> str:
    title = STRATEGIES[part.strategy].title
    _, colon, operation = piece.partition("@")[0].partition(":")
    if colon:
        title += f": {lowered(find_operation(operation).title)}"
    if part.target is not None:
        title += f" to {part.target}"
    return title
