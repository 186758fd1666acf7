"""The evidence of operations: what stays recognised at each strength. Pure: no page, no session."""

from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

from app.charts.layout import MARGIN
from core.augment.evidence import Evidence
from core.augment.harm import LevelHarm, OperationHarm
from core.augment.trials import Trial
from core.augment.verdict import Verdict
from core.colours import ADDED, BETTER, NEUTRAL, WORSE

_ROW_PX = 38  # two lines of text
_STEP = 0.17  # of a row, from one strength to the next
_SIZES = (8, 10, 12, 14)  # of marks, from mild to strong
# A shape for each verdict: never colour alone.
_MARKS = {
    Verdict.CHANGES: (WORSE, "x"),
    Verdict.RISKY: (ADDED, "triangle-up"),
    Verdict.SAFE: (BETTER, "square"),
    Verdict.NOTHING: (NEUTRAL, "circle-open"),
    Verdict.TOO_FEW: (NEUTRAL, "diamond-open"),
    Verdict.UNKNOWN: (NEUTRAL, "line-ew-open"),
}


def harm_plot(
    evidence: Evidence, ranked: Sequence[OperationHarm], chosen: Trial | None
) -> go.Figure:
    """Return a row for each operation with a mark for each strength, larger where stronger.

    A mark lies at the share of images that stay recognised, and carries the place of its trial.
    """
    figure = go.Figure()
    rows = list(enumerate(ranked))
    for row, operation in rows:
        _add_trail(figure, row, operation)
    for verdict, (colour, symbol) in _MARKS.items():
        marks = [
            (row, place, level)
            for row, operation in rows
            for place, level in enumerate(operation.levels)
            if level.verdict is verdict and level.judged
        ]
        if not marks:
            continue
        figure.add_scatter(
            x=[100 * level.share for _, _, level in marks],
            y=[_height(row, place, ranked[row]) for row, place, _ in marks],
            customdata=[evidence.trials.index(level.trial) for _, _, level in marks],
            text=[f"<b>{level.trial.title}</b><br>{level.text}" for _, _, level in marks],
            mode="markers",
            name=verdict.value,
            marker={
                "color": colour,
                "symbol": symbol,
                "opacity": 1,
                "size": [_SIZES[min(place, len(_SIZES) - 1)] for _, place, _ in marks],
                "line": {"width": 1.5, "color": colour},
            },
            unselected={"marker": {"opacity": 1}},
            hovertemplate="%{text}<extra></extra>",
        )
    _frame(figure, ranked, chosen)
    _lay_out(figure, ranked)
    return figure


def _height(row: int, place: int, operation: OperationHarm) -> float:
    """Return where a mark lies in its row: the mild strength above, the strong one below."""
    return row + _STEP * (place - (len(operation.levels) - 1) / 2)


def _add_trail(figure: go.Figure, row: int, operation: OperationHarm) -> None:
    """Draw a thin line from each strength to the next."""
    places = [
        (100 * level.share, _height(row, place, operation))
        for place, level in enumerate(operation.levels)
        if level.judged
    ]
    for (start, above), (end, below) in pairwise(places):
        figure.add_shape(
            type="line", x0=start, y0=above, x1=end, y1=below, layer="below",
            line={"width": 1.5, "color": NEUTRAL},
        )  # fmt: skip


def _frame(figure: go.Figure, ranked: Sequence[OperationHarm], chosen: Trial | None) -> None:
    """Draw a frame around the row whose pictures are shown."""
    for row, operation in enumerate(ranked):
        if chosen is not None and chosen.operation == operation.operation:
            figure.add_shape(
                type="rect", xref="paper", x0=0, x1=1, y0=row - 0.5, y1=row + 0.5, layer="below",
                line_width=0, fillcolor=NEUTRAL, opacity=0.16,
            )  # fmt: skip


def _lay_out(figure: go.Figure, ranked: Sequence[OperationHarm]) -> None:
    names = [
        f"<b>{operation.title}</b>  <br>{operation.text}, n = {_judged(operation.worst)}  "
        for operation in ranked
    ]
    figure.update_layout(
        height=_ROW_PX * len(ranked) + 100,
        margin=MARGIN,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        showlegend=True,
    )
    figure.update_xaxes(
        title="images that stay recognised, in %", range=[-3, 103], zeroline=False,
        tickvals=[0, 25, 50, 75, 100],
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, showgrid=False, zeroline=False,
        automargin=True, range=[len(names) - 0.4, -0.6], tickfont={"size": 12},
    )  # fmt: skip


def _judged(level: LevelHarm) -> str:
    return f"{level.judged:,}"
