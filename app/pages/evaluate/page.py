"""Evaluate: which strategy helps, on images that it never saw."""

import streamlit as st

from app.charts.layout import with_minus
from app.jobs.queue import MAIN, Job
from app.pages.evaluate import form as evaluate_form
from app.pages.evaluate import results as evaluate_results
from app.pages.evaluate.comparison import SoFar
from app.pages.evaluate.decisions import decisions_section
from app.pages.evaluate.errors import draw_errors
from app.pages.evaluate.more_images import more_images_section
from app.session.session import Session
from app.shell.page import (
    ask_for_images,
    current_workspace,
    heading,
    lacks_classes,
    lead_on,
    note,
    quiet,
)
from core.evaluate import PRIMARY
from core.words import count_of

QUESTION = "Does balancing help?"


def evaluate_view(session: Session) -> Session:
    """Draw the page."""
    dataset = ask_for_images(session, QUESTION, "A comparison needs images.")
    if dataset is None or lacks_classes(dataset, QUESTION, "compare"):
        return session
    job = current_workspace().job_in(MAIN)
    running = job if job is not None and job.key == evaluate_form.JOB else None
    so_far = running.so_far if running is not None else None
    evaluate_form.remember(session, so_far.asked if isinstance(so_far, SoFar) else None)
    report = session.evaluation
    metric = str(st.session_state.get(evaluate_form.METRIC_KEY) or PRIMARY)
    if report is None:
        heading(QUESTION, "Compare strategies on images that none of them has seen.")
    else:
        heading(QUESTION, with_minus(report.headline(metric)))
    note(
        "Accuracy rewards a model that ignores small classes: the row 'Always the largest class' "
        "learns nothing and still scores. Balanced accuracy counts every class the same. The line "
        "through each dot is the 95% confidence interval of the difference: all of them hold "
        "together. Where it crosses zero and reaches beyond the margin, the images cannot tell."
    )
    if running is not None and isinstance(so_far, SoFar):
        _results_so_far(running, so_far)
    if report is not None:
        if session.evaluation_stale:
            quiet(
                "The pictures of Augment would be made otherwise now. Compare again to see what "
                "they do."
            )
        evaluate_form.metric_box(metric)
        evaluate_results.draw(report, dataset, metric)
        draw_errors(session, report)
        decisions_section(session, report)
        more_images_section(session, dataset, report)
    evaluate_form.draw(session, dataset, metric, is_running=running is not None)
    if report is not None:
        lead_on("export", "Export the balanced set")
    return session


def _results_so_far(job: Job, so_far: SoFar) -> None:
    """Draw the strategies that are done while others are compared."""

    @st.fragment(run_every=1.0)
    def rows() -> None:
        # The page as a whole is drawn again when the job has ended; until then nothing jumps.
        report = so_far.report
        if report is not None and job.is_active:
            with st.container(border=True):
                st.markdown(
                    f"**So far: {report.done} of {count_of(report.asked, 'strategy')}, "
                    f"{report.repeats} of {count_of(report.asked_repeats, 'repeat')}**"
                )
                evaluate_results.draw_table(report, report.metric, key="so_far")
                if report.done > 1:
                    quiet("Cancel in the sidebar keeps what is done.")

    rows()
