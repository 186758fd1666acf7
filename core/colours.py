"""Colours of classes: told apart by people with any colour vision, and never hue alone."""

import colorsys
from collections.abc import Mapping, Sequence

from core.words import largest_first

# For lines and findings, of which there are few: Okabe & Ito's palette (jfly.uni-koeln.de/color);
# yellow, orange and sky blue are darkened to be seen on white.
OKABE_ITO = ("#0072B2", "#DA9600", "#009E73", "#CC79A7", "#44A8E0", "#D55E00", "#B8A300", "#7F7F7F")

KEPT = "#0072B2"
ADDED = "#E69F00"
HELD_OUT = ("#56B4E9", "#8A9BA8")  # validation, test
BETTER, WORSE, NEUTRAL = "#009E73", "#D55E00", "#8A9BA8"

# Classes by size, for each theme. Any two are at least 25 apart (CIEDE2000), and 12 for people
# without red or without green cones; each has a contrast of 2.5 or more on the theme's background.
# Found by simulated annealing from Okabe & Ito's; no set of twelve can do it on both backgrounds.
PALETTES: Mapping[str, tuple[str, ...]] = {
    "light": (
        "#076EB0", "#D0910F", "#CB1B64", "#57AF74", "#9F7FF6", "#C05126",
        "#45AABA", "#5A0596", "#868287", "#4C4112", "#30685E", "#4B272C",
    ),
    "dark": (
        "#479AEE", "#DF950C", "#DA0567", "#19CA8C", "#E799C2", "#E1E005",
        "#7250A6", "#56E3F8", "#D44911", "#DFD8D0", "#578380", "#6A5A57",
    ),
}  # fmt: skip


def class_colours(counts: Mapping[str, int], theme: str = "light") -> dict[str, str]:
    """Return label -> colour, in order of size; with more classes than a palette, hue by rank."""
    order = largest_first(counts)
    if len(order) <= len(PALETTES[theme]):
        return dict(zip(order, PALETTES[theme], strict=False))
    colours = {}
    for rank, label in enumerate(order):
        # Steps of the golden angle keep neighbours in rank apart; two shades double the hues.
        colours[label] = _shade(rank * 0.381966 % 1, 0.16 if rank % 2 else 0.33)
    return colours


def in_theme(colour: str, theme: str) -> str:
    """Return a class colour of the light theme as it is in `theme`; others are the same in both."""
    palette = PALETTES["light"]
    return PALETTES[theme][palette.index(colour)] if colour in palette else colour


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2.2, 1 to 21."""
    low, high = sorted(
        _luminance([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
        for colour in (one, other)
    )
    return (high + 0.05) / (low + 0.05)


def _shade(hue: float, luminance: float) -> str:
    """Return the colour of a hue that has a luminance: at one lightness, yellow outshines blue."""
    low, high = 0.0, 1.0
    for _ in range(16):
        lightness = (low + high) / 2
        channels = colorsys.hls_to_rgb(hue, lightness, 0.62)
        if _luminance(channels) < luminance:
            low = lightness
        else:
            high = lightness
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in channels)


def _luminance(channels: Sequence[float]) -> float:
    """Return the relative luminance of WCAG 2.2."""
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
