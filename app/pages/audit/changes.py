"""On Audit: what the person has changed in the labels, and what waits to be reviewed."""

from functools import partial

import streamlit as st

from app.review.findings import start_review
from app.review.shown import ReviewList, Reviews
from app.session.session import Session
from app.shell.page import current_workspace, plain, quiet
from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.dataset.edits_file import EDITS_NAME, edits_text, name_edits
from core.words import count_of


def draw_changes(session: Session) -> Session:
    """Draw the changes, when there are any, and return the session with what was decided."""
    taken, edits = session.taken, session.edits
    if taken is None or not (edits.done or edits.undone):
        return session
    st.subheader("Your changes", anchor=False)
    with st.container(border=True, key="changes"):
        _summary(edits, taken)
        after = _history(edits, taken)
        is_open = current_workspace().of(Reviews).queue_of(taken) is not None
        if len(edits.review_rows) and not is_open:
            after = _to_review(edits, taken) or after
    return session.put(edits=after) if after is not None else session


def _summary(edits: Edits, taken: ImageDataset) -> None:
    sentences = edits.summary(taken)
    if sentences:
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))
        quiet("Your files are not changed. Every page and the export use these labels.")
    else:
        quiet("No changes. The labels are those of your files.")


def _history(edits: Edits, taken: ImageDataset) -> Edits | None:
    """Draw what goes back and forth; return the edits that were asked for."""
    after = None
    with st.container(horizontal=True):
        if edits.last is not None:
            text = f"Undo: {plain(edits.last.text)}"
            if st.button(text, key="changes_undo", icon=":material/undo:"):
                after = edits.undo()
        if edits.undone:
            text = f"Redo: {plain(edits.undone[-1].text)}"
            if st.button(text, key="changes_redo", icon=":material/redo:"):
                after = edits.redo()
        if len(edits) > 1 and st.button("Undo all", key="changes_undo_all"):
            after = edits.undo_all()
        if edits.done:
            st.download_button(
                f"Download {EDITS_NAME}", partial(_file_of, edits, taken), EDITS_NAME,
                "application/json", key="changes_download", icon=":material/download:",
                on_click="ignore", help=(
                    "On the command line, --edits applies it to the same images."
                ),
            )  # fmt: skip
    return after


def _file_of(edits: Edits, taken: ImageDataset) -> str:
    return edits_text(name_edits(edits.done, taken))


def _to_review(edits: Edits, taken: ImageDataset) -> Edits | None:
    """Draw what waits on the review list; return the edits with what was decided about it."""
    rows, workspace = edits.review_rows, current_workspace()
    waiting = count_of(len(rows), "image")
    shown = ReviewList(taken, rows, f"{waiting} on your review list")
    with st.container(horizontal=True):
        st.button(
            f"Review {waiting} on your list", key="review_list",
            on_click=partial(start_review, workspace, shown),
        )  # fmt: skip
        if len(rows) > 1 and st.button(f"Leave out all {len(rows):,}", key="review_leave_out"):
            return edits.leave_out(rows)
        if len(rows) > 1 and st.button(f"Keep all {len(rows):,}", key="review_keep"):
            return edits.reviewed(rows)
    return None
