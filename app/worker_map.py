"""What a worker does for the map: draw the UMAP, and compile what that needs beforehand."""

import numpy as np

from core.embed import Embeddings
from core.progress import Progress, silent
from core.project import Projection, project

WARM_UMAP = "app.worker_map:warm_umap"
_FEW = 200


def draw_umap(embeddings: Embeddings, *, progress: Progress = silent) -> Projection:
    """Return the UMAP of all rows."""
    return project(embeddings, embeddings.rows, method="umap", progress=progress)


def warm_umap() -> None:
    """Draw a UMAP of few points: all is compiled then that a UMAP of many needs too."""
    vectors = np.random.default_rng(0).normal(size=(_FEW, 64)).astype(np.float32)
    draw_umap(Embeddings(vectors, np.arange(_FEW), "noise", "noise", "cpu"))
