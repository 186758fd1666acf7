"""Charts of classes: how many images each has, what a plan does to them, who the parents are.

Pure: no page, no session.
"""

from collections.abc import Iterable, Mapping
from math import ceil

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from app.charts.layout import FONT, MARGIN, ROW_PX, name_of, shortened
from core import words
from core.colours import ADDED, HELD_OUT, KEPT, NEUTRAL
from core.dataset import SPLITS
from core.resample import BalancePlan

SPLIT_COLOURS = dict(zip(SPLITS, (KEPT, *HELD_OUT), strict=True))

_WIDEST_ROW_PX, _ROOM_PX = 52, 40  # of a bar with its gap, and around all of them
_MAIN_PX = 300  # at least, where bars are the main picture of a page
MOST_BARS = 20  # classes that have a bar with a name each
_FEW_IMAGES = 5  # of the largest class: each has a tick
_ENDS = 3  # classes that are named at each end of a curve
_END_LETTERS = 22  # of such a name: on a phone the ends stand close
_CURVE_PX, _EQUAL_PX, _LEGEND_PX = 360, 96, 24


def class_chart(splits: Mapping[str, Mapping[str, int]], *, is_log: bool = False) -> go.Figure:
    """Return the images per class as bars, of many classes as a curve, of equal ones in small.

    Each bar or point carries its label as customdata. A curve is logarithmic always.
    """
    counts = _totals(splits)
    if len(counts) > 1 and all(len(set(_filled(counts, one))) == 1 for one in splits.values()):
        return equal_bars(splits)
    if len(counts) > MOST_BARS:
        return rank_curve(splits)
    figure = class_bars(splits, is_log=is_log)
    # Two bars as high as ten would be two boards.
    main_px = min(_MAIN_PX, _WIDEST_ROW_PX * len(counts) + _ROOM_PX)
    return figure.update_layout(height=max(main_px, figure.layout.height))


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
            x=_filled(order, counts),
            name=split,
            orientation="h",
            marker_color=SPLIT_COLOURS[split],
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


def rank_curve(splits: Mapping[str, Mapping[str, int]]) -> go.Figure:
    """Return the images of many classes by rank, on a logarithmic scale; the ends are named.

    All splits stand in the order of the classes' images in all of them, so that one place is one
    class. A class that a split lacks has no point there.
    """
    totals = _totals(splits)
    order = _from_the_bottom(totals)[::-1]
    ranks = list(range(1, len(order) + 1))
    figure = go.Figure()
    for split, counts in splits.items():
        figure.add_scatter(
            x=ranks,
            y=[counts.get(label) or None for label in order],
            name=split,
            mode="markers" if figure.data else "lines+markers",
            marker={"size": 5, "color": SPLIT_COLOURS[split]},
            line={"width": 1, "color": SPLIT_COLOURS[split]},
            customdata=order,
            text=[name_of(label) for label in order],
            hovertemplate="%{text}<br>%{y:,} images (" + split + "), rank %{x:,}<extra></extra>",
        )
    _name_ends(figure, order, totals)
    _lay_out_ranks(figure, has_legend=len(splits) > 1)
    return figure


def equal_bars(splits: Mapping[str, Mapping[str, int]]) -> go.Figure:
    """Return a low picture of classes with equally many images each; names are on hover."""
    order = _from_the_bottom(_totals(splits))[::-1]
    figure = go.Figure()
    for split, counts in splits.items():
        figure.add_bar(
            x=[name_of(label) for label in order],
            y=_filled(order, counts),
            name=split,
            marker_color=SPLIT_COLOURS[split],
            customdata=order,
            hovertemplate="%{x}: %{y:,} images (" + split + ")<extra></extra>",
        )
    figure.update_layout(
        barmode="stack",
        height=_EQUAL_PX + (_LEGEND_PX if len(splits) > 1 else 0),
        margin=MARGIN,
        showlegend=len(splits) > 1,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        bargap=0.28 if len(order) <= MOST_BARS else 0,
    )
    figure.update_xaxes(type="category", visible=False)
    figure.update_yaxes(visible=False, rangemode="tozero")
    return figure


