"""How soon a click is answered and drawn, beside a bare Streamlit page, and how many are lost.

A click is on a control that changes the page by local work: the filter of Audit's figures. It is
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

from pages import open_page, served
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as LostClick

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "browser"))

from find_chromium import find_chromium

CLICKS = 200
PATIENCE_MS = 10_000  # then a click counts as lost
LOAD_PROCESSES = 4
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


def click_often(page: Page, control: str, watched: str, count: int) -> Clicks:
    """Click a switch `count` times, each when the one before is drawn, and time what follows."""
    page.evaluate(_WATCH, [control, watched])
    place = page.get_by_text(control, exact=True)
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


def measure(browser: Browser, evenset: list[str], floor: list[str], clicks: int) -> None:
    """Print the figures of both pages, one after the other on the same machine."""
    with served([*evenset, "--data", "sample:parts", "--embed-on-request"]) as url:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(180_000)
        open_page(page, url, "can be used")
        page.get_by_role("link", name="2. Audit").click()
        page.locator(".js-plotly-plot .bars path").first.wait_for()
        page.wait_for_timeout(3_000)
        ours = click_often(page, "Logarithmic scale", ".js-plotly-plot .bars path", clicks)
        page.close()
    with served(floor) as url:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(180_000)
        open_page(page, url, "floor")
        page.locator(".drawn").wait_for()
        page.wait_for_timeout(3_000)
        bare = click_often(page, "Logarithmic scale", ".drawn", clicks)
        page.close()
    print(ours.told("  Evenset"))
    print(bare.told("  bare Streamlit"))


def main(clicks: int) -> None:
    """Measure idle and under load."""
    evenset = [str(Path(sys.executable).with_name("evenset")), "serve", "--no-browser"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        evenset += ["--port", "PORT", "--workspaces", str(Path(folder, "workspaces"))]
        script = Path(folder, "floor.py")
        script.write_text(FLOOR_APP)
        floor = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", "PORT"]
        floor += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        print(f"load of the machine before: {os.getloadavg()[0]:.1f}; {clicks} clicks each")
        print("idle")
        measure(browser, evenset, floor, clicks)
        print(f"under load ({LOAD_PROCESSES} processes)")
        with under_load(LOAD_PROCESSES):
            measure(browser, evenset, floor, clicks)
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CLICKS)
