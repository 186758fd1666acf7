"""A server that is killed and started again, and a connection that drops: nothing is lost."""

import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from image_sets import write_folder
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect
from visitor import PATIENCE_MS, Server, Visitor

OFFER = re.compile(r"Resume 'pets'.*\(42 images in 2 classes, today\)")
ALL_ARE_USED = "All 42 files can be used"


@dataclass
class Restarting:
    """A server on one place and one port, killed and started as often as asked."""

    start_server: Callable[..., Server]
    place: Path
    server: Server

    def kill_and_start(self) -> None:
        """End the server without giving it time for anything, and start another one."""
        self.server.process.send_signal(signal.SIGKILL)
        self.server.process.wait(10)
        port = int(self.server.url.rsplit(":", 1)[1])
        self.server = self.start_server("--workspaces", str(self.place), port=port)


@pytest.fixture
def restarting(start_server: Callable[..., Server], tmp_path: Path) -> Restarting:
    place = tmp_path / "workspaces"
    return Restarting(start_server, place, start_server("--workspaces", str(place)))


@pytest.fixture
def context(new_context: Callable[[], BrowserContext]) -> BrowserContext:
    """Return a browser that may say on its console that the server is gone."""
    return new_context()


def open_page(context: BrowserContext, restarting: Restarting) -> Visitor:
    page: Page = context.new_page()
    page.goto(restarting.server.url)
    visitor = Visitor(page, restarting.server.url)
    visitor.has_title("Which images do you want to balance?")
    return visitor


def load_pets(visitor: Visitor, folder: Path) -> None:
    visitor.upload(write_folder(folder / "pets", {"cat": 30, "dog": 12}))
    visitor.says(ALL_ARE_USED)


def test_after_a_kill_the_visitor_goes_on_and_nobody_else_can(
    restarting: Restarting,
    context: BrowserContext,
    new_context: Callable[[], BrowserContext],
    tmp_path: Path,
) -> None:
    visitor = open_page(context, restarting)
    load_pets(visitor, tmp_path)
    visitor.go("Balance")
    visitor.press(re.compile(r"^Make [\d,]+ synthetic points"))
    visitor.says(re.compile(r"SMOTE put [\d,]+ synthetic points between neighbours"))
    answer = visitor.page.locator(".answer").inner_text()
    visitor.page.close()

    restarting.kill_and_start()
    stranger = open_page(new_context(), restarting)
    visitor = open_page(context, restarting)

    assert stranger.page.get_by_text("Resume").count() == 0
    visitor.says(OFFER)
    visitor.press("Resume")
    visitor.says(ALL_ARE_USED)
    visitor.go("Balance")
    visitor.has_title("How should the classes be balanced?")
    expect(visitor.page.locator(".answer")).to_have_text(answer, timeout=PATIENCE_MS)
    visitor.check()


def test_what_is_deleted_is_not_offered_again(
    restarting: Restarting, context: BrowserContext, tmp_path: Path
) -> None:
    visitor = open_page(context, restarting)
    load_pets(visitor, tmp_path)
    restarting.kill_and_start()
    visitor.page.goto(restarting.server.url)
    visitor.says(OFFER)

    visitor.press("Delete")

    expect(visitor.page.get_by_text("Resume")).to_have_count(0, timeout=PATIENCE_MS)
    visitor.check()
    restarting.kill_and_start()
    visitor = open_page(context, restarting)
    assert visitor.page.get_by_text("Resume").count() == 0
    end = time.monotonic() + 20  # many files go in the background
    while list(restarting.place.rglob("*.png")) and time.monotonic() < end:
        time.sleep(0.1)
    assert list(restarting.place.rglob("*.png")) == []


def test_a_page_that_stays_open_over_a_restart_offers_to_go_on(
    restarting: Restarting, context: BrowserContext, tmp_path: Path
) -> None:
    visitor = open_page(context, restarting)
    load_pets(visitor, tmp_path)

    with visitor.page.expect_websocket(timeout=PATIENCE_MS):
        restarting.kill_and_start()
    # Streamlit's page comes back by itself, and asks the new server at the next click.
    visitor.page.wait_for_timeout(1_000)
    visitor.go("Load")

    visitor.says(OFFER)


def test_a_connection_that_drops_loses_nothing(
    server: Server, context: BrowserContext, tmp_path: Path
) -> None:
    opened: list[tuple[WebSocketRoute, WebSocketRoute]] = []
    page = context.new_page()
    page.route_web_socket(
        re.compile("/_stcore/stream"),
        lambda route: opened.append((route, route.connect_to_server())),
    )
    page.goto(server.url)
    visitor = Visitor(page, server.url)
    load_pets(visitor, tmp_path)
    before = len(opened)

    for side in opened[-1]:
        side.close()
    end = time.monotonic() + PATIENCE_MS / 1000
    while len(opened) == before and time.monotonic() < end:
        page.wait_for_timeout(100)
    visitor.go("Audit")

    visitor.has_title("How unbalanced is it?")
    assert len(opened) > before
    visitor.check()
