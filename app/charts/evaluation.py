"""Charts of what a comparison found: differences, recall, confusion, learning curves.

Pure: no page, no session.
"""

from collections.abc import Mapping

import plotly.graph_objects as go

from app.charts.layout import FONT, MARGIN, name_of, shortened, with_minus
from core.colours import BETTER, NEUTRAL, OKABE_ITO, WORSE
from core.evaluate import BASELINE, FLOOR, EvaluationReport, Outcome, StrategyResult
from core.words import signed

_MOST_CLICKABLE = 60  # classes of a confusion matrix
_FEW_CLASSES = 12  # with more, labels would lie on each other
_LABEL_GAP = 5.5  # per cent of recall that a line of text is high
_LEADER_PX = 28  # from the end of a line to its label
_DASHES = ("solid", "dash", "dot", "dashdot")
_OUTCOME_COLOURS = {Outcome.BETTER: BETTER, Outcome.WORSE: WORSE}  # the others are neutral


def strategy_differences(report: EvaluationReport, metric: str) -> go.Figure:
    """Return a dot with its 95% interval per strategy: points above or below doing nothing.

    Within the band lie differences that do not matter.

    What always predicts the largest class is left out: it lies so far below that the others would
    look alike.
    """
    rows = [row for row in report.strategies if row.difference and row.name != FLOOR][::-1]
    figure = go.Figure()
    reach = 100 * report.margin
    figure.add_vrect(x0=-reach, x1=reach, fillcolor=NEUTRAL, opacity=0.12, line_width=0)
    figure.add_vline(x=0, line_width=1.5, line_color=NEUTRAL)
    for row in rows:
        _add_difference(figure, row, metric)
    figure.update_layout(height=52 * len(rows) + 60, margin=MARGIN)
    figure.update_xaxes(
        title="points above or below 'None'", zeroline=False, ticksuffix="", nticks=9
    )
    figure.update_yaxes(
        showgrid=False, ticksuffix="  ", automargin=True, tickfont=FONT,
        range=[-0.5, len(rows) - 0.4],  # with room for the number over the uppermost dot
    )  # fmt: skip
    return figure


def _add_difference(figure: go.Figure, row: StrategyResult, metric: str) -> None:
    """Draw the dot of a strategy, and its interval where it has one."""
    assert row.difference is not None
    difference = row.difference[metric]
    colour = _OUTCOME_COLOURS.get(difference.outcome, NEUTRAL)
    mean = 100 * difference.mean
    low = mean if difference.low is None else 100 * difference.low
    high = mean if difference.high is None else 100 * difference.high
    interval = f" (95% {with_minus(difference.interval)})" if difference.interval else ""
    figure.add_scatter(
        x=[mean],
        y=[row.title],
        mode="markers+text",
        marker={"size": 12, "color": colour},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - mean],
            "arrayminus": [mean - low],
            "color": colour,
            "thickness": 2.5,
            "width": 0,
        },
        text=[with_minus(signed(mean))],
        textposition="top center",
        hovertemplate=(
            f"{row.title}: {with_minus(signed(mean))} points{interval}, "
            f"{difference.outcome}<extra></extra>"
        ),
        showlegend=False,
    )


