"""Candidates of a comparison: a strategy, one with an operation or a target, a rule, or several.

Some sets of them have names of their own, to begin a comparison with.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.augment import PRESETS, AugmentPolicy, Step, find_operation, make_step
from core.errors import SettingError
from core.evaluate.head import Head
from core.evaluate.vector_heads import RULES, Rule
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

BASELINE = "none"  # every other row is compared with it

STANDARD_POLICY = PRESETS["standard"]

AUGMENT = "augment"  # the strategy whose pictures the policy of Augment makes
PLAN = "smote"  # what stands for a plan of Balance where there is none

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
    rule: Rule | None = None  # in place of how the head learns or answers

    @property
    def key(self) -> str:
        """Return a text that two candidates share only where they predict the same."""
        parts = [
            (part.strategy, part.target, sorted(part.settings.items()), part.as_pictures)
            for part in self.parts
        ]
        policies = [policy.to_json() for policy in self.policies]
        return repr((parts, policies, None if self.rule is None else self.rule.name))

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

    def makes_pictures(self, head: Head) -> bool:
        """Return whether a head learns from augmented pictures of it."""
        takes_pictures = head.learns_from_pictures
        return any(part.needs_pictures(head_takes_pictures=takes_pictures) for part in self.parts)


def parse_candidate(
    name: str,
    settings: Mapping[str, Settings] | None = None,
    policy: AugmentPolicy = STANDARD_POLICY,
) -> Candidate:
    """Return what `name` stands for.

    A name is a strategy ('smote'), a strategy with a target ('smote@50%'), augmented pictures by
    one operation ('augment:crop'), the pictures that an export writes for synthetic points
    ('smote:pictures'), a rule ('lda'), or several of these ('smote@50%+class_weights'). What is
    left out comes before what is added, and weights are those of the counts that come out.

    Args:
        name: See above.
        settings: Strategy -> values of its parameters; the defaults unless given.
        policy: How to augment where no operation is named; the values of one that is named.

    Raises:
        SettingError: a name that stands for nothing, or parts that do not go together.
    """
    pieces = [piece.strip() for piece in name.split("+")]
    rules = [RULES[piece] for piece in pieces if piece in RULES]
    named = [piece for piece in pieces if piece not in RULES]
    parts = [_parse_part(piece, settings or {}, policy) for piece in named]
    _check_order(name, parts, rules)
    titles = [_title(piece, part) for piece, part in zip(named, parts, strict=True)]
    titles += [rule.title for rule in rules]
    title = " + ".join([titles[0], *(lowered(one) for one in titles[1:])])
    return Candidate(name, title, tuple(parts), rules[0] if rules else None)


def parse_candidates(
    names: Sequence[str] | None = None,
    settings: Mapping[str, Settings] | None = None,
    policy: AugmentPolicy = STANDARD_POLICY,
) -> list[Candidate]:
    """Return what `names` stand for, the baseline first and each once; the defaults unless given.

    Raises:
        SettingError: see `parse_candidate`.
    """
    if names is None:
        names = _default(policy)
    return [parse_candidate(name, settings, policy) for name in dict.fromkeys([BASELINE, *names])]


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


def check_suits(candidates: Sequence[Candidate], head: Head) -> None:
    """Refuse what a head cannot learn: points without pictures, and rules of linear models.

    Raises:
        SettingError: there is such a candidate.
    """
    for candidate in candidates:
        if candidate.rule is not None and head.fitter is None:
            raise SettingError(
                f"'{candidate.name}': {candidate.rule.title} changes how a linear model learns, "
                f"and '{head.title}' is none. Leave it out, or choose another head."
            )
        for part in candidate.parts:
            record = find_strategy(part.strategy)
            if (
                head.learns_from_pictures
                and record.effect.adds_points
                and not record.effect.adds_pictures
            ):
                raise SettingError(
                    f"'{candidate.name}': {record.title} makes vectors without pictures, and this "
                    "head learns from pictures. Choose a head that learns from vectors."
                )


def has_two_faces(record: Strategy) -> bool:
    """Return whether a strategy makes points, and pictures that an export writes for them."""
    return record.effect.adds_points and record.effect.adds_pictures


def all_names() -> list[str]:
    """Return the name of a row for each strategy, the pictures of those with points, each rule."""
    names = []
    for name, record in STRATEGIES.items():
        names += [name, f"{name}:{AS_PICTURES}"] if has_two_faces(record) else [name]
    return [*names, *RULES]


def names_for(head: Head, names: Sequence[str]) -> list[str]:
    """Return the names that stand for something with a head: rules do with a linear model alone."""
    return [name for name in names if head.fitter is not None or not _has_rule(name)]


def augmentations(policy: AugmentPolicy = STANDARD_POLICY) -> list[str]:
    """Return the names of rows for each operation of `policy` alone, and for all together."""
    return [*(f"{AUGMENT}:{step.operation}" for step in policy.ordered_steps), AUGMENT]


def as_exported(name: str) -> str:
    """Return the row that learns from the pictures that an export writes, such as smote:pictures.

    What has no second face is exported as it is compared.
    """
    strategy, at, target = name.partition("@")
    record = STRATEGIES.get(strategy)
    if record is None or not has_two_faces(record):
        return name
    return f"{strategy}:{AS_PICTURES}{at}{target}"


def picture_rows(names: Sequence[str], head: Head, plan: str = PLAN) -> list[str]:
    """Return the rows of augmented pictures that belong beside the default ones.

    They are the policy of Augment, and the plan of Balance as it is exported. Whoever has left out
    a default row has said what to compare.

    Args:
        names: What is compared.
        head: What learns. To one that takes pictures, points are pictures already.
        plan: The row of the plan of Balance.
    """
    if not set(names_for(head, _default(STANDARD_POLICY))) <= set(names):
        return []
    rows = [AUGMENT, plan if head.learns_from_pictures else as_exported(plan)]
    return [
        row
        for row in dict.fromkeys(rows)
        if row not in names and parse_candidate(row).makes_pictures(head)
    ]


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


@dataclass(frozen=True)
class CandidateSet:
    """Some rows that are often compared together."""

    name: str
    title: str
    rows: Callable[[AugmentPolicy], list[str]]  # their names, without the baseline


def _default(_: AugmentPolicy) -> list[str]:
    strategies = [name for name, one in STRATEGIES.items() if one.is_default and name != BASELINE]
    return strategies + [name for name, rule in RULES.items() if rule.is_default]


def _smote_and_kin(_: AugmentPolicy) -> list[str]:
    return [
        name
        for name in all_names()
        if name not in RULES and STRATEGIES[name.partition(":")[0]].effect.adds_points
    ]


def _all(_: AugmentPolicy) -> list[str]:
    return [name for name in all_names() if name != BASELINE]


CANDIDATE_SETS: Mapping[str, CandidateSet] = {
    one.name: one
    for one in (
        CandidateSet("default", "Default", _default),
        CandidateSet("augmentations", "Augmentations, one by one", augmentations),
        CandidateSet("smote_kin", "SMOTE and its variants", _smote_and_kin),
        CandidateSet("all", "All", _all),
    )
}


def _has_rule(name: str) -> bool:
    return any(piece.strip() in RULES for piece in name.split("+"))


def _check_order(name: str, parts: Sequence[Part], rules: Sequence[Rule]) -> None:
    strategies = [part.strategy for part in parts]
    if len(set(strategies)) < len(strategies):
        raise SettingError(f"'{name}' names a strategy twice. Keep one of them.")
    if sum(part.weighs for part in parts) + len(rules) > 1:
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
