"""The style: the theme's colours in one place, every text of it read in both themes."""

import re

import pytest

from app.settings import ASSETS, STREAMLIT_OPTIONS
from core.colours import KEPT, contrast

STYLE = (ASSETS / "style.css").read_text("utf-8")
COLOURS = {
    name: dict(zip(("light", "dark"), pair, strict=True))
    for name, *pair in re.findall(r"--([a-z-]+): light-dark\((#\w{6}), (#\w{6})\)", STYLE)
}
THEMES = ("light", "dark")


# By the sidebar, in the style of each step, and by the rows of Evaluate.
_GIVEN_BY_PYTHON = {"outcome", "step-colour", "step-mark", "step-word"}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("ink", "textColor"),
        ("quiet", "grayTextColor"),
        ("paper", "backgroundColor"),
        ("accent", "primaryColor"),
    ],
)
def test_the_style_has_the_colours_of_the_theme(name: str, option: str, theme: str) -> None:
    assert COLOURS[name][theme] == STREAMLIT_OPTIONS[f"theme.{theme}.{option}"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "paper"),
        ("ink", "chosen"),
        ("quiet", "paper"),
        ("quiet", "fill"),
        ("accent", "paper"),
        ("on-accent", "accent"),
    ],
)
def test_text_has_the_contrast_of_aa(text: str, ground: str, theme: str) -> None:
    assert contrast(COLOURS[text][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tone", ["blue", "gray"])
def test_what_streamlit_tells_has_the_contrast_of_aa(tone: str, theme: str) -> None:
    text = str(STREAMLIT_OPTIONS[f"theme.{theme}.{tone}TextColor"])
    ground = STREAMLIT_OPTIONS.get(
        f"theme.{theme}.{tone}BackgroundColor",
        STREAMLIT_OPTIONS[f"theme.{theme}.sidebar.backgroundColor"],
    )

    assert contrast(text, str(ground)) >= 4.5


def test_real_images_have_one_blue_in_charts_that_dark_paper_makes_brighter() -> None:
    rgb = tuple(int(KEPT[place : place + 2], 16) for place in (1, 3, 5))

    assert COLOURS["real"]["light"] == KEPT
    assert STYLE.count(f"rgb{rgb}") == 2
    paper = str(STREAMLIT_OPTIONS["theme.dark.backgroundColor"])
    assert contrast(COLOURS["real"]["dark"], paper) >= contrast(KEPT, "#FFFFFF")


def test_every_name_that_is_used_is_given_a_value() -> None:
    sheets = [STYLE, *(path.read_text("utf-8") for path in ASSETS.parent.glob("*/*.css"))]
    used = {name for sheet in sheets for name in re.findall(r"var\(--([a-z0-9-]+)[,)]", sheet)}
    given = set(re.findall(r"--([a-z0-9-]+):", STYLE))
    for script in ASSETS.parent.glob("*/*.js"):  # such as the height of a map
        given |= set(re.findall(r"\"--([a-z-]+)\"", script.read_text("utf-8")))

    # `st-` are Streamlit's.
    assert {name for name in used if not name.startswith("st-")} - given <= _GIVEN_BY_PYTHON


def test_less_motion_is_respected() -> None:
    assert "prefers-reduced-motion: reduce" in STYLE
