"""Evaluate's costs outside: asked for on the page, made of the predictions of its comparison."""

import pytest
from comparisons import compare
from opened_page import button, finish_jobs, open_view, text, visitor

from app.charts.curves import reliability
from app.charts.layout import with_minus
from app.session.session import Session
from app.session.workspace import Workspace
from core.evaluate.decisions import Bin, CandidateCost, Reliability


@pytest.fixture(scope="module")
def workspace(embedded_session: Session) -> Workspace:
    """Return the workspace of a visitor who has compared two strategies on the page."""
    workspace = visitor(embedded_session)
    page = open_view("evaluate", workspace, evaluate_strategies=["lda"], evaluate_repeats=1)
    page.button(key="evaluate_start").click().run()
    finish_jobs(workspace)
    assert workspace.session.predictions is not None
    return workspace


def test_costs_are_worked_out_for_the_shares_that_are_named(workspace: Workspace) -> None:
    page = open_view("evaluate", workspace, decide_shares="dog=20%")

    button(page, "Work out the costs").click().run()
    finish_jobs(workspace)
    page.run()

    found = workspace.session.costs_outside
    assert not page.exception
    assert found is not None
    assert found.world.shares.tolist() == pytest.approx([0.8, 0.2])
    assert with_minus(found.answer) in text(page)
    assert found.note in text(page)
    costs = next(one.value for one in page.dataframe if "temperature" in one.value)
    assert list(costs["strategy"]) == ["None", "Shrunken LDA"]
    assert list(costs["cost"]) == [row.cost for row in found.rows]


def test_shares_that_are_none_are_refused_at_the_form(workspace: Workspace) -> None:
    page = open_view("evaluate", workspace, decide_shares="cow=20%")

    assert not page.exception
    assert "Shares name 'cow'" in page.error[0].value.replace("\\", "")
    assert "decide_start" not in [one.key for one in page.button]


def test_another_comparison_drops_the_costs_and_its_predictions(workspace: Workspace) -> None:
    session = workspace.session.put(costs_outside=object())

    other = session.put(evaluation=object())

    assert (other.predictions, other.costs_outside) == (None, None)


def test_without_predictions_it_is_said_how_to_get_them(embedded_session: Session) -> None:
    data = embedded_session.dataset, embedded_session.embeddings
    report = compare(*data, strategies=["lda"], repeats=1)

    page = open_view("evaluate", visitor(embedded_session.put(evaluation=report)))

    assert "what was kept of the comparison is not learned again" in text(page)
    assert "decide_start" not in [one.key for one in page.button]


def test_reliability_is_drawn_before_and_after() -> None:
    before, after = (Reliability((Bin(0.9, one, 40.0),), 0.1) for one in (0.5, 0.8))
    row = CandidateCost("none", "None", 0.1, 0.2, 1.5, None, before, after)

    _, own, corrected = reliability([row]).data

    assert (own.x[0], own.y[0], own.line.dash) == (90, 50, "dash")
    assert (corrected.x[0], corrected.y[0], corrected.line.dash) == (90, 80, "solid")
