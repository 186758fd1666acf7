"""How soon the first page stands, and how soon a slider repaints: Evenset beside bare Streamlit.

The floor is an app of ten lines on the same server: what Streamlit and the browser need by
themselves. Run: python benchmarks/pages.py
"""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Error, Page, sync_playwright

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "browser"))

from find_chromium import find_chromium

RUNS = 5
FLOOR_APP = """
import streamlit as st
st.title("floor")

@st.fragment
def echo():
    st.write("value", st.slider("a slider", 0, 100, 50))

echo()
"""


@contextmanager
def served(command: list[str]) -> Iterator[str]:
    """Start a server and give its address; it may not answer yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    arguments = [part.replace("PORT", port) for part in command]
    with subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def bare_streamlit(script: Path, source: str) -> list[str]:
    """Write the source of an app, and return the command that serves it at PORT."""
    script.write_text(source)
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", "PORT"]
    return [*command, "--server.headless", "true", "--browser.gatherUsageStats", "false"]


def open_page(page: Page, url: str, text: str) -> None:
    """Open `url` as soon as it answers, and wait for `text`."""
    while True:
        try:
            page.goto(url)
            break
        except Error:  # nobody listens yet
            time.sleep(0.05)
    page.get_by_text(text).first.wait_for()


def first_page(page: Page, command: list[str], text: str) -> float:
    """Return the median seconds from the command to the first page."""
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        with served(command) as url:
            open_page(page, url, text)
            seconds.append(time.perf_counter() - began)
            page.goto("about:blank")
    return median(seconds)


def repaint(page: Page, handle: str, watched: Callable[[], str]) -> float:
    """Return the median milliseconds from a key on a slider to another `watched` value."""
    milliseconds = []
    slider = page.get_by_role("slider").nth(int(handle))
    slider.focus()
    for _ in range(2 * RUNS):
        before = watched()
        began = time.perf_counter()
        slider.press("ArrowLeft")
        while watched() == before:
            time.sleep(0.002)
        milliseconds.append(1000 * (time.perf_counter() - began))
        page.wait_for_timeout(400)
    return median(milliseconds)


def main() -> None:
    """Print both measurements with their ratios."""
    evenset = [str(Path(sys.executable).with_name("evenset")), "serve", "--no-browser"]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        evenset += ["--port", "PORT", "--workspaces", str(Path(folder, "workspaces"))]
        floor = bare_streamlit(Path(folder, "floor.py"), FLOOR_APP)
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        ours = first_page(page, evenset, "No images at hand? Try a sample.")
        bare = first_page(page, floor, "floor")
        print(f"first page: Evenset {ours:.2f} s, floor {bare:.2f} s, ratio {ours / bare:.2f}")
        with served(floor) as url:
            open_page(page, url, "floor")
            text = page.get_by_test_id("stMarkdownContainer").last
            bare = repaint(page, "0", lambda: text.inner_text())
        with served([*evenset, "--data", "sample:parts"]) as url:
            open_page(page, url, "can be used")
            page.get_by_role("link", name="3. Augment").click()
            # One that is cut much: a step of the slider leaves those that are hardly cut alone.
            picture = page.locator(".review .variant img").nth(1)
            picture.wait_for()
            page.wait_for_timeout(2_000)
            ours = repaint(page, "0", lambda: picture.get_attribute("src") or "")
        print(f"repaint: Evenset {ours:.0f} ms, floor {bare:.0f} ms, ratio {ours / bare:.1f}")
        browser.close()


if __name__ == "__main__":
    main()
