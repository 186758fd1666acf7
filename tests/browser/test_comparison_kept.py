"""A comparison in a real browser: a reload, Cancel and a kill lose nothing that is done."""

import re
import signal
from collections.abc import Callable
from pathlib import Path

from image_sets import write_folder
from playwright.sync_api import BrowserContext, expect
from visitor import PATIENCE_MS, Server, Visitor


def test_a_reload_and_cancel_and_a_kill_keep_what_is_compared(
    start_server: Callable[..., Server],
    new_context: Callable[[], BrowserContext],
    tmp_path: Path,
) -> None:
    place = str(tmp_path / "workspaces")
    server = start_server("--workspaces", place)
    page = new_context().new_page()
    page.goto(server.url)
    visitor = Visitor(page, server.url)
    visitor.upload(write_folder(tmp_path / "pets", {"cat": 40, "dog": 20}))
    visitor.says("All 60 files can be used")
    visitor.go("Evaluate")
    visitor.has_title("Does balancing help?")
    visitor.opens("Settings")
    page.get_by_text("Folds and repeats").click()
    repeats = page.get_by_role("spinbutton", name="Repeats")
    # One repeat is quick and a hundred are not, on whatever machine: time enough to stop it.
    repeats.fill("100")
    repeats.press("Enter")
    visitor.waits_for_nothing()
    visitor.compares_without_pictures()
    visitor.says(re.compile(r"So far: 6 of 6 strategies, [1-9]\d? of 100 repeats"))

    page.reload()

    visitor.says(re.compile(r"So far: 6 of 6 strategies, [1-9]\d? of 100 repeats"))
    visitor.opens("Settings")
    page.get_by_text("Folds and repeats").click()
    expect(repeats).to_have_value("100")

    visitor.press("Cancel")

    visitor.says(re.compile(r"After [1-9]\d? of 100 repeats: "))
    answer = page.locator(".answer").inner_text()

    server.process.send_signal(signal.SIGKILL)
    server.process.wait(10)
    start_server("--workspaces", place, port=int(server.url.rsplit(":", 1)[1]))
    page.goto(server.url)
    visitor.says("the comparison of strategies")
    visitor.press("Resume")
    visitor.says("All 60 files can be used")
    visitor.go("Evaluate")

    expect(page.locator(".answer")).to_have_text(answer, timeout=PATIENCE_MS)
    visitor.check()
