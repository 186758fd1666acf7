"""A dot per operation: what it brings beside plain copies. Pure: no page, no session."""

import plotly.graph_objects as go

from app.charts.layout import FONT, MARGIN, with_minus
from core.colours import BETTER, NEUTRAL, WORSE
from core.evaluate import Outcome
from core.evaluate.augmentation_answer import BestAugmentation, OperationGain, interval_text

_COLOURS = {Outcome.BETTER: BETTER, Outcome.WORSE: WORSE}  # the others are neutral
_ROW_PX = 34


def operation_gains(best: BestAugmentation) -> go.Figure:
    """Return a dot with its joint 95% interval for each operation, the best one uppermost.

    Those that the rule has chosen are filled. Within the band lie differences that do not matter.
    """
    rows = sorted(best.operations, key=lambda one: one.standing.gain.estimate)
    figure = go.Figure()
    reach = 100 * best.margin
    figure.add_vrect(x0=-reach, x1=reach, fillcolor=NEUTRAL, opacity=0.12, line_width=0)
    figure.add_vline(x=0, line_width=1.5, line_color=NEUTRAL)
    for row in rows:
        _add(figure, row)
    figure.update_layout(height=_ROW_PX * len(rows) + 70, margin=MARGIN)
    figure.update_xaxes(title="points above or below plain copies", zeroline=False, nticks=9)
    figure.update_yaxes(
        showgrid=False, ticksuffix="  ", automargin=True, tickfont=FONT,
        range=[-0.6, len(rows) - 0.4],
    )  # fmt: skip
    return figure


def _add(figure: go.Figure, row: OperationGain) -> None:
    standing = row.standing
    colour = _COLOURS.get(standing.outcome, NEUTRAL)
    mean = 100 * standing.gain.estimate
    joint = standing.gain.joint
    low, high = (mean, mean) if joint is None else (100 * joint[0], 100 * joint[1])
    text = with_minus(interval_text(standing))
    figure.add_scatter(
        x=[mean],
        y=[row.title],
        mode="markers",
        marker={
            "size": 12,
            "color": colour,
            "symbol": "circle" if row.tried.is_chosen else "circle-open",
            "line": {"width": 2, "color": colour},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - mean],
            "arrayminus": [mean - low],
            "color": colour,
            "thickness": 2.5,
            "width": 0,
        },
        hovertemplate=(
            f"{row.title}: {text} points, {standing.outcome}"
            f"{', chosen' if row.tried.is_chosen else ''}<extra></extra>"
        ),
        showlegend=False,
    )
