"""Audit: how unbalanced the classes are, and what is wrong with the files."""

import streamlit as st

from app.charts import classes as charts
from app.pages.audit.changes import draw_changes
from app.session.auditing import MISSING_TEXT, PIECES, missing_piece
from app.session.session import Session
from app.shell.findings import finding_cards, finding_pictures
from app.shell.page import (
    ask_for_images,
    current_workspace,
    heading,
    lead_on,
    note,
    picture_grid,
    quiet,
    skipped_table,
)
from core.audit import CHECKS, AuditReport
from core.dataset import ImageDataset, Rows
from core.words import size_of, times

_CLASS_KEY = "audit_class"
_PER_PAGE = 24


QUESTION = "How unbalanced is it?"


def audit_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, QUESTION, "The audit needs images.")
    if dataset is None or session.audit is None:
        return session
    report = session.audit
    heading(QUESTION, report.answer)
    _what_is_missing(session)
    _figures(report)
    note(
        "The ratio compares only the largest and the smallest class. The effective number of "
        "classes counts all of them: if 10 classes behave like 3, a model has little reason to "
        "learn the other 7. Take fewer images of one class on Load and watch both numbers."
    )
    _histogram(report)
    changed = draw_changes(session)
    to_review = _findings(dataset, report)
    _pictures(dataset)
    _overview(report)
    lead_on("augment", "Try augmentation", is_primary=True)
    if to_review is not None:
        return session.put(edits=session.edits.review(to_review))
    return changed


def _what_is_missing(session: Session) -> None:
    """Say which piece of the audit is still to come, and offer it where nothing makes it."""
    piece, workspace = missing_piece(session), current_workspace()
    if piece is None:
        return
    job = next((one for one in workspace.jobs() if one.key == piece), None)
    with st.container(key="audit_missing", horizontal=True, vertical_alignment="center"):
        if job is not None:
            quiet(f"{job.title}: what is found is added here.")
            return
        quiet(MISSING_TEXT[piece])
        if st.button("Look now", key="audit_look", type="tertiary"):
            workspace.start(PIECES[piece](session), session)
            st.rerun()


def _figures(report: AuditReport) -> None:
    classes = len(report.classes)
    figures = (
        ("Images", f"{report.images:,}", f"{size_of(report.overview.total_bytes)} in all splits"),
        ("Classes", f"{classes:,}", "labels with at least one image"),
        (
            "Imbalance ratio",
            times(report.imbalance.ratio),
            "largest class divided by smallest; 1x is balanced",
        ),
        (
            "Effective classes",
            f"{report.imbalance.effective_classes:.1f}",
            f"of {classes:,}; evenness {report.imbalance.normalized_entropy:.2f} of 1",
        ),
    )
    with st.container(key="audit_figures"):
        columns = st.columns(4)
    for column, (title, value, meaning) in zip(columns, figures, strict=True):
        with column.container(border=True, height="stretch", gap=None):
            st.metric(title, value)
            quiet(meaning)


def _histogram(report: AuditReport) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        is_log = st.toggle("Logarithmic scale", key="audit_log", persist_state="session")
        figure = charts.class_bars(report.splits, is_log=is_log)
        event = st.plotly_chart(
            figure,
            key="audit_bars",
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False},
            alt="Images per class, as in the table beside it",
        )
        points = event["selection"]["points"]
        # Only a new click moves the choice; the chart keeps the old one through every rerun.
        if points and points != st.session_state.get("audit_clicked"):
            st.session_state["audit_clicked"] = points
            label = points[0].get("customdata")
            st.session_state[_CLASS_KEY] = label[0] if isinstance(label, list) else label
    with right:
        quiet("Click a bar to see the pictures of its class.")
        totals = report.classes
        order = sorted(totals, key=lambda label: (-totals[label], label))
        whole = sum(totals.values())
        table: dict[str, list[object]] = {"class": list(order)}
        for split, counts in report.splits.items():
            table["images" if len(report.splits) == 1 else split] = [counts[k] for k in order]
        table["share"] = [100 * totals[label] / whole for label in order]
        st.dataframe(
            table,
            hide_index=True,
            height=min(460, 38 + 35 * len(order)),
            column_config={"share": st.column_config.NumberColumn(format="%.1f %%")},
            alt="Images per class",
        )


def _findings(dataset: ImageDataset, report: AuditReport) -> Rows | None:
    """Draw the findings; return the images that the person wants to look at one by one."""
    st.subheader("Findings", anchor=False)
    if not report.findings:
        st.markdown("No problems found. Every file can be read and no picture appears twice.")
        _looked_for(report)
        return None
    finding_cards(report.findings)
    to_review = finding_pictures(dataset, report.findings, key="audit_finding", can_review=True)
    skipped_table(report.skipped)
    _looked_for(report)
    return to_review


def _looked_for(report: AuditReport) -> None:
    with st.expander("What was checked"):
        for check in CHECKS.values():
            need = report.missing.get(check.name)
            st.markdown(f"**{check.title}**{f' (needs {need})' if need else ''}: {check.help}")


def _pictures(dataset: ImageDataset) -> None:
    st.subheader("Pictures of a class", anchor=False)
    counts = {label: count for label, count in dataset.counts().items() if count}
    order = sorted(counts, key=lambda label: (-counts[label], label))
    if st.session_state.get(_CLASS_KEY) not in order:
        st.session_state[_CLASS_KEY] = order[0]
    label = st.selectbox("Class", order, key=_CLASS_KEY, persist_state="session")
    rows = dataset.rows_of(label)
    pages = -(-len(rows) // _PER_PAGE)
    page = 1
    if pages > 1:
        page = st.pagination(pages, key=f"audit_page_{dataset.digest[:8]}_{label}")
    with st.container(key="class_pictures"):
        picture_grid(dataset, rows[(page - 1) * _PER_PAGE : page * _PER_PAGE])


def _overview(report: AuditReport) -> None:
    overview = report.overview
    with st.expander("Sizes and formats"):
        st.table(
            {
                "": ["Formats", "Median size", "Smallest", "Largest", "On disk"],
                " ": [
                    ", ".join(f"{name} {count:,}" for name, count in overview.formats.items()),
                    f"{overview.median_width} x {overview.median_height} px",
                    f"{overview.smallest[0]} x {overview.smallest[1]} px",
                    f"{overview.largest[0]} x {overview.largest[1]} px",
                    size_of(overview.total_bytes),
                ],
            },
            hide_index=True,
            hide_header=True,
        )
