"""Embed images and draw the first map of them: values in, results out, run as jobs."""

from collections.abc import Sequence
from pathlib import Path

from core.augment.evidence import Evidence, measure_evidence
from core.augment.trials import Trial
from core.dataset import ImageDataset
from core.embed import Embeddings, embed
from core.progress import Progress
from core.project import Projection, map_rows, project


def embed_and_map(
    dataset: ImageDataset, encoder: str, device: str, cache: Path, progress: Progress
) -> tuple[Embeddings, Projection]:
    """Embed all images and draw the first map."""
    embeddings = embed(dataset, encoder=encoder, device=device, cache=cache, progress=progress)
    return embeddings, first_map(dataset, embeddings, progress)


def first_map(dataset: ImageDataset, embeddings: Embeddings, progress: Progress) -> Projection:
    """Return the PCA of all images, fitted on training images alone."""
    fit_rows = map_rows(dataset, embeddings)
    some = fit_rows if len(fit_rows) else None  # where no training image could be read: on all
    return project(embeddings, embeddings.rows, fit_rows=some, progress=progress)


def embed_and_try(
    dataset: ImageDataset,
    taken: ImageDataset,
    embeddings: Embeddings | None,
    trials: Sequence[Trial],
    images_per_class: int,
    encoder: str,
    device: str,
    cache: Path,
    progress: Progress,
) -> tuple[Embeddings, Projection | None, Evidence]:
    """Try operations on each class, embedding all that was taken where that was not done."""
    projection = None
    if embeddings is None:
        embeddings, projection = embed_and_map(taken, encoder, device, cache, progress)
    evidence = measure_evidence(
        dataset, embeddings, trials, images_per_class=images_per_class, progress=progress
    )
    return embeddings, projection, evidence
