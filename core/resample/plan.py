"""A plan: what a strategy would do to each class, before anything is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.resample.settings import Settings

# One of NAMED_TARGETS, a share of the largest class such as '50%', a count, or a count per label.
Target = str | int | Mapping[str, int]


@dataclass(frozen=True)
class BalancePlan:
    """Per class of the training split: how many images stay, how many are added, which weight."""

    strategy: str
    target: Target | None  # as it was asked for; None: the strategy's usual one, or it has none
    before: Mapping[str, int]
    keep: Mapping[str, int]
    add: Mapping[str, int]
    weight: Mapping[str, float]
    settings: Settings = field(default_factory=dict)  # every one of the strategy
    most_per_image: int | None = None  # a class gets at most so many for each image it has

    @property
    def after(self) -> dict[str, int]:
        """Return label -> images (and synthetic points) after balancing."""
        return {label: self.keep[label] + self.add[label] for label in self.before}

    @property
    def total_added(self) -> int:
        """Return how many pictures or points the plan adds."""
        return sum(self.add.values())

    @property
    def total_left_out(self) -> int:
        """Return how many images of the training split the plan leaves out."""
        return sum(self.before.values()) - sum(self.keep.values())

    def asks_as(self, other: "BalancePlan") -> bool:
        """Return whether both ask for the same; the counts may have been settled since."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("strategy", "target", "before", "settings", "most_per_image")
        )

    def settled(self, keep: Mapping[str, int], add: Mapping[str, int]) -> "BalancePlan":
        """Return the plan with the counts that came out; cleaning is decided by the data."""
        return replace(self, keep=dict(keep), add=dict(add))
