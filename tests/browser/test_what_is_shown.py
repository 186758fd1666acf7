"""What is told of a page on which a test failed."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext
from visitor import what_is_shown


def test_a_page_is_told_by_address_text_and_picture(
    browser: Browser, new_context: Callable[[], BrowserContext], tmp_path: Path
) -> None:
    page = new_context().new_page()
    page.goto("data:text/html,<p>One</p><p>sentence.</p>")

    told = what_is_shown(browser, tmp_path / "test_it")

    (picture,) = tmp_path.iterdir()
    assert f"data:text/html,<p>One</p><p>sentence.</p> ({picture})\nOne sentence." in told
