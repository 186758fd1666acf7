"""Audit: how unbalanced the classes are, and what is wrong with the files."""

from html import escape

import streamlit as st

from app.pages.audit.blind_review import draw_blind_review
from app.pages.audit.changes import draw_changes
from app.pages.audit.classes import draw_classes, draw_pictures
from app.review.findings import draw_queue, finding_view, threshold_view
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
from core.words import count_of, largest_first, shortened, size_of

_LONGEST_NAME = 24  # letters, beside a figure

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
    chart, pictures = st.container(key="audit_main").columns(2, gap="large")
    with chart:
        draw_classes(report)
    with pictures:
        draw_pictures(session)
    _figures(report)
    note(
        "The ratio compares only the largest and the smallest class. The effective number of "
        "classes counts all of them: if 10 classes behave like 3, a model has little reason to "
        "learn the other 7. Take fewer images of one class on Load and watch both numbers."
    )
    for line in report.costs:
        quiet(line)
    lead_on("augment", "Try augmentation", is_primary=True)
    with st.container(key="review"):  # always there, so that what follows keeps its place
        draw_queue(session)
    with st.container(key="all_changes"):
        changed = draw_changes(session)
    with st.container(key="findings"):
        mended = _findings(session, report)
    draw_blind_review(session)
    moved = _thresholds(session, report)
    _overview(report)
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
    """Draw four figures in a line; the ratio stands in the answer above."""
    classes, least = len(report.classes), largest_first(report.classes)[-1]
    figures = (
        ("Images", f"{report.images:,}", size_of(report.overview.total_bytes)),
        ("Classes", f"{classes:,}", "with at least one image"),
        ("Smallest class", f"{report.classes[least]:,}", f"'{shortened(least, _LONGEST_NAME)}'"),
        (
            "Effective classes",
            f"{report.imbalance.effective_classes:.1f}",
            f"of {classes:,}; evenness {report.imbalance.normalized_entropy:.2f} of 1",
        ),
    )
    st.html(
        '<dl class="figures">'
        + "".join(
            f"<div><dt>{title}</dt><dd>{value}</dd><dd>{escape(meaning)}</dd></div>"
            for title, value, meaning in figures
        )
        + "</dl>"
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
        quiet(f"{count_of(len(others), 'more finding')} of less weight:")
        # Its title has no number: Streamlit would close it with each decision that changes that.
        fold = st.expander("Findings of less weight", key="other_findings", on_change="rerun")
        if fold.open:  # else its pictures are not asked for
            with fold:
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
