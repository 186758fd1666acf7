"""What strategies do to the files of the training split, and how that is said.

The page and the command line say the same: both read these.
"""

from collections.abc import Callable
from dataclasses import dataclass

from core.resample.plan import BalancePlan
from core.words import count_of, lowered

Told = Callable[[BalancePlan], str]


@dataclass(frozen=True)
class Effect:
    """What one kind of strategy does, and its words."""

    told: Told  # 'will be' sentence without an end: '12 copies will be added'
    button: Callable[[str, BalancePlan], str]  # of the strategy's title, and the plan
    written: Told  # what an export holds: '84 originals and 12 copies'
    leaves_out: bool = False  # images, in place of adding some
    adds_copies: bool = False
    adds_pictures: bool = False  # augmented ones, of their own or one for each point
    adds_points: bool = False  # synthetic vectors

    def noun(self, images: int) -> str:
        """Return what one of the things is called that it adds to a class of so many images."""
        if self.adds_points and images > 1:
            return "synthetic point"
        return "copy" if self.adds_copies else "augmented picture"

    @property
    def adds(self) -> bool:
        """Return whether it adds anything."""
        return self.adds_copies or self.adds_pictures or self.adds_points


def points_asked(plan: BalancePlan) -> int:
    """Return how many points are asked for; a class of one image gets augmented pictures."""
    return sum(count for label, count in plan.add.items() if plan.before[label] > 1)


def _kept(plan: BalancePlan) -> int:
    return sum(plan.keep.values())


def _as_they_are(beside: str = "") -> Told:
    return lambda plan: f"{count_of(_kept(plan), 'training image')}, none added{beside}"


def _with(kind: str) -> Told:
    return lambda plan: (
        f"{count_of(_kept(plan), 'original')} and {count_of(plan.total_added, kind)}"
    )


def _points_and(left_out: bool) -> Told:
    def told(plan: BalancePlan) -> str:
        text = f"{count_of(points_asked(plan), 'synthetic point')} will be made"
        return text + f" and {count_of(plan.total_left_out, 'image')} left out" * left_out

    return told


def _fewer(plan: BalancePlan) -> str:
    out = plan.total_left_out
    return f"{count_of(out, 'image') if out else 'no image'} will be left out"


def _without_some(plan: BalancePlan) -> str:
    return f"{count_of(_kept(plan), 'training image')}; {plan.total_left_out:,} are left out"


def _make_points(_: str, plan: BalancePlan) -> str:
    return f"Make {count_of(points_asked(plan), 'synthetic point')}"


def _use(title: str, _: BalancePlan) -> str:
    return f"Use {lowered(title)}"


NOTHING = Effect(
    told=lambda _: "nothing is changed",
    button=lambda *_: "Leave it as it is",
    written=_as_they_are(),
)
WEIGHTS = Effect(
    told=lambda _: "a weight for each class is written next to the images",
    button=_use,
    written=_as_they_are(", and class weights for training"),
)
OFFSETS = Effect(
    told=lambda _: "the class sizes are written next to the images, to correct a model's scores",
    button=_use,
    written=_as_they_are(", and the class sizes to correct the model's scores"),
)
COPIES = Effect(
    told=lambda plan: f"{count_of(plan.total_added, 'copy')} will be added",
    button=lambda _, plan: f"Plan {count_of(plan.total_added, 'copy')}",
    written=_with("copy"),
    adds_copies=True,
)
PICTURES = Effect(
    told=lambda plan: f"{count_of(plan.total_added, 'augmented picture')} will be added",
    button=lambda _, plan: f"Plan {count_of(plan.total_added, 'augmented picture')}",
    written=_with("augmented picture"),
    adds_pictures=True,
)
# Vectors between images, and an augmented picture of the base of each.
POINTS = Effect(
    told=_points_and(left_out=False),
    button=_make_points,
    written=_with("augmented picture"),
    adds_points=True,
    adds_pictures=True,
)
CLEANED_POINTS = Effect(
    told=_points_and(left_out=True),
    button=_make_points,
    written=_with("augmented picture"),
    adds_points=True,
    adds_pictures=True,
)
# Vectors that no picture stands for.
VECTORS = Effect(
    told=lambda plan: f"{count_of(plan.total_added, 'synthetic point')} will be made",
    button=lambda _, plan: f"Make {count_of(plan.total_added, 'synthetic point')}",
    written=_as_they_are(", and synthetic vectors next to them"),
    adds_points=True,
)
FEWER = Effect(
    told=_fewer,
    button=lambda _, plan: f"Leave out {count_of(plan.total_left_out, 'image')}",
    written=_without_some,
    leaves_out=True,
)
CLEANED = Effect(
    told=_fewer,
    button=lambda *_: "Find images to leave out",
    written=_without_some,
    leaves_out=True,
)
