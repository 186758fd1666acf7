"""The map in a real browser: the right pictures behind the points, by real mouse moves."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from drawn_map import MADE, REAL, DrawnMap
from image_sets import write_folder
from playwright.sync_api import expect
from visitor import PATIENCE_MS, Server, Visitor

LASSO = ((0.1, 0.1), (0.9, 0.05), (0.85, 0.95), (0.5, 0.6), (0.15, 0.9))


def open_map(visitor: Visitor, images: int) -> DrawnMap:
    """Embed the images and wait for their map."""
    visitor.go("Balance")
    visitor.press(f"Embed {images} images")
    drawn = DrawnMap(visitor.page)
    drawn.wait()
    return drawn


def sample_map(visitor: Visitor) -> DrawnMap:
    """Return the PCA of the sample with its synthetic points: it stands still."""
    visitor.press("Load 'Parts on a belt'")
    visitor.says("Of 676 files, 675 can be used")
    drawn = open_map(visitor, 675)
    visitor.says("UMAP of 675 images")
    visitor.press("Make 1,425 synthetic points")
    visitor.says("SMOTE put 1,425 synthetic points")
    visitor.says("among their nearest images")
    visitor.says(re.compile("look unsafe, most in"))
    visitor.page.locator(".st-key-map_method").get_by_text("PCA", exact=True).click()
    visitor.says("PCA of 675 images")
    visitor.says("exactly where PCA puts them")
    drawn.wait()
    return drawn


def test_what_lies_behind_a_point_is_shown(visitor: Visitor) -> None:
    drawn = sample_map(visitor)
    page = visitor.page
    assert drawn.state()["by"] == "webgl"

    for _ in range(3):
        drawn.use("Nearer")
    real = drawn.lone(REAL)
    card = drawn.hover(real)
    expect(card.locator("img")).to_have_count(1)
    expect(card.locator("img")).not_to_have_js_property("naturalWidth", 0)
    path = card.locator("p").first.inner_text()
    drawn.click(real)
    expect(page.get_by_text(path, exact=True).first).to_be_visible(timeout=PATIENCE_MS)
    visitor.says("The images nearest to it:")
    visitor.press("Select 24 like it")
    visitor.says(re.compile("25 images selected like"))
    visitor.press("Clear")

    made = drawn.lone(MADE)
    card = drawn.hover(made)
    title = card.locator("b").inner_text()
    expect(card.locator("img")).to_have_count(2)
    drawn.click(made)
    visitor.says(title)
    visitor.says(re.compile("of the way from the base to the neighbour"))
    # The ends of the line to its parents are images, and it lies between them.
    family = drawn.host.evaluate(
        f"(host) => [host.pointMap.families.get({made}), [...host.pointMap.points]]"
    )
    ends, points = np.array(family[0]), np.array(family[1]).reshape(-1, 2)
    kinds = np.array(drawn.state()["kinds"])
    for end in ends:
        assert (np.abs(points[kinds == REAL] - end).max(axis=1) < 1e-6).any()
    step, own = ends[1] - ends[0], points[made] - ends[0]
    assert abs(step[0] * own[1] - step[1] * own[0]) < 1e-3 * max(1e-9, np.abs(step).max() ** 2)

    drawn.use("Lines to the parents of synthetic points")
    drawn.use("Show how dense it is")
    page.keyboard.press("Tab")
    drawn.host.locator(".over").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(drawn.host.locator(".status")).not_to_have_text("", timeout=PATIENCE_MS)


def test_the_right_rows_come_back(visitor: Visitor, tmp_path: Path) -> None:
    drawn = sample_map(visitor)

    def compare(chosen: np.ndarray, kept: np.ndarray) -> None:
        state = drawn.state()
        kinds = np.array(state["kinds"])
        expected = chosen[np.isin(chosen, kept)]
        images = int((kinds[expected] == REAL).sum())
        assert 0 < images < 675
        count = f"{images} image" + ("s" if images > 1 else "")
        visitor.says(re.compile(rf"^{count}( and [\d,]+ synthetic points?)? selected"))
        rows = drawn.saved(tmp_path)
        found = {(row["kind"], row["row"] or row["synthetic_point"]) for row in rows}
        # The first 675 points are the rows of the dataset in order, the others follow.
        wanted = {
            ("image", str(index)) if index < 675 else ("synthetic", str(index - 675 + 1))
            for index in expected.tolist()
        }
        assert found == wanted

    everything = np.arange(675 + 1425)
    drawn.use("Select with a lasso")
    compare(drawn.lasso(LASSO), everything)
    assert set(drawn.state()["states"]) == {0, 1}  # the others are grey, and still there

    visitor.press("Clear")
    visitor.says("Point at a dot to see its picture")
    legend = drawn.host.locator(".legend button")
    legend.filter(has_text="scratch").dblclick()
    expect(drawn.host.locator(".legend button[aria-pressed=true]")).to_have_count(1)
    drawn.use("Nearer")
    in_colour = np.flatnonzero(np.array(drawn.state()["states"]) == 0)
    assert len(in_colour) == 420
    compare(drawn.lasso(LASSO), in_colour)

    # Going to another page and back finds the selection, the legend and the camera as they were.
    before = drawn.state()["axes"]
    visitor.go("Audit")
    visitor.has_title("How unbalanced is it?")
    visitor.go("Balance")
    drawn.wait()
    visitor.says(re.compile("synthetic points? selected"))
    assert drawn.state()["axes"] == pytest.approx(before)
    expect(drawn.host.locator(".legend button[aria-pressed=true]")).to_have_count(1)

    visitor.press(re.compile(r"^Leave out \d+ images?"))
    visitor.says(re.compile(r"Undo: \d+ images? left out"))
    visitor.press(re.compile("^Undo: "))
    expect(visitor.page.get_by_role("button", name=re.compile("^Undo: "))).to_have_count(0)


def test_two_maps_have_one_camera(visitor: Visitor) -> None:
    drawn = sample_map(visitor)
    page = visitor.page

    page.get_by_role("combobox", name="Beside it").click()
    page.get_by_role("option", name="Borderline-SMOTE").click()
    expect(drawn.host.locator(".panel")).to_have_count(2, timeout=PATIENCE_MS)
    drawn.wait()
    other = DrawnMap(page, panel=1)
    x, y = drawn.places()[drawn.lone(REAL)]
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(300)

    assert drawn.state()["axes"][:2] == other.state()["axes"][:2]
    assert drawn.state()["axes"][2] == pytest.approx(other.state()["axes"][2])
    assert [drawn.state()["shown"], other.state()["shown"]] == [0b011, 0b101]


def test_evil_names_on_a_narrow_dark_page(
    new_visitor: Callable[..., Visitor], server: Server, tmp_path: Path
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    names = {evil: 9, "![x](http:__host_p.png)": 6, ":red[x]": 5}
    visitor = new_visitor(server, color_scheme="dark")
    visitor.page.set_viewport_size({"width": 800, "height": 1000})
    visitor.upload(write_folder(tmp_path / "evil", names))
    visitor.says("All 20 files can be used")
    drawn = open_map(visitor, 20)
    page = visitor.page

    expect(drawn.host.locator(".legend button").first).to_have_text(f"{evil}9")
    card = drawn.hover(drawn.lone(REAL))
    assert card.locator("b").inner_text().strip("'") in names
    expect(card.locator("img")).to_have_count(1)
    drawn.click(drawn.lone(REAL))
    visitor.says("The images nearest to it:")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    frame = drawn.state()["frame"]
    assert frame[0] >= 0 and frame[0] + frame[2] <= 800
    colour = drawn.host.evaluate("(host) => host.pointMap.ink.rgb")
    assert min(colour) > 180  # light on dark
