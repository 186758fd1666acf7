"""Augment in a real browser: a slider and its pictures are seen together."""

from pathlib import Path

import pytest
from image_sets import write_folder
from playwright.sync_api import Locator, Page, expect
from visitor import PATIENCE_MS, Visitor

_IN_VIEW = """(element) => {
  const box = element.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
}"""
_TO_THE_TOP = """(element) => {
  element.style.scrollMarginTop = "120px"; // out from under the bar
  element.scrollIntoView({ block: "start" });
}"""


@pytest.fixture
def page(visitor: Visitor, tmp_path: Path) -> Page:
    """Return Augment of a small set, at the end of its first run."""
    visitor.upload(write_folder(tmp_path / "set", {"cat": 12, "dog": 9}))
    visitor.says("All 21 files can be used")
    visitor.go("Augment")
    expect(pictures(visitor.page)).to_have_count(8, timeout=PATIENCE_MS)
    visitor.waits_for_nothing()
    return visitor.page


def pictures(page: Page) -> Locator:
    """Return the augmented pictures."""
    return page.locator(".st-key-augment_board .thumb .variant img")


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (800, 900), (390, 800)])
def test_a_slider_and_its_pictures_are_seen_together(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    slider = page.locator(".st-key-augment_operation").get_by_role("slider").first
    slider.evaluate(_TO_THE_TOP)
    picture = pictures(page).first
    before = picture.get_attribute("src")

    slider.focus()
    for _ in range(8):
        slider.press("ArrowLeft")

    expect(picture).not_to_have_attribute("src", before or "", timeout=PATIENCE_MS)
    assert slider.evaluate(_IN_VIEW)
    assert page.locator(".st-key-augment_board .thumb img").first.evaluate(_IN_VIEW)
    assert picture.evaluate(_IN_VIEW)


def test_an_original_is_enlarged_beside_what_is_made_of_it_and_left_out(page: Page) -> None:
    thumb = page.locator(".st-key-augment_board .thumb").first
    thumb.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-augment_board dialog .variant img")).to_have_count(1)
    page.keyboard.press("Escape")

    page.keyboard.press("l")

    expect(thumb.locator(".badge")).to_have_text("✕ left out", timeout=PATIENCE_MS)
    left_out = page.get_by_test_id("stSidebar").get_by_text("20 images, 2 classes; 1 left out")
    expect(left_out).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("z")
    all_there = page.get_by_test_id("stSidebar").get_by_text("21 images, 2 classes", exact=True)
    expect(all_there).to_be_visible(timeout=PATIENCE_MS)
    expect(thumb.locator(".badge")).to_have_text("", timeout=PATIENCE_MS)
