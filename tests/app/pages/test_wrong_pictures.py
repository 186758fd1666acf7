"""Evaluate shows the pictures behind its figures, and says what the command line writes."""

import csv
from io import StringIO

import numpy as np
import pytest
from opened_page import html, open_view, text, visitor

from app.pages.evaluate.errors import CONFUSION, SLOPES
from app.review.shown import Reviews
from app.session.session import Session
from core.evaluate.wrong_images import find_wrong, wrong_as_csv


@pytest.fixture(scope="module")
def compared(hostile_session: Session) -> Session:
    """Return a session of four classes whose comparison gets some images wrong."""
    assert len(hostile_session.evaluation.wrong["none"])
    return hostile_session


def clicked(*told: str) -> dict[str, object]:
    """Return what a chart keeps of a click."""
    return {"selection": {"points": [{"customdata": list(told)}]}}


def test_the_images_that_a_strategy_gets_wrong_are_those_of_the_table(compared: Session) -> None:
    report = compared.evaluation
    page = open_view("evaluate", visitor(compared))
    table = wrong_as_csv(report.wrong, report.classes, report.repeats, compared.dataset)

    rows = {int(one["row"]) for one in csv.DictReader(StringIO(table)) if one["strategy"] == "none"}

    assert not page.exception
    noun = "image" if len(rows) == 1 else "images"
    assert f"{len(rows)} {noun} taken for another label in at least one of 10 repeats." in text(
        page
    )


@pytest.mark.parametrize("has_predicted", [True, False])
def test_a_click_shows_the_images_of_a_cell_or_of_a_class(
    compared: Session, has_predicted: bool
) -> None:
    report = compared.evaluation
    wrong = report.wrong["none"]
    label, predicted = (report.classes[code] for code in wrong[0, 1:3])
    key = f"{CONFUSION}none" if has_predicted else SLOPES
    click = clicked(label, predicted) if has_predicted else clicked(label)
    page = open_view("evaluate", visitor(compared), **{key: click})

    found = find_wrong(
        wrong, report.classes, report.repeats, label=label,
        predicted=predicted if has_predicted else None,
    )  # fmt: skip

    assert not page.exception
    assert page.selectbox(key="wrong_label").value == label
    assert page.selectbox(key="wrong_predicted").value == (predicted if has_predicted else None)
    assert found.text in text(page)


def test_wrong_images_go_to_the_review_of_audit_in_their_order(compared: Session) -> None:
    workspace = visitor(compared)
    page = open_view("evaluate", workspace)
    report = compared.evaluation
    found = find_wrong(report.wrong["none"], report.classes, report.repeats)

    # It leads to Audit, which is not there where a view is opened alone.
    page.button(key="wrong_none_review").click().run()

    queue = workspace.of(Reviews).queue.shown
    assert queue.rows.tolist() == found.rows.tolist()
    np.testing.assert_array_equal(workspace.session.edits.review_rows, np.sort(found.rows))
    assert workspace.session.evaluation is report  # nothing was decided yet


def test_names_behind_the_figures_are_shown_and_never_obeyed(compared: Session) -> None:
    page = open_view("evaluate", visitor(compared))

    assert not page.exception
    assert [body for body in html(page) if "<img src=x" in body] == []
