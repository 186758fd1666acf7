"""Draw the README's picture of the app again, in the environment that `make test` sets up."""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "browser"))

from drawn_map import MADE, DrawnMap  # noqa: E402
from find_chromium import find_chromium  # noqa: E402

PORT = 8599


def main() -> None:
    """Go to Balance on the sample, show one synthetic point, and take the picture."""
    program = Path(sys.executable).with_name("evenset")
    options = ["serve", "--no-browser", "--port", str(PORT), "--data", "sample:parts"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [program, *options, "--workspaces", folder], stdout=subprocess.DEVNULL
        ) as server,
    ):
        try:
            time.sleep(15)
            _draw(ROOT / "docs" / "balance.png")
        finally:
            server.terminate()


def _draw(target: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(180_000)
        page.goto(f"http://127.0.0.1:{PORT}")
        page.get_by_role("button", name="Audit the images").wait_for()
        page.get_by_role("link", name=re.compile("4. Balance")).click()
        page.get_by_role("heading", name="The map").wait_for()
        page.get_by_role("button", name=re.compile("Make .* synthetic points")).click()
        page.get_by_text(re.compile("SMOTE put .* synthetic points")).wait_for()
        page.get_by_text("among their nearest images").wait_for()
        page.get_by_text("look unsafe, most in").wait_for()
        page.locator(".st-key-map_method").get_by_text("PCA", exact=True).click()
        page.get_by_text("at their exact PCA positions").wait_for()
        heading = page.get_by_role("heading", name="The map")
        heading.evaluate("heading => heading.scrollIntoView({block: 'start'})")
        drawn = DrawnMap(page)
        drawn.wait()
        drawn.use("Select with a lasso")
        drawn.lasso(((0.35, 0.02), (0.66, 0.02), (0.6, 0.24), (0.38, 0.24)))
        page.get_by_text("selected").first.wait_for()
        drawn.wait()
        drawn.click(drawn.lone(MADE))
        page.get_by_text("of the way from the base").first.wait_for()
        heading.evaluate("heading => heading.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(3_000)
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main()
