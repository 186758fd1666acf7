"""On Load: ask before something that a person has made goes."""

import streamlit as st

from app.session.made_work import discard_text
from app.session.session import Session
from app.shell.page import plain


def may_go(session: Session, what: str, *names: str, key: str, is_wanted: bool, act: str) -> bool:
    """Return whether values may be replaced now: at once where nothing made goes, else if allowed.

    Args:
        session: What there is.
        what: How the question begins: 'Another subset discards'.
        names: The values that would be replaced.
        key: Of the question; where it was asked stands under it in the page's memory.
        is_wanted: The button was pressed just now.
        act: What is done: 'Use another subset'.
    """
    question = discard_text(session, what, *names)
    if is_wanted and question:
        st.session_state[key] = True
    if not question or not st.session_state.get(key):
        return is_wanted
    st.warning(plain(question))
    with st.container(horizontal=True):
        is_sure = st.button(f"{act} anyway", key=f"{key}_sure")
        if is_sure or st.button("Keep what there is", key=f"{key}_keep"):
            del st.session_state[key]
            if not is_sure:
                st.rerun()
    return is_sure
