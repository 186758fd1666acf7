"""Balance on a laptop's screen: the button and the map are seen at once, and nothing moves."""

from pathlib import Path

import pytest
from image_sets import write_folder
from playwright.sync_api import Page, expect
from visitor import PATIENCE_MS, Visitor

SCREEN = {"width": 1400, "height": 900}
FIRST_PX = 260  # below the top of the screen, at most: there the map begins
# Places that must stay, by a name: Streamlit's wrapper moves where its content does.
STAY = {"settings": ".st-key-strategy", "map": ".st-key-map_place", "tabs": ".st-key-balance_tab"}


@pytest.fixture
def newcomer(visitor: Visitor, tmp_path: Path) -> Visitor:
    """Return somebody on Balance before anything is embedded."""
    visitor.page.set_viewport_size(SCREEN)
    visitor.upload(write_folder(tmp_path / "pets", {"cat": 40, "dog": 20}))
    visitor.says("All 60 files can be used")
    visitor.go("Balance")
    expect(visitor.page.locator(".st-key-map_waiting")).to_be_visible(timeout=PATIENCE_MS)
    visitor.waits_for_nothing()
    return visitor


def tops(page: Page) -> dict[str, float]:
    """Return where what must stay begins."""
    boxes = {name: page.locator(place).bounding_box() for name, place in STAY.items()}
    return {name: box["y"] for name, box in boxes.items() if box}


def test_nothing_moves_from_the_first_second_to_the_points_on_a_umap(newcomer: Visitor) -> None:
    page = newcomer.page
    before = tops(page)
    assert before["map"] < FIRST_PX and len(before) == len(STAY)
    make = page.get_by_role("button", name="Make 20 synthetic points")
    expect(make).to_be_in_viewport(ratio=1)

    make.click()
    expect(page.locator(".map[data-ready]")).to_be_visible(timeout=PATIENCE_MS)
    assert tops(page) == pytest.approx(before, abs=1)
    newcomer.says("SMOTE put 20 synthetic points")
    expect(page.locator(".st-key-map_method")).to_be_visible(timeout=PATIENCE_MS)
    newcomer.waits_for_nothing()

    assert tops(page) == pytest.approx(before, abs=1)
    expect(make).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Evaluate the strategy")).to_be_in_viewport()
    frame = page.locator(".map .frame").bounding_box()
    assert frame is not None
    assert frame["y"] < FIRST_PX and frame["y"] + frame["height"] <= SCREEN["height"]
