"""One way to change a picture, as a record, and what every one of them does alike.

An operation is one entry in the module of its kind, beside what it does: how its values are drawn,
how they change a picture, what other libraries call it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.augment.equal import Equal
from core.parameters import Range, RangeValues

# JSON numbers. Together with the picture they rebuild the result exactly.
Drawn = Mapping[str, float]
# (H, W) or (H, W, C), uint8 or uint16; an operation returns what it was given.
Picture = NDArray[Any]
# (3, 3), from (x, y, 1) in pixels, counted from the middle of the first one, to the new place.
Matrix = NDArray[np.float64]

GEOMETRY, COLOUR, BLUR, LOSS = "Place and shape", "Light and colour", "Blur", "Noise and loss"

# Where several operations come from.
JITTER = "Krizhevsky et al., NIPS 25 (2012); torchvision's ColorJitter"
SURVEY = "Shorten & Khoshgoftaar, Journal of Big Data 6:60 (2019), doi:10.1186/s40537-019-0197-0"
CORRUPTIONS = "Hendrycks & Dietterich, ICLR 2019, arXiv:1903.12261"


@dataclass(frozen=True)
class Operation:
    """One way to change a picture."""

    name: str
    title: str
    help: str  # what it does
    warning: str  # when it can change what the label means
    source: str
    kind: str  # GEOMETRY, COLOUR, BLUR or LOSS
    probability: float  # that it is used, unless a policy says otherwise
    draw: Callable[[np.random.Generator, RangeValues], dict[str, float]]
    # Returns a new array of (H, W, C), which it never changes. One channel may be left out.
    change: Callable[[Picture, Drawn], Picture]
    # From a place in a picture of (height, width) to where it goes: used in place of `change`
    # where others move the picture right before or after.
    matrix: Callable[[Drawn, int, int], Matrix] | None = None
    parameters: tuple[Range, ...] = ()
    idle: Drawn = field(default_factory=dict)  # values that change no picture; empty: none do
    # From mild to strong, what a person may want to compare: numbers of the first parameter.
    levels: tuple[float, ...] = ()
    keeps_alpha: bool = True  # transparency is no light: it stays as it is
    is_mirror: bool = False  # it may turn a picture of one class into one of another
    fills_border: bool = False  # it leaves empty areas, and "border" says what fills them
    # Its values as they look on a picture whose sides are a share as long, where they are those of
    # single pixels. What is counted in pixels shrinks by itself.
    fade: Callable[[Drawn, float], Drawn] | None = None
    # By a library of transforms: what it has that does the same. See `as_code`.
    equals: Mapping[str, Equal] = field(default_factory=dict)

    def is_idle(self, drawn: Drawn) -> bool:
        """Tell whether these values leave every picture as it is."""
        return bool(self.idle) and self.idle.items() <= drawn.items()

    def at_scale(self, drawn: Drawn, scale: float) -> Drawn:
        """Return the values as they look on a picture whose sides are `scale` times as long."""
        lengths = [parameter.name for parameter in self.parameters if parameter.unit == "px"]
        shrunk = {**drawn, **{name: drawn[name] * scale for name in lengths}}
        return shrunk if self.fade is None else self.fade(shrunk, scale)

    def apply(self, pixels: NDArray[Any], drawn: Drawn) -> NDArray[Any]:
        """Return a new C-contiguous array of the same shape and type; `pixels` stays as it is.

        Args:
            pixels: (H, W) or (H, W, C), uint8 or uint16. Three channels are red, green, blue; the
                last of two or four is transparency.
            drawn: The values of this application.
        """
        # Nearly every picture is like this.
        if pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.flags.c_contiguous:
            return self.change(pixels, drawn)
        return on_planes(self.change, pixels, drawn, keeps_alpha=self.keeps_alpha)


def on_planes(
    change: Callable[[NDArray[Any], Drawn], NDArray[Any]],
    pixels: NDArray[Any],
    drawn: Drawn,
    *,
    keeps_alpha: bool,
) -> NDArray[Any]:
    """Return what `change` makes of the (H, W, C) view of `pixels`, in the shape of `pixels`."""
    if pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.flags.c_contiguous:
        return change(pixels, drawn)
    planes = pixels[..., None] if pixels.ndim == 2 else pixels
    if keeps_alpha and planes.shape[2] in {2, 4}:
        colour = np.ascontiguousarray(planes[..., :-1])
        changed = change(colour, drawn).reshape(colour.shape)
        changed = np.concatenate([changed, planes[..., -1:]], axis=2)
    else:
        changed = change(np.ascontiguousarray(planes), drawn)
    return np.ascontiguousarray(changed.reshape(pixels.shape))


def draw_between(
    rng: np.random.Generator,
    ends: tuple[float, float],
    *,
    at_least: float = 0.0,
    around: float = 0.0,
) -> float:
    """Return a number drawn evenly between the two `ends`, rounded to 4 digits.

    Args:
        rng: The only source of randomness; exactly one number is taken from it.
        ends: The lowest and the highest number, low <= high.
        at_least: Numbers nearer to `around` than this move away from it, as far as `ends` allow:
            they would change a picture less than an eye or a file format can tell. `around`
            itself is drawn only when both ends are `around`.
        around: The number that changes nothing.
    """
    low, high = ends
    value = round(low + (high - low) * rng.random(), 4)
    if abs(value - around) < at_least:
        is_above = value > around or (value == around and high > around)
        value = round(around + (at_least if is_above else -at_least), 4)
    return float(min(max(value, low), high))


def draw_odd(rng: np.random.Generator, ends: tuple[float, float]) -> float:
    """Return an odd whole number drawn between the two `ends`; where there is none, an end."""
    low, high = ends
    return float(min(max(odd(low + (high - low) * rng.random()), low), high))


def odd(value: float) -> int:
    """Return the odd whole number nearest to `value`: a window has a middle."""
    return 2 * max(0, int(value // 2)) + 1


def draw_nothing(rng: np.random.Generator, values: object) -> dict[str, float]:  # noqa: ARG001
    """Draw no value: the operation always does the same."""
    return {}


def top_of(pixels: Picture) -> int:
    """Return white: 255, or 65,535 where values have 16 bits."""
    return 255 if pixels.dtype == np.uint8 else 65_535
