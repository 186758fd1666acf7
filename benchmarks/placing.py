"""How far each way to place synthetic points is from a UMAP of real and synthetic points together.

    python benchmarks/placing.py [--sets sample:digits sample:parts] [--seed 0]

The training images of a sample are embedded, mapped by UMAP, and SMOTE brings every class to the
size of the largest. A joint fit starts from the map and is turned to lie on it. Distances are
in hundredths of the map's diameter (the diagonal of its extent); the first line of each table is
how far the joint fit moved the images themselves, below which no way can be told from another.
`own label` is the share of points whose nearest image on the map has their label; it needs no
joint fit. Seconds are CPU seconds after UMAP has been compiled; OMP_NUM_THREADS=1 keeps threads
from waiting for each other on a busy machine.
"""

import argparse
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from core.axes import principal_axes
from core.embed import Embeddings, embed
from core.ingest import open_source
from core.neighbours import nearest
from core.project import (
    MapSettings,
    Placement,
    Projection,
    joint_fit,
    map_rows,
    place_among_neighbours,
    project,
)
from core.project.project import UMAP_INPUT
from core.randomness import stream_seed
from core.resample import SyntheticPoints, TrainingSide, make_plan, resample

HEADER = ("way", "median", "90 %", "own label", "CPU s")


def transformed(
    embeddings: Embeddings, projection: Projection, synthetic: SyntheticPoints
) -> tuple[NDArray[np.float32], float]:
    """Return where UMAP's own `transform` puts synthetic points on our map, and its CPU seconds."""
    import umap

    settings = projection.settings
    vectors = embeddings.vectors[embeddings.positions_of(projection.rows)]
    axes = principal_axes(vectors, UMAP_INPUT, settings.seed)
    reducer = umap.UMAP(
        n_neighbors=settings.n_neighbors,
        min_dist=settings.min_dist,
        random_state=stream_seed(settings.seed, "umap") % 2**32,
        n_epochs=1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reducer.fit(axes.components_of(vectors))
        # Its own map would be another one; only the search and the graph are taken from it.
        reducer.embedding_, reducer.n_epochs = projection.points.copy(), None
        queries = axes.components_of(synthetic.materialize(embeddings))
        reducer.transform(queries[:50])  # compiles
        before = process_time()
        return reducer.transform(queries), process_time() - before


def timed(place: Callable[[], Placement]) -> tuple[NDArray[np.float32], float]:
    """Return where points were placed, and the CPU seconds that it took."""
    before = process_time()
    return place().points, process_time() - before


def compare(source: str, seed: int) -> None:
    """Print the table of one dataset."""
    with tempfile.TemporaryDirectory() as folder:
        dataset = open_source(source, Path(folder))
        embeddings = embed(dataset)
    rows = map_rows(dataset, embeddings)
    codes = dataset.codes[rows]
    settings = MapSettings(seed=seed)
    projection = project(embeddings, rows, method="umap", settings=settings)
    plan = make_plan(dataset, "smote")
    synthetic = resample(TrainingSide(dataset, plan, embeddings, seed=seed)).points
    joint_fit(projection, embeddings, synthetic)  # once unmeasured
    before = process_time()
    joint = joint_fit(projection, embeddings, synthetic)
    joint_seconds = process_time() - before

    diameter = float(np.linalg.norm(np.ptp(projection.points, axis=0)))
    judge = joint.placement.points

    def line(
        way: str, points: NDArray[np.floating], seconds: float, among: NDArray[np.floating]
    ) -> tuple[str, ...]:
        apart = 100 * np.linalg.norm(points - judge, axis=1) / diameter
        _, at = KDTree(among).query(points)
        own = 100 * float((codes[at] == synthetic.codes).mean())
        return (
            way, f"{np.median(apart):.1f}", f"{np.quantile(apart, 0.9):.1f}", f"{own:.1f} %",
            f"{seconds:.2f}",
        )  # fmt: skip

    moved = np.linalg.norm(joint.projection.points - projection.points, axis=1)
    moved = 100 * moved / diameter
    between, between_seconds = timed(lambda: projection.place(synthetic))
    among, among_seconds = timed(lambda: place_among_neighbours(projection, embeddings, synthetic))
    theirs, theirs_seconds = transformed(embeddings, projection, synthetic)
    print(
        f"\n{source}: {len(rows):,} images, {len(synthetic):,} synthetic points, "
        f"{embeddings.dimension} numbers; trustworthiness {projection.trustworthiness:.3f}, "
        f"continuity {projection.continuity:.3f}; the nearest image in the embedding has the "
        f"label of {_own_in_embedding(embeddings, rows, codes, synthetic):.1f} % of the points"
    )
    show(
        [
            HEADER,
            ("the images", f"{np.median(moved):.1f}", f"{np.quantile(moved, 0.9):.1f}", "", ""),
            line("between parents", between, between_seconds, projection.points),
            line("among neighbours", among, among_seconds, projection.points),
            line("umap.transform", theirs, theirs_seconds, projection.points),
            line("joint fit", judge, joint_seconds, joint.projection.points),
        ]
    )


def _own_in_embedding(
    embeddings: Embeddings,
    rows: NDArray[np.intp],
    codes: NDArray[np.intp],
    synthetic: SyntheticPoints,
) -> float:
    vectors = embeddings.vectors[embeddings.positions_of(rows)]
    found = nearest(vectors, 1, queries=synthetic.materialize(embeddings))
    return 100 * float((codes[found.positions[:, 0]] == synthetic.codes).mean())


def show(lines: list[tuple[str, ...]]) -> None:
    """Print a table."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        print("  " + "  ".join(cells).rstrip())


def main() -> None:
    """Run the comparison on each set."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sets", nargs="+", default=["sample:digits", "sample:parts"])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for source in options.sets:
        compare(source, options.seed)


if __name__ == "__main__":
    main()
