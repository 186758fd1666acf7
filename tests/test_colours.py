"""Colours: distinct, and seen on both backgrounds."""

import pytest

from app.settings import STREAMLIT_OPTIONS
from core.colours import class_colours

BACKGROUNDS = ("#FFFFFF", "#12171D")


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_backgrounds_are_those_of_the_theme() -> None:
    themes = ("theme.light.backgroundColor", "theme.dark.backgroundColor")

    assert tuple(STREAMLIT_OPTIONS[name] for name in themes) == BACKGROUNDS


@pytest.mark.parametrize("count", [1, 2, 8, 9, 40, 100])
def test_every_class_has_a_colour_of_its_own(count: int) -> None:
    colours = class_colours({f"class {number}": number for number in range(count)})

    assert len(set(colours.values())) == count


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("count", [8, 200])
def test_every_class_colour_is_seen_on_the_background(count: int, background: str) -> None:
    colours = class_colours({f"class {number}": number for number in range(count)})

    weak = [c for c in colours.values() if contrast(c, background) < 2.5]

    assert weak == []


def test_colours_follow_the_order_of_size() -> None:
    one = class_colours({"a": 5, "b": 50})
    two = class_colours({"x": 50, "y": 5})

    assert (one["b"], one["a"]) == (two["x"], two["y"])


def test_classes_of_one_size_are_ordered_by_name() -> None:
    assert class_colours({"b": 5, "a": 5}) == class_colours({"a": 5, "b": 5})
