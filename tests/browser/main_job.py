"""The main job: from the open app over a map with synthetic points to the zip."""

import re
from collections.abc import Callable

from playwright.sync_api import expect
from visitor import PATIENCE_MS, Visitor


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
