"""How soon a newcomer sees synthetic points on the map: clicks and seconds from a sample's button.

A hand that clicks as soon as it can: on a server that has just begun, then as a second visitor on
the same server, who takes the other sample, so that no vector is in the cache. The ways are those
of `WAYS`: through every page with a button for each step, with one button on Balance, and with
vectors that come by themselves. Run: python benchmarks/first_points.py
"""

import os
import re
import sys
import tempfile
import time
from pathlib import Path

from pages import open_page, served
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "browser"))

from find_chromium import find_chromium

MOST_MS = 90_000
COLD, WARM = "Load 'Handwritten digits'", "Load 'Parts on a belt'"
WAYS = {  # options of the server, and the clicks after the sample's
    "a click for each step": (
        ["--embed-on-request"],
        [
            "Audit the images", "Try augmentation", "Choose how to balance",
            r"Embed \d+ images only", r"^Make [\d,]+ synthetic points",
        ],
    ),
    "embedded on request": (
        ["--embed-on-request"],
        ["Balance the classes", r"^Embed \d+ images and make [\d,]+ synthetic points"],
    ),
    "embedded by itself": ([], ["Balance the classes", r"ake [\d,]+ synthetic points"]),
}  # fmt: skip
COUNT_MADE = "(host) => [...host.pointMap.kinds].filter((kind) => kind === 1).length"


def press(page: Page, name: str) -> None:
    """Press a button as soon as it can be pressed."""
    page.get_by_role("button", name=re.compile(name)).first.click(timeout=MOST_MS)


def first_points(browser: Browser, url: str, sample: str, clicks: list[str]) -> float:
    """Return the seconds from the click on a sample until its points are on the map.

    The visitor stays until the UMAP has come, so that the next one finds a quiet server.
    """
    with browser.new_context(viewport={"width": 1400, "height": 1000}) as context:
        page = context.new_page()
        open_page(page, url, "No images at hand? Try a sample.")
        began = time.perf_counter()
        for name in (sample, *clicks):
            press(page, name)
        said = page.get_by_text(re.compile(r"SMOTE put [\d,]+ synthetic points")).first
        made = re.findall(r"put ([\d,]+)", said.inner_text(timeout=MOST_MS))[0]
        drawn = page.locator(".map[data-ready]")
        while drawn.evaluate(COUNT_MADE, timeout=MOST_MS) < int(made.replace(",", "")):
            page.wait_for_timeout(50)
        seconds = time.perf_counter() - began
        page.get_by_text(re.compile(r"UMAP of \d+ images")).first.wait_for(timeout=MOST_MS)
        return seconds


def main() -> None:
    """Print the clicks and the seconds of each way."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        for way, (options, clicks) in WAYS.items():
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                os.environ["XDG_CACHE_HOME"] = folder
                evenset = [str(Path(sys.executable).with_name("evenset")), "serve", "--no-browser"]
                evenset += ["--port", "PORT", "--workspaces", str(Path(folder, "workspaces"))]
                with served([*evenset, *options]) as url:
                    cold = first_points(browser, url, COLD, clicks)
                    warm = first_points(browser, url, WARM, clicks)
            print(f"{way}: {1 + len(clicks)} clicks, {cold:.1f} s cold, {warm:.1f} s warm")
        browser.close()


if __name__ == "__main__":
    main()
