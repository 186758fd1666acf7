"""One way to change a picture, as a record, and what every one of them does alike."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.augment.drawing import Drawn, Picture
from core.augment.warp import Matrix, warp
from core.parameters import Range, RangeValues

GEOMETRY, COLOUR, BLUR, LOSS = "Place and shape", "Light and colour", "Blur", "Noise and loss"


@dataclass(frozen=True)
class Operation:
    """One way to change a picture."""

    name: str
    title: str
    help: str  # what it does
    warning: str  # when it can change what the label means
    source: str
    kind: str  # GEOMETRY, COLOUR, BLUR or LOSS
    probability: float  # the chance that it is used, unless a policy says otherwise
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
    fills_border: bool = False  # places come free, and "border" says what fills them

    def is_idle(self, drawn: Drawn) -> bool:
        """Tell whether these values leave every picture as it is."""
        return bool(self.idle) and self.idle.items() <= drawn.items()

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


def moved_by(
    matrix: Callable[[Drawn, int, int], Matrix],
) -> Callable[[Picture, Drawn], Picture]:
    """Return the change that moves a picture by `matrix`."""

    def change(pixels: Picture, drawn: Drawn) -> Picture:
        height, width = pixels.shape[:2]
        return warp(pixels, matrix(drawn, height, width), drawn.get("border", 0))

    return change


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
