"""A comparison in a real browser: a reload, Cancel and a kill lose nothing that is done."""

import re
import signal
from collections.abc import Callable
from pathlib import Path

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
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")
    visitor.go("Evaluate")
    visitor.has_title("Does balancing help?")
    head = page.get_by_role("combobox", name=re.compile("Model"))
    head.click()
    page.get_by_role("option", name="Small network on pixels").click()
    visitor.press(re.compile("ompare 8 strategies"))
    visitor.says(re.compile(r"So far: [2-7] of 8 strategies"))

    page.reload()

    visitor.says(re.compile(r"So far: [2-7] of 8 strategies"))
    expect(head).to_have_value("Small network on pixels")

    visitor.press("Cancel")

    visitor.says(re.compile(r"Stopped after [2-7] of 8 strategies\."))
    answer = page.locator(".answer").inner_text()

    server.process.send_signal(signal.SIGKILL)
    server.process.wait(10)
    start_server("--workspaces", place, port=int(server.url.rsplit(":", 1)[1]))
    page.goto(server.url)
    visitor.says("the comparison of strategies")
    visitor.press("Resume")
    visitor.says("All 446 files can be used")
    visitor.go("Evaluate")

    expect(page.locator(".answer")).to_have_text(answer, timeout=PATIENCE_MS)
    visitor.check()
