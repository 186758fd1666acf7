"""Colours: distinct, also for the colour-blind, and seen on the background of each theme."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from app.settings import STREAMLIT_OPTIONS
from core.colours import PALETTES, class_colours, contrast, in_theme

BACKGROUNDS = {"light": "#FFFFFF", "dark": "#12171D"}
themes = pytest.mark.parametrize("theme", PALETTES)

# Linear RGB as somebody sees it without one kind of cone: Machado et al. (2009), severity 1,
# doi:10.1109/TVCG.2009.113.
BLINDNESS = {
    "none": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])  # D65


def lab(colour: str, seen_by: str) -> NDArray[np.float64]:
    """Return CIELAB of a colour, as it is seen."""
    channels = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    x, y, z = _TO_XYZ @ np.clip(BLINDNESS[seen_by] @ linear, 0, 1) / _WHITE
    f = [np.cbrt(t) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the difference of two colours in CIELAB.

    Source:
        Sharma, Wu & Dalal, The CIEDE2000 Color-Difference Formula (2005), doi:10.1002/col.20070.
    """
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    cosines = [np.cos(np.radians(k * hue - d)) for k, d in ((1, 30), (2, 0), (3, -6), (4, 63))]
    t = 1 + np.dot([-0.17, 0.24, 0.32, -0.20], cosines)
    twist = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7))
    twist *= np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    dl = (l2 - l1) / (1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + twist * dc * dh))


# From table 1 of Sharma et al.
@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
        ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
    ],
)
def test_the_difference_is_that_of_the_paper(
    one: tuple[float, ...], other: tuple[float, ...], difference: float
) -> None:
    assert ciede2000(one, other) == pytest.approx(difference, abs=5e-5)


@themes
@pytest.mark.parametrize(
    ("seen_by", "least"), [("none", 25), ("deuteranopia", 12), ("protanopia", 12)]
)
def test_up_to_twelve_classes_are_told_apart(theme: str, seen_by: str, least: float) -> None:
    close = [
        (one, other, round(difference, 1))
        for one, other in combinations(PALETTES[theme], 2)
        if (difference := ciede2000(lab(one, seen_by), lab(other, seen_by))) < least
    ]

    assert len(PALETTES[theme]) == 12
    assert close == []


def test_the_backgrounds_are_those_of_the_theme() -> None:
    for theme, background in BACKGROUNDS.items():
        assert STREAMLIT_OPTIONS[f"theme.{theme}.backgroundColor"] == background


@pytest.mark.parametrize("count", [1, 2, 8, 12, 13, 40, 100])
@themes
def test_every_class_has_a_colour_of_its_own(count: int, theme: str) -> None:
    colours = class_colours({f"class {number}": number for number in range(count)}, theme)

    assert len(set(colours.values())) == count


@themes
@pytest.mark.parametrize("count", [12, 200])
def test_every_class_colour_is_seen_on_the_background(count: int, theme: str) -> None:
    colours = class_colours({f"class {number}": number for number in range(count)}, theme)

    assert [c for c in colours.values() if contrast(c, BACKGROUNDS[theme]) < 2.5] == []


@pytest.mark.parametrize("count", [12, 13])
def test_a_colour_of_the_light_theme_is_translated_to_the_dark(count: int) -> None:
    counts = {f"class {number}": number for number in range(count)}

    translated = {label: in_theme(c, "dark") for label, c in class_colours(counts).items()}

    assert translated == class_colours(counts, "dark")


def test_colours_follow_the_order_of_size() -> None:
    one = class_colours({"a": 5, "b": 50})
    two = class_colours({"x": 50, "y": 5})

    assert (one["b"], one["a"]) == (two["x"], two["y"])


def test_classes_of_one_size_are_ordered_by_name() -> None:
    assert class_colours({"b": 5, "a": 5}) == class_colours({"a": 5, "b": 5})
