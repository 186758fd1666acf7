"""A map as one page that opens anywhere: the drawing program is inside, nothing is fetched."""

from collections.abc import Sequence
from html import escape

import pandas as pd
import plotly.graph_objects as go

from core.colours import class_colours
from core.project import Projection, drawn_by

REAL, SYNTHETIC = "real", "synthetic"
_FEW_CLASSES = 12  # with more, a legend is longer than the map


def map_page(name: str, table: pd.DataFrame, projection: Projection) -> str:
    """Return the HTML page of a map.

    Args:
        name: Of the dataset; like all names in the table, it is text and never HTML.
        table: x, y, label, path and kind of each point; base, neighbour and fraction of each
            synthetic one.
        projection: The map that the points lie on.
    """
    figure = go.Figure()
    real, made = (table[table["kind"] == kind] for kind in (REAL, SYNTHETIC))
    counts = {str(label): int(count) for label, count in real["label"].value_counts().items()}
    colours = class_colours(dict.fromkeys(made["label"].unique(), 0) | counts)
    paths = real.set_index("row")["path"]
    bases, neighbours = (made[column].map(paths) for column in ("base_row", "neighbor_row"))
    texts = {
        REAL: [_text(*pair) for pair in zip(real["label"], real["path"], strict=True)],
        SYNTHETIC: [
            _text(f"{label}, synthetic", f"{fraction:.0%} of the way from {base}", f"to {end}")
            for label, fraction, base, end in zip(
                made["label"], made["fraction"], bases, neighbours, strict=True
            )
        ],
    }
    groups = [[label] for label in sorted(colours, key=lambda label: -counts.get(label, 0))]
    if len(groups) > _FEW_CLASSES:
        groups = [list(colours)]
    for kind, points in ((REAL, real), (SYNTHETIC, made)):
        for group in groups:
            is_own = points["label"].isin(group).to_numpy()
            if is_own.any():
                own = [text for text, wanted in zip(texts[kind], is_own, strict=True) if wanted]
                _add(figure, points[is_own], own, _title(kind, group), colours)
    figure.update_layout(
        title={"text": _heading(name, projection, made)},
        template="plotly_white",
        legend={"itemsizing": "constant"},
    )
    figure.update_xaxes(visible=False)
    # Distances on a PCA mean something in both directions; those on a UMAP hardly do.
    figure.update_yaxes(visible=False, scaleanchor="x" if projection.method == "pca" else None)
    page = figure.to_html(include_plotlyjs=True, include_mathjax=False, default_height="95vh")
    return str(page)


def _heading(name: str, projection: Projection, made: pd.DataFrame) -> str:
    text = f"{escape(name, quote=False)}: {projection.method.upper()} of {len(projection.rows):,}"
    text += f" images and {len(made):,} synthetic points" if len(made) else " images"
    return text + drawn_by(projection)


def _title(kind: str, group: Sequence[str]) -> str:
    if len(group) > 1:
        return "real images" if kind == REAL else "synthetic points"
    label = escape(group[0], quote=False)
    return label if kind == REAL else f"{label}, synthetic"


def _text(*lines: str) -> str:
    return "<br>".join(escape(line, quote=False) for line in lines)


def _add(
    figure: go.Figure, points: pd.DataFrame, texts: list[str], title: str, colours: dict[str, str]
) -> None:
    colour = points["label"].map(colours).tolist()
    is_real = points["kind"].iloc[0] == REAL
    marker = (
        {"size": 6, "color": colour}
        if is_real
        else {"symbol": "cross-thin", "size": 7, "line": {"width": 1.4, "color": colour}}
    )
    figure.add_scattergl(
        x=points["x"].to_numpy(),
        y=points["y"].to_numpy(),
        mode="markers",
        name=title,
        marker=marker,
        opacity=0.8,
        text=texts,
        hovertemplate="%{text}<extra></extra>",
    )
