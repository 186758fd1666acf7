"""The map of a page, as a hand with a mouse and an eye for positions sees it."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect
from visitor import PATIENCE_MS, Visitor

REAL, MADE = 0, 1

_STATE = """(host) => {
  const map = host.pointMap, panel = map.panels[%d];
  const frame = panel.over.getBoundingClientRect();
  const {camera, extent, points, kinds, states} = map, scale = panel.scale;
  return {
    frame: [frame.left, frame.top, frame.width, frame.height],
    axes: [camera.x, camera.y, scale.x, scale.y],
    points: [...points], kinds: [...kinds], states: [...states], shown: panel.kinds,
    by: panel.canvas.dataset.by,
  };
}"""


@dataclass
class DrawnMap:
    """One panel of the map that a page shows."""

    page: Page
    panel: int = 0

    @property
    def host(self) -> Locator:
        """Return where it is drawn."""
        return self.page.locator(".map[data-ready]")

    def wait(self) -> None:
        """Wait until its points are there, and bring it into view."""
        expect(self.host).to_be_visible(timeout=PATIENCE_MS)
        settled = self.page.locator("[data-test-script-state=notRunning]")
        top = None
        for _ in range(100):
            expect(settled).to_be_visible(timeout=PATIENCE_MS)
            self.host.scroll_into_view_if_needed()
            self.page.wait_for_timeout(400)  # what is above it may still grow
            before, top = top, self.state()["frame"][1]
            if before == top:
                return
        raise AssertionError("the map does not stand still")

    def state(self) -> dict[str, list[float]]:
        """Return its axes, points and their states as they are drawn now."""
        state: dict[str, list[float]] = self.host.evaluate(_STATE % self.panel)
        return state

    def places(self) -> NDArray[np.float64]:
        """Return (P, 2) where the points lie on the screen, computed from the axes."""
        state = self.state()
        left, top, width, height = state["frame"]
        x, y, across, up = state["axes"]
        points = np.array(state["points"]).reshape(-1, 2)
        return np.column_stack(
            [
                left + width / 2 + (points[:, 0] - x) * across,
                top + height / 2 - (points[:, 1] - y) * up,
            ]
        )

    def lone(self, kind: int) -> int:
        """Return the point of a kind in colour that is farthest from all others, and in view."""
        state, places = self.state(), self.places()
        left, top, width, height = state["frame"]
        kinds, states = np.array(state["kinds"]), np.array(state["states"])
        inside = (places > [left + 20, top + 20]) & (
            places < [left + width - 20, top + height - 20]
        )
        best, most = -1, -1.0
        for index in np.flatnonzero((kinds == kind) & (states == 0) & inside.all(axis=1)):
            away = np.linalg.norm(places - places[index], axis=1)
            away[index] = np.inf
            if away.min() > most:
                best, most = int(index), float(away.min())
        assert best >= 0
        return best

    def hover(self, index: int) -> Locator:
        """Point at a point; return the card that appears."""
        x, y = self.places()[index]
        self.page.mouse.move(x - 3, y - 3)
        self.page.mouse.move(x, y, steps=3)
        card = self.page.locator(f".map .card[data-of$='point-{index}.json']")
        expect(card).to_be_visible(timeout=PATIENCE_MS)
        return card

    def opens(self, tab: str) -> None:
        """Open one of the tabs under the map."""
        self.page.locator(".st-key-balance_tab").get_by_text(re.compile(f"^{tab}")).click()

    def click(self, index: int) -> None:
        """Click a point."""
        self.page.mouse.click(*self.places()[index])

    def use(self, tool: str) -> None:
        """Press one of the tools above the map."""
        self.page.get_by_role("button", name=tool).click()

    def lasso(
        self, corners: Sequence[tuple[float, float]], *, is_box: bool = False
    ) -> NDArray[np.intp]:
        """Draw a lasso by shares of the frame; return the points of all kinds inside it.

        For a box the corners are two.
        """
        left, top, width, height = self.state()["frame"]
        path = np.array([(left + x * width, top + y * height) for x, y in corners])
        places = self.places()
        self.page.mouse.move(*path[0])
        self.page.mouse.down()
        for corner in path[1:]:
            self.page.mouse.move(*corner, steps=8)
        if not is_box:
            self.page.mouse.move(*path[0], steps=8)
        self.page.mouse.up()
        return np.flatnonzero([_is_inside(path, place) for place in places])

    def saved(self, folder: Path) -> list[dict[str, str]]:
        """Save the selection as CSV and return its rows."""
        with self.page.expect_download(timeout=PATIENCE_MS) as download:
            self.page.get_by_role("button", name="Save as CSV").click()
        file = folder / "selection.csv"
        download.value.save_as(file)
        with file.open(newline="", encoding="utf-8") as opened:
            return list(csv.DictReader(opened))


def draw_map(visitor: Visitor) -> DrawnMap:
    """Ask for the map of the images on Balance, and wait for it."""
    visitor.go("Balance")
    visitor.press("Draw the map")
    drawn = DrawnMap(visitor.page)
    drawn.wait()
    return drawn


def _is_inside(path: NDArray[np.float64], place: NDArray[np.float64]) -> bool:
    """Return whether the path winds round a place; another way than the page's own."""
    ends = path - place
    after = np.roll(ends, -1, axis=0)
    turned = np.arctan2(
        ends[:, 0] * after[:, 1] - ends[:, 1] * after[:, 0], (ends * after).sum(axis=1)
    )
    return abs(turned.sum()) > np.pi
