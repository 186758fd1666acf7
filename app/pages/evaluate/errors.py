"""On Evaluate: the pictures behind a figure, which a strategy takes for another class."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from app.review.board import review_board
from app.review.findings import start_review
from app.review.shown import ReviewList
from app.session.session import Session
from app.shell.page import current_workspace, quiet
from core.dataset import ImageDataset
from core.evaluate import EvaluationReport
from core.evaluate.wrong_images import WrongImages, find_always_wrong, find_wrong
from core.words import count_of

SLOPES = "evaluate_slopes"  # the keys of the charts that are clicked
CONFUSION = "evaluate_confusion_"  # and a strategy
_STRATEGY, _LABEL, _PREDICTED = "wrong_strategy", "wrong_label", "wrong_predicted"
_CLICKED = "wrong_clicked"
_PER_PAGE = 24


@dataclass(frozen=True)
class _Click:
    """What a click on a chart asks for."""

    strategy: str | None
    label: str
    predicted: str | None = None


def draw_errors(session: Session, report: EvaluationReport) -> None:
    """Draw which images a strategy gets wrong: those of a class, or of a cell that was clicked."""
    taken, wrong = session.taken, report.wrong
    if taken is None or not wrong:
        return
    titles = {row.name: row.title for row in report.strategies}
    left, middle, right = st.columns(3)
    with left:
        strategy = st.selectbox(
            "Strategy", list(wrong), format_func=lambda name: titles[name], key=_STRATEGY
        )
    with middle:
        label = st.selectbox("Label", report.classes, None, key=_LABEL, placeholder="any")
    with right:
        predicted = st.selectbox(
            "Taken for", report.classes, None, key=_PREDICTED, placeholder="any other"
        )
    found = find_wrong(
        wrong[strategy], report.classes, report.repeats, label=label, predicted=predicted
    )
    _images(session, found, taken, report, key=f"wrong_{strategy}")
    always = find_always_wrong(wrong, report.classes, report.repeats)
    with st.expander("Images that every strategy gets wrong"):
        _images(session, always, taken, report, key="always_wrong")


def _images(
    session: Session, found: WrongImages, taken: ImageDataset, report: EvaluationReport, *, key: str
) -> None:
    """Draw images to decide about, and what leads to reviewing them."""
    quiet(found.text)
    if not len(found.rows):
        return
    whole = ReviewList(
        taken, found.rows, found.text, key, suggested=[report.classes[k] for k in found.predicted],
        notes=found.shares,
    )  # fmt: skip
    pages = -(-len(whole) // _PER_PAGE)
    page = st.pagination(pages, key=f"{key}_{whole.key[:8]}") if pages > 1 else 1
    shown = whole.part(_PER_PAGE, start=_PER_PAGE * ((page or 1) - 1))
    review_board(shown, session.edits, key=f"{key}_pictures")
    if st.button(
        f"Review {count_of(len(whole), 'image')} one by one", key=f"{key}_review",
        on_click=partial(start_review, current_workspace(), whole),
        help="Opens them on Audit. This comparison stays, and is out of date once a label changes.",
    ):  # fmt: skip
        st.switch_page(st.session_state["pages"]["audit"])


def take_click(report: EvaluationReport) -> bool:
    """Choose what was clicked last in a chart, and return whether that is new.

    A chart keeps its click through every run of the page.
    """
    seen, is_new = st.session_state.setdefault(_CLICKED, {}), False
    for key, click in _clicks(report):
        if seen.get(key) == click:
            continue
        seen[key] = click
        if click is None:
            continue
        is_new = True
        if click.strategy is not None:
            st.session_state[_STRATEGY] = click.strategy
        st.session_state[_LABEL] = click.label
        st.session_state[_PREDICTED] = click.predicted
    return is_new


def _clicks(report: EvaluationReport) -> Iterable[tuple[str, _Click | None]]:
    """Yield of each chart what is clicked in it."""
    for name in (None, *report.wrong):
        key = SLOPES if name is None else f"{CONFUSION}{name}"
        state = st.session_state.get(key)
        points = state["selection"]["points"] if state else []
        told = points[0].get("customdata") if points else None
        named = [told] if isinstance(told, str) else list(told or [])
        if not named or not set(named) <= set(report.classes):
            yield key, None
        elif len(named) > 1 and named[0] != named[1]:
            yield key, _Click(name, named[0], named[1])
        else:  # a class, or the cell of what is right: all that is wrong of it
            yield key, _Click(name, named[0])
