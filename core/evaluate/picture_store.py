"""A store of all pictures of a comparison, as input of its head; folds learn from places in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.augment import Pictures
from core.dataset import ImageDataset, Rows, SkippedFile, refusal_text
from core.errors import SourceError, UnreadableImageError
from core.evaluate.inputs import HeadInput, compute_inputs
from core.evaluate.picture_cache import PictureCache
from core.pictures.decode import Pixels
from core.progress import Progress

STAGE = "reading pictures"

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class PictureStore:
    """The images, then the pictures of each cache. Folds share them and learn from places."""

    rows: Rows  # (R,) ascending
    real: NDArray[Any]  # (R, ...) of `rows`
    caches: Mapping[str, PictureCache]  # key of a policy -> its pictures

    def find(self, rows: Rows) -> Indices:
        """Return the places of images."""
        return np.searchsorted(self.rows, rows)

    def find_augmented(self, key: str, pictures: Pictures) -> Indices:
        """Return the places of augmented pictures that the cache of a policy has."""
        before = len(self.rows)
        for name, cache in self.caches.items():
            if name == key:
                return before + cache.find(pictures)
            before += len(cache.values)
        raise KeyError(key)

    def take(self, places: Indices) -> NDArray[Any]:
        """Return (N, ...) what the head takes of the pictures at these places."""
        parts = [self.real, *(cache.values for cache in self.caches.values() if len(cache.values))]
        ends = np.cumsum([len(part) for part in parts])
        which = np.searchsorted(ends, places, side="right")
        taken = np.empty((len(places), *self.real.shape[1:]), self.real.dtype)
        for number in np.unique(which).tolist():
            chosen = which == number
            begin = ends[number] - len(parts[number])
            taken[chosen] = parts[number][places[chosen] - begin]
        return taken


def read_pictures(
    dataset: ImageDataset, rows: Rows, head_input: HeadInput, progress: Progress
) -> NDArray[Any]:
    """Return (R, ...) what a head takes of the images in `rows`.

    Raises:
        SourceError: a file cannot be read any more.
        OutputError: there is no room for it.
    """

    def squares(row: int) -> list[Pixels]:
        try:
            with head_input.read(dataset, row) as pixels:
                return [head_input.prepare(pixels)]
        except UnreadableImageError as error:
            refused = SkippedFile(dataset.path(row), str(error))
            raise SourceError(refusal_text([refused])) from error

    def one(_: int) -> int:
        return 1

    _, values = compute_inputs(
        rows.tolist(), one, squares, head_input.encode, stage=STAGE, progress=progress
    )
    return values
