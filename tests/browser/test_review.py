"""Reviewing by keyboard in a real browser: nothing that was decided is lost."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from reviewing import Review, begin_review, decisions
from visitor import PATIENCE_MS, Visitor

KEYS = "lk1"


def test_twelve_suspects_are_reviewed_by_keyboard_alone_and_undone(
    visitor: Visitor, tmp_path: Path
) -> None:
    review = begin_review(visitor, tmp_path / "set", 12)
    keys = KEYS * 4

    review.type(keys, per_second=8)

    review.is_at(12, 12)
    assert [change[:2] for change in review.changes()] == decisions(keys)
    names = [change[2] for change in review.changes()]
    assert names == sorted(set(names))  # each image once, in the order of the queue
    visitor.says("4 images left out")
    visitor.says("4 images relabelled from 'dog' to 'cat'")

    review.board.locator(".stage").focus()
    review.type("z" * 12, per_second=10)
    review.is_at(0, 12)
    review.page.keyboard.press("z")
    expect(review.board.locator("> .status")).to_contain_text("Nothing to undo.")
    assert review.changes() == []

    review.board.locator(".stage").focus()
    for _ in range(12):
        review.page.keyboard.press("Shift+Z")
    review.is_at(12, 12)
    assert [change[:2] for change in review.changes()] == decisions(keys)


def test_a_reload_in_the_middle_loses_nothing(visitor: Visitor, tmp_path: Path) -> None:
    review = begin_review(visitor, tmp_path / "set", 12)
    review.type("lk1lk", per_second=30)

    visitor.page.reload()

    visitor.has_title("How unbalanced is it?")
    # Streamlit asks below the page's own address first.
    visitor.faults = [fault for fault in visitor.faults if "/audit/_stcore/" not in fault]
    review.is_at(5, 12)
    review.board.locator(".stage").focus()
    review.type("1lk1lk1", per_second=5)
    review.is_at(12, 12)
    assert [change[:2] for change in review.changes()] == decisions(KEYS * 4)


# In a tab behind another one, Chromium may let the word that a decision was heard wait for minutes.
@pytest.mark.release
def test_two_tabs_review_one_queue(visitor: Visitor, tmp_path: Path) -> None:
    review = begin_review(visitor, tmp_path / "set", 8)
    page = visitor.page.context.new_page()
    page.goto(visitor.page.url)
    other = Review(page)
    other.is_at(0, 8)
    other.board.locator(".stage").focus()

    review.type("ll", per_second=20)
    page.bring_to_front()
    page.keyboard.press("End")
    other.type("k", per_second=20)  # the last one, then the first that waits here
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    other.type("1", per_second=20)

    review.is_heard()
    other.is_at(4, 8)
    # The file is that of the page as this tab has drawn it last.
    for text in ("2 images left out", "1 image relabelled from 'dog' to 'cat'"):
        expect(page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)
    first, second = ("leave_out", ""), ("leave_out", "")
    changes = sorted(other.changes(), key=lambda change: change[2])
    assert [change[:2] for change in changes] == [first, second, ("label", "cat"), ("reviewed", "")]


def test_a_grid_of_a_class_is_walked_and_decided_by_keys(visitor: Visitor, tmp_path: Path) -> None:
    begin_review(visitor, tmp_path / "set", 6)
    visitor.press("Close the review")
    page = visitor.page
    expect(page.locator(".st-key-review_queue_board")).to_have_count(0, timeout=PATIENCE_MS)
    visitor.says("6 images to review later")
    grid = page.locator(".st-key-class_pictures .review[data-ready]")
    grid.locator(".thumb").first.focus()

    expect(grid.locator("> .status")).to_have_text(
        "Enter enlarge · L leave out · K keep · Z undo · 1 cat · 2 dog"
    )
    page.keyboard.press("ArrowRight")
    page.keyboard.press("l")
    page.keyboard.press("Enter")

    dialog = grid.locator("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".badge").first).to_have_text("✕ left out")
    expect(dialog.locator("img.large")).not_to_have_js_property("naturalWidth", 0)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("/")
    page.keyboard.type("lynx")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    thumb = grid.locator(".thumb").nth(1)
    expect(thumb).to_have_attribute("aria-label", re.compile("^dog, .*, ✕ left out$"))
    expect(grid.locator(".thumb").nth(2)).to_have_attribute(
        "aria-label", re.compile("^lynx, .*→ lynx$")
    )
    visitor.says("1 image relabelled from 'dog' to 'lynx'")
    page.keyboard.press("z")
    page.keyboard.press("z")
    expect(thumb).to_have_attribute("aria-label", re.compile("png$"))


@pytest.mark.release
def test_three_hundred_suspects_are_reviewed(visitor: Visitor, tmp_path: Path) -> None:
    review = begin_review(visitor, tmp_path / "set", 300)
    keys = KEYS * 100

    review.type(keys, per_second=5)

    review.is_at(300, 300)
    assert [change[:2] for change in review.changes()] == decisions(keys)
