"""The map in a real browser: the right pictures behind the points, by real mouse moves."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from drawn_map import MADE, REAL, DrawnMap, draw_map
from image_sets import write_folder
from numpy.typing import NDArray
from playwright.sync_api import expect
from visitor import PATIENCE_MS, Server, Visitor

# Few: each is embedded. The smallest class has enough for SMOTE.
IMAGES = {"good": 30, "scratch": 16, "stain": 12, "dent": 8, "crack": 6}
COUNT, MADE_COUNT = 72, 5 * 30 - 72
LASSO = ((0.1, 0.1), (0.9, 0.05), (0.85, 0.95), (0.5, 0.6), (0.15, 0.9))


@pytest.fixture(scope="module")
def sample(lasting_visitor: Visitor, tmp_path_factory: pytest.TempPathFactory) -> DrawnMap:
    """Return the PCA of a set with its synthetic points: it stands still."""
    visitor = lasting_visitor
    visitor.upload(write_folder(tmp_path_factory.mktemp("map") / "set", IMAGES))
    visitor.says(f"All {COUNT} files can be used")
    visitor.go("Balance")
    visitor.press(f"Make {MADE_COUNT} synthetic points")
    visitor.says(f"SMOTE put {MADE_COUNT} synthetic points")
    visitor.says(f"UMAP of {COUNT} images")
    visitor.says("among their nearest images")
    visitor.says(re.compile(r"^Quality \([\d,]+\)"))
    visitor.says(re.compile(r"^Risks \(\d+\)"))
    visitor.page.locator(".st-key-map_method").get_by_text("PCA", exact=True).click()
    visitor.says(f"PCA of {COUNT} images")
    visitor.says("at their exact PCA positions")
    drawn = DrawnMap(visitor.page)
    drawn.wait()
    return drawn


@pytest.fixture
def drawn(sample: DrawnMap, lasting_visitor: Visitor) -> DrawnMap:
    """Return the map with nothing selected, all in colour, seen as a whole."""
    clear(lasting_visitor, sample)
    sample.use("Show the whole map")
    sample.use("Move the map")
    sample.wait()
    return sample


def clear(visitor: Visitor, drawn: DrawnMap) -> None:
    """Select nothing, and wait until the page stands still."""
    button = visitor.page.get_by_role("button", name="Clear", exact=True)
    if button.count():
        button.click()
        visitor.says("Point at a dot to see its picture")
        drawn.wait()


def test_a_dot_shows_its_picture(drawn: DrawnMap, lasting_visitor: Visitor) -> None:
    visitor, page = lasting_visitor, drawn.page
    assert drawn.state()["by"] == "webgl"
    drawn.use("Zoom in")

    card = drawn.hover(drawn.lone(REAL))
    expect(card.locator("img")).to_have_count(1)
    expect(card.locator("img")).not_to_have_js_property("naturalWidth", 0)
    path = card.locator("p").first.inner_text()
    page.mouse.down()
    page.mouse.up()

    expect(page.get_by_text(path, exact=True).first).to_be_visible(timeout=PATIENCE_MS)
    visitor.says("near it")
    visitor.press("Select 24 like it")
    visitor.says(re.compile("25 images selected like"))


def test_a_cross_shows_its_parents_and_lies_between_them(
    drawn: DrawnMap, lasting_visitor: Visitor
) -> None:
    made = drawn.lone(MADE)

    card = drawn.hover(made)
    title = card.locator("b").inner_text()
    expect(card.locator("img")).to_have_count(2)
    drawn.click(made)

    lasting_visitor.says(title)
    lasting_visitor.says(re.compile("of the way from the base to the neighbour"))
    family = drawn.host.evaluate(
        f"(host) => [host.pointMap.families.get({made}), [...host.pointMap.points]]"
    )
    ends, points = np.array(family[0]), np.array(family[1]).reshape(-1, 2)
    kinds = np.array(drawn.state()["kinds"])
    for end in ends:
        assert (np.abs(points[kinds == REAL] - end).max(axis=1) < 1e-6).any()
    step, own = ends[1] - ends[0], points[made] - ends[0]
    assert abs(step[0] * own[1] - step[1] * own[0]) < 1e-3 * max(1e-9, np.abs(step).max() ** 2)


def test_points_are_reached_by_keyboard(drawn: DrawnMap, lasting_visitor: Visitor) -> None:
    status = drawn.host.locator(".status")

    drawn.host.locator(".over").first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        drawn.page.keyboard.press(key)
    expect(status).not_to_have_text("", timeout=PATIENCE_MS)
    title = status.inner_text().split(".")[0]
    drawn.page.keyboard.press("Enter")

    lasting_visitor.says(re.compile(re.escape(title)))


def test_a_dot_that_was_zoomed_at_shows_its_card_again(drawn: DrawnMap) -> None:
    lone = drawn.lone(REAL)
    card = drawn.hover(lone)

    drawn.page.mouse.wheel(0, -50)
    expect(card).to_be_hidden()
    x, y = drawn.places()[lone]
    drawn.page.mouse.move(x + 1, y + 1)

    expect(card).to_be_visible(timeout=PATIENCE_MS)


def test_the_wheel_zooms_at_the_pointer_and_never_below_the_whole(drawn: DrawnMap) -> None:
    page, lone = drawn.page, drawn.lone(REAL)
    whole, place = drawn.state()["axes"], drawn.places()[lone]
    top = page.get_by_test_id("stMain").evaluate("(main) => main.scrollTop")
    page.mouse.move(*place)

    page.mouse.wheel(0, -400)
    page.wait_for_timeout(300)
    assert drawn.places()[lone] == pytest.approx(place, abs=1)
    assert drawn.state()["axes"][2] > 1.5 * whole[2]
    for _ in range(5):
        page.mouse.wheel(0, 400)
    page.wait_for_timeout(300)

    assert drawn.state()["axes"] == pytest.approx(whole)
    assert page.get_by_test_id("stMain").evaluate("(main) => main.scrollTop") == top


def test_a_lasso_selects_the_rows_inside_it(
    drawn: DrawnMap, lasting_visitor: Visitor, tmp_path: Path
) -> None:
    drawn.use("Select with a lasso")

    inside = drawn.lasso(LASSO)

    tray = drawn.host.locator(".tray")
    expect(tray.locator("img")).to_have_count(8, timeout=PATIENCE_MS)
    expect(tray).to_contain_text(re.compile(r"\d+ images? and [\d,]+ synthetic points? selected"))
    compare(lasting_visitor, drawn, inside, tmp_path)
    assert set(drawn.state()["states"]) == {0, 1}  # the others are grey, and still there


def test_what_the_legend_hides_is_not_selected(
    drawn: DrawnMap, lasting_visitor: Visitor, tmp_path: Path
) -> None:
    visitor = lasting_visitor
    in_colour = drawn.host.locator(".legend button[aria-pressed=true]")
    drawn.host.locator(".legend button").filter(has_text="scratch").dblclick()
    expect(in_colour).to_have_count(1)
    drawn.use("Zoom in")
    shown = np.flatnonzero(np.array(drawn.state()["states"]) == 0)
    assert len(shown) == IMAGES["good"]

    drawn.use("Select with a lasso")
    inside = drawn.lasso(LASSO)

    compare(visitor, drawn, inside[np.isin(inside, shown)], tmp_path)

    # Going to another page and back finds the selection, the legend and the camera as they were.
    before = drawn.state()["axes"]
    visitor.go("Audit")
    visitor.has_title("How unbalanced is it?")
    visitor.go("Balance")
    drawn.wait()
    visitor.says(re.compile("selected$"))
    assert drawn.state()["axes"] == pytest.approx(before)
    expect(in_colour).to_have_count(1)
    drawn.host.locator(".legend button").filter(has_text="scratch").dblclick()
    expect(in_colour).to_have_count(5)


def compare(visitor: Visitor, drawn: DrawnMap, expected: NDArray[np.intp], folder: Path) -> None:
    """Check that the page has selected these points, by the rows and numbers in its CSV."""
    kinds = np.array(drawn.state()["kinds"])
    images = int((kinds[expected] == REAL).sum())
    assert 0 < images < COUNT
    count = f"{images} image" + ("s" if images > 1 else "")
    visitor.says(re.compile(rf"^{count}( and [\d,]+ synthetic points?)? selected"))
    found = {(row["kind"], row["row"] or row["synthetic_point"]) for row in drawn.saved(folder)}
    # The first points are the rows of the dataset in order, the others follow.
    wanted = {
        ("image", str(index)) if index < COUNT else ("synthetic", str(index - COUNT + 1))
        for index in expected.tolist()
    }
    assert found == wanted


def test_two_maps_have_one_camera(drawn: DrawnMap) -> None:
    page = drawn.page

    page.get_by_role("button", name="Map settings").click()
    page.get_by_role("combobox", name="Second map").click()
    page.get_by_role("option", name="Borderline-SMOTE").click()
    page.keyboard.press("Escape")
    expect(drawn.host.locator(".panel")).to_have_count(2, timeout=PATIENCE_MS)
    drawn.wait()
    other = DrawnMap(page, panel=1)
    x, y = drawn.places()[drawn.lone(REAL)]
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(300)

    assert drawn.state()["axes"][:2] == other.state()["axes"][:2]
    across, other_across = drawn.state()["axes"][2], other.state()["axes"][2]
    assert across == pytest.approx(other_across, rel=1e-3)  # panels may differ by part of a pixel
    assert [drawn.state()["shown"], other.state()["shown"]] == [0b011, 0b101]


# From here on the plan is made again for other labels, and has to be carried out again.


def test_a_key_leaves_a_selected_image_out_and_takes_it_back(
    drawn: DrawnMap, lasting_visitor: Visitor
) -> None:
    drawn.use("Select with a box")
    drawn.lasso(((0.5, 0.5), (0.9, 0.9)), is_box=True)
    drawn.host.locator(".tray").click()
    grid = drawn.page.locator(".st-key-map_pictures .review[data-ready]")
    first = grid.locator(".thumb").first

    first.focus()
    first.press("l")
    lasting_visitor.says(f"{COUNT - 1} images, 5 classes; 1 left out")
    expect(first.locator(".badge")).to_have_text("✕ left out", timeout=PATIENCE_MS)
    first.press("z")

    lasting_visitor.says(re.compile(f"^{COUNT} images, 5 classes$"))


def test_images_are_left_out_and_taken_back(drawn: DrawnMap, lasting_visitor: Visitor) -> None:
    visitor = lasting_visitor
    drawn.use("Select with a box")
    drawn.lasso(((0.5, 0.5), (0.9, 0.9)), is_box=True)
    visitor.press(re.compile(r"^Leave out \d+ images?"))
    visitor.says(re.compile(r"Undo: \d+ images? left out"))

    visitor.press(re.compile("^Undo: "))

    expect(visitor.page.get_by_role("button", name=re.compile("^Undo: "))).to_have_count(
        0, timeout=PATIENCE_MS
    )
    visitor.says(re.compile(f"^{COUNT} images, 5 classes"))


def test_evil_names_on_a_narrow_dark_page(
    new_visitor: Callable[..., Visitor], server: Server, tmp_path: Path
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    names = {evil: 9, "![x](http:__host_p.png)": 6, ":red[x]": 5}
    visitor = new_visitor(server, color_scheme="dark")
    visitor.page.set_viewport_size({"width": 800, "height": 1000})
    visitor.upload(write_folder(tmp_path / "evil", names))
    visitor.says("All 20 files can be used")
    page, drawn = visitor.page, draw_map(visitor)

    expect(drawn.host.locator(".legend button").first).to_have_text(f"{evil}9")
    card = drawn.hover(drawn.lone(REAL))
    assert card.locator("b").inner_text().strip("'") in names
    expect(card.locator("img")).to_have_count(1)
    drawn.click(drawn.lone(REAL))
    visitor.says("near it")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    frame = drawn.state()["frame"]
    assert frame[0] >= 0 and frame[0] + frame[2] <= 800
    colour = drawn.host.evaluate("(host) => host.pointMap.ink.rgb")
    assert min(colour) > 180  # light on dark
