"""Find a Chromium or Chrome for the browser tests; with --install, get one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_chromium() -> str | None:
    """Return the program's path: EVENSET_CHROMIUM, an installed one, or Playwright's own."""
    named = os.environ.get("EVENSET_CHROMIUM")
    if named:
        return named if Path(named).is_file() else None
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    for place in _PLACES:
        if Path(place).is_file():
            return place
    return _of_playwright()


def install_chromium() -> str | None:
    """Install one in the way that this machine allows, and return its path, or None."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        # As root on Debian the distribution's package comes with all libraries that it needs.
        quiet = ["apt-get", "-q", "-y"]
        attempts = [[*quiet, "update"], [*quiet, "install", "chromium"], *attempts]
    for command in attempts:
        print("Looking for a browser:", " ".join(command), flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            subprocess.run(command, check=False, timeout=900, env=environment)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(error)
        if found := find_chromium():
            return found
    return None


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def main() -> int:
    """Say which browser the tests use; without one, fail where CI=true, else go on loudly."""
    found = find_chromium()
    if found is None and "--install" in sys.argv:
        found = install_chromium()
    if found is not None:
        print(f"Browser tests use {found}")
        return 0
    print(
        "NO CHROMIUM FOUND AND NONE COULD BE INSTALLED: THE BROWSER TESTS ARE SKIPPED. "
        "Install Chromium, or name it in EVENSET_CHROMIUM."
    )
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