def recall_slopes(report: EvaluationReport, strategy: str, colours: Mapping[str, str]) -> go.Figure:
    """Return a line per class from its recall without balancing to that with `strategy`."""
    rows = {row.name: row for row in report.strategies}
    before, after = rows[BASELINE].recall, rows[strategy].recall
    figure = go.Figure()
    is_few = len(report.classes) <= _FEW_CLASSES
    for label in report.classes:
        figure.add_scatter(
            x=[0, 1],
            y=[100 * before[label], 100 * after[label]],
            mode="lines+markers",
            line={"color": colours.get(label, NEUTRAL), "width": 2.5},
            marker={"size": 8},
            customdata=[[label], [label]],  # what a click says
            unselected={"marker": {"opacity": 1}},
            name=name_of(label),
            hovertemplate="%{fullData.name}: %{y:.0f} %<extra></extra>",
            showlegend=False,
        )
    if is_few:
        places = _spread({label: 100 * after[label] for label in report.classes})
        for label, place in places.items():
            # A leader in the colour of the line: as text, that would be too pale to read.
            figure.add_annotation(
                x=1, y=100 * after[label], ax=_LEADER_PX, ay=place, ayref="y",
                text=name_of(label), xanchor="left", font=FONT, showarrow=True, arrowhead=0,
                arrowcolor=colours.get(label, NEUTRAL), arrowwidth=1.5, standoff=4,
            )  # fmt: skip
    figure.update_layout(height=400, margin={**MARGIN, "r": 150, "l": 8})
    figure.update_yaxes(title="recall in %", range=[-4, 104])
    figure.update_xaxes(
        showgrid=False, range=[-0.12, 1.05], tickvals=[0, 1],
        ticktext=["None", rows[strategy].title], tickfont=FONT,
    )  # fmt: skip
    return figure


def confusion_map(report: EvaluationReport, strategy: str) -> go.Figure:
    """Return the confusion matrix in per cent of each true class."""
    row = next(row for row in report.strategies if row.name == strategy)
    totals = row.confusion.sum(axis=1, keepdims=True)
    share = 100 * row.confusion / totals.clip(min=1)
    names = [name_of(label) for label in report.classes]
    few = len(names) <= _FEW_CLASSES
    figure = go.Figure(
        go.Heatmap(
            z=share,
            x=names,
            y=names,
            zmin=0,
            zmax=100,
            colorscale=[[0, "rgba(0,114,178,0.04)"], [1, "#0072B2"]],
            text=[[f"{value:.0f}" for value in line] for line in share] if few else None,
            texttemplate="%{text}" if few else None,
            hovertemplate="'%{y}' predicted as '%{x}': %{z:.0f} %<extra></extra>",
            colorbar={"title": "%", "thickness": 10},
        )
    )
    if len(names) <= _MOST_CLICKABLE:  # a heatmap tells of no click: points over it do
        pairs = [(true, predicted) for true in report.classes for predicted in report.classes]
        figure.add_scatter(
            x=[name_of(predicted) for _, predicted in pairs],
            y=[name_of(true) for true, _ in pairs],
            mode="markers",
            marker={"size": 26, "opacity": 0, "symbol": "square"},
            selected={"marker": {"opacity": 0}},
            unselected={"marker": {"opacity": 0}},
            customdata=[list(pair) for pair in pairs],
            text=[f"{value:.0f}" for value in share.ravel()],
            hovertemplate="'%{y}' predicted as '%{x}': %{text} %<extra></extra>",
            showlegend=False,
        )
    side = min(760, max(320, 44 * len(names) + 120))
    figure.update_layout(height=side, margin=MARGIN)
    figure.update_xaxes(type="category", labelalias=shortened(report.classes))
    figure.update_yaxes(type="category", labelalias=shortened(report.classes))
    figure.update_yaxes(title="true label", autorange="reversed", automargin=True, showgrid=False)
    figure.update_xaxes(title="predicted label", automargin=True, showgrid=False)
    return figure


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
        margin=MARGIN,
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


def _spread(places: Mapping[str, float]) -> dict[str, float]:
    """Return the places moved apart, in per cent of recall, so that labels do not overlap."""
    order = sorted(places, key=lambda label: (places[label], label))
    spread: dict[str, float] = {}
    lowest = -float("inf")
    for label in order:
        lowest = max(places[label], lowest + _LABEL_GAP)
        spread[label] = lowest
    # What was pushed beyond the top moves all down that stand too close.
    highest = 100 + _LABEL_GAP / 2
    for label in reversed(order):
        spread[label] = highest = min(spread[label], highest)
        highest -= _LABEL_GAP
    return spread
