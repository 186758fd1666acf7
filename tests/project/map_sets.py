"""Vectors and synthetic points for maps."""

import numpy as np

from core.embed import Embeddings
from core.project import MapSettings, Projection, project
from core.resample import PointsBetween, SyntheticPoints


def embedded(vectors: np.ndarray, rows: np.ndarray | None = None) -> Embeddings:
    rows = np.arange(len(vectors)) if rows is None else rows
    return Embeddings(np.asarray(vectors, np.float32), rows, "drawn", "digest", "cpu")


def two_groups(count: int = 20, dimension: int = 6) -> Embeddings:
    """Return `count` vectors about 0, then as many about 9."""
    rng = np.random.default_rng(0)
    groups = [rng.normal(middle, 1, (count, dimension)) for middle in (0, 9)]
    return embedded(np.vstack(groups))


def umap_of(embeddings: Embeddings, **options: object) -> Projection:
    return project(embeddings, embeddings.rows, method="umap", **options)  # type: ignore[arg-type]


def between(parents: list[tuple[int, int]], fractions: list[float]) -> SyntheticPoints:
    return PointsBetween(
        np.array(parents, np.intp).reshape(-1, 2),
        np.array(fractions, np.float32),
        np.zeros(len(parents), np.intp),
    )


def drawn_map(points: np.ndarray, *, metric: str = "euclidean") -> Projection:
    """Return a UMAP that has the points where they are given."""
    rows = np.arange(len(points))
    points = np.asarray(points, np.float32)
    return Projection(rows, points, "umap", 1.0, 1.0, rows, MapSettings(metric=metric))
