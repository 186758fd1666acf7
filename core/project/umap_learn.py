"""Lay points out by umap-learn, the reference; it compiles for seconds at first use."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.neighbours import nearest_others
from core.progress import Progress
from core.project.projection import MapSettings
from core.project.umap_layout import STAGE, Points, epochs_of, spread
from core.randomness import stream_seed


def lay_out_by_umap_learn(
    components: NDArray[np.float32], start: Points, settings: MapSettings, progress: Progress
) -> Points:
    """Return (N, 2) places of N points, at least 3 and not all the same.

    Args:
        components: (N, C) what distances are taken in.
        start: (N, 2) where the points lie at first; the map stays near to it in shape.
        settings: Neighbours, least distance and seed.
        progress: Told of the neighbours, then of each epoch.

    Source:
        McInnes, Healy & Melville, UMAP (2018), arXiv:1802.03426.
    """
    import warnings

    import umap

    count = len(components)
    neighbours = min(settings.n_neighbors, count - 1)
    epochs = epochs_of(count)
    known = _neighbours(components, neighbours, progress)
    progress(STAGE, 0, epochs)
    reducer = umap.UMAP(
        n_neighbors=neighbours,
        min_dist=settings.min_dist,
        n_epochs=epochs,
        init=spread(start, settings.seed),  # it divides by the extent of each axis
        random_state=stream_seed(settings.seed, "umap") % 2**32,
        n_jobs=1,
        # UMAP's own search is approximate, and compiles for half a minute at first use.
        precomputed_knn=known,
        tqdm_kwds=_told_epochs(epochs, progress),
    )
    with warnings.catch_warnings():
        # It warns that a seed rules out threads, and that other points cannot be placed by a
        # search that was not its own; both are as meant.
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(reducer.fit_transform(components), np.float32)


def _neighbours(
    components: NDArray[np.float32], k: int, progress: Progress
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return each point's k nearest, itself first, and their distances, as UMAP takes them."""
    found = nearest_others(components, k - 1, progress=progress)
    itself = np.arange(len(components))[:, None]
    positions = np.hstack([itself, found.positions]).astype(np.int32)
    distances = np.hstack([np.zeros_like(itself), found.distances]).astype(np.float32)
    return positions, distances


class _Epochs:
    """Tells `progress` how many epochs are done, whenever tqdm asks if they are enough to draw."""

    def __init__(self, epochs: int, progress: Progress) -> None:
        self._epochs, self._progress = epochs, progress

    def __le__(self, done: int) -> bool:
        self._progress(STAGE, done, self._epochs)
        return False  # nothing is ever drawn

    def __gt__(self, fewer: int) -> bool:
        """Answer tqdm's watch, which looks for bars that are drawn too seldom."""
        return False


def _told_epochs(epochs: int, progress: Progress) -> dict[str, Any]:
    """Return options of UMAP's progress bar, tqdm, with which `progress` hears each epoch.

    tqdm compares with `miniters` after each epoch, before it takes its lock, and so `progress`
    can raise there. From the file that a bar is drawn to it could not: the lock would stay taken,
    and the next bar of another thread would wait for ever.
    """
    return {"disable": False, "file": io.StringIO(), "miniters": _Epochs(epochs, progress)}
