"""A review in a browser, driven by keys alone, and what came of it by the file of the changes."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from image_sets import write_folder
from playwright.sync_api import Locator, Page, expect
from visitor import PATIENCE_MS, Visitor

# What the keys do to an image of 'dog', as the file of the changes has it.
DONE = {"l": ("leave_out", ""), "k": ("reviewed", ""), "1": ("label", "cat")}


@dataclass
class Review:
    """The queue on a page."""

    page: Page

    @property
    def board(self) -> Locator:
        """Return the component."""
        return self.page.locator(".st-key-review_queue_board .review[data-ready]")

    def is_at(self, decided: int, of: int) -> None:
        """Wait until the queue says how far it is."""
        text = re.compile(rf"^{decided} of {of} decided")
        expect(self.board.locator(".progress span")).to_have_text(text, timeout=PATIENCE_MS)

    def type(self, keys: str, *, per_second: float) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(1000 / per_second)

    def is_heard(self) -> None:
        """Wait until the server has all that was decided."""
        unheard = "(host) => host.review.outbox.unheard.length"
        for _ in range(PATIENCE_MS // 100):
            if self.board.evaluate(unheard) == 0:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{self.board.evaluate(unheard)} decisions were not heard")

    def changes(self) -> list[tuple[str, str, str]]:
        """Return what was done, to which label, and the name of the file, as Audit saves it."""
        self.is_heard()
        button = self.page.get_by_role("button", name=re.compile("Download edits.json"))
        with self.page.expect_download(timeout=PATIENCE_MS) as saved:
            button.click()
        path = saved.value.path()
        edits = json.loads(Path(path).read_text())["edits"]
        return [
            (edit["what"], edit["value"], image["path"].rsplit("/", 1)[-1])
            for edit in edits
            for image in edit["images"]
            if edit["what"] != "review"
        ]


def begin_review(visitor: Visitor, folder: Path, suspects: int) -> Review:
    """Load a set whose smallest class is a finding of so many images, and review them by keys."""
    cats = 4 * suspects  # a ratio that needs action, so that the finding is always shown
    visitor.upload(write_folder(folder, {"cat": cats, "dog": suspects}))
    visitor.says(f"All {cats + suspects} files can be used")
    visitor.go("Audit")
    button = visitor.page.get_by_role("button", name=f"Review {suspects} images one by one")
    expect(button.first).to_be_visible(timeout=PATIENCE_MS)
    visitor.waits_for_nothing()
    button.first.focus()
    visitor.page.keyboard.press("Enter")
    review = Review(visitor.page)
    review.is_at(0, suspects)
    expect(review.board.locator(".stage")).to_be_focused(timeout=PATIENCE_MS)
    return review


def decisions(keys: str) -> list[tuple[str, str]]:
    """Return what keys come to, in order."""
    return [DONE[key] for key in keys]
