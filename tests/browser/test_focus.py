"""Whichever way a page is opened, the focus is on its title, and stays where it is put."""

from playwright.sync_api import Locator, expect
from visitor import PATIENCE_MS, Visitor

from app.pages import PAGES


def title(visitor: Visitor, page: str) -> Locator:
    return visitor.page.get_by_role("heading", name=PAGES[page].question, level=1)


def test_every_page_opens_at_its_title(visitor: Visitor) -> None:
    expect(title(visitor, "load")).to_be_focused(timeout=PATIENCE_MS)
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")

    for name in [*PAGES, "load"]:
        visitor.go(PAGES[name].title)
        if name != "load":
            visitor.has_title(PAGES[name].question)
            expect(title(visitor, name)).to_be_focused(timeout=PATIENCE_MS)
    expect(title(visitor, "load")).to_be_focused(timeout=PATIENCE_MS)
    visitor.go("Audit")
    visitor.press("Try augmentation")
    expect(title(visitor, "augment")).to_be_focused(timeout=PATIENCE_MS)


def test_a_page_that_is_drawn_again_leaves_the_focus_alone(visitor: Visitor) -> None:
    visitor.press("Load 'Handwritten digits'")
    visitor.says("All 446 files can be used")
    visitor.go("Evaluate")
    expect(title(visitor, "evaluate")).to_be_focused(timeout=PATIENCE_MS)
    notes = visitor.page.get_by_role("switch", name="Notes for learners")
    visitor.compares_without_pictures()
    cancel = visitor.page.get_by_role("button", name="Cancel").first
    expect(cancel).to_be_visible(timeout=PATIENCE_MS)

    notes.focus()
    cancel.dispatch_event("click")  # as from elsewhere: the focus stays
    visitor.says("was cancelled")  # above the title, which moves down
    visitor.waits_for_nothing()

    expect(notes).to_be_focused()