def plan_chart(plan: BalancePlan) -> go.Figure:
    """Return what a plan does to each class, as bars; of many classes as two curves."""
    return plan_curve(plan) if len(plan.before) > MOST_BARS else plan_bars(plan)


def plan_curve(plan: BalancePlan) -> go.Figure:
    """Return the images of many classes before and after, by rank before; the ends are named."""
    order = _from_the_bottom(plan.before)[::-1]
    figure = go.Figure()
    for name, counts, colour in (("after", plan.after, ADDED), ("before", plan.before, KEPT)):
        figure.add_scatter(
            x=list(range(1, len(order) + 1)),
            y=[counts[label] or None for label in order],
            name=name,
            mode="lines+markers",
            marker={"size": 5, "color": colour},
            line={"width": 1, "color": colour, "dash": "dot" if name == "after" else "solid"},
            text=[name_of(label) for label in order],
            hovertemplate="%{text}<br>%{y:,} " + name + ", rank %{x:,}<extra></extra>",
        )
    _name_ends(figure, order, plan.before)
    _lay_out_ranks(figure, has_legend=True)
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
    # Half an image is no tick.
    most = max((plan.before[label] + plan.add[label] for label in order), default=0)
    figure.update_xaxes(showgrid=False, nticks=5, dtick=1 if most <= _FEW_IMAGES else None)
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


def _lay_out_ranks(figure: go.Figure, *, has_legend: bool) -> None:
    """Give a curve over the ranks of classes its axes, and room for the names above it."""
    figure.update_layout(
        height=_CURVE_PX,
        margin={**MARGIN, "t": 28 + 18 * (_ENDS + 1), "b": 48, "l": 8},
        showlegend=has_legend,
        legend={"orientation": "h", "y": -0.18, "yanchor": "top", "x": 1, "xanchor": "right"},
    )
    figure.update_xaxes(title="classes, the largest first", showgrid=False, zeroline=False)
    figure.update_yaxes(
        title="images", type="log", dtick=1, tickformat=",d", automargin=True, tickfont=FONT
    )


def _name_ends(figure: go.Figure, order: list[str], totals: Mapping[str, int]) -> None:
    """Write the largest and the smallest classes, with their images, above a curve."""
    for title, labels, place in (
        ("Largest", order[:_ENDS], {"x": 0, "xanchor": "left"}),
        ("Smallest", order[-_ENDS:], {"x": 1, "xanchor": "right"}),
    ):
        # In the middle, since names differ at their ends; the whole stands on hover.
        lines = [
            f"{name_of(words.shortened(label, _END_LETTERS))} {totals[label]:,}" for label in labels
        ]
        figure.add_annotation(
            text="<br>".join([f"<b>{title}</b>", *lines]),
            hovertext="<br>".join(name_of(label) for label in labels),
            align=place["xanchor"],
            xref="paper",
            yref="paper",
            y=1.0,
            yanchor="bottom",
            showarrow=False,
            font=FONT,
            **place,
        )


def _height(bars: int) -> int:
    return max(2 * _WIDEST_ROW_PX + _ROOM_PX, ROW_PX * bars + _ROOM_PX)


def _totals(splits: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    labels = sorted({label for counts in splits.values() for label in counts})
    return {label: sum(counts.get(label, 0) for counts in splits.values()) for label in labels}


def _filled(labels: Iterable[str], counts: Mapping[str, int]) -> list[int]:
    return [counts.get(label, 0) for label in labels]


def _from_the_bottom(counts: Mapping[str, int]) -> list[str]:
    """Return the labels as bars stand on each other; downwards, ties go by name as in tables."""
    return words.largest_first(counts)[::-1]
