"""A finding's row: what a click does, and a threshold that moves with its pictures."""

import numpy as np
import pytest
from drawn_sets import loaded
from opened_page import button, open_view, text, visitor

from app.review.shown import ReviewList, Reviews
from app.session.workspace import Workspace
from core.audit import AuditInput, Check, Finding, Severity, checks
from core.dataset import ImageDataset
from core.parameters import Parameter

DARKNESS = np.arange(1, 20) / 20  # of the 19 images in order
THRESHOLD = Parameter("dark", "Darkness from", "", 0.0, 1.0, 0.05, 0.75, "How dark it is.")


def find_dark(given: AuditInput) -> list[Finding]:
    """Return the images that are darker than the threshold, the darkest first."""
    rows = np.flatnonzero(given.threshold(checks.CHECKS["dark"]) < DARKNESS)[::-1]
    if not len(rows):
        return []
    text = f"{len(rows)} images are dark."
    scores = DARKNESS[rows]
    return [Finding("dark", Severity.LOW, rows, text, "Look at them.", scores=scores)]


@pytest.fixture
def workspace(dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Return a visitor whose audit has a check with a threshold."""
    check = Check(
        "dark", "Dark", "", find_dark, scores=lambda _: DARKNESS, threshold=THRESHOLD
    )  # fmt: skip
    monkeypatch.setitem(checks.CHECKS, "dark", check)
    return visitor(loaded(dataset))


def lists(workspace: Workspace, title: str) -> list[ReviewList]:
    """Return the lists with a title that the page has shown, in the order of showing."""
    return [shown for shown in workspace.of(Reviews)._lists.values() if shown.title == title]


def test_the_pictures_beside_a_threshold_move_with_it(workspace: Workspace) -> None:
    page = open_view("audit", workspace, other_findings=True)
    assert "4 of 19 images found." in text(page)
    (slider,) = page.slider

    slider.set_value(0.45).run()

    assert not page.exception
    assert workspace.session.thresholds == {"dark": 0.45}
    assert "10 images are dark." in text(page)
    assert "10 of 19 images found." in text(page)
    found = lists(workspace, "Found, nearest to the threshold first")[-1]
    spared = lists(workspace, "Not found, nearest to the threshold first")[-1]
    assert found.rows.tolist() == list(range(9, 17))
    assert spared.rows.tolist() == list(range(8, 0, -1))
    assert found.notes[0] == "score 0.5"


def test_the_images_of_a_finding_are_reviewed_in_its_order(workspace: Workspace) -> None:
    page = open_view("audit", workspace, other_findings=True)

    button(page, "Review 4 images one by one").click().run()

    queue = workspace.of(Reviews).queue.shown
    assert queue.rows.tolist() == [18, 17, 16, 15]
    assert queue.notes[0] == "score 0.95"
    assert workspace.session.edits.review_rows.tolist() == [15, 16, 17, 18]


def test_what_was_kept_is_told_and_not_reviewed_again(workspace: Workspace) -> None:
    session = workspace.session
    edits = session.edits.reviewed([15, 16], why="label_errors").reviewed([16, 18], why="dark")
    workspace.put(session, session.put(edits=edits))
    page = open_view("audit", workspace, other_findings=True)

    assert "You kept 2 of these 4 images." in text(page)
    review = button(page, "Review 2 images one by one")
    assert review.key == "finding_dark_review"
    review.click().run()

    assert workspace.of(Reviews).queue.shown.rows.tolist() == [17, 15]
    assert workspace.of(Reviews).queue.shown.notes[0] == "score 0.9"
    assert workspace.session.edits.kept_rows.tolist() == [16, 18]


def test_a_finding_whose_images_were_all_kept_offers_no_review(workspace: Workspace) -> None:
    session = workspace.session
    workspace.put(session, session.put(edits=session.edits.reviewed([15, 16, 17, 18], why="dark")))

    page = open_view("audit", workspace, other_findings=True)

    assert "You kept 4 of these 4 images." in text(page)
    assert "finding_dark_review" not in {one.key for one in page.button}
