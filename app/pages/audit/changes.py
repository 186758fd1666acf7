"""On Audit: what the person has changed in the labels, and the images to look at later."""

from functools import partial

import streamlit as st

from app.session.session import Session
from app.shell.page import current_workspace, plain, quiet
from app.shell.thumbnails import picture_html, thumbnail_url
from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.dataset.edits_file import EDITS_NAME, edits_text, name_edits
from core.ingest import known_label
from core.words import count_of

_PER_PAGE = 12


def draw_changes(session: Session) -> Session:
    """Draw the changes, when there are any, and return the session with what was decided."""
    taken, dataset, edits = session.taken, session.dataset, session.edits
    if taken is None or dataset is None or not (edits.done or edits.undone):
        return session
    st.subheader("Your changes", anchor=False)
    with st.container(border=True, key="changes"):
        _summary(edits, taken)
        after = _history(edits, taken)
    if len(edits.review_rows):
        after = _review_list(edits, dataset) or after
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


def _review_list(edits: Edits, dataset: ImageDataset) -> Edits | None:
    """Draw the images to look at; return the edits with what was decided about them."""
    rows = edits.review_rows
    st.markdown(f"**{count_of(len(rows), 'image')} to review**")
    after = _whole_list(edits) if len(rows) > 1 else None
    pages = -(-len(rows) // _PER_PAGE)
    page = st.pagination(pages, key=f"review_page_{pages}") if pages > 1 else 1
    with st.grid(min_column_width=170, gap="small"):
        for row in rows[(page - 1) * _PER_PAGE : page * _PER_PAGE].tolist():
            after = _card(edits, dataset, row) or after
    return after


def _whole_list(edits: Edits) -> Edits | None:
    rows = edits.review_rows
    with st.container(horizontal=True):
        if st.button(f"Leave out all {len(rows):,}", key="review_leave_out"):
            return edits.leave_out(rows)
        if st.button(f"Keep all {len(rows):,}", key="review_keep"):
            return edits.reviewed(rows)
    return None


def _card(edits: Edits, dataset: ImageDataset, row: int) -> Edits | None:
    label, name = dataset.label(row), dataset.path(row).rsplit("/", 1)[-1]
    # A list that was drawn before another change is not this one: its choice holds no more.
    key = f"{len(edits)}_{row}"
    url = thumbnail_url(current_workspace().route_token, dataset, row)
    with st.container(border=True, gap="xsmall"):
        figure = picture_html(url, alt=f"{label}: {name}", caption=dataset.path(row))
        st.html(f'<div class="pictures">{figure}</div>')
        chosen = st.selectbox(
            f"Label of {plain(name)}", dataset.classes, index=dataset.classes.index(label),
            key=f"review_label_{key}", label_visibility="collapsed", accept_new_options=True,
        )  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            if st.button("Leave out", key=f"review_leave_out_{key}", type="tertiary"):
                return edits.leave_out([row])
            if st.button("Keep", key=f"review_keep_{key}", type="tertiary"):
                return edits.reviewed([row])
    if chosen is None:
        return None
    wanted = known_label(chosen, dataset.classes)
    return edits.relabel([row], wanted) if wanted != label else None
