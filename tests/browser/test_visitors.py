"""Reloads, two visitors, and what the server process holds."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect
from visitor import PATIENCE_MS, Server, Visitor


def test_a_reload_keeps_what_was_made(visitor: Visitor) -> None:
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")

    visitor.page.reload()

    visitor.says("All 446 files can be used")


def test_a_reload_in_the_middle_of_a_job_loses_neither_job_nor_result(visitor: Visitor) -> None:
    visitor.press("Load 'Parts on a belt'")

    visitor.page.reload()

    visitor.says("675 can be used")


def test_two_tabs_of_one_visitor_both_see_the_result(visitor: Visitor) -> None:
    visitor.press("Load 'Parts on a belt'")
    other = visitor.page.context.new_page()
    other.goto(visitor.url)

    visitor.says("675 can be used")

    expect(other.get_by_text("675 can be used").first).to_be_visible(timeout=PATIENCE_MS)


def test_two_visitors_do_not_see_each_other(
    new_visitor: Callable[..., Visitor], server: Server
) -> None:
    one, other = new_visitor(server), new_visitor(server)
    one.press("Load 'Handwritten digits'")
    one.says("All 446 files can be used")
    one.go("Audit")
    picture = one.page.locator(".review[data-ready] .thumb img").first.get_attribute("src")
    assert picture is not None

    other.page.reload()

    other.has_title("Which images do you want to balance?")
    assert other.page.get_by_text("446").count() == 0
    token = picture.split("/")[3]
    stranger = picture.replace(token, token[::-1])
    assert other.page.request.get(f"{server.url}{stranger}").status == 404
    assert one.page.request.get(f"{server.url}{picture}").status == 200


def test_a_visitor_too_many_reads_one_sentence(
    start_server: Callable[..., Server],
    new_visitor: Callable[..., Visitor],
    new_context: Callable[[], BrowserContext],
) -> None:
    server = start_server("--max-visitors", "1")
    one = new_visitor(server)
    one.press("Load 'Handwritten digits'")
    one.says("All 446 files can be used")

    page = new_context().new_page()
    page.goto(server.url)

    too_many = Visitor(page, server.url)
    too_many.says("Evenset is full: it serves 1 visitor at a time.")
    too_many.check()


def test_clicking_twice_starts_one_job(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Load 'Parts on a belt'").dblclick()

    visitor.says("675 can be used")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's memory map")
def test_the_first_page_needs_neither_torch_nor_umap(
    start_server: Callable[..., Server], new_visitor: Callable[..., Visitor]
) -> None:
    server = start_server()

    visitor = new_visitor(server)
    visitor.says("No images at hand? Try a sample.")

    libraries = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert "numpy" in libraries
    for name in ("/torch/", "/numba/", "/llvmlite/"):
        assert name not in libraries


def test_a_dataset_named_on_the_command_line_opens_by_itself(
    start_server: Callable[..., Server], new_visitor: Callable[..., Visitor]
) -> None:
    server = start_server("--data", "sample:digits")

    visitor = new_visitor(server)

    visitor.says("All 446 files can be used")


@pytest.mark.parametrize(("host", "is_welcome"), [("127.0.0.1", True), ("evil.example", False)])
def test_a_site_that_points_its_name_at_this_computer_is_refused(
    server: Server, host: str, is_welcome: bool
) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    request = (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: http://{host}:{port}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )

    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request.encode())
        answer = connection.recv(64).decode()

    assert ("101" in answer.split("\r\n")[0]) == is_welcome
