"""How soon a click is answered and drawn, beside a bare Streamlit page, and how many are lost.

A click is on a control that changes the page by local work: the scale of Audit's chart. It is
answered when its control looks pressed, and drawn when what it changes stands on the page. Under
load, four processes compute beside the server. Run: python benchmarks/app.py [CLICKS]
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from pages import bare_streamlit, open_page, served
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as LostClick

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "browser"))

from find_chromium import find_chromium

CLICKS = 200
PATIENCE_MS = 10_000  # then a click counts as lost
LOAD_PROCESSES = 4
CONTROL = "Logarithmic scale"
OUR_PICTURE = ".js-plotly-plot .bars path"
BARE_PICTURE = ".drawn"
FLOOR_APP = """
import streamlit as st
st.title("floor")
is_on = st.toggle("Logarithmic scale")
st.bar_chart({"n": [1, 2, 3]})
st.html(f'<p class="drawn">{is_on}</p>')
"""

# Installed once on a page: on each press, the milliseconds until the control is seen pressed (the
# first frame in which its state has changed), and until what is watched has changed.
_WATCH = """([control, watched]) => {
  const text = () => [...document.querySelectorAll(watched)].map((one) => one.outerHTML).join("");
  const find = () => [...document.querySelectorAll("[role=switch], input[type=checkbox]")]
      .find((one) => (one.ariaLabel || one.closest("label")?.textContent || "").includes(control));
  globalThis.clicked = null;
  if (globalThis.watches) return;
  globalThis.watches = true;
  addEventListener("pointerdown", () => {
    const began = performance.now(), before = text(), state = find().checked;
    const seen = { pressed: null, drawn: null };
    globalThis.clicked = seen;
    const look = () => {
      const now = performance.now() - began;
      if (seen.pressed === null && find().checked !== state) seen.pressed = now;
      if (seen.drawn === null && text() !== before) seen.drawn = now;
      if (seen.pressed === null || seen.drawn === null) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
}"""


@dataclass(frozen=True)
class Clicks:
    """What became of some clicks, in milliseconds."""

    pressed: list[float]
    drawn: list[float]
    lost: int

    def told(self, name: str) -> str:
        """Return the figures in a line."""
        parts = [f"{name}: {self.lost} of {len(self.drawn) + self.lost} lost"]
        for title, values in (("pressed", self.pressed), ("drawn", self.drawn)):
            if len(values) > 1:
                high = quantiles(values, n=20)[-1]
                parts.append(f"{title} median {median(values):.0f} ms, 95% {high:.0f} ms")
        return "; ".join(parts)


def click_often(page: Page, watched: str, count: int) -> Clicks:
    """Click the switch `count` times, each when the one before is drawn, and time what follows."""
    page.bring_to_front()
    page.evaluate(_WATCH, [CONTROL, watched])
    place = page.get_by_text(CONTROL, exact=True)
    pressed, drawn, lost = [], [], 0
    for _ in range(count):
        page.wait_for_timeout(300)
        place.click()
        try:
            page.wait_for_function(
                "() => globalThis.clicked?.drawn != null && globalThis.clicked.pressed != null",
                timeout=PATIENCE_MS,
            )
        except LostClick:
            lost += 1
            continue
        seen = page.evaluate("() => globalThis.clicked")
        pressed.append(seen["pressed"])
        drawn.append(seen["drawn"])
    return Clicks(pressed, drawn, lost)


@contextmanager
def under_load(processes: int) -> Iterator[None]:
    """Keep so many processes computing meanwhile."""
    started = [
        subprocess.Popen([sys.executable, "-c", "while True: sum(range(10**6))"])
        for _ in range(processes)
    ]
    try:
        yield
    finally:
        for one in started:
            one.kill()
            one.wait()


def open_both(browser: Browser, ours: str, bare: str) -> tuple[Page, Page]:
    """Return our page of Audit and the bare one, drawn to their ends."""
    pages = []
    for url, text in ((ours, "can be used"), (bare, "floor")):
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(180_000)
        open_page(page, url, text)
        pages.append(page)
    pages[0].get_by_role("link", name="2. Audit").click()
    pages[0].locator(OUR_PICTURE).first.wait_for()
    pages[1].locator(BARE_PICTURE).wait_for()
    pages[0].wait_for_timeout(5_000)
    return pages[0], pages[1]


def main(clicks: int) -> None:
    """Measure idle and under load, the two pages one after the other on the same machine."""
    evenset = [str(Path(sys.executable).with_name("evenset")), "serve", "--no-browser"]
    evenset += ["--port", "PORT", "--data", "sample:parts", "--embed-on-request"]
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}; {clicks} clicks each")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        evenset += ["--workspaces", str(Path(folder, "workspaces"))]
        floor = bare_streamlit(Path(folder, "floor.py"), FLOOR_APP)
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        with served(evenset) as our_url, served(floor) as bare_url:
            ours, bare = open_both(browser, our_url, bare_url)
            for processes in (0, LOAD_PROCESSES):
                with under_load(processes):
                    print(f"beside {processes} processes that compute")
                    told = click_often(ours, OUR_PICTURE, clicks).told("  Evenset")
                    print(told, flush=True)
                    told = click_often(bare, BARE_PICTURE, clicks).told("  bare Streamlit")
                    print(told, flush=True)
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CLICKS)
