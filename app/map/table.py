"""Points of a map as a table, for the page and for a file."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.map.colours import types_of_rows
from app.map.scene import MADE, Indices, PointLayer, Scene
from app.map.selection import Selection
from app.session.session import Session
from core.neighbours.graph import TYPE_NAMES
from core.resample.synthetic import fractions_of, rows_of_parents

_TYPES = np.array([*TYPE_NAMES, ""], object)


def selected_indices(scene: Scene, selection: Selection) -> Indices:
    """Return the places of selected points among the P; images first, each once."""
    # A joint fit has each image a second time.
    first = np.arange(len(scene.kinds))[: len(scene.projection.rows)]
    chosen = [first[np.isin(scene.projection.rows, selection.rows)]]
    for layer in scene.layers:
        numbers = selection.made if layer.kind == MADE else selection.other_made
        chosen.append(np.flatnonzero((scene.kinds == layer.kind) & np.isin(scene.numbers, numbers)))
    return np.concatenate(chosen)


def label_counts(scene: Scene, indices: Indices) -> dict[str, int]:
    """Return label -> points among `indices`, the most first."""
    counts = np.bincount(scene.label_codes[indices], minlength=len(scene.dataset.classes))
    order = np.argsort(-counts, kind="stable")
    return {scene.dataset.classes[code]: int(counts[code]) for code in order if counts[code]}


def point_table(session: Session, scene: Scene, indices: Indices) -> pd.DataFrame:
    """Return a row for each of `indices`: what it is, its file or its parents, where it lies."""
    dataset = scene.dataset
    paths = dataset.table["path"].to_numpy(object)
    is_real, numbers = scene.is_real[indices], scene.numbers[indices]
    rows = np.where(is_real, numbers, 0)
    base, neighbour, fraction = _parents(scene, indices)
    table = {
        "kind": np.where(is_real, "image", "synthetic"),
        "label": np.array(dataset.classes, object)[scene.label_codes[indices]],
        "path": np.where(is_real, paths[rows], ""),
        "row": pd.array(np.where(is_real, numbers, -1), dtype="Int64"),
        "split": np.where(is_real, dataset.table["split"].to_numpy(object)[rows], ""),
        "type": np.where(is_real, _types(session, rows, len(dataset)), ""),
        "synthetic_point": pd.array(np.where(is_real, -1, numbers + 1), dtype="Int64"),
        "base": _names(paths, base),
        "neighbour": _names(paths, neighbour),
        "fraction": fraction,
        "x": scene.points[indices, 0],
        "y": scene.points[indices, 1],
    }
    frame = pd.DataFrame(table)
    return frame.assign(
        row=frame["row"].where(is_real), synthetic_point=frame["synthetic_point"].where(~is_real)
    )


def _parents(scene: Scene, indices: Indices) -> tuple[Indices, Indices, NDArray[np.float32]]:
    """Return the rows of the base and the neighbour of each point, -1 for none."""
    ends = np.full((len(indices), 2), -1, np.intp)
    fraction = np.full(len(indices), np.nan, np.float32)
    layer: PointLayer
    for layer in scene.layers:
        own = scene.kinds[indices] == layer.kind
        numbers = scene.numbers[indices[own]]
        ends[own] = rows_of_parents(layer.synthetic)[numbers]
        fraction[own] = fractions_of(layer.synthetic)[numbers]
    return ends[:, 0], ends[:, 1], fraction


def _names(paths: NDArray[np.object_], rows: Indices) -> NDArray[np.object_]:
    return np.where(rows >= 0, paths[np.maximum(rows, 0)], "")


def _types(session: Session, rows: Indices, count: int) -> NDArray[np.object_]:
    codes = types_of_rows(session.difficulty, count)
    return np.asarray(_TYPES[codes[rows]])
