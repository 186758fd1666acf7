"""On Load: how the pictures of the set are decoded, and the other way, both to be seen."""

from html import escape

import streamlit as st

from app.jobs.queue import MAIN
from app.session.session import Session
from app.shell.page import current_workspace, note, plain
from app.shell.thumbnails import picture_html, thumbnail_url
from app.upload import loading
from core.dataset import ImageDataset, Rows
from core.dataset.questions import Question, example_rows, questions
from core.pictures.decoding import Decoding

_TITLES = {"background": "On {}", "white_level": "{} is white"}


def draw_questions(session: Session) -> None:
    """Draw what could be decoded in another way, and start that where the person takes it."""
    dataset = session.dataset
    if dataset is None:
        return
    for question in questions(dataset):
        with st.container(border=True, key=f"pixels_{question.field}"):
            st.markdown(f"**{plain(question.text)}**")
            note(
                "If each picture had its own background or brightness, a model could use it to "
                "tell classes apart. So the whole set has one, and the export has the same."
            )
            _draw_both(session, dataset, question)


def _draw_both(session: Session, dataset: ImageDataset, question: Question) -> None:
    asked = f"asked_{question.field}_{dataset.digest[:8]}"
    is_busy = current_workspace().job_in(MAIN) is not None
    rows = example_rows(dataset, question)
    left, right = st.columns(2, gap="medium")
    with left:
        _draw_way(dataset, rows, dataset.decoding, f"{_title(question, question.used)}, now")
    with right:
        _draw_way(dataset, rows, question.decoding, _title(question, question.other))
        if st.button(
            f"Use {question.other} instead", disabled=is_busy, key=f"use_{question.field}"
        ):
            # Vectors are in the cache, and come by themselves: of them alone nobody is asked.
            if not session.would_drop("decoding").keys() - {"embeddings"}:
                loading.start_decoding(current_workspace(), question)
                st.rerun()
            st.session_state[asked] = True
    if st.session_state.get(asked):
        _confirm(session, question, asked, is_busy=is_busy)


def _confirm(session: Session, question: Question, asked: str, *, is_busy: bool) -> None:
    """Ask whether what was made from the pixels may go."""
    *before, last = session.would_drop("decoding").values()
    goes = f"{', '.join(before)}, and {last}" if before else last
    st.warning(
        f"Using {question.other} discards what was made from the current pictures: {goes}. Labels, "
        "edits and the policy stay."
    )
    with st.container(horizontal=True):
        if st.button(
            f"Use {question.other} anyway", disabled=is_busy, key=f"sure_{question.field}"
        ):
            del st.session_state[asked]
            loading.start_decoding(current_workspace(), question)
            st.rerun()
        if st.button(f"Keep {question.used}", key=f"keep_{question.field}"):
            del st.session_state[asked]
            st.rerun()


def _title(question: Question, value: str) -> str:
    return _TITLES[question.field].format(value)


def _draw_way(dataset: ImageDataset, rows: Rows, decoding: Decoding, title: str) -> None:
    """Draw a few pictures in one way."""
    token = current_workspace().route_token
    figures = [
        picture_html(
            thumbnail_url(token, dataset, int(row), decoding=decoding),
            alt=f"{dataset.label(int(row))}: {dataset.path(int(row)).rsplit('/', 1)[-1]}, {title}",
        )
        for row in rows
    ]
    st.html(f'<p class="way">{escape(title)}</p><div class="four">{"".join(figures)}</div>')
