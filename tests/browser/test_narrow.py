"""On narrow screens the picture comes first, and keeps its width."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from visitor import PATIENCE_MS, Server, Visitor

import app
from app.charts.intervals import Scale, axis_html, coming_html

STYLE = Path(app.__file__).parent / "shell" / "style.css"
HEIGHTS = {800: 1000, 390: 844}


@pytest.mark.parametrize(("width", "least"), [(360, 0.95), (400, 0.95), (529, 0.95), (900, 0.45)])
def test_an_interval_has_most_of_the_width_where_there_is_little(
    browser: Browser, width: int, least: float
) -> None:
    scale = Scale(-0.05, 0.05, 0.01)
    rows = coming_html("Random oversampling", scale) + axis_html(scale)
    page = browser.new_page()
    page.set_content(
        f"<style>{STYLE.read_text('utf-8')}</style>"
        f'<div class="stApp"><div class="strategies" style="width:{width}px">{rows}</div></div>'
    )

    widths = page.locator(".plot").evaluate_all("all => all.map((one) => one.offsetWidth)")
    page.close()

    assert min(widths) >= least * width


def test_on_balance_the_map_comes_before_what_changes_it(
    start_server: Callable[..., Server], new_visitor: Callable[..., Visitor]
) -> None:
    visitor = new_visitor(start_server(works_ahead=True))
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")
    visitor.go("Balance")
    visitor.has_title("How should the classes be balanced?")
    visitor.waits_for_nothing()
    begins_with_the_map(visitor)

    expect(visitor.page.locator(".map[data-ready]")).to_be_visible(timeout=2 * PATIENCE_MS)

    visitor.waits_for_nothing()
    begins_with_the_map(visitor)


def begins_with_the_map(visitor: Visitor) -> None:
    for width, height in HEIGHTS.items():
        visitor.page.set_viewport_size({"width": width, "height": height})
        tops = {
            name: visitor.page.locator(name).evaluate("one => one.getBoundingClientRect().top")
            for name in (".st-key-map_place", ".st-key-balance_settings", ".st-key-map_details")
        }

        assert tops[".st-key-map_place"] < height / 3, tops
        assert list(tops) == sorted(tops, key=lambda name: tops[name]), tops
