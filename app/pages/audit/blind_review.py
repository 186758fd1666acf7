"""On Audit: how many labels are wrong, by a review that does not say which images are suspects."""

from functools import partial

import numpy as np
import streamlit as st

from app.review.board import change
from app.review.findings import start_review
from app.review.shown import ReviewList
from app.session.session import Session
from app.session.workspace import Workspace
from app.shell.page import current_workspace, quiet
from core.audit import BlindSample, draw_blind_sample, estimate_wrong_labels
from core.audit.blind_review import blind_sample_size
from core.evaluate.label_errors import LabelErrors
from core.words import count_of

_WHY = "blind_review"


def draw_blind_review(session: Session) -> None:
    """Draw what the review tells so far, or what begins it."""
    if session.audit is None or session.taken is None:
        return
    errors, sample = session.audit.given.insights.label_errors, session.blind_sample
    if sample is None and errors is None:
        return
    with st.expander("How many labels are wrong?", expanded=sample is not None):
        if sample is not None:
            for one in estimate_wrong_labels(sample, session.edits):
                quiet(one.text)
            _review_button(session, sample)
            return
        assert errors is not None
        quiet(
            "A ranking of suspects does not tell. Review a sample of suspects and others, mixed: "
            "the share of wrong labels of each class follows, with a 95% interval."
        )
        st.button(
            f"Review a blind sample of {count_of(blind_sample_size(errors), 'image')}",
            key="blind_begin", on_click=partial(_begin, current_workspace(), session, errors),
        )  # fmt: skip


def _begin(workspace: Workspace, session: Session, errors: LabelErrors) -> None:
    """Draw a sample, keep it, and open the queue of its images."""
    sample = draw_blind_sample(errors)
    change(workspace, lambda now: (now.put(blind_sample=sample), ""))
    start_review(workspace, _list_of(session, sample))


def _review_button(session: Session, sample: BlindSample) -> None:
    """Draw what goes on with the review, as long as images of its sample wait."""
    waiting = np.isin(sample.rows, session.edits.review_rows)
    if waiting.any():
        st.button(
            f"Resume with {count_of(int(waiting.sum()), 'image')}", key="blind_go_on",
            on_click=partial(start_review, current_workspace(), _list_of(session, sample)),
        )  # fmt: skip


def _list_of(session: Session, sample: BlindSample) -> ReviewList:
    assert session.taken is not None and session.dataset is not None
    rows = np.array(sample.rows, np.intp)
    title = "A blind sample: is the label right?"
    return ReviewList(session.taken, rows, title, _WHY, tuple(session.dataset.classes))
