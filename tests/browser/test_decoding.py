"""White icons on transparency: Load shows both ways, and the other one is taken by a click."""

from pathlib import Path

from open_pictures import DARK, WHITE, write_icons
from playwright.sync_api import expect
from visitor import PATIENCE_MS, Visitor

_HAS_COME = "picture => picture.complete && picture.naturalWidth > 0"


def test_both_ways_are_seen_and_the_other_one_is_taken(visitor: Visitor, tmp_path: Path) -> None:
    visitor.upload(write_icons(tmp_path / "icons", {"a": [WHITE] * 5, "b": [WHITE, DARK]}))
    visitor.says("All 7 pictures are transparent and most would vanish on white: grey lies behind")
    pictures = visitor.page.locator(".way + .four img")
    expect(pictures).to_have_count(8, timeout=PATIENCE_MS)
    for place in range(8):
        pictures.nth(place).scroll_into_view_if_needed()
        visitor.page.wait_for_function(_HAS_COME, arg=pictures.nth(place).element_handle())
    visitor.says("On grey, now")

    visitor.press("Use white instead")

    visitor.says("white lies behind them as chosen, where grey is proposed.")
    visitor.says("On white, now")
    visitor.go("Audit")
    visitor.says("white lies behind them as chosen, where grey is proposed.")
