"""A visitor of the app in a real browser: what they do, and what must never happen to them."""

import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Error, Locator, Page, expect

PATIENCE_MS = 90_000  # for work that a slow and busy machine does in a while

# Runs in every document from its beginning; what follows a key or a click at once does not count,
# as in https://web.dev/articles/cls: the largest sum within five seconds.
WATCH_SHIFTS = """
globalThis.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput) globalThis.shifts.push([entry.startTime, entry.value]);
}).observe({ type: "layout-shift", buffered: true });
"""
_WORST_SHIFT = """() => {
  let [worst, sum, first, last] = [0, 0, -1e9, -1e9];
  for (const [time, value] of globalThis.shifts) {
    if (time - last > 1000 || time - first > 5000) [sum, first] = [0, time];
    [sum, last] = [sum + value, time];
    worst = Math.max(worst, sum);
  }
  return worst;
}"""


@dataclass
class Server:
    """A running `evenset serve`."""

    url: str
    process: "subprocess.Popen[bytes]"


@dataclass
class Visitor:
    """One visitor's page, and what must not happen on it."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    def go(self, step: str) -> None:
        """Open a step by the sidebar; once more where the first click came to nothing.

        What the page before asks for by itself may overtake the click in Streamlit, seldom: then
        a person clicks again.
        """
        link = self.page.get_by_role("link", name=re.compile(rf"\d\. {step}"))
        link.click()
        address = re.compile("/$" if step == "Load" else f"/{step.lower()}$")
        with suppress(AssertionError):
            expect(self.page).to_have_url(address, timeout=10_000)
            return
        link.click()
        expect(self.page).to_have_url(address, timeout=PATIENCE_MS)

    def says(self, text: str | re.Pattern[str]) -> None:
        """Wait until the page shows `text`."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)

    def has_title(self, question: str) -> None:
        """Wait for the title of a page."""
        expect(self.page.get_by_role("heading", name=question, level=1)).to_be_visible(
            timeout=PATIENCE_MS
        )

    def loads_the_sample(self) -> None:
        """Load the drawn parts, once the page that was just opened is drawn to its end."""
        self.waits_for_nothing()
        self.press("Load 'Parts on a belt'")
        self.says("Of 676 files, 675 can be used and 1 is skipped")

    def compares_without_pictures(self) -> None:
        """Start the default comparison less the pictures that join it, which take longer.

        Embedding in advance draws the page again, which may overtake the click: see `go`.
        """
        self.opens("Settings")
        label = self.page.get_by_text(re.compile("^With augmented pictures"))
        box = self.page.get_by_role("checkbox", name=re.compile("^With augmented pictures"))
        label.click()
        with suppress(AssertionError):
            expect(box).not_to_be_checked(timeout=10_000)
            self.press("Compare 6 strategies")
            return
        label.click()
        self.press("Compare 6 strategies")

    def forget_shifts(self) -> None:
        """Pass over what has moved so far, such as the main column when the sidebar comes."""
        self.page.evaluate("() => { globalThis.shifts = []; }")

    def worst_shift(self) -> float:
        """Return the layout shift since then, as the Web Vitals count it."""
        return float(self.page.evaluate(_WORST_SHIFT))

    def opens(self, title: str) -> None:
        """Open what is behind a fold, unless it is open."""
        fold = self.page.locator("details", has_text=title).filter(
            has=self.page.locator("summary", has_text=title)
        )
        expect(fold.first).to_be_visible(timeout=PATIENCE_MS)
        if fold.first.get_attribute("open") is None:
            fold.first.locator("summary").first.click()

    def waits_for_nothing(self) -> None:
        """Wait until the page is drawn to its end."""
        settled = self.page.locator("[data-test-script-state=notRunning]")
        expect(settled).to_be_visible(timeout=PATIENCE_MS)

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press a button once it can be pressed."""
        button = self.page.get_by_role("button", name=name).first
        expect(button).to_be_enabled(timeout=PATIENCE_MS)
        button.click()

    def area(self) -> Locator:
        """Return the area of Load once it takes something; beside images it has a tab."""
        self.waits_for_nothing()
        tab = self.page.get_by_role("tab", name="Load other images")
        if tab.is_visible():
            tab.click()
        expect(self.page.locator(".area .rest")).to_be_visible(timeout=PATIENCE_MS)
        return self.page.locator(".area")

    def upload(self, path: Path) -> None:
        """Give a zip, a tar or a folder to the area of Load, once it takes something."""
        chooser = "input[webkitdirectory]" if path.is_dir() else "input[accept]"
        self.area().locator(chooser).set_input_files(path)

    def drop(self, *paths: Path) -> None:
        """Drag files and folders of this computer onto the area of Load."""
        area = self.area()
        box = area.bounding_box()
        assert box is not None
        session = self.page.context.new_cdp_session(self.page)
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send(
                "Input.dispatchDragEvent",
                {
                    "type": kind,
                    "x": box["x"] + box["width"] / 2,
                    "y": box["y"] + box["height"] / 2,
                    "data": {
                        "items": [],
                        "files": [str(path) for path in paths],
                        "dragOperationsMask": 1,
                    },
                },
            )

    def forget_lost_connections(self) -> None:
        """Pass over what the browser's console says of requests that a test broke."""
        self.faults = [fault for fault in self.faults if "net::ERR_" not in fault]

    def check(self) -> None:
        """Fail on anything that no page may show or do."""
        text = self.page.locator("body").inner_text()
        for word in ("Traceback", "KeyError", "AttributeError", "error in Evenset"):
            assert word not in text, text
        assert not self.faults, self.faults


def what_is_shown(chromium: Browser, pictures: Path) -> str:
    """Return the address and the text of every open page, and where pictures of them are."""
    lines = []
    for number, page in enumerate(page for each in chromium.contexts for page in each.pages):
        picture = pictures.with_name(f"{pictures.name}-{number}.png")
        lines.append(f"{page.url} ({picture})")
        with suppress(Error):  # a page may be lost, or wait for an answer
            lines.append(" ".join(page.locator("body").inner_text(timeout=3_000).split())[:600])
            page.screenshot(path=picture, timeout=5_000)
    return "\n".join(lines)
