"""Colours of classes: told apart by people with any colour vision, and never hue alone."""

import colorsys
from collections.abc import Mapping

# Okabe & Ito's palette (jfly.uni-koeln.de/color), yellow darkened to be seen on white.
OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A300", "#7F7F7F")

KEPT = "#0072B2"
ADDED = "#E69F00"
HELD_OUT = ("#56B4E9", "#8A9BA8")  # validation, test
BETTER, WORSE, NEUTRAL = "#009E73", "#D55E00", "#8A9BA8"


def class_colours(counts: Mapping[str, int]) -> dict[str, str]:
    """Return label -> colour, in order of size; from nine classes on, hue by rank."""
    order = sorted(counts, key=lambda label: (-counts[label], label))
    if len(order) <= len(OKABE_ITO):
        return dict(zip(order, OKABE_ITO, strict=False))
    colours = {}
    for rank, label in enumerate(order):
        # Steps of the golden angle keep neighbours in rank apart; two shades double the hues.
        red, green, blue = colorsys.hls_to_rgb(
            rank * 0.381966 % 1, 0.40 if rank % 2 else 0.56, 0.62
        )
        colours[label] = f"#{round(red * 255):02X}{round(green * 255):02X}{round(blue * 255):02X}"
    return colours
