"""On Evaluate: what decisions cost outside, in other class shares, and how reliable scores are."""

import streamlit as st

from app.charts.curves import reliability
from app.charts.layout import with_minus
from app.jobs.queue import MAIN, Job
from app.session.session import Session
from app.shell.job_line import job_where_it_was_asked_for
from app.shell.page import current_workspace, note, plain, quiet
from core.errors import SettingError
from core.evaluate import BASELINE, EvaluationReport, Predictions
from core.evaluate.decisions import Decisions, decide
from core.evaluate.world import World, count_images, make_world, parse_costs, parse_shares

JOB = "decide"


def decisions_section(session: Session, report: EvaluationReport) -> None:
    """Draw what decisions cost, and the form that asks for it."""
    found = session.costs_outside
    note(
        "Images outside may come in other shares than here, and some errors cost more. Scores "
        "are brought to those shares by a temperature and a constant for each class, fitted on "
        "other folds; then the cheapest decision is taken."
    )
    if session.predictions is None:
        quiet("Compare again to see it: what was kept of the comparison is not learned again.")
        return
    if found is not None:
        _results(found, report)
    job = current_workspace().job_in(MAIN)
    if job is not None and job.key == JOB:
        job_where_it_was_asked_for(job)
    else:
        _form(session, session.predictions, report)


def _form(session: Session, predictions: Predictions, report: EvaluationReport) -> None:
    left, right = st.columns(2, gap="medium")
    shares = left.text_input(
        "Class shares outside", key="decide_shares", persist_state="session",
        placeholder=f"{predictions.classes[0]}=5%",
        help="Classes that are not named divide what is left, in the shares that they have here. "
        "Empty: as here.",
    )  # fmt: skip
    costs = right.file_uploader(
        "Costs (CSV)", type="csv", key="decide_costs",
        help="Decisions in the first line, then a line for each class with the cost of each "
        "decision. None: each wrong decision costs 1.",
    )  # fmt: skip
    try:
        world = make_world(
            predictions.classes,
            count_images(predictions),
            shares=parse_shares(shares) if shares.strip() else None,
            costs=None
            if costs is None
            else parse_costs(costs.getvalue().decode("utf-8-sig", "replace"), "The file"),
        )
    except SettingError as error:
        st.error(plain(str(error)))
        return
    if st.button("Work out the costs", key="decide_start"):
        _start(session, predictions, world, {row.name: row.title for row in report.strategies})
        st.rerun()


def _start(
    session: Session, predictions: Predictions, world: World, titles: dict[str, str]
) -> None:
    job = Job(
        JOB, "Working out costs",
        lambda progress: decide(predictions, world, titles, progress=progress),
        needs=("predictions",), puts=("costs_outside",),
    )  # fmt: skip
    told = (world.shares.tobytes(), world.costs.tobytes())
    current_workspace().start(job, session, of=told)


def _results(found: Decisions, report: EvaluationReport) -> None:
    st.markdown(plain(with_minus(found.answer)))
    st.dataframe(
        {
            "strategy": [row.title for row in found.rows],
            "cost": [row.cost for row in found.rows],
            "over none (95%)": [with_minus(row.difference_text) for row in found.rows],
            "cost by its own scores": [row.unaided for row in found.rows],
            "temperature": [row.temperature for row in found.rows],
            "calibration error": [100 * row.before.error for row in found.rows],
            "corrected": [100 * row.after.error for row in found.rows],
        },
        hide_index=True,
        column_config={
            "cost": st.column_config.NumberColumn(
                format="%.3f", help="Of an image outside, where the cheapest decision is taken."
            ),
            "cost by its own scores": st.column_config.NumberColumn(
                format="%.3f", help="Where the most likely class is taken."
            ),
            "temperature": st.column_config.NumberColumn(
                format="%.2f", help="Above 1: its scores are too sure."
            ),
            "calibration error": st.column_config.NumberColumn(format="%.1f %%"),
            "corrected": st.column_config.NumberColumn(format="%.1f %%"),
        },
        alt="What the decisions of each strategy cost outside",
        key="decide_table",
    )
    rows = {row.name: row for row in found.rows}
    best = report.best(report.metric)
    chosen = st.multiselect(
        "Reliability of", list(rows), format_func=lambda name: rows[name].title,
        default=[name for name in (BASELINE, best) if name in rows], key="decide_reliability",
    )  # fmt: skip
    st.plotly_chart(
        reliability([rows[name] for name in chosen]),
        key="decide_curves",
        config={"displayModeBar": False},
        alt="How often each strategy is right, by how sure its scores are",
    )
    quiet(found.note)
