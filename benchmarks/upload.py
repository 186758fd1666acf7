"""How soon a folder or an archive is on the server: Evenset beside Streamlit's own uploader.

The floor is a copy of the same folder on the same disk. Memory is the most that the server held
above what it had when the page stood; a hold-up is the longest time for which the page could do
nothing else. Run on Linux: python benchmarks/upload.py [number of files, 10,000 unless given]
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "browser"))
sys.path.append(str(Path(__file__).resolve().parent))

from find_chromium import find_chromium
from pages import open_page

FILE_BYTES = 5_000
ARCHIVE_BYTES = 1_000_000_000
PATIENCE_MS = 600_000
PORT = 8697
PEER_APP = """
import streamlit as st
files = st.file_uploader("a folder", accept_multiple_files="directory")
st.write(f"received {len(files)} files")
"""
WATCH = """input => input.addEventListener("change", () => {
  let last = performance.now();
  globalThis.holdUp = 0;
  setInterval(() => {
    const now = performance.now();
    globalThis.holdUp = Math.max(globalThis.holdUp, now - last);
    last = now;
  }, 5);
}, { capture: true })"""


@dataclass(frozen=True)
class Measured:
    """One upload."""

    seconds: float
    memory_mb: float
    hold_up_ms: float

    def __str__(self) -> str:
        return (
            f"{self.seconds:6.2f} s, server +{self.memory_mb:.0f} MB, "
            f"longest hold-up {self.hold_up_ms:.0f} ms"
        )


@contextmanager
def served(command: list[str]) -> Iterator[int]:
    """Start a server; give its process."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield server.pid
        finally:
            server.terminate()


def memory_mb(process: int, field: str) -> float:
    """Return a figure of a process: VmRSS, what it holds; VmHWM, the most that it held."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise KeyError(field)


def measure(page: Page, process: int, chooser: str, path: Path, text: str) -> Measured:
    """Choose `path` and wait until the page says `text`."""
    page.wait_for_timeout(1_500)  # what the page does at its beginning is no matter of this
    chosen = page.locator(chooser)
    chosen.evaluate(WATCH)
    Path(f"/proc/{process}/clear_refs").write_text("5")
    before = memory_mb(process, "VmRSS")
    began = time.perf_counter()
    chosen.set_input_files(path)
    page.get_by_text(text).first.wait_for(timeout=PATIENCE_MS)
    seconds = time.perf_counter() - began
    peak = memory_mb(process, "VmHWM") - before
    return Measured(seconds, peak, page.evaluate("globalThis.holdUp"))


def evenset(browser: Browser, path: Path, text: str) -> Measured:
    """Return the measurements of Evenset's upload, each with a server of its own."""
    command = [str(Path(sys.executable).with_name("evenset")), "serve", "--no-browser"]
    chooser = "input[webkitdirectory]" if path.is_dir() else ".area input[accept]"
    page = browser.new_page()
    with (
        tempfile.TemporaryDirectory() as folder,
        served([*command, "--port", str(PORT), "--workspaces", folder]) as process,
    ):
        open_page(page, f"http://127.0.0.1:{PORT}", "Choose a folder")
        measured = measure(page, process, f".area {chooser.removeprefix('.area ')}", path, text)
    page.close()
    return measured


def streamlit(browser: Browser, script: Path, path: Path, text: str) -> Measured:
    """Return the measurements of Streamlit's uploader for folders."""
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    page = browser.new_page()
    with served(
        [*command, "--server.port", str(PORT), "--browser.gatherUsageStats", "false"]
    ) as process:
        open_page(page, f"http://127.0.0.1:{PORT}", "received 0 files")
        measured = measure(page, process, "input[type=file]", path, text)
    page.close()
    return measured


def make_folder(folder: Path, count: int) -> Path:
    """Write `count` files that no other file equals."""
    for number in range(count):
        place = folder / f"class{number % 10}" / f"{number:06d}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(os.urandom(FILE_BYTES))
    return folder


def copying(path: Path) -> float:
    """Return the seconds of a copy on the same disk."""
    target = path.with_name("copy")
    began = time.perf_counter()
    (shutil.copytree if path.is_dir() else shutil.copyfile)(path, target)
    seconds = time.perf_counter() - began
    shutil.rmtree(target) if path.is_dir() else target.unlink()
    return seconds


def main() -> None:
    """Print the measurements with their ratios."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        script = Path(place, "peer.py")
        script.write_text(PEER_APP)
        for count in (500, 1_000):
            folder = make_folder(Path(place, f"folder{count}"), count)
            ours = evenset(browser, folder, f"{count:,} files of 'folder{count}' have arrived")
            theirs = streamlit(browser, script, folder, f"received {count} files")
            print(f"{count:,} files: Evenset {ours}")
            print(f"{count:,} files: Streamlit {theirs}, ratio {theirs.seconds / ours.seconds:.1f}")
        folder = make_folder(Path(place, "large"), most)
        ours, floor = evenset(browser, folder, "of 'large' have arrived"), copying(folder)
        print(
            f"{most:,} files: Evenset {ours}; copy {floor:.2f} s, {ours.seconds / floor:.1f} of it"
        )
        archive = Path(place, "large.zip")
        with archive.open("wb") as file:
            block = os.urandom(10_000_000)
            for _ in range(ARCHIVE_BYTES // len(block)):
                file.write(block)
        ours, floor = evenset(browser, archive, "'large.zip' has arrived"), copying(archive)
        print(
            f"archive of 1 GB: Evenset {ours}; copy {floor:.2f} s, {ours.seconds / floor:.1f} of it"
        )
        browser.close()


if __name__ == "__main__":
    main()
