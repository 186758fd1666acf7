"""Results to plotly figures. Pure: no page, no session."""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.charts.palette import ADDED, BETTER, HELD_OUT, KEPT, NEUTRAL, WORSE
from core.dataset import SPLITS
from core.evaluate import BASELINE, FLOOR, EvaluationReport, Outcome
from core.resample import BalancePlan
from core.words import signed

_ROW_PX = 26
_FEW_CLASSES = 12  # with more, labels would lie on each other
_LABEL_GAP = 5.5  # per cent of recall that a line of text is high
_FONT = {"size": 13}
_MOST_LETTERS = 32  # of a class beside an axis; a long name would take the room of the bars
_MARGIN = {"l": 0, "r": 12, "t": 8, "b": 8}
_OUTCOME_COLOURS = {Outcome.BETTER: BETTER, Outcome.SAME: NEUTRAL, Outcome.WORSE: WORSE}
_SPLIT_COLOURS = dict(zip(SPLITS, (KEPT, *HELD_OUT), strict=True))


def class_bars(
    splits: Mapping[str, Mapping[str, int]], *, is_log: bool = False, share: bool = True
) -> go.Figure:
    """Return sorted horizontal bars of images per class, a stack per split.

    Each bar carries its label as customdata.
    """
    totals = _totals(splits)
    order = sorted(totals, key=lambda label: (totals[label], label))
    whole = sum(totals.values()) or 1
    figure = go.Figure()
    for split, counts in splits.items():
        figure.add_bar(
            y=[_name(label) for label in order],
            x=[counts.get(label, 0) for label in order],
            name=split,
            orientation="h",
            marker_color=_SPLIT_COLOURS[split],
            customdata=order,
            hovertemplate="%{y}: %{x:,} images (" + split + ")<extra></extra>",
        )
    figure.add_scatter(
        y=[_name(label) for label in order],
        x=[totals[label] for label in order],
        mode="text",
        text=[
            f" {totals[label]:,}" + (f" · {totals[label] / whole:.1%}" if share else "")
            for label in order
        ],
        textposition="middle right",
        textfont=_FONT,
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_layout(
        barmode="stack",
        height=_height(len(order)),
        margin={**_MARGIN, "r": 96},
        showlegend=len(splits) > 1,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        bargap=0.28,
    )
    figure.update_xaxes(type="log" if is_log else "linear", showgrid=False, visible=False)
    # Else Plotly would take names such as 0 and 2024-01-01 for numbers and dates.
    figure.update_yaxes(type="category", labelalias=_shortened(order, "  "))
    figure.update_yaxes(showgrid=False, ticksuffix="  ", automargin=True, dtick=1, tickfont=_FONT)
    return figure


def plan_bars(plan: BalancePlan) -> go.Figure:
    """Return bars of what stays, what is added and what goes, per class."""
    order = sorted(plan.before, key=lambda label: (plan.before[label], label))
    names = [_name(label) for label in order]
    left_out = [plan.before[label] - plan.keep[label] for label in order]
    figure = go.Figure()
    parts = (
        ("stays", [plan.keep[label] for label in order], KEPT, ""),
        ("added", [plan.add[label] for label in order], ADDED, "/"),
        ("left out", left_out, NEUTRAL, "."),
    )
    for name, values, colour, pattern in parts:
        if any(values):
            figure.add_bar(
                y=names,
                x=values,
                name=name,
                orientation="h",
                marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.45}},
                hovertemplate="%{y}: %{x:,} " + name + "<extra></extra>",
            )
    figure.update_layout(
        barmode="stack",
        height=min(_height(len(order)) + 24, 620),
        margin=_MARGIN,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        bargap=0.28,
        showlegend=True,
    )
    figure.update_xaxes(showgrid=False, nticks=5)
    figure.update_yaxes(type="category", labelalias=_shortened(order, "  "))
    figure.update_yaxes(showgrid=False, ticksuffix="  ", automargin=True, tickfont=_FONT)
    return figure


