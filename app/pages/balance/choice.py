"""What a visitor has selected on the map: it stays while they look at other pages."""

import streamlit as st

from app.map.scene import MADE, Pick
from app.map.selection import Selection
from app.session.session import Session
from core.dataset import Rows

TAB = "balance_tab"  # the one under the map that is open
_KEY = "map_selection"


def current_selection(session: Session) -> Selection:
    """Return what is selected; nothing where it was selected among other images or points."""
    selection: Selection
    whose, selection = st.session_state.get(_KEY, ((None, None), Selection()))
    images, points = _whose(session)
    if whose[0] is not images:
        return Selection()
    if whose[1] is points:
        return selection
    pick = selection.pick if selection.pick and selection.pick.is_real else None
    return Selection(rows=selection.rows, pick=pick, about=selection.about)


def keep_selection(session: Session, selection: Selection) -> None:
    """Keep a selection in place of the one before."""
    st.session_state[_KEY] = (_whose(session), selection)


def keep_and_show(session: Session, selection: Selection) -> None:
    """Keep a selection, and open the tab that shows it; only before the tabs are drawn."""
    keep_selection(session, selection)
    if len(selection) or selection.pick is not None:
        st.session_state[TAB] = "selection"


def pick_synthetic(session: Session, number: int) -> None:
    """Show a synthetic point on the map, with its parents."""
    keep_selection(session, current_selection(session).picked(Pick(number, MADE)))


def select_rows(session: Session, rows: Rows, about: str) -> None:
    """Select images on the map."""
    keep_selection(session, Selection.of_rows(rows, about))


def _whose(session: Session) -> tuple[object, object]:
    """Return what row numbers and the numbers of synthetic points belong to."""
    points = session.balanced.synthetic if session.balanced is not None else None
    return session.embeddings, points
