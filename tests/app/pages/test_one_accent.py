"""A page has one button with the accent: what is to be done next."""

from dataclasses import replace

import pytest
from comparisons import compare
from opened_page import open_view, visitor
from streamlit.testing.v1 import AppTest

from app.pages import PAGES
from app.session.session import Session
from core.evaluate import BASELINE, EvaluationReport


def accents(page: AppTest) -> list[str]:
    """Return the keys of the buttons that have the accent."""
    assert not page.exception
    return [str(one.key) for one in page.button if one.proto.type == "primary"]


@pytest.fixture(scope="module")
def compared(smote_session: Session) -> Session:
    report = compare(
        smote_session.dataset, smote_session.embeddings, strategies=["smote"], repeats=1
    )
    return smote_session.put(evaluation=report)


def said(report: EvaluationReport, **verdict: str) -> EvaluationReport:
    """Return the report with another verdict about what matters."""
    told = replace(report.verdicts[report.metric], **verdict)
    return replace(report, verdicts={**report.verdicts, report.metric: told})


@pytest.mark.parametrize("view", PAGES)
def test_a_page_has_one_accent_at_most(compared: Session, view: str) -> None:
    stale = compared.put(edits=compared.edits.leave_out([0]))

    for session in (Session(), compared, stale):
        found = accents(open_view(view, visitor(session)))

        assert len(found) <= 1, found


def test_evaluate_leads_to_what_its_verdict_says(compared: Session) -> None:
    report = compared.evaluation
    assert report is not None
    found = said(report, recommended="smote", elsewhere="")
    guessed = said(report, recommended="smote", elsewhere="More images may help.")
    nothing = said(report, recommended=BASELINE, elsewhere="More images may help.")

    for verdict, accent in (
        (found, "export_this_smote"),
        (guessed, "export_this_smote"),
        (nothing, "evaluate_elsewhere_more"),
    ):
        page = open_view("evaluate", visitor(compared.put(evaluation=verdict)))

        assert accents(page) == [accent]


def test_a_comparison_that_is_out_of_date_leads_to_the_next_one(compared: Session) -> None:
    stale = compared.put(edits=compared.edits.leave_out([0]))

    assert accents(open_view("evaluate", visitor(stale))) == ["evaluate_start"]