def base_uses(uses: NDArray[np.intp]) -> go.Figure:
    """Return bars of how many images are the base of so many points; `uses[n]`: of n points."""
    figure = go.Figure()
    figure.add_bar(
        x=list(range(len(uses))),
        y=uses.tolist(),
        marker={"color": ADDED},
        hovertemplate="%{y:,} images are the parent of %{x:,} points<extra></extra>",
    )
    figure.update_layout(height=280, margin={**_MARGIN, "b": 48}, showlegend=False, bargap=0.1)
    # Half a point and half an image are no ticks.
    figure.update_xaxes(
        title="points that start from an image", showgrid=False, dtick=max(1, ceil(len(uses) / 12))
    )
    figure.update_yaxes(title="images", dtick=max(1, ceil(int(uses.max(initial=0)) / 5)))
    return figure


def strategy_differences(report: EvaluationReport, metric: str) -> go.Figure:
    """Return a dot with its 95% interval per strategy: points above or below doing nothing.

    What always predicts the largest class is left out: it lies so far below that the others would
    look alike.
    """
    rows = [row for row in report.strategies if row.difference and row.name != FLOOR][::-1]
    figure = go.Figure()
    figure.add_vline(x=0, line_width=1.5, line_color=NEUTRAL)
    for row in rows:
        assert row.difference is not None
        difference = row.difference[metric]
        colour = _OUTCOME_COLOURS[row.outcome(metric)]
        low, mean, high = (
            100 * value for value in (difference.low, difference.mean, difference.high)
        )
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
            text=[signed(mean)],
            textposition="top center",
            hovertemplate=(
                f"{row.title}: {signed(mean)} points (95% {difference.interval})<extra></extra>"
            ),
            showlegend=False,
        )
    figure.update_layout(height=52 * len(rows) + 60, margin=_MARGIN)
    figure.update_xaxes(
        title="points above or below 'None'", zeroline=False, ticksuffix="", nticks=9
    )
    figure.update_yaxes(
        showgrid=False, ticksuffix="  ", automargin=True, tickfont=_FONT,
        range=[-0.5, len(rows) - 0.4],  # with room for the number over the uppermost dot
    )  # fmt: skip
    return figure


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
            name=_name(label),
            hovertemplate="%{fullData.name}: %{y:.0f} %<extra></extra>",
            showlegend=False,
        )
    if is_few:
        places = _spread({label: 100 * after[label] for label in report.classes})
        for label, place in places.items():
            figure.add_annotation(
                x=1, y=place, text=_name(label), xanchor="left", xshift=10, showarrow=False,
                font=_FONT,
            )  # fmt: skip
    figure.update_layout(height=400, margin={**_MARGIN, "r": 150, "l": 8})
    figure.update_yaxes(title="recall in %", range=[-4, 104])
    figure.update_xaxes(
        showgrid=False, range=[-0.12, 1.05], tickvals=[0, 1],
        ticktext=["None", rows[strategy].title], tickfont=_FONT,
    )  # fmt: skip
    return figure


def confusion_map(report: EvaluationReport, strategy: str) -> go.Figure:
    """Return the confusion matrix in per cent of each true class."""
    row = next(row for row in report.strategies if row.name == strategy)
    totals = row.confusion.sum(axis=1, keepdims=True)
    share = 100 * row.confusion / totals.clip(min=1)
    names = [_name(label) for label in report.classes]
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
    side = min(760, max(320, 44 * len(names) + 120))
    figure.update_layout(height=side, margin=_MARGIN)
    figure.update_xaxes(type="category", labelalias=_shortened(report.classes))
    figure.update_yaxes(type="category", labelalias=_shortened(report.classes))
    figure.update_yaxes(title="true label", autorange="reversed", automargin=True, showgrid=False)
    figure.update_xaxes(title="predicted label", automargin=True, showgrid=False)
    return figure


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


def _name(label: str) -> str:
    """Return a label without HTML; quotes stay, since Plotly does not read their entities."""
    return escape(label, quote=False)


def _shortened(labels: Sequence[str], suffix: str = "") -> dict[str, str]:
    """Return tick -> what stands there instead, for long names; their bars keep the whole name."""
    return {
        # Plotly compares the tick as it would be drawn.
        _name(label) + suffix: _name(label[: _MOST_LETTERS - 1]) + "…" + suffix
        for label in labels
        if len(label) > _MOST_LETTERS
    }


def _height(bars: int) -> int:
    return max(150, _ROW_PX * bars + 40)


def _totals(splits: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    labels: Sequence[str] = sorted({label for counts in splits.values() for label in counts})
    return {label: sum(counts.get(label, 0) for counts in splits.values()) for label in labels}
