"""Load asks before other images take the place of made work."""

from opened_page import button, open_view, text, visitor

from app.session.session import Session

SAMPLE = "Load 'Handwritten digits'"


def test_a_sample_over_made_work_comes_only_when_that_is_confirmed(smote_session: Session) -> None:
    workspace = visitor(smote_session)
    page = open_view("load", workspace)

    button(page, SAMPLE).click().run()
    assert not workspace.jobs()
    said = "Other images discard the embedding and its maps, and what the strategy made."
    assert said in text(page)

    button(page, "Keep the current images").click().run()
    assert "Other images discard" not in text(page)
    assert workspace.session is smote_session

    button(page, SAMPLE).click().run()
    button(page, "Load anyway").click().run()
    assert [job.title for job in workspace.jobs()]


def test_an_embedding_alone_is_made_again_without_a_question(embedded_session: Session) -> None:
    workspace = visitor(embedded_session)

    page = open_view("load", workspace)
    button(page, SAMPLE).click().run()

    assert workspace.jobs()
    assert "Other images discard" not in text(page)
