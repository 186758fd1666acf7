"""The main job, from the open app over a map with synthetic points to the zip: what it costs."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from visitor import PATIENCE_MS, Server, Visitor

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
        self.keys = 0

    def presses(self, name: str) -> None:
        """Go to the control whose name begins so, with Tab alone, and press it with Enter."""
        passed = []
        for _ in range(2 * MOST_KEYS):
            self.page.keyboard.press("Tab")
            self.keys += 1
            passed.append(self.page.evaluate(_FOCUSED)[:40])
            if re.match(name, passed[-1]):
                self.page.keyboard.press("Enter")
                self.keys += 1
                return
        raise AssertionError(f"no Tab leads to '{name}': {passed}")


def do_main_job(visitor: Visitor, press: Callable[[str], None]) -> None:
    """Load the sample, put points on the map, and write the zip, by `press` with names."""
    press("Load 'Parts on a belt'")
    visitor.says("Of 676 files, 675 can be used and 1 is skipped")
    visitor.waits_for_nothing()
    press("Balance the classes")
    visitor.has_title("How should the classes be balanced?")
    button = visitor.page.get_by_role("button", name=re.compile("[Mm]ake .* synthetic points"))
    expect(button.first).to_be_enabled(timeout=PATIENCE_MS)
    press("(Make|Embed) .* synthetic points")
    # Here the images are embedded.
    made = visitor.page.get_by_role("button", name="Export the balanced set")
    expect(made).to_be_visible(timeout=4 * PATIENCE_MS)
    visitor.waits_for_nothing()
    press("Export the balanced set")
    visitor.has_title("What will you export?")
    visitor.waits_for_nothing()
    press("Write ")
    link = visitor.page.get_by_role("link", name="Download the zip")
    expect(link).to_be_visible(timeout=PATIENCE_MS)


def test_nothing_jumps_during_the_main_job(
    new_visitor: Callable[..., Visitor], resting_server: Server
) -> None:
    visitor = new_visitor(resting_server)
    visitor.waits_for_nothing()
    visitor.forget_shifts()

    do_main_job(visitor, lambda name: visitor.press(re.compile(f"^{name}")))

    assert visitor.worst_shift() <= MOST_SHIFT


def test_the_main_job_takes_few_keys(
    new_visitor: Callable[..., Visitor], resting_server: Server
) -> None:
    visitor = new_visitor(resting_server)
    keyboard = Keyboard(visitor.page)

    do_main_job(visitor, keyboard.presses)

    assert keyboard.keys <= MOST_KEYS
