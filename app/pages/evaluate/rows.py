"""Evaluate's picture: a row for each strategy, with its interval on one scale, and its export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import streamlit as st

from app.charts.layout import with_minus
from app.session.session import Balanced
from app.shell.page import current_workspace
from app.shell.plan import show_plan
from core.colours import BETTER, NEUTRAL, WORSE
from core.dataset import TRAIN, ImageDataset
from core.evaluate import BASELINE, FLOOR, METRICS, EvaluationReport, Outcome, StrategyResult
from core.evaluate.row_plans import plan_of_row, why_not_exported
from core.resample import BalancePlan
from core.words import lowered, signed

_COLOURS = {Outcome.BETTER: BETTER, Outcome.WORSE: WORSE}  # the others are neutral
_ROOM = 0.06  # of the scale, beside its ends
_TICKS = (1, 2, 5, 10, 20, 50, 100)  # points between two of them
_MOST_TICKS = 7


@dataclass(frozen=True)
class Scale:
    """Points above and below doing nothing, from left to right."""

    low: float
    high: float
    margin: float  # within which a difference does not matter

    @classmethod
    def of(cls, rows: Sequence[StrategyResult], metric: str, margin: float) -> "Scale":
        """Return the scale that holds the intervals of all rows, the margin and zero."""
        ends = [-2 * margin, 2 * margin]
        for row in rows:
            if row.difference is not None and row.name != FLOOR:
                one = row.difference[metric]
                ends += [end for end in (one.mean, one.low, one.high) if end is not None]
        room = _ROOM * (max(ends) - min(ends))
        return cls(min(ends) - room, max(ends) + room, margin)

    def place(self, value: float) -> float:
        """Return where a value lies, in per cent of the width."""
        return 100 * (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[int]:
        """Return round numbers of points to write below the rows."""
        low, high = 100 * self.low, 100 * self.high
        step = next((one for one in _TICKS if (high - low) / one <= _MOST_TICKS), _TICKS[-1])
        first = int(-(-low // step)) * step
        return list(range(first, int(high) + 1, step))


def draw_rows(report: EvaluationReport, metric: str, dataset: ImageDataset) -> None:
    """Draw a row for each strategy, the best first; each exports what it was measured with."""
    scale = Scale.of(report.strategies, metric, report.margin)
    recommended = report.verdicts[metric].recommended
    counts = dataset.counts(TRAIN)
    with st.container(key="strategies", gap=None):
        for row in _in_order(report, metric):
            left, right = st.columns([5, 1], vertical_alignment="center", gap="small")
            left.html(_row_html(row, metric, scale, is_best=row.name == recommended))
            plan = plan_of_row(report, row.name, counts)
            with right:
                if plan is None:
                    st.html(f'<p class="quiet">{why_not_exported(report, row.name)}</p>')
                elif st.button(
                    "Export this", key=f"export_this_{row.name}",
                    type="primary" if row.name == recommended else "secondary",
                    help=f"Opens Export with {lowered(row.title)}",
                    on_click=partial(_choose, plan, dataset),
                ):  # fmt: skip
                    st.switch_page(st.session_state["pages"]["export"])
        left, _ = st.columns([5, 1], gap="small")
        left.html(_axis_html(scale))


def draw_rows_so_far(report: EvaluationReport | None, titles: Mapping[str, str]) -> None:
    """Draw the rows that are there and places for those to come, in the order of `titles`."""
    rows = {} if report is None else {row.name: row for row in report.strategies}
    metric = "" if report is None else report.metric
    scale = Scale(-0.05, 0.05, 0.01)
    if report is not None:
        scale = Scale.of(report.strategies, metric, report.margin)
    lines = [
        _row_html(rows[name], metric, scale) if name in rows else _coming_html(title, scale)
        for name, title in titles.items()
    ]
    st.html(f'<div class="strategies">{"".join(lines)}{_axis_html(scale)}</div>')


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


def _row_html(row: StrategyResult, metric: str, scale: Scale, *, is_best: bool = False) -> str:
    difference = None if row.difference is None else row.difference[metric]
    value = METRICS[metric].title.lower()
    if difference is None:
        marks = ""
        if row.name == BASELINE:
            marks = f'<i class="ring" style="left:{scale.place(0):.2f}%"></i>'
        figures = f"<b>{100 * row.metrics[metric]:.1f} %</b><span>{escape(value)}</span>"
    else:
        colour = _COLOURS.get(difference.outcome, NEUTRAL)
        marks = _marks(difference.mean, difference.low, difference.high, scale, colour)
        interval = f" ({difference.interval})" if difference.interval else ""
        figures = (
            f"<b>{with_minus(signed(100 * difference.mean))}</b>"
            f"<span>{escape(with_minus(interval))}</span>"
            f'<em style="--c:{colour}">{escape(str(difference.outcome))}</em>'
        )
    best = " best" if is_best else ""
    return (
        f'<div class="strategy{best}"><span class="name">{escape(row.title)}</span>'
        f'<span class="plot" aria-hidden="true">{_ground(scale)}{marks}</span>'
        f'<span class="figures">{figures}</span></div>'
    )


def _coming_html(title: str, scale: Scale) -> str:
    return (
        f'<div class="strategy coming"><span class="name">{escape(title)}</span>'
        f'<span class="plot" aria-hidden="true">{_ground(scale)}</span>'
        '<span class="figures"></span></div>'
    )


def _ground(scale: Scale) -> str:
    """Return the band within which a difference does not matter, and the line of zero."""
    left, right = scale.place(-scale.margin), scale.place(scale.margin)
    return (
        f'<i class="band" style="left:{left:.2f}%;width:{right - left:.2f}%"></i>'
        f'<i class="zero" style="left:{scale.place(0):.2f}%"></i>'
    )


def _marks(mean: float, low: float | None, high: float | None, scale: Scale, colour: str) -> str:
    dot = f'<i class="dot" style="left:{scale.place(mean):.2f}%;--c:{colour}"></i>'
    if low is None or high is None:
        return dot
    left, right = scale.place(low), scale.place(high)
    return (
        f'<i class="interval" style="left:{left:.2f}%;width:{right - left:.2f}%;--c:{colour}"></i>'
        + dot
    )


def _axis_html(scale: Scale) -> str:
    ticks = "".join(
        f'<i style="left:{scale.place(tick / 100):.2f}%">{_points(tick)}</i>'
        for tick in scale.ticks()
    )
    return (
        '<div class="strategy axis" aria-hidden="true"><span class="name"></span>'
        f'<span class="plot">{ticks}</span>'
        '<span class="figures">points over none, 95% interval</span></div>'
    )


def _points(tick: int) -> str:
    return with_minus(f"{tick:+d}") if tick else "0"
