"""What a comparison found, to plotly figures. Pure: no page, no session."""

import plotly.graph_objects as go

from app.charts.palette import OKABE_ITO
from core.evaluate import EvaluationReport, StrategyResult

_MARGIN = {"l": 0, "r": 12, "t": 8, "b": 8}
_DASHES = ("solid", "dash", "dot", "dashdot")


def learning_curves(report: EvaluationReport) -> go.Figure:
    """Return a line per strategy: recognised of what is held back, by epoch.

    The line is the mean of the folds that still learned in that epoch. Strategies that left too
    little to hold any back have no line; where all did, the lines are those of the loss.
    """
    unwatched = {row.name for row in without_line(report)}
    rows = [row for row in report.strategies if row.curves]
    is_watched = len(unwatched) < len(rows)
    rows = [row for row in rows if not is_watched or row.name not in unwatched]
    figure = go.Figure()
    for place, row in enumerate(rows):
        length = max(len(curve) for curve in row.curves)
        values = []
        for epoch in range(length):
            reached = [curve[epoch] for curve in row.curves if len(curve) > epoch]
            shown = [100 * (one.held_back or 0.0) if is_watched else one.loss for one in reached]
            values.append(sum(shown) / len(shown))
        colour = OKABE_ITO[place % len(OKABE_ITO)]
        figure.add_scatter(
            x=list(range(1, length + 1)),
            y=values,
            mode="lines",
            line={"color": colour, "width": 2.5, "dash": _DASHES[place % len(_DASHES)]},
            name=row.title,
            hovertemplate="%{fullData.name}, epoch %{x}: %{y:.2f}<extra></extra>",
        )
    # Lines end close together: names beside them would lie on each other.
    figure.update_layout(
        height=380,
        margin=_MARGIN,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        showlegend=True,
    )
    title = "balanced accuracy of held-back images in %" if is_watched else "loss"
    figure.update_yaxes(title=title)
    figure.update_xaxes(title="epoch", showgrid=False, dtick=1)
    return figure


def without_line(report: EvaluationReport) -> list[StrategyResult]:
    """Return the strategies with a fold in which nothing was held back."""
    return [
        row
        for row in report.strategies
        if any(epoch.held_back is None for curve in row.curves for epoch in curve)
    ]
