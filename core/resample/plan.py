"""A plan: what is asked for, and what a strategy would do to each class, before it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.errors import SettingError
from core.resample.settings import Settings

# One of NAMED_TARGETS, a share of the largest class such as '50%', a count, or a count per label.
Target = str | int | Mapping[str, int]

NAMED_TARGETS = ("largest", "median", "smallest")
_LONGEST_NUMBER = 30  # digits; thousands of them are no number in Python any more


@dataclass(frozen=True)
class BalancePlan:
    """Per class of the training split: how many images stay, how many are added, which weight."""

    strategy: str
    target: Target | None  # as it was asked for, or the strategy's default; None: it has none
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


def parse_target(texts: str | Sequence[str]) -> Target:
    """Return the target that a text names, or that 'LABEL=COUNT' texts name together.

    Raises:
        SettingError: they name none.
    """
    if not isinstance(texts, str):
        if len(texts) != 1 or "=" in texts[0]:
            return dict(map(_parse_class, texts))
        (texts,) = texts
    text = texts.strip()
    if len(text) <= _LONGEST_NUMBER:
        if text in NAMED_TARGETS or share_of(text) is not None:
            return text
        if text.isdecimal() and int(text) > 0:
            return int(text)
    raise SettingError(
        f"Target '{text[:_LONGEST_NUMBER]}' is unknown. Use largest, median, smallest, a share of "
        "the largest class such as 50%, a number of images, or CLASS=COUNT for each class."
    )


def share_of(text: str) -> float | None:
    """Return 0.5 for '50%', None for what is no share above 0."""
    number = text.removesuffix("%")
    if number == text or not number.replace(".", "", 1).isdecimal():
        return None
    return float(number) / 100 or None


def _parse_class(text: str) -> tuple[str, int]:
    label, _, count = text.rpartition("=")
    if not label or not count.isdecimal() or len(count) > _LONGEST_NUMBER:
        raise SettingError(
            f"'{text}' is not the target of a class. Write CLASS=COUNT, such as cat=300, for each "
            "class."
        )
    return label, int(count)
