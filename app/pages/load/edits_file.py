"""On Load: apply the changes of labels that a file holds."""

import streamlit as st

from app.session.session import Session
from app.shell.page import current_workspace, quiet
from core.dataset.edits_file import EDITS_NAME, find_edits, missing_text, parse_edits
from core.words import count_of

_ROUND = "edits_round"


def draw_edits_file(session: Session) -> Session:
    """Draw the place for a file, and return the session with the changes that one holds."""
    taken = session.taken
    if taken is None:
        return session
    number = int(st.session_state.get(_ROUND, 0))
    with st.expander(f"Apply an {EDITS_NAME}"):
        quiet("Label changes that you made earlier to some or all of these images.")
        upload = st.file_uploader("File with changes", type=["json"], key=f"edits_{number}")
    if upload is None:
        return session
    # Another uploader from now on: a file is taken once, and refused once.
    st.session_state[_ROUND] = number + 1
    found, missing = find_edits(parse_edits(upload.getvalue(), upload.name), taken)
    edits = session.edits.followed_by(found.done, taken)
    after = session.put(edits=edits)
    count = len(edits) - len(session.edits)
    applied = f"{count_of(count, 'change')} from '{upload.name}' applied; see Audit."
    if found and not count:
        applied = f"All changes from '{upload.name}' are there already."
    current_workspace().message = missing_text(missing, taken) if missing else applied
    return after
