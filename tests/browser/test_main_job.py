"""The main job, from the open app over a map with synthetic points to the zip: what it costs."""

import re
from collections.abc import Callable

import pytest
from main_job import do_main_job
from playwright.sync_api import Page
from visitor import Server, Visitor

pytestmark = pytest.mark.release  # each goes the whole way

MOST_KEYS = 40
MOST_SHIFT = 0.05

# The name of what has the focus, in shadow trees too.
_FOCUSED = """() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  if (!one || one === document.body) return "";
  const copy = one.cloneNode(true);
  for (const icon of copy.querySelectorAll("[data-testid=stIconMaterial]")) icon.remove();
  return one.ariaLabel || copy.textContent.trim();
}"""


class Keyboard:
    """Somebody without a mouse, who counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys: dict[str, int] = {}

    def presses(self, name: str) -> None:
        """Go to the control whose name begins so, with Tab alone, and press it with Enter."""
        passed: list[str] = []
        for _ in range(2 * MOST_KEYS):
            self.page.keyboard.press("Tab")
            passed.append(self.page.evaluate(_FOCUSED))
            if re.match(name, passed[-1]):
                self.page.keyboard.press("Enter")
                self.keys[name] = len(passed) + 1
                return
        raise AssertionError(f"no Tab leads to '{name}': {passed}")


def test_nothing_jumps_during_the_main_job(
    new_visitor: Callable[..., Visitor], server: Server
) -> None:
    visitor = new_visitor(server)
    visitor.waits_for_nothing()
    visitor.forget_shifts()

    do_main_job(visitor, lambda name: visitor.press(re.compile(f"^{name}")))

    assert visitor.worst_shift() <= MOST_SHIFT


@pytest.mark.xfail(strict=True, reason="it takes 46, 17 of them to the sample on Load")
def test_the_main_job_takes_few_keys(new_visitor: Callable[..., Visitor], server: Server) -> None:
    visitor = new_visitor(server)
    keyboard = Keyboard(visitor.page)

    do_main_job(visitor, keyboard.presses)

    assert sum(keyboard.keys.values()) <= MOST_KEYS, keyboard.keys
