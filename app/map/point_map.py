"""The map as a part of a page: points by WebGL, pictures behind them, selections by mouse."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.map.colours import NO_VALUE, Colours
from app.map.routes import MAP_CODE, MAP_PATH
from app.map.scene import Scene, Scenes
from app.map.selection import Selection
from app.shell.page import current_theme, current_workspace
from core.colours import in_theme

_HTML = """
<div class="map" data-mode="move">
  <div class="tools" role="toolbar" aria-label="Tools of the map"></div>
  <div class="stage">
    <div class="panels"></div>
    <button class="tray" type="button" hidden></button>
    <div class="card" hidden></div>
  </div>
  <div class="legend" role="group" aria-label="What the colours mean"></div>
  <p class="status" role="status"></p>
</div>
"""
DETAILS = "map_details"  # key of the container that shows what is selected: a click leads there
_KEY = "point_map"  # of the component: a page has one map

_MAP = st.components.v2.component(
    "evenset_map",
    html=_HTML,
    css=(MAP_CODE.folder / "map.css").read_text("utf-8"),
    js=MAP_CODE.script("map.js"),
)


@dataclass(frozen=True)
class MapPanel:
    """One of the maps that stand side by side."""

    kinds: Sequence[int]  # of the points that it shows
    alt: str
    title: str = ""


def point_map(
    scene: Scene,
    panels: Sequence[MapPanel],
    colours: Colours,
    selection: Selection,
    *,
    view: str,
    changed: Callable[[Selection], None],
) -> None:
    """Draw the map. What the browser is told is spelled out in `types.js`.

    Args:
        scene: All points; those that change nothing are not sent again.
        panels: One, or two side by side, with one camera.
        colours: Of the points.
        selection: What is in colour, and what is pinned.
        view: Names what the camera is remembered for.
        changed: Called with what the person has selected or clicked, before the page is drawn.
    """
    workspace = current_workspace()
    workspace.of(Scenes).keep(scene, **{colours.part: colours.bytes})

    def take() -> None:
        event = st.session_state[_KEY].event
        if isinstance(event, dict) and event.get("key") == scene.key:
            chosen = _chosen(scene, selection, event)
            if chosen is not None:
                changed(chosen)

    _MAP(
        key=_KEY,
        data={
            "base": f"{MAP_PATH}/{workspace.route_token}/{scene.key}",
            "view": view,
            "details": f"st-key-{DETAILS}",
            **_points(scene, selection),
            "panels": [_panel(panel) for panel in panels],
            "colour": {**_colouring(colours), "crosses": _crosses(scene)},
        },
        on_event_change=take,
    )


def _points(scene: Scene, selection: Selection) -> dict[str, object]:
    """Return which points there are, and the state of each: the first part of `MapData`."""
    return {
        "key": scene.key,
        "count": len(scene.kinds),
        # Distances on a PCA mean something in both directions; those on a UMAP hardly do.
        "equal": scene.projection.method == "pca",
        "selected": selection.bits(scene),
        "pinned": scene.index_of(selection.pick) if selection.pick else -1,
    }


def _crosses(scene: Scene) -> str:
    """Return what a cross is; '' where there is none."""
    if not scene.layers:
        return ""
    is_exact = all(layer.placement.is_exact for layer in scene.layers)
    return "synthetic point" if is_exact else "synthetic point, at an approximate position"


def _panel(panel: MapPanel) -> dict[str, object]:
    kinds = sum(1 << kind for kind in panel.kinds)
    return {"title": panel.title, "alt": panel.alt, "kinds": kinds}


def _colouring(colours: Colours) -> dict[str, object]:
    theme = current_theme()
    return {
        "name": colours.name,
        "part": colours.part,
        "entries": [
            {
                "label": entry.label,
                "colour": in_theme(entry.colour, theme),
                "images": entry.images,
                "made": entry.made,
                "none": entry.colour == NO_VALUE,
            }
            for entry in colours.entries
        ],
        "ramp": list(colours.ramp) if colours.ramp else None,
    }


def _chosen(scene: Scene, before: Selection, event: dict[str, Any]) -> Selection | None:
    """Return what an event of the browser says; None for what it cannot say."""
    if event.get("kind") == "select" and isinstance(event.get("bits"), str):
        return Selection.from_bits(scene, event["bits"], before.pick)
    index = event.get("index")
    if event.get("kind") == "pin" and isinstance(index, int) and -1 <= index < len(scene.kinds):
        return before.picked(scene.pick_of(index) if index >= 0 else None)
    return None
