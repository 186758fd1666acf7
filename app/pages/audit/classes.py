"""On Audit: the main picture, how many images each class has, and beside it those of one class."""

import numpy as np
import streamlit as st

from app.charts import classes as charts
from app.review.board import review_board
from app.review.shown import ReviewList
from app.session.session import Session
from core.audit import AuditReport
from core.words import largest_first

_CLASS_KEY = "audit_class"
_PER_PAGE = 8  # two rows, beside the bars


def draw_classes(report: AuditReport) -> None:
    """Draw the images of each class; a click on a bar chooses the class whose pictures are seen."""
    is_log = bool(st.session_state.get("audit_log"))
    event = st.plotly_chart(
        charts.class_chart(report.splits, is_log=is_log),
        key="audit_bars",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Images per class, as in the table below it",
    )
    points = event["selection"]["points"]
    # Only a new click moves the choice; the chart keeps the old one through every rerun.
    if points and points != st.session_state.get("audit_clicked"):
        st.session_state["audit_clicked"] = points
        label = points[0].get("customdata")
        st.session_state[_CLASS_KEY] = label[0] if isinstance(label, list) else label
    with st.container(horizontal=True, vertical_alignment="center", key="audit_scale"):
        if len(report.classes) <= charts.MOST_BARS:
            st.toggle("Logarithmic scale", key="audit_log", persist_state="session")
        with st.popover("As a table", type="tertiary"):
            _table(report)


def draw_pictures(session: Session) -> None:
    """Draw the pictures of one class, the rarest unless another one was chosen."""
    taken, dataset = session.taken, session.dataset
    assert taken is not None and dataset is not None
    order = largest_first({label: count for label, count in dataset.counts().items() if count})
    if st.session_state.get(_CLASS_KEY) not in order:
        st.session_state[_CLASS_KEY] = order[-1]
    label = st.selectbox("Pictures of", order, key=_CLASS_KEY, persist_state="session")
    rows = dataset.rows_of(label)
    if label in taken.classes:  # those too that were left out or relabelled here: marked, undoable
        rows = np.union1d(rows, taken.rows_of(label))
    pages = -(-len(rows) // _PER_PAGE)
    page = 1
    if pages > 1:
        page = st.pagination(pages, key=f"audit_page_{taken.digest[:8]}_{label}")
    shown = rows[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    images = ReviewList(taken, shown, f"Pictures of '{label}'")
    review_board(images, session.edits, key="class_pictures")


def _table(report: AuditReport) -> None:
    shares = report.shares
    table: dict[str, list[object]] = {"class": list(shares)}
    for split, counts in report.splits.items():
        table["images" if len(report.splits) == 1 else split] = [counts[label] for label in shares]
    table["share"] = list(shares.values())
    st.dataframe(
        table,
        hide_index=True,
        height=min(460, 38 + 35 * len(shares)),
        column_config={"share": st.column_config.NumberColumn(format="percent")},
        alt="Images per class",
    )
