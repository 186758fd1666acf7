"""Audit: how unbalanced the classes are, and what is wrong with the files."""

import numpy as np
import streamlit as st

from app.charts import classes as charts
from app.pages.audit.blind_review import draw_blind_review
from app.pages.audit.changes import draw_changes
from app.review.board import review_board
from app.review.findings import draw_queue, finding_view, threshold_view
from app.review.shown import ReviewList
from app.session.audit_jobs import MISSING_TEXT, OUTDATED_TEXT, PIECES, missing_piece
from app.session.session import Session
from app.shell.page import (
    ask_for_images,
    current_workspace,
    heading,
    lead_on,
    note,
    quiet,
    skipped_table,
)
from core.audit import CHECKS, AuditReport, Finding
from core.report.contents import shown_findings
from core.words import count_of, size_of, times

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
    # Containers that are always there: what comes and goes in one moves nothing below it to another
    # place, where it would be drawn anew and lose the keys.
    with st.container(key="audit_pieces"):
        _what_is_missing(session)
    _figures(report)
    note(
        "The ratio compares only the largest and the smallest class. The effective number of "
        "classes counts all of them: if 10 classes behave like 3, a model has little reason to "
        "learn the other 7. Take fewer images of one class on Load and watch both numbers."
    )
    _histogram(report)
    for line in report.costs:
        quiet(line)
    with st.container(key="review"):  # always there, so that what follows keeps its place
        draw_queue(session)
    with st.container(key="all_changes"):
        changed = draw_changes(session)
    with st.container(key="findings"):
        mended = _findings(session, report)
    draw_blind_review(session)
    moved = _thresholds(session, report)
    _pictures(session)
    _overview(report)
    lead_on("augment", "Try augmentation", is_primary=True)
    return next((one for one in (changed, mended, moved) if one is not session), session)


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
        quiet(OUTDATED_TEXT if "insights" in session.outdated else MISSING_TEXT[piece])
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
        figure = charts.class_chart(report.splits, is_log=is_log)
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


def _findings(session: Session, report: AuditReport) -> Session:
    """Draw the findings; return the session with what a person did about one."""
    st.subheader("Findings", anchor=False)
    after = session
    if not report.findings:
        st.markdown("No problems found. Every file can be read and no picture appears twice.")
    shown, others = shown_findings(report.findings)
    for finding in shown:
        after = _finding(session, report, finding) or after
    if others:
        with st.expander(f"{count_of(len(others), 'more finding')} of less weight"):
            for finding in others:
                after = _finding(session, report, finding) or after
    skipped_table(report.skipped)
    _looked_for(report)
    return after


def _finding(session: Session, report: AuditReport, finding: Finding) -> Session | None:
    """Draw one; return the session with what a person did about it, if they did something."""
    action = finding_view(session, finding, key=f"finding_{finding.id}", given=report.given)
    if action.edits is not None:
        return session.put(edits=action.edits)
    if action.threshold is not None:
        return session.put(thresholds={**session.thresholds, finding.check: action.threshold})
    return None


def _thresholds(session: Session, report: AuditReport) -> Session:
    """Draw where a check begins to find images, for those that find none, too."""
    checks = [
        check
        for check in CHECKS.values()
        if check.threshold is not None and report.given.has(check.need)
    ]
    if not checks:
        return session
    with st.expander("Thresholds"):
        check = st.selectbox(
            "Check", checks, format_func=lambda one: one.title, index=None, key="audit_threshold",
            placeholder="Choose a check to see its borderline pictures",
        )  # fmt: skip
        if check is None:
            return session
        moved = threshold_view(session, report.given, check, key=f"threshold_{check.name}")
    if moved is None:
        return session
    return session.put(thresholds={**session.thresholds, check.name: moved})


def _looked_for(report: AuditReport) -> None:
    with st.expander("What was checked"):
        for check in CHECKS.values():
            need = report.missing.get(check.name)
            st.markdown(f"**{check.title}**{f' (needs {need})' if need else ''}: {check.help}")


def _pictures(session: Session) -> None:
    taken, dataset = session.taken, session.dataset
    assert taken is not None and dataset is not None
    st.subheader("Pictures of a class", anchor=False)
    counts = {label: count for label, count in dataset.counts().items() if count}
    order = sorted(counts, key=lambda label: (-counts[label], label))
    if st.session_state.get(_CLASS_KEY) not in order:
        st.session_state[_CLASS_KEY] = order[0]
    label = st.selectbox("Class", order, key=_CLASS_KEY, persist_state="session")
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
