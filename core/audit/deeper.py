"""The second look of an audit: what needs the measures of all pictures together, or vectors."""

from core.audit.check import Insights
from core.audit.measures import PictureMeasures
from core.dataset import ImageDataset
from core.embed import Embeddings
from core.progress import Progress, silent
from core.resample.difficulty import measure_difficulty


def look_deeper(
    dataset: ImageDataset,
    measures: PictureMeasures | None,  # noqa: ARG001
    embeddings: Embeddings | None,
    progress: Progress = silent,
) -> Insights:
    """Return what neighbours, predictions and the measures together tell of the images.

    Args:
        dataset: The images, with the labels that they have now.
        measures: Of their pictures.
        embeddings: Their vectors; None: what needs them is left out.
        progress: Told of each part.
    """
    if embeddings is None:
        return Insights()
    difficulty = measure_difficulty(
        dataset, embeddings, {}, rows=dataset.present_rows, progress=progress
    )
    return Insights(difficulty)
