"""Charts of classes: how many images each has, what a plan does to them, who the parents are.

Pure: no page, no session.
"""

from collections.abc import Mapping
from math import ceil

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.charts.layout import FONT, MARGIN, ROW_PX, name_of, shortened
from core.colours import ADDED, HELD_OUT, KEPT, NEUTRAL
from core.dataset import SPLITS
from core.resample import BalancePlan

_SPLIT_COLOURS = dict(zip(SPLITS, (KEPT, *HELD_OUT), strict=True))


def class_bars(
    splits: Mapping[str, Mapping[str, int]], *, is_log: bool = False, share: bool = True
) -> go.Figure:
    """Return sorted horizontal bars of images per class, a stack per split.

    Each bar carries its label as customdata.
    """
    totals = _totals(splits)
    order = _from_the_bottom(totals)
    whole = sum(totals.values()) or 1
    figure = go.Figure()
    for split, counts in splits.items():
        figure.add_bar(
            y=[name_of(label) for label in order],
            x=[counts.get(label, 0) for label in order],
            name=split,
            orientation="h",
            marker_color=_SPLIT_COLOURS[split],
            customdata=order,
            hovertemplate="%{y}: %{x:,} images (" + split + ")<extra></extra>",
        )
    figure.add_scatter(
        y=[name_of(label) for label in order],
        x=[totals[label] for label in order],
        mode="text",
        text=[
            f" {totals[label]:,}" + (f" · {totals[label] / whole:.1%}" if share else "")
            for label in order
        ],
        textposition="middle right",
        textfont=FONT,
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_layout(
        barmode="stack",
        height=_height(len(order)),
        margin={**MARGIN, "r": 96},
        showlegend=len(splits) > 1,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        bargap=0.28,
    )
    figure.update_xaxes(type="log" if is_log else "linear", showgrid=False, visible=False)
    # Else Plotly would take names such as 0 and 2024-01-01 for numbers and dates.
    figure.update_yaxes(type="category", labelalias=shortened(order, "  "))
    figure.update_yaxes(showgrid=False, ticksuffix="  ", automargin=True, dtick=1, tickfont=FONT)
    return figure


def plan_bars(plan: BalancePlan) -> go.Figure:
    """Return bars of what stays, what is added and what goes, per class."""
    order = _from_the_bottom(plan.before)
    names = [name_of(label) for label in order]
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
        margin=MARGIN,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        bargap=0.28,
        showlegend=True,
    )
    figure.update_xaxes(showgrid=False, nticks=5)
    figure.update_yaxes(type="category", labelalias=shortened(order, "  "))
    figure.update_yaxes(showgrid=False, ticksuffix="  ", automargin=True, tickfont=FONT)
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
    figure.update_layout(height=280, margin={**MARGIN, "b": 48}, showlegend=False, bargap=0.1)
    # Half a point and half an image are no ticks.
    figure.update_xaxes(
        title="points that start from an image", showgrid=False, dtick=max(1, ceil(len(uses) / 12))
    )
    figure.update_yaxes(title="images", dtick=max(1, ceil(int(uses.max(initial=0)) / 5)))
    return figure


def _height(bars: int) -> int:
    return max(150, ROW_PX * bars + 40)


def _totals(splits: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    labels = sorted({label for counts in splits.values() for label in counts})
    return {label: sum(counts.get(label, 0) for counts in splits.values()) for label in labels}


def _from_the_bottom(counts: Mapping[str, int]) -> list[str]:
    """Return the labels as bars stand on each other; downwards, ties go by name as in tables."""
    return sorted(counts, key=lambda label: (-counts[label], label))[::-1]
