"""What a comparison will take, before it begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.embed import DEFAULT_ENCODER, judge_of, seconds_to_embed
from core.evaluate.adapting import seconds_to_adapt
from core.evaluate.candidates import Candidate, check_targets
from core.evaluate.experiment import DEFAULT_FOLDS, default_repeats
from core.evaluate.head import Head, Work
from core.resample import plan_counts
from core.words import count_of, duration_of

# Of one core at 2 GHz; a rough guide for other machines.
_PER_AUGMENTED = 1.5e-3  # to make a picture of moderate size


@dataclass(frozen=True)
class Estimate:
    """Seconds, and augmented pictures that have to be made on the way."""

    seconds: float | None  # of one core; None: not known of this head with this encoder
    pictures: int
    embedded: int = 0  # images that are embedded first

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
    pictures, pieces = 0, 0.0
    base = judge_of(planned.encoder)
    runs, learned = planned.runs, planned.learned
    class_count = sum(count > 0 for count in counts.values())
    for candidate in candidates:
        after = dict(counts)
        for part in candidate.parts:
            plan = plan_counts(after, part.strategy, part.target, settings=part.settings)
            if part.needs_pictures(head_takes_pictures=head.learns_from_pictures):
                pictures += plan.total_added
            after = plan.after
        pieces += runs * learned * sum(after.values())
    learning = head.seconds(Work(pieces, class_count, base))
    if learning is not None and base != planned.encoder and not head.learns_from_pictures:
        adapting = seconds_to_adapt(base, sum(counts.values()), times=runs * learned, cores=1)
        learning = None if adapting is None else learning + adapting
    if learning is None:
        return Estimate(None, pictures, planned.to_embed)
    described = planned.to_embed + (0 if head.learns_from_pictures else pictures)
    describing = seconds_to_embed(planned.encoder, described, cores=1)
    return Estimate(learning + pictures * _PER_AUGMENTED + describing, pictures, planned.to_embed)
