"""What learning curves come to, in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass

from core import records
from core.evaluate.curves import (
    FEWEST_GROUPS,
    LEVEL,
    MOST,
    LearningCurve,
    Needed,
    Reading,
    find_needed,
)
from core.words import count_of, signed, times

ALL_TITLE = "all classes together"
WANTED = 0.9  # a figure to ask for, unless a person asks for another one

_RATIOS = (1.0, 1.5, 2.0, 3.0, 4.0)  # times as many images, that a file tells of
_TOLD = (1.5, 2.0)  # times as many images
_LEAST_GAIN = 0.0005  # that rounds to a tenth of a point


@dataclass(frozen=True)
class Told:
    """A curve as a file tells of it."""

    label: str | None  # None: all classes
    images: int
    sentence: str
    needed: str
    learned_from: tuple[float, ...]  # images, on average over folds
    seen: tuple[float, ...]  # the figure with them
    foretold: Mapping[str, Reading]  # times as many images -> the figure


@dataclass(frozen=True, eq=False)
class Foretold:
    """What more images of one class would bring, or of all."""

    label: str | None  # None: all of them
    images: int  # that there are
    curve: LearningCurve | None  # None: too few can be scored
    margin: float  # a gain that matters

    @property
    def title(self) -> str:
        """Return the class, or what stands for all."""
        return ALL_TITLE if self.label is None else self.label

    @property
    def figure(self) -> str:
        """Return what the curve is of."""
        return "balanced accuracy" if self.label is None else "recall"

    @property
    def sentence(self) -> str:
        """Return what more images would bring."""
        return describe_curve(self.curve, label=self.label, images=self.images, margin=self.margin)

    def reading(self, ratio: float) -> str:
        """Return '61% (52 to 70)' with `ratio` times as many images; empty without a curve."""
        return "" if self.curve is None else _reading(self.curve.at(ratio))

    def needed(self, wanted: float) -> str:
        """Return how many more images a figure of `wanted` takes; empty without a curve."""
        if self.curve is None:
            return ""
        return describe_needed(find_needed(self.curve, wanted), wanted=wanted, images=self.images)


@dataclass(frozen=True, eq=False)
class MoreImages:
    """What more images would bring with one candidate, as it was asked for."""

    candidate: str
    title: str
    found: tuple[Foretold, ...]

    @property
    def most(self) -> str:
        """Return of which class more images would bring most; empty where one was asked for."""
        own = {one.label: one for one in self.found if one.label is not None}
        return describe_most(
            {label: one.curve for label, one in own.items()},
            {label: one.images for label, one in own.items()},
        )

    @property
    def note(self) -> str:
        """Return what the curves are measured with."""
        return (
            f"Measured with '{self.title}' and a closed-form model on the vectors. New images are "
            "taken to be of the kinds that are there."
        )

    def curve(self, label: str | None) -> LearningCurve | None:
        """Return the curve of a class; None where too few images tell."""
        return next(one.curve for one in self.found if one.label == label)

    def lines(self, wanted: float) -> list[str]:
        """Return all that is said, for a terminal."""
        told = [f"{one.sentence} {one.needed(wanted)}".strip() for one in self.found]
        return [line for line in (self.most, *told, self.note) if line]

    def to_json(self, wanted: float) -> dict[str, object]:
        """Return plain values: each sentence beside what it tells."""
        return {
            "candidate": self.candidate,
            "wanted": wanted,
            "most": self.most,
            "note": self.note,
            "classes": [records.to_json(_tell(one, wanted)) for one in self.found],
        }


def describe_curve(
    curve: LearningCurve | None, *, label: str | None, images: int, margin: float
) -> str:
    """Return what more images of a class would bring, or of every class.

    Args:
        curve: From `fit_curve`; None where it had too few images.
        label: The class; None: all of them, and the figure is balanced accuracy.
        images: That there are of it.
        margin: A gain that matters, such as 0.01.
    """
    if curve is None:
        whose = "Every class" if label is None else f"'{label}'"
        return (
            f"{whose} has too few images that can be scored to say what more would bring: "
            f"{FEWEST_GROUPS} different ones are needed."
        )
    whose = "every class" if label is None else f"'{label}'"
    figure = "balanced accuracy" if label is None else "recall"
    now = f"With the {count_of(images, 'image')} of {whose}, {figure} is {curve.seen[-1]:.0%}."
    if curve.is_flat(margin):
        return (
            f"{now} More images of these kinds will not help: twice as many would bring at most "
            f"{_points(curve.gain.high)}. Look at the labels or the encoder."
        )
    half, twice = (
        f"{times(ratio)} as many ({round(ratio * images):,}) would give {_reading(curve.at(ratio))}"
        for ratio in _TOLD
    )
    return f"{now} About {half}, {twice} ({LEVEL:.0%} intervals)."


def describe_needed(needed: Needed, *, wanted: float, images: int) -> str:
    """Return how many images a wanted figure takes, and no number beyond MOST times as many."""
    beyond = f"more than {times(MOST)} as many images"
    if needed.earliest is None:
        return f"{wanted:.0%} would take {beyond}."
    if needed.latest == 1:
        return f"{wanted:.0%} is reached with the images there are."
    low = _more(needed.earliest, images)
    high = beyond if needed.latest is None else _more(needed.latest, images)
    ends = f"between {low} and {high} ({LEVEL:.0%} interval)"
    if needed.estimate is None:
        return f"{wanted:.0%} would probably take {beyond}: {ends}."
    if needed.estimate == 1:
        return f"{wanted:.0%} may be reached with the images there are: {ends}."
    return f"{wanted:.0%} would take about {_more(needed.estimate, images)}: {ends}."


def describe_most(curves: Mapping[str, LearningCurve | None], images: Mapping[str, int]) -> str:
    """Return of which class more images would bring most; empty where there is nothing to choose.

    Args:
        curves: Of classes; None where one had too few images.
        images: Class -> how many there are.
    """
    told = {label: curve for label, curve in curves.items() if curve is not None}
    if len(told) < 2:
        return ""
    label, curve = max(told.items(), key=lambda one: one[1].gain.estimate)
    gain = curve.gain
    if gain.estimate < _LEAST_GAIN:
        return "Twice as many images of a class would bring none of them a gain, by estimate."
    ends = " to ".join(signed(100 * end) for end in (gain.low, gain.high))
    return (
        f"By estimate '{label}' gains most from more images of its own: {images[label]:,} more "
        f"would raise its recall by {_points(gain.estimate)} ({LEVEL:.0%} interval {ends})."
    )


def _more(ratio: float, images: int) -> str:
    return "no more images" if ratio == 1 else f"{round((ratio - 1) * images):,} more images"


def _reading(reading: Reading) -> str:
    return f"{reading.estimate:.0%} ({100 * reading.low:.0f} to {100 * reading.high:.0f})"


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"


def _tell(one: Foretold, wanted: float) -> Told:
    curve = one.curve
    return Told(
        one.label,
        one.images,
        one.sentence,
        one.needed(wanted),
        () if curve is None else tuple(curve.counts.tolist()),
        () if curve is None else tuple(curve.seen.tolist()),
        {} if curve is None else {f"{ratio:g}": curve.at(ratio) for ratio in _RATIOS},
    )
