"""Candidates of a comparison: a strategy, one with an operation or a target, or several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.augment import PRESETS, AugmentPolicy, Step, find_operation, make_step
from core.errors import SettingError
from core.resample import (
    Settings,
    Strategy,
    Target,
    find_strategy,
    most_of_a_class,
    parse_target,
    plan_counts,
)
from core.resample.strategies import STRATEGIES
from core.words import lowered

STANDARD_POLICY = PRESETS["standard"]

AS_PICTURES = "pictures"  # after a colon: what an export trains on, in place of points


@dataclass(frozen=True)
class Part:
    """One strategy of a candidate."""

    strategy: str
    target: Target | None
    settings: Settings
    policy: AugmentPolicy | None  # how its pictures are augmented, where it makes some
    as_pictures: bool = False  # of points, the pictures are learned from that an export writes

    @property
    def made_by(self) -> AugmentPolicy:
        """Return how its pictures are augmented; by no step where it makes none."""
        return self.policy if self.policy is not None else AugmentPolicy(())

    @property
    def weighs(self) -> bool:
        """Return whether it changes how predictions are learned, not what from."""
        return find_strategy(self.strategy).weighs

    @property
    def looks_for_neighbors(self) -> bool:
        """Return whether it makes points between images and so many of their neighbours."""
        return find_strategy(self.strategy).effect.adds_points and "k_neighbors" in self.settings

    def needs_pictures(self, *, head_takes_pictures: bool) -> bool:
        """Return whether augmented pictures are learned from, and not points in their place."""
        effect = find_strategy(self.strategy).effect
        is_all = head_takes_pictures or self.as_pictures or not effect.adds_points
        return effect.adds_pictures and is_all


@dataclass(frozen=True)
class Candidate:
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
        return any(find_strategy(part.strategy).effect.adds for part in self.parts)


def parse_candidate(
    name: str,
    settings: Mapping[str, Settings] | None = None,
    policy: AugmentPolicy = STANDARD_POLICY,
) -> Candidate:
    """Return what `name` stands for.

    A name is a strategy ('smote'), a strategy with a target ('smote@50%'), augmented pictures by
    one operation ('augment:crop'), the pictures that an export writes for synthetic points
    ('smote:pictures'), or several of these ('smote@50%+class_weights'). What is left out comes
    before what is added, and weights are those of the counts that come out.

    Args:
        name: See above.
        settings: Strategy -> values of its parameters; the defaults unless given.
        policy: How to augment where no operation is named; the values of one that is named.

    Raises:
        SettingError: a name that stands for nothing, or parts that do not go together.
    """
    pieces = [piece.strip() for piece in name.split("+")]
    parts = [_parse_part(piece, settings or {}, policy) for piece in pieces]
    _check_order(name, parts)
    titles = [_title(piece, part) for piece, part in zip(pieces, parts, strict=True)]
    title = " + ".join([titles[0], *(lowered(one) for one in titles[1:])])
    return Candidate(name, title, tuple(parts))


def check_targets(candidates: Sequence[Candidate], counts: Mapping[str, int]) -> None:
    """Refuse a target that nobody would wait for: its points alone would fill the memory.

    Args:
        candidates: What is compared.
        counts: Label -> training images.

    Raises:
        SettingError: a class would be filled up beyond what may be asked for on Balance.
    """
    most = most_of_a_class(counts)
    for candidate in candidates:
        after = dict(counts)
        for part in candidate.parts:
            plan = plan_counts(after, part.strategy, part.target, settings=part.settings)
            after = plan.after
            reach = max(after.values(), default=0)
            if plan.total_added and reach > most:
                raise SettingError(
                    f"'{candidate.name}' fills classes up to {reach:,} images; a comparison makes "
                    f"at most {most:,} per class. Use a smaller target."
                )


def check_points(candidates: Sequence[Candidate], *, takes_pictures: bool) -> None:
    """Refuse points that no picture stands for where a head learns from pictures alone.

    Raises:
        SettingError: there are such points.
    """
    for candidate in candidates:
        for part in candidate.parts:
            record = find_strategy(part.strategy)
            if takes_pictures and record.effect.adds_points and not record.effect.adds_pictures:
                raise SettingError(
                    f"'{candidate.name}': {record.title} makes vectors without pictures, and this "
                    "head learns from pictures. Choose a head that learns from vectors."
                )


def has_two_faces(record: Strategy) -> bool:
    """Return whether a strategy makes points, and pictures that an export writes for them."""
    return record.effect.adds_points and record.effect.adds_pictures


def all_names() -> list[str]:
    """Return the name of a row for each strategy, and for the pictures of those with points."""
    names = []
    for name, record in STRATEGIES.items():
        names += [name, f"{name}:{AS_PICTURES}"] if has_two_faces(record) else [name]
    return names


def augmentations(policy: AugmentPolicy = STANDARD_POLICY) -> list[str]:
    """Return the names of rows for each operation of `policy` alone, and for all together."""
    return [*(f"augment:{step.operation}" for step in policy.ordered_steps), "augment"]


def _parse_part(piece: str, settings: Mapping[str, Settings], policy: AugmentPolicy) -> Part:
    rest, at, target = piece.partition("@")
    strategy, colon, operation = rest.partition(":")
    record = find_strategy(strategy)
    as_pictures = has_two_faces(record) and operation == AS_PICTURES
    if colon and not as_pictures and (record.effect.adds_points or not record.effect.adds_pictures):
        raise SettingError(_refused(piece, record))
    if at and not record.targets:
        raise SettingError(f"'{piece}': {record.title} has no target. Leave '@{target}' out.")
    chosen = None
    if record.effect.adds_pictures:
        alone = colon and not as_pictures
        chosen = AugmentPolicy((_alone(operation, policy),), policy.seed) if alone else policy
    values = record.complete(settings.get(strategy))
    return Part(strategy, parse_target(target) if at else None, values, chosen, as_pictures)


def _refused(piece: str, record: Strategy) -> str:
    if has_two_faces(record):
        return (
            f"'{piece}': only '{AS_PICTURES}' can follow the colon of {record.title}. Write "
            f"{record.name}:{AS_PICTURES}."
        )
    return (
        f"'{piece}': {record.title} makes no augmented pictures, so it takes no operation. Write "
        "augment:crop, for example."
    )


def _check_order(name: str, parts: Sequence[Part]) -> None:
    strategies = [part.strategy for part in parts]
    if len(set(strategies)) < len(strategies):
        raise SettingError(f"'{name}' names a strategy twice. Keep one of them.")
    if sum(part.weighs for part in parts) > 1:
        raise SettingError(f"'{name}' weighs classes twice. Keep one of the weights.")
    effects = [find_strategy(part.strategy).effect for part in parts]
    adding = [place for place, effect in enumerate(effects) if effect.adds]
    leaving = [place for place, effect in enumerate(effects) if effect.leaves_out]
    if adding and leaving and max(leaving) > min(adding):
        raise SettingError(
            f"'{name}' leaves out images after adding some. Put '{strategies[max(leaving)]}' first."
        )


def _alone(operation: str, policy: AugmentPolicy) -> Step:
    find_operation(operation)
    values = next((step.values for step in policy.steps if step.operation == operation), None)
    return make_step(operation, values, probability=1.0)


def _title(piece: str, part: Part) -> str:
    title = STRATEGIES[part.strategy].title
    _, colon, operation = piece.partition("@")[0].partition(":")
    if colon and not part.as_pictures:
        title += f": {lowered(find_operation(operation).title)}"
    if part.target is not None:
        title += f" to {part.target}"
    return f"{title} as pictures" if part.as_pictures else title
