"""Evaluate's picture: a row for each strategy, with its interval on one scale, and its export."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from app.charts.intervals import Scale, axis_html, coming_html, row_html
from app.session.session import Balanced
from app.shell.page import current_workspace
from app.shell.plan import show_plan
from core.dataset import TRAIN, ImageDataset
from core.evaluate import BASELINE, FLOOR, METRICS, EvaluationReport, StrategyResult
from core.evaluate.row_plans import plan_of_row, why_not_exported
from core.resample import BalancePlan


def draw_rows(
    report: EvaluationReport, metric: str, dataset: ImageDataset, *, is_next: bool
) -> None:
    """Draw a row for each strategy, the best first; each exports what it was measured with.

    Args:
        report: The rows.
        metric: What they are ordered by.
        dataset: What is exported.
        is_next: Whether to export the recommended row is what the page leads to.
    """
    scale = Scale.of(report.strategies, metric, report.margin)
    recommended = report.verdicts[metric].recommended
    counts = dataset.counts(TRAIN)
    with st.container(key="strategies", gap=None):
        for row in _in_order(report, metric):
            left, right = st.columns([5, 1], vertical_alignment="center", gap="small")
            left.html(row_html(row, metric, scale, is_best=row.name == recommended))
            plan = plan_of_row(report, row.name, counts)
            with right:
                if plan is None:
                    st.html(f'<p class="quiet">{why_not_exported(report, row.name)}</p>')
                elif st.button(
                    "Export this", key=f"export_this_{row.name}",
                    type="primary" if is_next and row.name == recommended else "secondary",
                    on_click=partial(_choose, plan, dataset),
                ):  # fmt: skip
                    st.switch_page(st.session_state["pages"]["export"])
        left, _ = st.columns([5, 1], gap="small")
        left.html(axis_html(scale))


def draw_rows_so_far(report: EvaluationReport | None, titles: Mapping[str, str]) -> None:
    """Draw the rows that are there and places for those to come, in the order of `titles`."""
    rows = {} if report is None else {row.name: row for row in report.strategies}
    metric = "" if report is None else report.metric
    scale = Scale(-0.05, 0.05, 0.01)
    if report is not None:
        scale = Scale.of(report.strategies, metric, report.margin)
    lines = [
        row_html(rows[name], metric, scale) if name in rows else coming_html(title, scale)
        for name, title in titles.items()
    ]
    st.html(f'<div class="strategies">{"".join(lines)}{axis_html(scale)}</div>')


def _choose(plan: BalancePlan, dataset: ImageDataset) -> None:
    """Set Balance and Export to a plan."""
    workspace = current_workspace()
    session = workspace.session
    seed = session.balanced.seed if session.balanced is not None else 0
    if session.balanced is None or not session.balanced.plan.asks_as(plan):
        workspace.put(session, session.put(balanced=Balanced(plan, seed)))
    show_plan(plan, seed, dataset)


def _in_order(report: EvaluationReport, metric: str) -> list[StrategyResult]:
    """Return the rows, the highest gain first; doing nothing stands first, the floor last."""
    sign = -1 if METRICS[metric].is_error else 1

    def rank(row: StrategyResult) -> tuple[int, float]:
        gain = 0.0 if row.difference is None else sign * row.difference[metric].mean
        return (row.name == FLOOR) - (row.name == BASELINE), -gain

    return sorted(report.strategies, key=rank)
