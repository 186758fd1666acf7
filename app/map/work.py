"""The long work behind the map: values in, results out, run as jobs."""

from app.jobs.process import run_in_process
from app.map.worker import WARM_UMAP, JointTask, MapTask, draw_umap, fit_together
from app.session.session import Placed
from core.embed import Embeddings
from core.progress import Progress
from core.project import JointFit, MapSettings, Projection, place_among_neighbours
from core.resample import SyntheticPoints


def better_map(
    embeddings: Embeddings, first: Projection, settings: MapSettings, progress: Progress
) -> Projection:
    """Draw the UMAP in a process of its own: it compiles for long and cannot be interrupted.

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


def place_points(
    projection: Projection, embeddings: Embeddings, points: SyntheticPoints, progress: Progress
) -> Placed:
    """Place synthetic points on a UMAP, better than between their parents."""
    placement = place_among_neighbours(projection, embeddings, points, progress=progress)
    return Placed(points, projection, placement)
