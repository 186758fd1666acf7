"""On Export: a validation split where there is none, made when it is asked for."""

import streamlit as st

from app.session.session import Session
from app.shell.page import quiet
from core.dataset import VALIDATION, ImageDataset
from core.dataset.edits import Edits
from core.duplicates import fold_groups
from core.errors import EvensetError
from core.evaluate.split_off import USUAL_SHARE, WHY, split_off


def offer_validation(session: Session, dataset: ImageDataset) -> Edits | None:
    """Draw a line and a button where there is no validation split; return edits that make one."""
    if VALIDATION in dataset.splits:
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="export_validation"):
        quiet("There is no validation split.")
        if not st.button(f"Make one of {USUAL_SHARE:.0%}", type="tertiary", help=_HELP):
            return None
    measures = session.measures
    pictures = None if measures is None else fold_groups(dataset, measures.copies)
    with st.spinner("Looking for near copies, which stay together."):
        try:
            rows = split_off(dataset, pictures=pictures)
        except EvensetError as error:
            st.warning(str(error))
            return None
    return session.edits.move(rows, VALIDATION, of=session.taken, why=WHY)


_HELP = (
    "Moves images of the training split, of every class where it can be. No group and no near copy "
    "is parted. It can be undone on Audit."
)
