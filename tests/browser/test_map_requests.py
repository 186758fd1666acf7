"""The map while its points come, and when they do not come: never others than it says."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from drawn_map import MADE, REAL, DrawnMap, draw_map
from image_sets import write_folder
from playwright.sync_api import Route, expect
from visitor import PATIENCE_MS, Server, Visitor

POINTS = re.compile(r"/evenset/map/.*/points$")


@pytest.fixture
def owner(new_visitor: Callable[..., Visitor], server: Server, tmp_path: Path) -> Visitor:
    """Return somebody with 9 images, too few for a UMAP."""
    visitor = new_visitor(server)
    visitor.upload(write_folder(tmp_path / "few", {"cat": 6, "dog": 3}))
    visitor.says("All 9 files can be used")
    return visitor


@pytest.fixture
def mapped(owner: Visitor) -> tuple[Visitor, DrawnMap]:
    """Return somebody before the PCA of 9 images."""
    return owner, draw_map(owner)


def make_points(visitor: Visitor) -> None:
    """Have the map show other points than now; the pointer stays where it is."""
    button = visitor.page.get_by_role("button", name="Make 3 synthetic points")
    expect(button).to_be_enabled(timeout=PATIENCE_MS)
    button.dispatch_event("click")
    visitor.says("SMOTE put 3 synthetic points")


def colour_by_pixels(visitor: Visitor) -> None:
    """Have the page drawn again while the points are the same."""
    visitor.page.get_by_role("combobox", name="Colour by").click()
    visitor.page.get_by_role("option", name="Pixels").click()


def test_points_that_did_not_come_are_asked_for_again(mapped: tuple[Visitor, DrawnMap]) -> None:
    visitor, drawn = mapped
    visitor.page.route(POINTS, lambda route: route.abort(), times=1)

    make_points(visitor)
    visitor.says("The points could not be loaded")
    colour_by_pixels(visitor)

    gone = visitor.page.get_by_text("The points could not be loaded")
    expect(gone).to_have_count(0, timeout=PATIENCE_MS)
    drawn.wait()
    assert len(drawn.state()["points"]) == 2 * (9 + 3)
    visitor.forget_lost_connections()


def test_a_map_that_is_drawn_anew_while_its_points_come_has_them_all(
    mapped: tuple[Visitor, DrawnMap],
) -> None:
    visitor, drawn = mapped
    waiting: list[Route] = []
    visitor.page.route(POINTS, lambda route: waiting.append(route), times=1)

    make_points(visitor)
    colour_by_pixels(visitor)
    visitor.page.wait_for_timeout(1000)
    waiting[0].continue_()
    drawn.wait()

    assert len(drawn.state()["points"]) == 2 * (9 + 3)


def test_the_tools_wait_for_the_points(owner: Visitor) -> None:
    page, drawn = owner.page, DrawnMap(owner.page)
    waiting: list[Route] = []
    page.route(POINTS, lambda route: waiting.append(route), times=1)
    owner.go("Balance")
    owner.press("Draw the map")
    expect(page.locator(".map .over").last).to_be_visible(timeout=PATIENCE_MS)

    page.locator(".map .over").last.hover()
    page.mouse.wheel(0, -200)
    drawn.use("Zoom in")
    drawn.use("Select all in view")
    waiting[0].continue_()

    drawn.wait()  # and no fault in the console


def test_the_card_goes_with_the_points_that_it_speaks_of(mapped: tuple[Visitor, DrawnMap]) -> None:
    visitor, drawn = mapped
    card = drawn.hover(drawn.lone(REAL))

    make_points(visitor)

    expect(card).to_be_hidden(timeout=PATIENCE_MS)


def test_the_legend_keeps_the_keyboard_where_it_is(mapped: tuple[Visitor, DrawnMap]) -> None:
    _, drawn = mapped
    button = drawn.host.locator(".legend button").nth(1)
    button.focus()

    drawn.page.keyboard.press("Enter")

    expect(button).to_have_attribute("aria-pressed", "false")
    expect(button).to_be_focused()


def test_the_legend_counts_images_and_synthetic_points_apart(
    mapped: tuple[Visitor, DrawnMap],
) -> None:
    visitor, drawn = mapped
    legend = drawn.host.locator(".legend")
    expect(legend.locator("button")).to_have_text(["cat6", "dog3"])
    expect(legend.locator(".key")).to_have_count(0)

    make_points(visitor)

    expect(legend.locator("button")).to_have_text(["cat6", "dog3 + 3"])
    expect(legend.locator(".key")).to_have_text("● image, ✚ synthetic point")


def test_the_map_begins_on_the_first_screen_of_a_laptop(mapped: tuple[Visitor, DrawnMap]) -> None:
    visitor, drawn = mapped
    visitor.page.set_viewport_size({"width": 1400, "height": 900})

    make_points(visitor)
    drawn.wait()
    visitor.page.get_by_test_id("stMain").evaluate("(main) => main.scrollTo(0, 0)")

    box = drawn.host.locator(".frame").bounding_box()
    assert box is not None
    assert box["y"] < 900


def test_the_tools_stand_in_one_row_on_a_phone(mapped: tuple[Visitor, DrawnMap]) -> None:
    _, drawn = mapped
    drawn.page.set_viewport_size({"width": 390, "height": 844})

    boxes = [tool.bounding_box() for tool in drawn.host.locator(".tools button").all()]

    assert len({box["y"] for box in boxes if box}) == 1
    assert all(box and box["width"] >= 24 and box["x"] + box["width"] <= 390 for box in boxes)


def test_lines_are_drawn_to_the_parents_of_new_points(mapped: tuple[Visitor, DrawnMap]) -> None:
    visitor, drawn = mapped
    drawn.use("Lines to the parents of synthetic points")

    make_points(visitor)
    drawn.wait()

    assert drawn.state()["kinds"].count(MADE) == 3
    assert drawn.host.evaluate("(host) => host.pointMap.parents?.length") == 3
