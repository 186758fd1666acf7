"""On Load: how the pictures of the set are decoded, and the other way, both to be seen."""

from html import escape

import streamlit as st

from app.jobs.queue import MAIN
from app.pages.load.question import may_go
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
    is_busy = current_workspace().job_in(MAIN) is not None
    rows = example_rows(dataset, question)
    left, right = st.columns(2, gap="medium")
    with left:
        _draw_way(dataset, rows, dataset.decoding, f"{_title(question, question.used)}, now")
    with right:
        _draw_way(dataset, rows, question.decoding, _title(question, question.other))
        is_wanted = st.button(
            f"Use {question.other} instead", disabled=is_busy, key=f"use_{question.field}"
        )
    # Labels, edits and the policy stay; vectors are in the cache, and come by themselves.
    if may_go(
        session, f"Using {question.other} discards what was made from the current pictures:",
        "decoding", key=f"asked_{question.field}_{dataset.digest[:8]}", is_wanted=is_wanted,
        act=f"Use {question.other}",
    ):  # fmt: skip
        loading.start_decoding(current_workspace(), question)
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
