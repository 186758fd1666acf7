"""Export asks for what its format needs, and says what the comparison advised."""

from dataclasses import replace

import pytest
from comparisons import compare
from opened_page import button, open_view, text, visitor

from app.charts.layout import with_minus
from app.session.session import Session
from app.session.workspaces import WORKSPACES


@pytest.fixture
def _is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WORKSPACES, "settings", replace(WORKSPACES.settings, host="127.0.0.1"))


@pytest.mark.usefixtures("_is_local")
def test_a_folder_is_asked_for_only_where_one_is_written(smote_session: Session) -> None:
    page = open_view("export", visitor(smote_session))
    assert not page.text_input

    page.radio(key="export_format").set_value("folder").run()

    assert [box.label for box in page.text_input] == ["New local folder"]


def test_the_verdict_of_evaluate_is_repeated_while_it_holds(smote_session: Session) -> None:
    dataset, embeddings = smote_session.dataset, smote_session.embeddings
    assert dataset is not None and embeddings is not None
    report = compare(dataset, embeddings, strategies=["none", "smote"])
    session = smote_session.put(evaluation=report)

    page = open_view("export", visitor(session))
    assert f"Evaluate: {with_minus(report.verdict)}" in text(page)
    assert button(page, "See the comparison")

    relabelled = session.put(edits=session.edits.leave_out([0]))
    assert "Evaluate: " not in text(open_view("export", visitor(relabelled)))
