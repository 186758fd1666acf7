"""UMAPs, drawn in a process of their own, so that the server keeps its memory and its pace.

`better_map` and `fit_joint` are for jobs; the tasks below run in the process.
"""

from dataclasses import dataclass

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
