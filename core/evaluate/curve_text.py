"""What a learning curve comes to, in sentences."""

from core.evaluate.curves import FEWEST_GROUPS, LEVEL, MOST, LearningCurve, Needed, Reading
from core.words import count_of, times

_TOLD = (1.5, 2.0)  # times as many images


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


def _more(ratio: float, images: int) -> str:
    return "no more images" if ratio == 1 else f"{round((ratio - 1) * images):,} more images"


def _reading(reading: Reading) -> str:
    return f"{reading.estimate:.0%} ({100 * reading.low:.0f} to {100 * reading.high:.0f})"


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"
