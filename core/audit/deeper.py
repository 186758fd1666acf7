"""The second look of an audit: what needs the measures of all pictures together, or vectors."""

from core.audit.check import Insights
from core.audit.measures import PictureMeasures
from core.audit.shortcuts import measure_shortcuts
from core.dataset import ImageDataset
from core.duplicates import fold_groups
from core.embed import Embeddings
from core.evaluate.label_errors import suspect_labels
from core.progress import Progress, silent
from core.resample.difficulty import measure_difficulty


def look_deeper(
    dataset: ImageDataset,
    measures: PictureMeasures | None,
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
    shortcuts = None if measures is None else measure_shortcuts(dataset, measures, progress)
    if embeddings is None:
        return Insights(shortcuts=shortcuts)
    difficulty = measure_difficulty(
        dataset, embeddings, {}, rows=dataset.present_rows, progress=progress
    )
    pictures = fold_groups(dataset, None if measures is None else measures.copies)
    errors = suspect_labels(dataset, embeddings, pictures, progress=progress)
    return Insights(difficulty, errors, shortcuts)
