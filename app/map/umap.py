"""UMAPs, drawn in a process of their own: it compiles for long and cannot be interrupted.

`better_map` and `fit_joint` are for jobs; the tasks below run in the process.
"""

from dataclasses import dataclass

import numpy as np

from app.jobs.process import run_in_process
from core.dataset import Rows
from core.embed import Embeddings
from core.progress import Progress, silent
from core.project import (
    DEFAULT_SETTINGS,
    Fit,
    JointFit,
    MapSettings,
    Points,
    Projection,
    joint_fit,
    project,
)
from core.resample import SyntheticPoints

WARM_UMAP = "app.map.umap:warm_umap"
_FEW = 200


def better_map(
    embeddings: Embeddings, first: Projection, settings: MapSettings, progress: Progress
) -> Projection:
    """Return the UMAP.

    It begins where the first map has the images, so that the picture moves little.
    """
    return run_in_process(
        draw_umap,
        MapTask(embeddings, first.fit_rows, first.points, settings),
        stage="drawing the map",
        progress=progress,
        warm_up=WARM_UMAP,
        remedy="The PCA map stays. Try again, or choose fewer images on Load.",
    )


def fit_joint(
    projection: Projection, embeddings: Embeddings, points: SyntheticPoints, progress: Progress
) -> JointFit:
    """Fit a UMAP of images and synthetic points together, in a process of its own."""
    return run_in_process(
        fit_together,
        JointTask(projection, embeddings, points),
        stage="fitting the map",
        progress=progress,
        warm_up=WARM_UMAP,
        remedy="The map stays as it is. Choose it again, or make fewer synthetic points.",
    )


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
        fit=Fit(task.fit_rows, task.start), progress=progress,
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
