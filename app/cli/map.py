"""`evenset map`: lay stored embeddings out in the plane, and write the positions."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from app.cli.options import PATH, command, gathered, option
from app.cli.shared_options import embeddings_argument, out_option, seed_option
from app.cli.terminal import Bars
from app.cli.usage import OneOf
from app.map.html_page import REAL, SYNTHETIC, map_page
from core.dataset import TRAIN
from core.embed import Embeddings, StoredEmbeddings, read_embeddings
from core.errors import SourceError
from core.progress import Progress
from core.project import (
    DEFAULT_SETTINGS,
    IMPLEMENTATIONS,
    METRICS,
    Fit,
    MapSettings,
    Placement,
    Projection,
    drawn_by,
    map_rows,
    place_on,
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


@dataclass(frozen=True)
class DrawingOptions:
    """How a map is drawn; what is not named is as `MapSettings` has it."""

    method: str
    n_neighbors: int | None
    min_dist: float | None
    metric: str | None
    implementation: str
    seed: int | None

    def settings(self) -> MapSettings:
        """Return the settings that are named, and else the default ones.

        Raises:
            SettingError: a value is out of range.
        """
        given = asdict(self)
        del given["method"]
        return MapSettings(**{name: value for name, value in given.items() if value is not None})


@command()
@embeddings_argument
@out_option("a Parquet file for the position of each point")
@option(
    "--html", type=PATH, metavar="FILE",
    help="a page with the map, which opens anywhere",
)  # fmt: skip
@option(
    "--synthetic", type=PATH, metavar="DIR",
    help="a folder of 'evenset resample'",
)  # fmt: skip
@option(
    "--method", type=OneOf(("pca", "umap")), default="umap", metavar="NAME",
    help="how to draw it: pca or umap (default umap)",
)  # fmt: skip
@option(
    "--n-neighbors", type=int, metavar="N",
    help=f"images that a UMAP holds together, 2 or more (default {DEFAULT_SETTINGS.n_neighbors})",
)  # fmt: skip
@option(
    "--min-dist", type=float, metavar="N",
    help=f"how near a UMAP lays points, 0 to 1 (default {DEFAULT_SETTINGS.min_dist})",
)  # fmt: skip
@option(
    "--metric", metavar="NAME",
    help=f"of a UMAP: {' or '.join(METRICS)} (default {DEFAULT_SETTINGS.metric})",
)  # fmt: skip
@option(
    "--implementation", type=OneOf(IMPLEMENTATIONS), default=DEFAULT_SETTINGS.implementation,
    metavar="NAME",
    help="what draws a UMAP: evenset, or umap-learn, the reference, which compiles for seconds "
         f"(default {DEFAULT_SETTINGS.implementation})",
)  # fmt: skip
@seed_option
@gathered("drawing", DrawingOptions)
def run_map(
    embeddings: Path, out: Path, html: Path | None, synthetic: Path | None, drawing: DrawingOptions
) -> None:
    """Lay images and synthetic points out in the plane, and write where each lies."""
    settings = drawing.settings()
    stored = read_embeddings(embeddings)
    labels, vectors = stored_labels(stored), stored.embeddings()
    points = None if synthetic is None else read_synthetic(synthetic, labels)
    # The file is opened first: a place that cannot be written is told before any work.
    with replacing(out) as file:
        with Bars() as progress:
            projection = _project(labels, vectors, drawing.method, settings, progress)
            placement = _place(projection, vectors, points, progress)
        table = positions(stored, labels, projection, points, placement)
        table.to_parquet(file, index=False)
    if html is not None:
        page = map_page(stored.meta.dataset, table, projection)
        write_bytes(html, page.encode("utf-8", "backslashreplace"))
    print(_summary(projection, placement, out))


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
        fit=Fit(fit_rows if len(fit_rows) else None),  # without training images: on all
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
    return place_on(projection, embeddings, synthetic, progress=progress)


def _summary(projection: Projection, placement: Placement | None, out: Path) -> str:
    text = f"{projection.method.upper()} of {count_of(len(projection.rows), 'image')}"
    if projection.method == "umap" and projection.placed:
        text += f", fitted on {len(projection.fit_rows):,}, the others placed"
    if placement is not None:
        text += f", and {count_of(len(placement.points), 'synthetic point')} {placement.way}"
    return (
        f"{text}; trustworthiness {projection.trustworthiness:.2f}, "
        f"continuity {projection.continuity:.2f} of 1{drawn_by(projection)}; in {out}."
    )
