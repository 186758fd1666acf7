"""Reloads, two visitors, and what the server process holds."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from visitor import Server, Visitor


def test_a_reload_keeps_what_was_made(visitor: Visitor) -> None:
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")

    visitor.page.reload()

    visitor.says("All 446 files can be used")


def test_a_reload_in_the_middle_of_a_job_loses_neither_job_nor_result(visitor: Visitor) -> None:
    visitor.press("Load 'Parts on a belt'")

    visitor.page.reload()

    visitor.says("675 can be used")


def test_two_visitors_do_not_see_each_other(
    new_visitor: Callable[..., Visitor], server: Server
) -> None:
    one, other = new_visitor(server), new_visitor(server)
    one.press("Load 'Handwritten digits'")
    one.says("All 446 files can be used")
    one.go("Audit")
    picture = one.page.locator(".pictures img").first.get_attribute("src")
    assert picture is not None

    other.page.reload()

    other.has_title("Which images do you bring?")
    assert other.page.get_by_text("446").count() == 0
    token = picture.split("/")[3]
    stranger = picture.replace(token, token[::-1])
    assert other.page.request.get(f"{server.url}{stranger}").status == 404
    assert one.page.request.get(f"{server.url}{picture}").status == 200


def test_clicking_twice_starts_one_job(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Load 'Parts on a belt'").dblclick()

    visitor.says("675 can be used")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's memory map")
def test_the_first_page_needs_neither_torch_nor_umap(
    start_server: Callable[..., Server], new_visitor: Callable[..., Visitor]
) -> None:
    server = start_server()

    visitor = new_visitor(server)
    visitor.says("Nothing at hand? Take a sample.")

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
