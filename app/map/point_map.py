"""The map as a part of a page: points by WebGL, pictures behind them, selections by mouse."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from app.map.colours import NO_VALUE, Colours
from app.map.routes import MAP_PATH
from app.map.scene import Scene
from app.map.selection import Selection
from app.shell.page import current_workspace

_HTML = """
<div class="map" data-mode="move">
  <div class="tools" role="toolbar" aria-label="Tools of the map"></div>
  <div class="stage"><div class="panels"></div><div class="card" hidden></div></div>
  <div class="legend" role="group" aria-label="What the colours mean"></div>
  <p class="status" role="status"></p>
</div>
"""
_SCRIPTS = (
    "camera.js", "points.js", "picking.js", "density.js", "card.js", "legend.js", "overlay.js",
    "panel.js", "tools.js", "map.js",
)  # fmt: skip
_HERE = Path(__file__).parent
_HEIGHT_PX = 600

_MAP = st.components.v2.component(
    "evenset_map",
    html=_HTML,
    css=(_HERE / "map.css").read_text("utf-8"),
    js="\n".join((_HERE / name).read_text("utf-8") for name in _SCRIPTS),
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
    key: str,
    changed: Callable[[Selection], None],
) -> None:
    """Draw the map.

    Args:
        scene: All points; those that change nothing are not sent again.
        panels: One, or two side by side, with one camera.
        colours: Of the points.
        selection: What is in colour, and what is pinned.
        view: Names what the camera is remembered for.
        key: Of the component.
        changed: Called with what the person has selected or clicked, before the page is drawn.
    """
    workspace = current_workspace()
    workspace.scenes.keep(scene, **{colours.part: colours.bytes})

    def take() -> None:
        event = st.session_state[key].event
        if isinstance(event, dict) and event.get("key") == scene.key:
            chosen = _chosen(scene, selection, event)
            if chosen is not None:
                changed(chosen)

    _MAP(
        key=key,
        data={
            "key": scene.key,
            "base": f"{MAP_PATH}/{workspace.route_token}/{scene.key}",
            "count": len(scene.kinds),
            "view": view,
            # Distances on a PCA mean something in both directions; those on a UMAP hardly do.
            "equal": scene.projection.method == "pca",
            "height": _HEIGHT_PX,
            "panels": [
                {"title": one.title, "alt": one.alt, "kinds": sum(1 << kind for kind in one.kinds)}
                for one in panels
            ],
            "colour": {
                "name": colours.name,
                "part": colours.part,
                "entries": [
                    {
                        "label": entry.label,
                        "colour": entry.colour,
                        "count": entry.count,
                        "none": entry.colour == NO_VALUE,
                    }
                    for entry in colours.entries
                ],
                "ramp": list(colours.ramp) if colours.ramp else None,
            },
            "selected": selection.bits(scene),
            "pinned": scene.index_of(selection.pick) if selection.pick else -1,
        },
        on_event_change=take,
    )


def _chosen(scene: Scene, before: Selection, event: dict[str, Any]) -> Selection | None:
    """Return what an event of the browser says; None for what it cannot say."""
    if event.get("kind") == "select" and isinstance(event.get("bits"), str):
        return Selection.from_bits(scene, event["bits"], before.pick)
    index = event.get("index")
    if event.get("kind") == "pin" and isinstance(index, int) and -1 <= index < len(scene.kinds):
        return before.picked(scene.pick_of(index) if index >= 0 else None)
    return None
