"""Colours of classes: told apart by people with any colour vision, and never hue alone."""

import colorsys
from collections.abc import Mapping, Sequence

from core.words import largest_first

# Okabe & Ito's palette (jfly.uni-koeln.de/color); yellow, orange and sky blue are darkened to be
# seen on white. Every class colour has a contrast of 2.5 or more on both backgrounds.
OKABE_ITO = ("#0072B2", "#DA9600", "#009E73", "#CC79A7", "#44A8E0", "#D55E00", "#B8A300", "#7F7F7F")

KEPT = "#0072B2"
ADDED = "#E69F00"
HELD_OUT = ("#56B4E9", "#8A9BA8")  # validation, test
BETTER, WORSE, NEUTRAL = "#009E73", "#D55E00", "#8A9BA8"


def class_colours(counts: Mapping[str, int]) -> dict[str, str]:
    """Return label -> colour, in order of size; from nine classes on, hue by rank."""
    order = largest_first(counts)
    if len(order) <= len(OKABE_ITO):
        return dict(zip(order, OKABE_ITO, strict=False))
    colours = {}
    for rank, label in enumerate(order):
        # Steps of the golden angle keep neighbours in rank apart; two shades double the hues.
        colours[label] = _shade(rank * 0.381966 % 1, 0.16 if rank % 2 else 0.33)
    return colours


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
