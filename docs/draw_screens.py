"""Draw the pictures of the app again, in the environment that `make test` sets up.

A walk with the sample takes each page in its main states, in both themes and three widths.
`docs/screens/` gets a sheet a page, and the README its picture. To look at single pictures, name a
folder for them: python docs/draw_screens.py FOLDER
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from time import sleep
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from drawn_map import MADE, DrawnMap  # noqa: E402
from find_chromium import find_chromium  # noqa: E402
from visitor import Visitor  # noqa: E402

from app.pages import PAGES  # noqa: E402

PORT = 8599
_PATIENCE_MS = 600_000
_MOST_BYTES = 300_000
_GAP, _TITLE_PX, _SCALE = 16, 34, 0.5
_PAPER, _INK = "#8A939C", "#FFFFFF"


@dataclass(frozen=True)
class View:
    """How somebody looks at a page."""

    theme: str
    width: int
    height: int = 900


VIEWS = (
    View("light", 1400), View("dark", 1400), View("light", 800), View("dark", 800),
    View("light", 390), View("dark", 390),
)  # fmt: skip


class Walk:
    """A visitor's way through the app, and the pictures that were taken on it."""

    def __init__(self, page: Page, url: str, folder: Path) -> None:
        self.page = page
        self.visitor = Visitor(page, url)
        self.folder = folder
        self.taken: dict[str, dict[str, list[Path]]] = {name: {} for name in PAGES}

    def opens(self, name: str) -> None:
        """Go to a page by the sidebar and wait until it rests."""
        self.visitor.go(PAGES[name].title)
        self.rests()

    def rests(self) -> None:
        """Wait until nothing runs and nothing is drawn: two seconds in a row."""
        still = 0
        for _ in range(_PATIENCE_MS // 500):
            busy = self.page.locator("[data-test-script-state=running], [role=progressbar]:visible")
            still = 0 if busy.count() else still + 1
            if still == 4:
                return
            self.page.wait_for_timeout(500)
        raise TimeoutError(f"still busy: {busy.first.evaluate('one => one.outerHTML')[:300]}")

    def presses(self, name: str) -> None:
        """Press the button whose name matches, and wait for what it starts."""
        self.page.get_by_role("button", name=re.compile(name)).first.click()
        self.page.wait_for_timeout(1_000)
        self.rests()

    def takes(self, name: str, state: str) -> None:
        """Take the page in each view."""
        self.page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
        self.page.mouse.move(700, 2)  # else what was clicked last has its help open
        paths = []
        for view in VIEWS:
            self.page.emulate_media(color_scheme="dark" if view.theme == "dark" else "light")
            self.page.set_viewport_size({"width": view.width, "height": view.height})
            self.page.wait_for_timeout(1_500)
            path = self.folder / f"{name}-{state.replace(' ', '_')}-{view.theme}-{view.width}.png"
            self.page.screenshot(path=path)
            paths.append(path)
        self.taken[name][state] = paths
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": VIEWS[0].width, "height": VIEWS[0].height})
        self.page.wait_for_timeout(1_000)


def walk(steps: Walk) -> None:
    """Go the whole way with the sample."""
    steps.rests()
    steps.takes("load", "nothing loaded")
    steps.presses("^Load 'Parts")
    steps.takes("load", "a set is loaded")
    steps.opens("audit")
    steps.takes("audit", "counts and findings")
    steps.opens("augment")
    steps.takes("augment", "the suggested policy")
    steps.opens("balance")
    steps.takes("balance", "before anything is made")
    steps.presses("[Mm]ake .*synthetic points$")
    steps.takes("balance", "with synthetic points")
    take_readme_picture(steps.page, ROOT / "docs" / "balance.png")
    steps.opens("evaluate")
    steps.takes("evaluate", "before a comparison")
    steps.visitor.compares_without_pictures()  # those take minutes
    steps.page.wait_for_timeout(1_000)
    steps.rests()
    steps.takes("evaluate", "with a comparison")
    steps.opens("export")
    steps.takes("export", "before it is written")
    steps.presses("^Write ")
    steps.takes("export", "written")


def take_readme_picture(page: Page, target: Path) -> None:
    """Select some points of the map, click a synthetic one, and take the page."""
    drawn = DrawnMap(page)
    drawn.wait()
    page.get_by_text("PCA", exact=True).first.click()  # where points lie exactly
    drawn.wait()
    drawn.use("Select with a lasso")
    drawn.lasso(((0.35, 0.1), (0.66, 0.1), (0.6, 0.45), (0.38, 0.45)))
    drawn.wait()
    drawn.click(drawn.lone(MADE))
    page.get_by_text("of the way from the base").first.wait_for()
    drawn.wait()
    page.mouse.move(5, 5)
    page.wait_for_timeout(3_000)
    page.screenshot(path=target)


def lay_out(states: dict[str, list[Path]], title: str) -> Image.Image:
    """Return the pictures of a page on one sheet: a row a state, a column a view."""
    rows = []
    for state, paths in states.items():
        opened = [Image.open(path).convert("RGB") for path in paths]
        size = [(round(one.width * _SCALE), round(one.height * _SCALE)) for one in opened]
        rows.append(
            (
                state,
                [
                    one.resize(to, Image.Resampling.LANCZOS)
                    for one, to in zip(opened, size, strict=True)
                ],
            )
        )
    across = max(sum(one.width + _GAP for one in row) for _, row in rows) + _GAP
    down = sum(max(one.height for one in row) + _TITLE_PX for _, row in rows) + _GAP
    sheet = Image.new("RGB", (across, down), _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(18)
    top = 0
    for state, row in rows:
        pen.text((_GAP, top + 7), f"{title}: {state}", fill=_INK, font=font)
        left, top = _GAP, top + _TITLE_PX
        for one in row:
            sheet.paste(one, (left, top))
            left += one.width + _GAP
        top += max(one.height for one in row)
    return sheet


def encode(sheet: Image.Image) -> bytes:
    """Return a sheet as WebP in the best quality that is small enough."""
    for quality in range(80, 0, -8):
        content = BytesIO()
        sheet.save(content, "WEBP", quality=quality, method=6)
        if len(content.getvalue()) <= _MOST_BYTES:
            return content.getvalue()
    raise ValueError(f"no quality makes the sheet smaller than {_MOST_BYTES:,} bytes")


def served(act: Callable[[str], None]) -> None:
    """Call `act` with the address of a server of its own."""
    program = Path(sys.executable).with_name("evenset")
    with tempfile.TemporaryDirectory() as folder:
        command = [str(program), "serve", "--no-browser", "--port", str(PORT)]
        command += ["--workspaces", folder]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
            try:
                _wait_for(f"http://127.0.0.1:{PORT}")
                act(f"http://127.0.0.1:{PORT}")
            finally:
                server.terminate()


def _wait_for(url: str) -> None:
    for _ in range(600):
        try:
            with urlopen(f"{url}/_stcore/health", timeout=1):  # noqa: S310
                return
        except (URLError, OSError):
            sleep(0.1)
    raise TimeoutError("the server did not answer within a minute")


def main(folder: Path) -> None:
    """Walk, and write a sheet a page."""
    for one in (folder, ROOT / "docs" / "screens"):
        one.mkdir(parents=True, exist_ok=True)

    def draw(url: str) -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": VIEWS[0].width, "height": VIEWS[0].height})
            page.set_default_timeout(_PATIENCE_MS)
            page.goto(url)
            page.get_by_role("heading", level=1).wait_for()
            steps = Walk(page, url, folder)
            try:
                walk(steps)
            finally:  # a page that changed its words still shows the others
                for name, states in steps.taken.items():
                    if states:
                        sheet = lay_out(states, PAGES[name].title)
                        (ROOT / "docs" / "screens" / f"{name}.webp").write_bytes(encode(sheet))
            browser.close()

    served(draw)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(Path(folder))
