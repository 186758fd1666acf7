"""What a worker does for the map: draw the UMAP, and compile what that needs beforehand."""

from dataclasses import dataclass

import numpy as np

from core.dataset import Rows
from core.embed import Embeddings
from core.progress import Progress, silent
from core.project import (
    DEFAULT_SETTINGS,
    JointFit,
    MapSettings,
    Points,
    Projection,
    joint_fit,
    project,
)
from core.resample import SyntheticPoints

WARM_UMAP = "app.map.worker:warm_umap"
_FEW = 200


@dataclass(frozen=True, eq=False)
class MapTask:
    """What a UMAP is drawn of: all rows of the embeddings, fitted on some of them."""

    embeddings: Embeddings
    fit_rows: Rows
    start: Points  # (M, 2) where it begins, such as the map that is on the page
    settings: MapSettings = DEFAULT_SETTINGS


def draw_umap(task: MapTask, *, progress: Progress = silent) -> Projection:
    """Return the UMAP."""
    return project(
        task.embeddings, task.embeddings.rows, method="umap", settings=task.settings,
        start=task.start, fit_rows=task.fit_rows, progress=progress,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class JointTask:
    """What is fitted together, and the map that the result is laid on."""

    projection: Projection
    embeddings: Embeddings
    synthetic: SyntheticPoints


def fit_together(task: JointTask, *, progress: Progress = silent) -> JointFit:
    """Return a UMAP of images and synthetic points together."""
    return joint_fit(task.projection, task.embeddings, task.synthetic, progress=progress)


def warm_umap() -> None:
    """Draw a UMAP of few points: all is compiled then that a UMAP of many needs too."""
    vectors = np.random.default_rng(0).normal(size=(_FEW, 64)).astype(np.float32)
    rows = np.arange(_FEW)
    embeddings = Embeddings(vectors, rows, "noise", "noise", "cpu")
    draw_umap(MapTask(embeddings, rows, vectors[:, :2]))
