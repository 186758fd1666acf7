"""Charts of curves: what more images would bring, and how far scores can be believed.

Pure: no page, no session.
"""

import numpy as np
import plotly.graph_objects as go

from app.charts.layout import MARGIN
from app.charts.palette import KEPT, NEUTRAL
from core.evaluate.curve_text import Foretold
from core.evaluate.curves import LEVEL

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
