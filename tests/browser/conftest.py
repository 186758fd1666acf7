"""A real server, a real Chromium, and a page that fails on anything it should never show."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from find_chromium import find_chromium
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, sync_playwright
from second_try import SHOWN
from visitor import PATIENCE_MS, WATCH_SHIFTS, Server, Visitor, what_is_shown

# Without these, Chromium looks for Google's hosts at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def pytest_runtest_setup() -> None:
    """Where there is no browser, skip loudly, and fail where that must not be."""
    if not has_browser():
        if os.environ.get("CI") == "true":
            pytest.fail("No Chromium found, and CI=true: install one or name it.", pytrace=False)
        pytest.skip("NO CHROMIUM FOUND")


@cache
def has_browser() -> bool:
    return find_chromium() is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say in the report of a failure what the browser showed."""
    report = yield
    chromium = (getattr(item, "funcargs", None) or {}).get("browser")
    if report.failed and chromium is not None and hasattr(item.config, "cache"):
        place = item.config.cache.mkdir("failed_pages")
        report.sections.append(
            (SHOWN, what_is_shown(chromium, place / re.sub(r"\W+", "_", item.name)))
        )
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield chromium
        chromium.close()


class Servers:
    """Starts servers and ends them; each has a place of its own for workspaces.

    They embed nothing in advance: a page is the same however long one waits, and no test pays for
    what it does not look at.
    """

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self.folders = folders
        self.started: list[Server] = []

    def __call__(self, *options: str, port: int | None = None, works_ahead: bool = False) -> Server:
        """Start a server with more options, and wait until it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = port or probe.getsockname()[1]
        program = str(Path(sys.executable).with_name("evenset"))
        place = str(self.folders.mktemp("workspaces"))
        command = [program, "serve", "--no-browser", "--port", str(port), "--workspaces", place]
        command += options if works_ahead else ["--embed-on-request", *options]
        with (self.folders.mktemp("server") / "log").open("wb") as log:
            # Another folder than the checkout: its .streamlit must not be needed.
            process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folders.getbasetemp()
            )
        server = Server(f"http://127.0.0.1:{port}", process)
        self.started.append(server)
        end = time.monotonic() + PATIENCE_MS / 1000
        while time.monotonic() < end:
            try:
                with urlopen(f"{server.url}/_stcore/health", timeout=1):
                    return server
            except (URLError, OSError):
                assert process.poll() is None, "the server ended at its start"
                time.sleep(0.1)
        raise AssertionError("the server did not answer")

    def end(self) -> None:
        """End all of them."""
        for server in self.started:
            server.process.terminate()
            server.process.wait(10)


@pytest.fixture
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Return a function that starts a server; it ends with the test."""
    servers = Servers(tmp_path_factory)
    yield servers
    servers.end()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server that all tests share; each visitor has a workspace of their own."""
    servers = Servers(tmp_path_factory)
    yield servers()
    servers.end()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Return a function that opens a browser of somebody new, which may complain on its console."""
    opened: list[BrowserContext] = []

    def new() -> BrowserContext:
        opened.append(browser.new_context(viewport={"width": 1400, "height": 1000}))
        return opened[-1]

    yield new
    for context in opened:
        context.close()


class Visitors:
    """Opens servers as somebody new, each in a browser context of their own."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.opened: list[Visitor] = []

    def __call__(self, server: Server, **options: object) -> Visitor:
        """Return somebody who has just opened the app."""
        context = self.browser.new_context(
            viewport={"width": 1400, "height": 1000}, accept_downloads=True, **options
        )
        context.add_init_script(WATCH_SHIFTS)
        page = context.new_page()
        visitor = Visitor(page, server.url)

        def on_console(message: ConsoleMessage) -> None:
            if message.type == "error":
                place = message.location.get("url", "")
                visitor.faults.append(f"console: {message.text} {place}")

        def on_request(request: Request) -> None:
            if not request.url.startswith(
                (server.url, server.url.replace("http", "ws"), "data:", "blob:")
            ):
                visitor.faults.append(f"request: {request.url}")

        page.on("console", on_console)
        page.on("request", on_request)
        page.on("pageerror", lambda error: visitor.faults.append(f"script: {error}"))
        page.goto(server.url)
        visitor.has_title("Which images do you want to balance?")
        self.opened.append(visitor)
        return visitor

    def end(self) -> None:
        """Fail on what no page may show or do."""
        for visitor in self.opened:
            visitor.check()
            visitor.page.context.close()


@pytest.fixture
def new_visitor(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Return a function that opens a server as somebody new."""
    visitors = Visitors(browser)
    yield visitors
    visitors.end()


@pytest.fixture(scope="module")
def new_lasting_visitor(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Return a function that opens a server as somebody whose page the tests of a module share."""
    visitors = Visitors(browser)
    yield visitors
    visitors.end()


@pytest.fixture(scope="module")
def lasting_visitor(new_lasting_visitor: Callable[..., Visitor], server: Server) -> Visitor:
    """Return somebody whose page the tests of a module share."""
    return new_lasting_visitor(server)


@pytest.fixture
def visitor(new_visitor: Callable[..., Visitor], server: Server) -> Visitor:
    """Return somebody who has just opened the app."""
    return new_visitor(server)
