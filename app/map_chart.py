"""The map of real and synthetic points as a plotly figure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.dataset import ImageDataset
from core.project import Placement, Projection
from core.resample import SyntheticPoints

_FEW_CLASSES = 12  # with more, a legend is longer than the map
_RING = "#D55E00"


@dataclass(frozen=True)
class Pick:
    """A point that was clicked: a row of the dataset, or the number of a synthetic point."""

    row: int | None = None
    synthetic: int | None = None

    @classmethod
    def from_id(cls, number: int) -> "Pick":
        """Return the pick of a point's customdata: rows count up from 0, the others down."""
        return cls(row=number) if number >= 0 else cls(synthetic=-1 - number)


def point_map(
    dataset: ImageDataset,
    projection: Projection,
    colours: Mapping[str, str],
    *,
    shown: Collection[str],
    synthetic: SyntheticPoints | None = None,
    placement: Placement | None = None,
    pick: Pick | None = None,
) -> go.Figure:
    """Return real points as dots and synthetic ones as crosses, coloured by class.

    Classes that are not `shown` stay as grey dots, so that the picture keeps its shape.
    """
    figure = go.Figure()
    codes = dataset.codes[projection.rows]
    shown_codes = {code for code, label in enumerate(dataset.classes) if label in shown}
    is_shown = np.isin(codes, sorted(shown_codes))
    _add(figure, projection, ~is_shown, "other classes", "#9AA5B1", opacity=0.25, hover="")
    groups = [(label, [code]) for code, label in enumerate(dataset.classes) if code in shown_codes]
    if len(groups) > _FEW_CLASSES:
        groups = [("real images", sorted(shown_codes))]
    for name, members in groups:
        mask = np.isin(codes, members)
        colour = _colour(codes[mask], dataset, colours, members)
        labels = [escape(dataset.classes[code], quote=False) for code in codes[mask]]
        _add(figure, projection, mask, escape(name, quote=False), colour, opacity=0.8, hover=labels)
    if synthetic is not None and placement is not None:
        made = synthetic.labels[placement.indices]
        for name, members in groups:
            mask = np.isin(made, members)
            if not mask.any():
                continue
            title = (
                "synthetic points"
                if len(members) > 1
                else f"{escape(name, quote=False)}, synthetic"
            )
            figure.add_scattergl(
                x=placement.points[mask, 0],
                y=placement.points[mask, 1],
                mode="markers",
                name=title,
                marker={
                    "symbol": "cross-thin",
                    "size": 7,
                    "line": {
                        "width": 1.4,
                        "color": _colour(made[mask], dataset, colours, members),
                    },
                },
                opacity=0.75,
                customdata=(-1 - placement.indices[mask]).astype(np.int32),
                hovertemplate="%{fullData.name}<extra></extra>",
            )
        if pick is not None and pick.synthetic is not None:
            _add_parents(figure, projection, synthetic, placement, pick.synthetic)
    if pick is not None and pick.row is not None and pick.row in projection.rows:
        _add_rings(figure, projection, np.array([pick.row]), "picked image")
    figure.update_layout(
        height=620,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "itemsizing": "constant"},
        hoverlabel={"namelength": -1},
        # The camera stays where the person put it when points are added.
        uirevision=projection.method,
    )
    figure.update_xaxes(visible=False)
    # Distances on a PCA mean something in both directions; those on a UMAP hardly do.
    figure.update_yaxes(visible=False, scaleanchor="x" if projection.method == "pca" else None)
    return figure


def _add(
    figure: go.Figure,
    projection: Projection,
    mask: NDArray[np.bool_],
    name: str,
    colour: str | list[str],
    *,
    opacity: float,
    hover: str | list[str],
) -> None:
    if not mask.any():
        return
    figure.add_scattergl(
        x=projection.points[mask, 0],
        y=projection.points[mask, 1],
        mode="markers",
        name=name,
        marker={"size": 6, "color": colour},
        opacity=opacity,
        customdata=projection.rows[mask].astype(np.int32),
        text=hover or None,
        hovertemplate="%{text}<extra></extra>" if hover else f"{name}<extra></extra>",
    )


def _add_parents(
    figure: go.Figure,
    projection: Projection,
    synthetic: SyntheticPoints,
    placement: Placement,
    number: int,
) -> None:
    """Draw the line from the parents of one synthetic point, rings round them, and itself."""
    parents = synthetic.parents[number]
    if number not in placement.indices:
        return
    ends = projection.points[np.searchsorted(projection.rows, parents)]
    place = placement.points[np.searchsorted(placement.indices, number)]
    figure.add_scattergl(
        x=ends[:, 0],
        y=ends[:, 1],
        mode="lines",
        line={"color": _RING, "width": 2},
        name="between parents",
        hoverinfo="skip",
        showlegend=False,
    )
    _add_rings(figure, projection, parents, "parents")
    figure.add_scattergl(
        x=[place[0]],
        y=[place[1]],
        mode="markers",
        marker={"symbol": "cross-thin", "size": 15, "line": {"width": 3, "color": _RING}},
        name="picked point",
        hoverinfo="skip",
        showlegend=False,
    )


def _add_rings(
    figure: go.Figure, projection: Projection, rows: NDArray[np.intp], name: str
) -> None:
    points = projection.points[np.searchsorted(projection.rows, rows)]
    figure.add_scattergl(
        x=points[:, 0],
        y=points[:, 1],
        mode="markers",
        marker={"symbol": "circle-open", "size": 17, "color": _RING, "line": {"width": 3}},
        name=name,
        hoverinfo="skip",
        showlegend=False,
    )


def _colour(
    codes: NDArray[np.intp],
    dataset: ImageDataset,
    colours: Mapping[str, str],
    members: Collection[int],
) -> str | list[str]:
    if len(members) == 1:
        return colours[dataset.classes[next(iter(members))]]
    return [colours[dataset.classes[code]] for code in codes]
