"""Embed images and draw the first map of them: for jobs, and to open a session again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from app.session.session import Session
from core.dataset import ImageDataset
from core.embed import Embeddings, embed, find_encoder
from core.errors import SettingError
from core.evaluate.adapting import adapt
from core.progress import Progress
from core.project import Fit, Projection, map_rows, project


def embed_and_map(
    dataset: ImageDataset, encoder: str, device: str, cache: Path, progress: Progress
) -> tuple[Embeddings, Projection]:
    """Embed all images and draw the first map."""
    embeddings = embed(dataset, encoder=encoder, device=device, cache=cache, progress=progress)
    return embeddings, first_map(dataset, embeddings, progress)


def adapt_and_map(
    dataset: ImageDataset,
    taken: ImageDataset,
    encoders: Path,
    device: str,
    cache: Path,
    progress: Progress,
) -> tuple[Embeddings, Projection]:
    """Adapt the default encoder to the labels of `dataset`, and embed all that was taken with it.

    Args:
        dataset: What to learn from, as it was edited.
        taken: What to embed: an image that is left out now may come back.
        encoders: The folder of adapted encoders; one that has learned the same is there already.
        device: 'auto', 'cpu', 'cuda' or 'mps'.
        cache: Of vectors.
        progress: Told of pictures read, of passes, and of images embedded.
    """
    folder = encoders / dataset.digest
    try:
        found = find_encoder(str(folder)).name
    except SettingError:  # none yet, or of another version of its base
        found = adapt(dataset, folder, device=device, progress=progress).name
    return embed_and_map(taken, found, device, cache, progress)


def first_map(dataset: ImageDataset, embeddings: Embeddings, progress: Progress) -> Projection:
    """Return the PCA of all images, fitted on training images alone."""
    fit_rows = map_rows(dataset, embeddings)
    some = fit_rows if len(fit_rows) else None  # where no training image could be read: on all
    return project(embeddings, embeddings.rows, fit=Fit(some), progress=progress)


def as_values(made: tuple[Embeddings, Projection]) -> dict[str, Any]:
    """Return the values of a session that vectors and their first map are."""
    embeddings, first = made
    return {"embeddings": embeddings, "projections": {first.method: first}}


@dataclass(frozen=True, eq=False)
class VectorSource:
    """Where a job has its vectors from: they are there, or it makes them first."""

    taken: ImageDataset | None  # all of it: an image that is left out now may come back
    encoder: str
    cache: Path
    embeddings: Embeddings | None

    @classmethod
    def of(cls, session: Session, cache: Path) -> Self:
        """Return the source of a session's vectors."""
        return cls(session.taken, session.encoder, cache, session.embeddings)

    def vectors(self, progress: Progress) -> tuple[Embeddings, dict[str, Any]]:
        """Return the vectors, and the values of a session that were made with them now."""
        if self.embeddings is not None:
            return self.embeddings, {}
        assert self.taken is not None
        made = embed_and_map(self.taken, self.encoder, "auto", self.cache, progress)
        return made[0], as_values(made)
