"""Every page in both themes: few words, nothing weak, cut or on top of another, WCAG 2.2 AA."""

import re
from collections.abc import Callable

import pytest
from main_job import do_main_job
from seen import Seen, see
from visitor import Server, Visitor

from app.pages import PAGES

MOST_WORDS = 120  # above the fold
CLASSES = ["parts", "good", "scratch", "stain", "dent", "crack"]

# Rule of axe-core -> Streamlit's widgets that break it. A new one has to be added by hand.
OF_STREAMLIT: dict[str, set[str]] = {}

pages = pytest.mark.parametrize("name", PAGES)
Looked = dict[str, Seen]


@pytest.fixture(scope="module", params=["light", "dark"])
def looked(
    request: pytest.FixtureRequest,
    server: Server,
    new_lasting_visitor: Callable[..., Visitor],
) -> Looked:
    """Go through all pages with the sample, and return what is seen on each."""
    visitor = new_lasting_visitor(server, color_scheme=request.param)
    visitor.loads_the_sample()
    found = {}
    for name, page in PAGES.items():
        visitor.go(page.title)
        visitor.has_title(page.question)
        visitor.waits_for_nothing()
        # Boxes are the same in both themes.
        widths = (1400, 800, 390) if request.param == "light" else ()
        found[name] = see(visitor.page, CLASSES, widths)
    return found


@pages
def test_nothing_that_we_draw_breaks_wcag(looked: Looked, name: str) -> None:
    assert [found for found in looked[name].violations if found.is_ours] == []


@pages
def test_what_streamlit_breaks_does_not_grow(looked: Looked, name: str) -> None:
    foreign = [found for found in looked[name].violations if not found.is_ours]

    assert [one for one in foreign if one.widget not in OF_STREAMLIT.get(one.rule, ())] == []


@pages
def test_every_text_of_a_chart_has_the_contrast_of_aa(looked: Looked, name: str) -> None:
    assert looked[name].weak == []


@pages
def test_nothing_is_cut_or_lies_on_another(looked: Looked, name: str) -> None:
    assert {width: found for width, found in looked[name].misplaced.items() if found} == {}


@pages
def test_the_picture_carries_the_message(looked: Looked, name: str) -> None:
    words = looked[name].words

    assert len(words) <= MOST_WORDS, " ".join(words)


@pytest.mark.release
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_results_are_seen_as_well_as_the_pages_that_make_them(
    server: Server, new_visitor: Callable[..., Visitor], theme: str
) -> None:
    visitor = new_visitor(server, color_scheme=theme)
    do_main_job(visitor, lambda name: visitor.press(re.compile(f"^{name}")))
    visitor.go("Evaluate")
    visitor.compares_without_pictures()
    visitor.says("Recall per class")

    for name in ("audit", "balance", "evaluate", "export"):
        visitor.go(PAGES[name].title)
        visitor.has_title(PAGES[name].question)
        visitor.waits_for_nothing()
        found = see(visitor.page, CLASSES)

        known = [one for one in found.violations if one.widget in OF_STREAMLIT.get(one.rule, ())]
        assert (name, [one for one in found.violations if one not in known]) == (name, [])
        assert (name, found.weak) == (name, [])
        assert (name, [one for places in found.misplaced.values() for one in places]) == (name, [])
