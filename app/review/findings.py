"""Findings with their pictures, what a click does about them, and where each begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import numpy as np
import streamlit as st

from app.review.board import Mode, change, review_board
from app.review.shown import ReviewList, Reviews
from app.session.session import Session
from app.session.workspace import Workspace
from app.shell.page import current_workspace, quiet
from core.audit import CHECKS, AuditInput, Check, Finding
from core.audit.borderline import borderline
from core.dataset.edits import Edits
from core.words import count_of

_IN_A_ROW = 8  # pictures of a finding


@dataclass(frozen=True)
class Action:
    """What a person did about a finding; None for what they left as it is."""

    edits: Edits | None = None
    threshold: float | None = None  # of its check


def finding_cards(findings: Sequence[Finding]) -> None:
    """Draw a card for each finding."""
    st.html("".join(_card(finding) for finding in findings))


def finding_view(
    session: Session, finding: Finding, *, key: str, given: AuditInput | None = None
) -> Action:
    """Draw a finding: its text, its pictures, what can be done, and where it begins.

    Args:
        session: With the images.
        finding: Of the images as they are edited.
        key: Another one for each finding of the page.
        given: What the audit knew, where the person may move the threshold of its check.
    """
    taken, dataset = session.taken, session.dataset
    assert taken is not None and dataset is not None
    st.html(_card(finding))
    action = Action()
    if len(finding.rows):
        whole = ReviewList.of_finding(finding, taken, dataset)
        left = whole.without(session.edits.kept_for(finding.id))
        review_board(whole.part(_IN_A_ROW), session.edits, key=f"{key}_pictures")
        if len(left) < len(whole):
            quiet(f"You kept {len(whole) - len(left):,} of these {count_of(len(whole), 'image')}.")
        with st.container(horizontal=True):
            for number, remedy in enumerate(finding.remedies):
                if st.button(remedy.title, key=f"{key}_remedy_{number}"):
                    action = Action(session.edits.followed_by(remedy.edits, taken))
            if len(left):
                st.button(
                    f"Review {count_of(len(left), 'image')} one by one", key=f"{key}_review",
                    on_click=partial(start_review, current_workspace(), left),
                )  # fmt: skip
    check = CHECKS.get(finding.check)
    if given is not None and check is not None and check.threshold is not None:
        with st.expander("Move the threshold"):
            threshold = threshold_view(session, given, check, key=f"{key}_threshold")
        action = Action(action.edits, threshold)
    return action


def threshold_view(session: Session, given: AuditInput, check: Check, *, key: str) -> float | None:
    """Draw where a check begins to find images, with those just above and just below.

    Returns:
        Where the person wants it to begin, where that is another place.
    """
    taken, wanted = session.taken, check.threshold
    assert taken is not None and wanted is not None
    now = given.threshold(check)
    title = f"{wanted.title} ({wanted.unit})" if wanted.unit else wanted.title
    chosen = float(
        st.slider(
            title, float(wanted.low), float(wanted.high), float(now), float(wanted.step),
            key=key, help=wanted.help,
        )
    )  # fmt: skip
    beside = borderline(given, check, chosen)
    quiet(beside.text)
    for title, rows, scores in (
        ("Found, nearest to the threshold first", beside.found, beside.found_scores),
        ("Not found, nearest to the threshold first", beside.spared, beside.spared_scores),
    ):
        if len(rows):
            quiet(title)
            notes = [check.said(score) for score in scores.tolist()]
            shown = ReviewList(taken, rows, title, check.name, notes=notes)
            review_board(shown, session.edits, key=f"{key}_{title[:3]}")
    return chosen if not np.isclose(chosen, now) else None


def start_review(workspace: Workspace, shown: ReviewList) -> None:
    """Open a queue of these images, and put them on the review list."""
    workspace.of(Reviews).open(shown)

    def listed(session: Session) -> tuple[Session, str]:
        return session.put(edits=session.edits.review(shown.rows, why=shown.why)), ""

    change(workspace, listed)


def draw_queue(session: Session) -> None:
    """Draw the queue that is open, if there is one."""
    reviews = current_workspace().of(Reviews)
    queue = reviews.queue_of(session.taken)
    if queue is None:
        return
    with st.container(border=True, key="review_queue"):
        quiet(queue.shown.title)
        review_board(
            queue.shown, session.edits, key="review_queue_board", mode=Mode.QUEUE,
            opened=queue.opened,
        )  # fmt: skip
        st.button("Close the review", key="review_close", on_click=reviews.close)


def _card(finding: Finding) -> str:
    severity = f"{finding.severity.sign} {finding.severity.words}"
    return (
        f'<div class="finding"><span class="severity">{severity}</span>'
        f'<div><p>{escape(finding.text)}</p><p class="quiet">{escape(finding.remedy)}</p></div>'
        "</div>"
    )
