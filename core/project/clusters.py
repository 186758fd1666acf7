"""Find groups of alike images without their labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.axes import principal_axes
from core.dataset import Rows
from core.embed import Embeddings
from core.progress import Progress, silent
from core.project.project import UMAP_INPUT

MOST_CLUSTERS = 100
_TRIES = 3  # from other beginnings; the tightest groups stay
_BATCH = 4_096


@dataclass(frozen=True, eq=False)
class Clusters:
    """M images and the group of each."""

    rows: Rows  # (M,) ascending
    codes: NDArray[np.intp]  # (M,) from 0, the largest group first
    count: int


def find_clusters(
    embeddings: Embeddings, count: int, *, seed: int = 0, progress: Progress = silent
) -> Clusters:
    """Return `count` groups of the embedded images, by k-means on 50 principal components.

    Args:
        embeddings: Vectors of the images.
        count: Groups, such as there are classes; at most as many as images, and 100.
        seed: Same seed, same groups.
        progress: Told when they are found.

    Source:
        Sculley, Web-scale k-means clustering, WWW 2010, doi:10.1145/1772690.1772862.
    """
    from sklearn.cluster import MiniBatchKMeans

    progress("finding groups", 0, 1)
    axes = principal_axes(embeddings.vectors, UMAP_INPUT, seed)
    components = axes.components_of(embeddings.vectors)
    distinct = len(np.unique(components, axis=0))
    count = max(1, min(count, MOST_CLUSTERS, distinct))
    model = MiniBatchKMeans(count, random_state=seed, n_init=_TRIES, batch_size=_BATCH)
    found = model.fit_predict(components)
    sizes = np.bincount(found, minlength=count)
    place = np.empty(count, np.intp)
    place[np.argsort(-sizes, kind="stable")] = np.arange(count)
    progress("finding groups", 1, 1)
    return Clusters(embeddings.rows, place[found], count)
