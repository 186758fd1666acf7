"""What a person does with the images that they have selected on the map."""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from app.map.selection import Selection
from app.session.session import Session
from app.shell.page import current_workspace, plain, quiet
from core.dataset import Rows
from core.dataset.edits import Edits
from core.errors import EvensetError
from core.ingest import known_label
from core.words import count_of

_REFUSED = "map_refused"


def draw_actions(session: Session, selection: Selection) -> None:
    """Draw what can be done with the selected images, and what can be undone."""
    rows = selection.rows
    if not len(rows) and selection.pick is not None and selection.pick.is_real:
        rows = np.array([selection.pick.number], np.intp)
    if len(rows):
        _actions(session, rows)
        whose, refused = st.session_state.get(_REFUSED, (None, ""))
        if whose is session.edits and refused:
            st.warning(plain(refused), icon=":material/info:")
    last = session.edits.last
    if last is None:
        return
    text = f"Undo: {plain(last.text)}"
    if st.button(text, key="map_undo", icon=":material/undo:"):
        _put(session, session.edits.undo)


def _actions(session: Session, rows: Rows) -> None:
    assert session.dataset is not None
    which = count_of(len(rows), "image")
    gone = np.intersect1d(rows, session.edits.left_out_rows)
    with st.container(horizontal=True):
        staying = count_of(len(rows) - len(gone), "image")
        if len(gone) < len(rows) and st.button(f"Leave out {staying}", key="map_leave_out"):
            _put(session, partial(session.edits.leave_out, rows))
        if len(gone) and st.button(f"Restore {count_of(len(gone), 'image')}", key="map_restore"):
            _put(session, partial(session.edits.restore, gone))
        if st.button(
            "Review later", key="map_review", help=("Adds them to the review list on Audit.")
        ):
            _put(session, partial(session.edits.review, rows))
    if session.balanced is not None and session.balanced.made is not None:
        quiet("Synthetic points depend on the labels: generate them again after a change.")
    label = st.selectbox(
        "Change the label", session.dataset.classes, index=None, accept_new_options=True,
        placeholder="a class or a new name", key="map_label",
    )  # fmt: skip
    if label is not None and st.button(f"Relabel {which}", key="map_relabel"):
        wanted = known_label(label, session.dataset.classes)
        _put(session, partial(session.edits.relabel, rows, wanted, of=session.taken))


def _put(session: Session, change: Callable[[], Edits]) -> None:
    """Store the edits that `change` gives; the page is drawn again with what they change.

    A refusal stands below the buttons, where the person looks: the top of the page is far away.
    """
    st.session_state.pop(_REFUSED, None)
    workspace = current_workspace()
    before = workspace.session
    try:
        edits = change()
        if before.dataset is not session.dataset:  # another tab was quicker
            workspace.put(session, session.put(edits=edits))
        elif edits is session.edits:
            _refuse(session, "Nothing to change: it is so already.")
        else:
            workspace.put(before, before.put(edits=edits))
    except EvensetError as error:  # such as no training image left, or no label
        _refuse(session, str(error))
    st.rerun()


def _refuse(session: Session, sentence: str) -> None:
    st.session_state[_REFUSED] = (session.edits, sentence)
