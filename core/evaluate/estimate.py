"""What a comparison will take, before it begins, and which rows are worth that unasked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, log, sqrt

from core.embed import DEFAULT_ENCODER, judge_of, seconds_to_embed
from core.evaluate.adapting import seconds_to_adapt
from core.evaluate.candidates import Candidate, Part, check_targets
from core.evaluate.experiment import DEFAULT_FOLDS, default_repeats
from core.evaluate.features import policy_key
from core.evaluate.head import Head, Work
from core.resample import BalancePlan, find_strategy, plan_counts
from core.words import count_of, duration_of, lowered

# Of one core at 2 GHz; a rough guide for other machines.
_PER_AUGMENTED = 1.5e-3  # to make a picture of moderate size
# What takes less is compared without being asked for.
AT_ONCE_SECONDS = 60.0


@dataclass(frozen=True)
class Estimate:
    """Seconds, and augmented pictures that have to be made on the way."""

    seconds: float | None  # of one core; None: not known of this head with this encoder
    pictures: int
    embedded: int = 0  # images that are embedded first
    making: float = 0.0  # seconds of these that pictures take to make and to embed

    @property
    def text(self) -> str:
        """Return a sentence about it."""
        pictures = f"{count_of(self.pictures, 'augmented picture')} to make"
        if self.seconds is None:
            begin = f"{pictures[0].upper()}{pictures[1:]}. " if self.pictures else ""
            return f"{begin}The time that this encoder needs is known after the first fold."
        extra = ", embedding included" if self.embedded else ""
        made = f"{pictures}, " if self.pictures else ""
        return f"On one core{extra}: {made}{duration_of(self.seconds)}."


@dataclass(frozen=True)
class Planned:
    """What is known of a comparison before anything is read."""

    counts: Mapping[str, int]  # label -> training images
    head: Head
    encoder: str = DEFAULT_ENCODER  # what embeds the images, or has done so
    to_embed: int = 0  # images that it has to embed first
    folds: int = DEFAULT_FOLDS
    repeats: int | None = None  # None: the default
    on_test_split: bool = False  # no folds: all training images are learned from

    @property
    def runs(self) -> int:
        """Return how often each candidate learns."""
        adapts = judge_of(self.encoder) != self.encoder
        default = default_repeats(self.head, is_held_out=self.on_test_split, adapts=adapts)
        return (1 if self.on_test_split else self.folds) * (self.repeats or default)

    @property
    def learned(self) -> float:
        """Return the share of the training images that is learned from each time."""
        return 1.0 if self.on_test_split else 1 - 1 / self.folds


def estimate(planned: Planned, candidates: Sequence[Candidate]) -> Estimate:
    """Return what a comparison of candidates will take.

    Raises:
        SettingError: a target that is too large.
    """
    counts, head = planned.counts, planned.head
    check_targets(candidates, counts)
    most: dict[tuple[str, str], int] = {}  # by policy and label, over candidates
    pieces = 0.0
    base = judge_of(planned.encoder)
    runs, learned = planned.runs, planned.learned
    class_count = sum(count > 0 for count in counts.values())
    for candidate in candidates:
        after, own = dict(counts), dict[tuple[str, str], int]()
        for part in candidate.parts:
            plan = plan_counts(after, part.strategy, part.target, settings=part.settings)
            if part.needs_pictures(head_takes_pictures=head.learns_from_pictures):
                for label, count in _pictures_of(plan, part, sides=runs * learned).items():
                    place = policy_key(part.made_by), label
                    own[place] = own.get(place, 0) + count
            after = plan.after
        # Those of one policy are the same for all candidates, as far as they need them.
        most |= {place: max(count, most.get(place, 0)) for place, count in own.items()}
        pieces += runs * learned * sum(after.values())
    pictures = sum(most.values())
    learning = head.seconds(Work(pieces, class_count, base))
    if learning is not None and base != planned.encoder and not head.learns_from_pictures:
        adapting = seconds_to_adapt(base, sum(counts.values()), times=runs * learned, cores=1)
        learning = None if adapting is None else learning + adapting
    described = 0 if head.learns_from_pictures else pictures
    making = pictures * _PER_AUGMENTED + seconds_to_embed(planned.encoder, described, cores=1)
    if learning is None:
        return Estimate(None, pictures, planned.to_embed, making)
    embedding = seconds_to_embed(planned.encoder, planned.to_embed, cores=1)
    return Estimate(learning + making + embedding, pictures, planned.to_embed, making)


def _pictures_of(plan: BalancePlan, part: Part, *, sides: float) -> dict[str, int]:
    """Return label -> pictures that are made once for all training sides of a candidate.

    Pictures of a plan are each image's first few, on every side. Those that stand for points are as
    many as the image is a base, which differs between sides: about the largest of as many Poisson
    counts as sides have the image. On two sets that is 8 to 17% above what is made.
    """
    if not find_strategy(part.strategy).effect.adds_points:
        return dict(plan.add)
    found = {}
    for label, count in plan.add.items():
        bases = max(1, plan.keep[label])
        usual = count / bases
        found[label] = ceil(bases * (usual + sqrt(2 * usual * log(max(1.0, sides)))))
    return found


@dataclass(frozen=True)
class Joining:
    """Rows of augmented pictures beside the default ones: those that join, and those that wait.

    What takes longer than a person would want to wait unasked is left to a word of theirs.
    """

    joined: tuple[Candidate, ...] = ()
    waiting: tuple[Candidate, ...] = ()
    joined_text: str = ""  # which rows join, and what they take
    waiting_text: str = ""  # which rows are left out, and what they would take
    button: str = ""  # what a button says that asks for the rows that wait


def offer_pictures(planned: Planned, offered: Sequence[Candidate]) -> Joining:
    """Return which candidates join a comparison by themselves, looked at in their order.

    Those do whose pictures take less than AT_ONCE_SECONDS, all together; of a head that learns from
    pictures, the learning counts too.

    Raises:
        SettingError: a target that is too large.
    """
    planned = replace(planned, to_embed=0)

    def seconds(candidates: Sequence[Candidate]) -> float | None:
        cost = estimate(planned, candidates)
        return cost.seconds if planned.head.learns_from_pictures else cost.making

    joined: list[Candidate] = []
    for one in offered:
        taken = seconds([*joined, one])
        if taken is not None and taken < AT_ONCE_SECONDS:
            joined.append(one)
    waiting = [one for one in offered if one not in joined]

    def told(candidates: Sequence[Candidate], time: str) -> str:
        pictures = count_of(estimate(planned, candidates).pictures, "picture")
        return f"{_listed(candidates)} ({pictures} to make, {time})"

    taken = seconds(waiting)
    time = "in an unknown time" if taken is None else f"about {duration_of(taken)}"
    return Joining(
        tuple(joined),
        tuple(waiting),
        f"With {told(joined, duration_of(seconds(joined) or 0))}" if joined else "",
        f"Not compared yet: {told(waiting, time)}." if waiting else "",
        f"Compare the augmented pictures too: {time}",
    )


def _listed(candidates: Sequence[Candidate]) -> str:
    """Return titles as they stand inside a sentence."""
    titles = [lowered(one.title) for one in candidates]
    *before, last = titles
    return f"{', '.join(before)} and {last}" if before else last
