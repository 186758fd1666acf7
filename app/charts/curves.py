"""Charts of curves: what more images would bring, and how far scores can be believed.

Pure: no page, no session.
"""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from app.charts.layout import MARGIN
from core.colours import KEPT, NEUTRAL, OKABE_ITO
from core.evaluate.curve_text import Foretold
from core.evaluate.curves import LEVEL
from core.evaluate.decisions import CandidateCost

_HEIGHT_PX = 220
_RATIOS = np.linspace(1, 2, 11)  # times as many images


def foretold_curve(foretold: Foretold) -> go.Figure:
    """Return what parts of the images have shown, and what up to twice as many would.

    The band is the interval of what is foretold. Without a curve the figure is empty.
    """
    figure = go.Figure()
    curve = foretold.curve
    if curve is not None:
        readings = [curve.at(float(ratio)) for ratio in _RATIOS]
        more = foretold.images * _RATIOS
        figure.add_scatter(
            x=[*more, *more[::-1]],
            y=[100 * one.high for one in readings] + [100 * one.low for one in readings[::-1]],
            fill="toself", fillcolor=KEPT, opacity=0.18, line={"width": 0}, hoverinfo="skip",
        )  # fmt: skip
        figure.add_scatter(
            x=more,
            y=[100 * one.estimate for one in readings],
            mode="lines",
            line={"color": KEPT, "width": 2.5, "dash": "dash"},
            customdata=[[100 * one.low, 100 * one.high] for one in readings],
            hovertemplate=(
                "%{x:,.0f} images: %{y:.0f} % "
                f"({LEVEL:.0%} %{{customdata[0]:.0f}} to %{{customdata[1]:.0f}})<extra></extra>"
            ),
        )
        # A fold learns from four fifths of the images; what it shows stands for all of them.
        seen = foretold.images * curve.counts / curve.counts[-1]
        figure.add_scatter(
            x=seen,
            y=100 * curve.seen,
            mode="lines+markers",
            line={"color": KEPT, "width": 2.5},
            marker={"size": 8},
            hovertemplate="%{x:,.0f} images: %{y:.0f} %<extra></extra>",
        )
        figure.add_vline(x=foretold.images, line_width=1, line_dash="dot", line_color=NEUTRAL)
    figure.update_layout(height=_HEIGHT_PX, margin=MARGIN, showlegend=False)
    figure.update_yaxes(title=f"{foretold.figure} in %", range=[0, 104])
    figure.update_xaxes(title="images", rangemode="tozero", showgrid=False, nticks=5)
    return figure


def reliability(rows: Sequence[CandidateCost]) -> go.Figure:
    """Return how often the most likely class is right, by how likely it is said to be.

    Dashed are a candidate's own scores, whole lines those that were brought to the shares outside;
    on the diagonal scores can be taken at their word.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100], y=[0, 100], mode="lines", hoverinfo="skip", showlegend=False,
        line={"color": NEUTRAL, "width": 1, "dash": "dot"},
    )  # fmt: skip
    for place, row in enumerate(rows):
        colour = OKABE_ITO[place % len(OKABE_ITO)]
        for told, dash, title in (
            (row.before, "dash", f"{row.title}, own scores"),
            (row.after, "solid", f"{row.title}, corrected"),
        ):
            figure.add_scatter(
                x=[100 * one.confidence for one in told.bins],
                y=[100 * one.accuracy for one in told.bins],
                mode="lines+markers",
                name=title,
                line={"color": colour, "width": 2, "dash": dash},
                customdata=[one.images for one in told.bins],
                hovertemplate=(
                    "%{fullData.name}: said %{x:.0f} %, right %{y:.0f} % "
                    "(%{customdata:,.0f} images)<extra></extra>"
                ),
            )
    figure.update_layout(
        height=380,
        margin=MARGIN,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    figure.update_yaxes(title="right in %", range=[0, 104])
    figure.update_xaxes(title="confidence in %", range=[0, 104], showgrid=False)
    return figure
