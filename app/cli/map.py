"""What `evenset map` does: lay stored embeddings out in the plane, and write the positions."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.cli.terminal import Bars
from app.map.html_page import REAL, SYNTHETIC, map_page
from core.dataset import TRAIN
from core.embed import Embeddings, StoredEmbeddings, read_embeddings
from core.errors import SourceError
from core.progress import Progress
from core.project import (
    MapSettings,
    Placement,
    Projection,
    map_rows,
    place_among_neighbours,
    project,
)
from core.resample import PlainPoints, PointsBetween, SyntheticPoints, stored_labels
from core.resample.store import POINTS_FILE, PROVENANCE_FILE, StoredLabels
from core.resample.synthetic import fractions_of, rows_of_parents
from core.storage import replacing, write_bytes
from core.words import count_of

COLUMNS = (
    "row", "path", "label", "split", "x", "y", "kind", "base_row", "neighbor_row", "fraction",
)  # fmt: skip


def run_map(options: argparse.Namespace) -> None:
    """Write where each image, and each synthetic point, lies on the map."""
    settings = map_settings(options)
    stored = read_embeddings(options.embeddings)
    labels, embeddings = stored_labels(stored), stored.embeddings()
    synthetic = None
    if options.synthetic is not None:
        synthetic = read_synthetic(options.synthetic, labels)
    # The file is opened first: a place that cannot be written is told before any work.
    with replacing(options.out) as file:
        with Bars() as progress:
            projection = _project(labels, embeddings, options.method, settings, progress)
            placement = _place(projection, embeddings, synthetic, progress)
        table = positions(stored, labels, projection, synthetic, placement)
        table.to_parquet(file, index=False)
    if options.html is not None:
        page = map_page(stored.meta.dataset, table, projection)
        write_bytes(options.html, page.encode("utf-8", "backslashreplace"))
    print(_summary(projection, placement, options.out))


def map_settings(options: argparse.Namespace) -> MapSettings:
    """Return the settings that the options name, and else the usual ones.

    Raises:
        SettingError: a value is out of range.
    """
    names = ("n_neighbors", "min_dist", "metric", "seed")
    given = {name: getattr(options, name) for name in names}
    return MapSettings(**{name: value for name, value in given.items() if value is not None})


def positions(
    stored: StoredEmbeddings,
    labels: StoredLabels,
    projection: Projection,
    synthetic: SyntheticPoints | None,
    placement: Placement | None,
) -> pd.DataFrame:
    """Return a table with COLUMNS: the images in order of row, then the synthetic points."""
    index = stored.index[["row", "path", "label", "split"]]
    table = index.assign(x=projection.points[:, 0], y=projection.points[:, 1], kind=REAL)
    if synthetic is not None and placement is not None:
        names = np.array(labels.classes, object)
        parents = rows_of_parents(synthetic)[placement.indices]
        has_none = parents[:, 0] < 0
        made = pd.DataFrame(
            {
                "label": names[synthetic.codes[placement.indices]],
                "split": TRAIN,
                "x": placement.points[:, 0],
                "y": placement.points[:, 1],
                "kind": SYNTHETIC,
                "base_row": pd.Series(parents[:, 0], dtype="Int64").mask(has_none),
                "neighbor_row": pd.Series(parents[:, 1], dtype="Int64").mask(has_none),
                "fraction": fractions_of(synthetic)[placement.indices],
            }
        )
        table = pd.concat([table, made], ignore_index=True)
    table = table.reindex(columns=list(COLUMNS))
    rows = dict.fromkeys(("row", "base_row", "neighbor_row"), "Int64")
    texts = dict.fromkeys(("path", "label", "split", "kind"), "str")
    return table.astype({**rows, **texts, "x": "float32", "y": "float32", "fraction": "float32"})


def read_synthetic(folder: Path, labels: StoredLabels) -> SyntheticPoints:
    """Return the points that `evenset resample` wrote to `folder`.

    Raises:
        SourceError: they cannot be read, or were made from other embeddings.
    """
    file = folder / PROVENANCE_FILE
    remedy = "Choose a folder that 'evenset resample' has written, or write it again."
    try:
        table = pd.read_parquet(file)
        names = table["label"].astype("str")
        codes = pd.Categorical(names, categories=labels.classes).codes.astype(np.intp)
        if "base_row" not in table:
            return _without_parents(folder, codes)
        parents = table[["base_row", "neighbor_row"]].to_numpy(np.intp)
        fractions = table["fraction"].to_numpy(np.float32)
    except FileNotFoundError as error:
        raise SourceError(f"'{folder}' has no {PROVENANCE_FILE}. {remedy}") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        # Arrow's errors are ValueError or OSError.
        raise SourceError(f"'{file}' cannot be read. {remedy}") from error
    if not ((fractions >= 0) & (fractions <= 1)).all():
        raise SourceError(f"'{file}' is damaged: a fraction is not from 0 to 1. {remedy}")
    known = (parents >= 0) & (parents < len(labels.codes))
    of_parents = labels.codes[np.where(known, parents, 0)]
    if not (known & (of_parents == codes[:, None]) & (codes[:, None] >= 0)).all():
        raise SourceError(
            f"The points in '{folder}' were made from other embeddings: their parents are not the "
            "images of these. Run 'evenset resample' on these embeddings."
        )
    return PointsBetween(parents, fractions, codes)


def _without_parents(folder: Path, codes: NDArray[np.intp]) -> PlainPoints:
    """Return points that are their vectors alone.

    Raises:
        ValueError: there are not as many vectors as labels, or a label is of no class.
        OSError: the vectors cannot be read.
    """
    vectors = np.load(folder / POINTS_FILE, allow_pickle=False)
    if vectors.ndim != 2 or len(vectors) != len(codes) or (codes < 0).any():
        raise ValueError("Vectors and labels do not belong together.")
    return PlainPoints(vectors.astype(np.float32), codes)


def _project(
    labels: StoredLabels,
    embeddings: Embeddings,
    method: str,
    settings: MapSettings,
    progress: Progress,
) -> Projection:
    """Return the map of all images, fitted on those that the app fits it on."""
    fit_rows = map_rows(labels, embeddings, limit=settings.limit)
    return project(
        embeddings, embeddings.rows, method=method, settings=settings,
        fit_rows=fit_rows if len(fit_rows) else None,  # without training images: on all
        progress=progress,
    )  # fmt: skip


def _place(
    projection: Projection,
    embeddings: Embeddings,
    synthetic: SyntheticPoints | None,
    progress: Progress,
) -> Placement | None:
    if synthetic is None:
        return None
    if projection.method == "pca" and synthetic.parents is not None:
        return projection.place(synthetic)
    return place_among_neighbours(projection, embeddings, synthetic, progress=progress)


def _summary(projection: Projection, placement: Placement | None, out: Path) -> str:
    text = f"{projection.method.upper()} of {count_of(len(projection.rows), 'image')}"
    if projection.method == "umap" and projection.placed:
        text += f", fitted on {len(projection.fit_rows):,}, the others placed"
    if placement is not None:
        text += f", and {count_of(len(placement.points), 'synthetic point')} {placement.way}"
    return (
        f"{text}; trustworthiness {projection.trustworthiness:.2f}, "
        f"continuity {projection.continuity:.2f} of 1; in {out}."
    )
