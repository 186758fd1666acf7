"""What other libraries have that does the same as an operation, and how its ranges are written."""

from collections.abc import Callable
from dataclasses import dataclass

from core.parameters import RangeValues

BLACK_BORDER = "empty areas are black."
_NO_JITTER = {
    "brightness": "(1, 1)", "contrast": "(1, 1)", "saturation": "(1, 1)", "hue": "(0, 0)"
}  # fmt: skip


@dataclass(frozen=True)
class Equal:
    """The text of a call that does what an operation does."""

    write: Callable[[RangeValues, float], str]  # ranges and probability
    has_probability: bool = True  # the call takes the probability itself
    remark: str = ""  # what is otherwise


def ends_text(ends: tuple[float, float]) -> str:
    """Return a range as a pair."""
    return f"({ends[0]:g}, {ends[1]:g})"


def scaled_ends(ends: tuple[float, float], factor: float) -> str:
    """Return a range in another library's unit."""
    return f"({ends[0] * factor:.4g}, {ends[1] * factor:.4g})"


def odd_ends(ends: tuple[float, float]) -> str:
    """Return a range of windows, which have a middle, as a pair."""
    return f"({2 * int(ends[0] // 2) + 1}, {2 * int(ends[1] // 2) + 1})"


def whole_ends(ends: tuple[float, float]) -> str:
    """Return a range of whole numbers as a pair."""
    return f"({round(ends[0])}, {round(ends[1])})"


def middle_of(ends: tuple[float, float]) -> float:
    """Return the middle of a range, for what takes one number."""
    return (ends[0] + ends[1]) / 2


def color_jitter(name: str, value: str) -> dict[str, Equal]:
    """Return ColorJitter of both libraries with one of its four ranges, the others without effect.

    Args:
        name: Of the range: brightness, contrast, saturation or hue.
        value: Of the operation, that the range is of.
    """

    def all_four(values: RangeValues) -> str:
        ranges = {**_NO_JITTER, name: ends_text(values[value])}
        return ", ".join(f"{one}={ends}" for one, ends in ranges.items())

    return {
        "torchvision": Equal(lambda v, _: f"v2.ColorJitter({name}={ends_text(v[value])})", False),
        "albumentations": Equal(lambda v, p: f"A.ColorJitter({all_four(v)}, p={p:g})"),
    }
