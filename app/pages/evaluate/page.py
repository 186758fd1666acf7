"""Evaluate: which strategy helps, on images that it never saw."""

from functools import partial

import streamlit as st

from app.charts.layout import with_minus
from app.jobs.queue import MAIN, Job
from app.pages.evaluate import form as evaluate_form
from app.pages.evaluate import results as evaluate_results
from app.pages.evaluate.comparison import Asked, SoFar
from app.pages.evaluate.rows import draw_rows, draw_rows_so_far
from app.session.session import Session
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import (
    ask_for_images,
    current_workspace,
    heading,
    lacks_classes,
    note,
    plain,
    quiet,
)
from core.dataset import ImageDataset
from core.evaluate import BASELINE, PRIMARY, EvaluationReport

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
    answer = "Compare strategies on images that none of them has seen."
    heading(QUESTION, with_minus(report.headline(metric)) if report is not None else answer)
    note(
        "Accuracy rewards a model that ignores small classes: the row 'Always the largest class' "
        "learns nothing and still scores. Balanced accuracy counts every class the same. The line "
        "through each dot is the 95% confidence interval of the difference: all of them hold "
        "together. Where it crosses zero and reaches beyond the margin, the images cannot tell."
    )
    # The settings stand below; what they come to is what the button above them starts.
    top, middle = st.container(key="evaluate_top"), st.container()
    is_new = report is None or bool(session.evaluation_stale)
    title = "Settings" if report is None else "Compare again, or with other settings"
    with st.expander(title, expanded=running is not None and not is_new):
        ready = evaluate_form.draw(session, dataset, metric)
        place = top if is_new else st.container()
    with place:
        if report is not None and session.evaluation_stale:
            quiet(f"{session.evaluation_stale} since this comparison.")
        if running is not None and isinstance(so_far, SoFar):
            job_where_it_was_asked_for(running)
            _results_so_far(running, so_far)
        else:
            evaluate_form.start_buttons(session, dataset, ready)
            if report is None and ready is not None:
                draw_rows_so_far(None, _titles(ready.asked))
    if report is not None:
        with middle:
            _results(session, dataset, report, metric, is_new=is_new)
    return session


def _results(
    session: Session, dataset: ImageDataset, report: EvaluationReport, metric: str, *, is_new: bool
) -> None:
    """Draw what was found. One button of the page has its accent: what is to be done next."""
    evaluate_form.metric_box(metric)
    verdict = report.verdicts[metric]
    asks_for_more = bool(verdict.elsewhere) and verdict.recommended == BASELINE
    draw_rows(report, metric, dataset, is_next=not is_new and not asks_for_more)
    if verdict.elsewhere:
        with st.container(border=True, key="evaluate_elsewhere"):
            st.markdown(plain(verdict.elsewhere))
            st.button(
                "How many more images?", key="evaluate_elsewhere_more",
                type="primary" if asks_for_more and not is_new else "secondary",
                on_click=partial(evaluate_results.open_tab, evaluate_results.MORE),
            )  # fmt: skip
    evaluate_results.draw(session, dataset, report, metric)


def _titles(asked: Asked) -> dict[str, str]:
    return {one.name: one.title for one in asked.candidates}


def _results_so_far(job: Job, so_far: SoFar) -> None:
    """Draw the strategies that are done while others are compared."""
    titles = _titles(so_far.asked)

    @st.fragment(run_every=1.0)
    def rows() -> None:
        # The page as a whole is drawn again when the job has ended; until then nothing jumps.
        if job.is_active:
            report = so_far.report
            if report is not None:
                kept = ". Cancel keeps what is done." if report.done > 1 else ""
                st.markdown(f"**{report.progress}**{kept}")
            draw_rows_so_far(report, titles)

    rows()
