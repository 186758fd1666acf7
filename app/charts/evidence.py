"""The evidence of operations as a map: a mark per class and trial. Pure: no page, no session."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from app.charts.layout import MARGIN, ROW_PX, cut
from core.augment.evidence import Cell, Evidence
from core.augment.trials import Trial
from core.augment.verdict import Verdict
from core.colours import ADDED, BETTER, NEUTRAL, WORSE

_MOST_LETTERS = 24
# A shape for each verdict: never colour alone.
_MARKS = {
    Verdict.SAFE: (BETTER, "square"),
    Verdict.NOTHING: (NEUTRAL, "circle-open"),
    Verdict.RISKY: (ADDED, "triangle-up"),
    Verdict.CHANGES: (WORSE, "x"),
    Verdict.TOO_FEW: (NEUTRAL, "diamond-open"),
    Verdict.UNKNOWN: (NEUTRAL, "line-ew-open"),
}


def evidence_map(
    evidence: Evidence, labels: Sequence[str], trials: Sequence[Trial], chosen: Cell | None
) -> go.Figure:
    """Return a mark for each of `labels` and `trials`; each carries its place among the cells."""
    rows = {label: number for number, label in enumerate(labels)}
    columns = {trial: number for number, trial in enumerate(trials)}
    figure = go.Figure()
    for verdict, (colour, symbol) in _MARKS.items():
        places = [
            (place, cell) for place, cell in enumerate(evidence.cells)
            if cell.verdict is verdict and cell.label in rows and cell.trial in columns
        ]  # fmt: skip
        if not places:
            continue
        figure.add_scatter(
            x=[columns[cell.trial] for _, cell in places],
            y=[rows[cell.label] for _, cell in places],
            customdata=[place for place, _ in places],
            text=[_hover(cell) for _, cell in places],
            mode="markers",
            name=verdict.value,
            marker={
                "color": colour,
                "symbol": symbol,
                "size": 11,
                "line": {"width": 1.5, "color": colour},
            },
            unselected={"marker": {"opacity": 1}},
            hovertemplate="%{text}<extra></extra>",
        )
    if chosen is not None and chosen.label in rows and chosen.trial in columns:
        figure.add_shape(
            type="rect", line={"width": 2, "color": NEUTRAL},
            x0=columns[chosen.trial] - 0.5, x1=columns[chosen.trial] + 0.5,
            y0=rows[chosen.label] - 0.5, y1=rows[chosen.label] + 0.5,
        )  # fmt: skip
    judged = {cell.label: cell.figures.judged for cell in evidence.cells}
    names = [f"{cut(label, _MOST_LETTERS)} (n = {judged[label]})" for label in rows]
    _lay_out(figure, names, columns)
    return figure


def _lay_out(figure: go.Figure, names: Sequence[str], columns: Mapping[Trial, int]) -> None:
    """Give each class a line and each trial a column, with its name."""
    figure.update_layout(
        height=ROW_PX * len(names) + 190,
        margin=MARGIN,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        showlegend=True,
    )
    figure.update_xaxes(
        tickvals=list(columns.values()), ticktext=[trial.title for trial in columns], tickangle=-50,
        showgrid=False, zeroline=False, automargin=True, range=[-0.6, len(columns) - 0.4],
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=[f"{name}  " for name in names],
        showgrid=False, zeroline=False, automargin=True, range=[len(names) - 0.4, -0.6],
    )  # fmt: skip


def _hover(cell: Cell) -> str:
    figures, label = cell.figures, cut(cell.label, _MOST_LETTERS)
    text = (
        f"<b>{label}, {cell.trial.title.lower()}: {cell.verdict.value}</b><br>{figures.kept_text}"
    )
    if figures.taken_for:
        text += f", others look like {cut(figures.taken_for, _MOST_LETTERS)}"
    return text + (
        f"<br>moves {figures.move:.2f} of the way between two images of the class"
        f"<br>{figures.identical:.0%} identical, {figures.milliseconds:.2f} ms a picture"
    )
