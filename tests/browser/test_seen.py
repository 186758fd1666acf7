"""What the tests of all pages measure with, on pages of a few lines whose faults are known."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page
from seen import axe_violations, misplaced_parts, weak_chart_texts, words_above_the_fold

PAGE = """<html lang="en"><title>A page</title>
<body class="stApp" style="margin:0;background:#fff">
<main data-testid="stMain" style="height:900px;overflow:auto;position:relative">{}</main></body>
</html>"""
Shown = Callable[[str], Page]


@pytest.fixture
def shown(browser: Browser) -> Iterator[Shown]:
    page = browser.new_page(viewport={"width": 1400, "height": 900})

    def show(body: str) -> Page:
        page.set_content(PAGE.format(body))
        return page

    yield show
    page.close()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p>'good' has 23x more images</p>", ["has", "more", "images"]),
        ("<p style='margin-top:890px'>below</p><p>the fold</p>", ["below"]),
        ("<table><tr><td>a cell</td></tr></table><p>beside</p>", ["beside"]),
        ("<p hidden>not shown</p><p>shown</p>", ["shown"]),
        ("<div style='height:20px;overflow:hidden'>in<p style='margin:40px'>out</p></div>", ["in"]),
    ],
)
def test_words_above_the_fold(shown: Shown, body: str, words: list[str]) -> None:
    assert words_above_the_fold(shown(body), ["good"]) == words


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p>one</p><p style='margin-top:-30px'>two</p>", "'one' lies on 'two'"),
        ("<button>one</button><button style='margin-left:-20px'>two</button>",
         "'<one>' lies on '<two>'"),
        ("<p style='width:20px;overflow:hidden;white-space:nowrap'>cut off</p>",
         "'cut off' is cut"),
        ("<p style='width:2000px'>wide</p>", "too wide"),
        ("<p style='margin-left:-9px'>left</p>", "'left' stands out of the page"),
    ],
)  # fmt: skip
def test_misplaced_parts_are_found(shown: Shown, body: str, fault: str) -> None:
    found = misplaced_parts(shown(body))

    assert any(fault in one for one in found), found


@pytest.mark.parametrize(
    "body",
    [
        "<p>one</p><p>two</p>",
        "<p style='width:30px;overflow:hidden;text-overflow:ellipsis' title='whole'>shortened</p>",
        "<div style='overflow-x:auto'><p style='width:2000px'>scrolls by itself</p></div>",
        "<button><span>a button and its text</span></button>",
    ],
)
def test_well_placed_parts_are_no_fault(shown: Shown, body: str) -> None:
    assert misplaced_parts(shown(body)) == []


@pytest.mark.parametrize(("colour", "count"), [("#808495", 1), ("#5B6672", 0)])
def test_weak_texts_of_charts_are_found(shown: Shown, colour: str, count: int) -> None:
    chart = f'<div class="js-plotly-plot"><svg><text y="20" fill="{colour}">name</text></svg></div>'

    assert len(weak_chart_texts(shown(chart))) == count


def test_what_we_draw_is_told_from_widgets(shown: Shown) -> None:
    weak = '<p style="color:#aaa">weak text</p>'
    body = f'<div data-testid="stHtml">{weak}</div><div data-testid="stSlider">{weak}</div>'

    found = axe_violations(shown(body))

    assert [(one.rule, one.is_ours) for one in found] == [
        ("color-contrast", True), ("color-contrast", False),
    ]  # fmt: skip
    assert found[1].widget == "stSlider"
