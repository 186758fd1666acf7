"""With more classes than a palette has colours, the map tells them apart by more than colour."""

from collections.abc import Callable
from pathlib import Path

from drawn_map import DrawnMap
from image_sets import write_folder
from playwright.sync_api import expect
from visitor import PATIENCE_MS, Server, Visitor

CLASSES = 14


def in_colour(drawn: DrawnMap) -> int:
    """Return how many points are not grey."""
    return drawn.state()["states"].count(0)


def test_the_class_that_is_pointed_at_in_the_legend_is_seen_alone(
    start_server: Callable[..., Server], new_visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    visitor = new_visitor(start_server(works_ahead=True))
    visitor.upload(write_folder(tmp_path / "kinds", {f"kind {n:02}": 3 for n in range(CLASSES)}))
    visitor.says("All 42 files can be used")
    visitor.go("Balance")
    drawn = DrawnMap(visitor.page)
    expect(drawn.host).to_be_visible(timeout=2 * PATIENCE_MS)
    drawn.wait()
    entry = drawn.host.locator(".legend button").filter(has_text="kind 05")
    assert in_colour(drawn) == 3 * CLASSES

    entry.hover()
    assert in_colour(drawn) == 3
    visitor.page.mouse.move(5, 5)
    assert in_colour(drawn) == 3 * CLASSES

    drawn.host.locator(".legend button").filter(has_text="kind 04").focus()
    visitor.page.keyboard.press("Tab")
    assert in_colour(drawn) == 3

    visitor.page.keyboard.press("Enter")  # hidden, it is not what is seen alone
    assert in_colour(drawn) == 3 * (CLASSES - 1)
