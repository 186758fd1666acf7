"""Lay real points out in the plane, and place synthetic ones among them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import ImageDataset, Rows
from core.embed import Embeddings
from core.errors import SettingError
from core.progress import Progress, silent
from core.randomness import stream, stream_seed
from core.resample import SyntheticPoints

Points = NDArray[np.float32]

MAP_LIMIT = 20_000  # a browser draws this many points without stutter
_UMAP_INPUT = 50  # principal components that UMAP works on
_UMAP_NEIGHBORS = 15
_UMAP_LEAST = 10  # below this many points a neighbourhood graph says nothing
_TRUST_SAMPLE = 2_000  # trustworthiness needs all distances


@dataclass(frozen=True, eq=False)
class Placement:
    """Where synthetic points lie on a map."""

    points: Points  # (P, 2)
    indices: NDArray[np.intp]  # (P,) which synthetic points; the others have a parent off the map
    is_exact: bool


@dataclass(frozen=True, eq=False)
class Projection:
    """M real points in the plane. They never move when a strategy changes."""

    rows: Rows  # (M,) rows of the dataset, ascending
    points: Points  # (M, 2)
    method: str  # 'pca' or 'umap'
    trustworthiness: float  # 0 to 1: how far neighbours on the map are neighbours in the embedding

    def place(self, synthetic: SyntheticPoints) -> Placement:
        """Place each synthetic point between its parents, at its fraction.

        PCA is linear, so there this is the point's own place; on a UMAP it is an approximation.
        """
        on_map = np.isin(synthetic.parents, self.rows).all(axis=1)
        indices = np.flatnonzero(on_map)
        base, neighbour = np.searchsorted(self.rows, synthetic.parents[indices]).T
        start = self.points[base]
        step = self.points[neighbour] - start
        points = start + synthetic.fractions[indices, None] * step
        return Placement(np.asarray(points, np.float32), indices, self.method == "pca")


def map_rows(
    dataset: ImageDataset, embeddings: Embeddings, *, limit: int = MAP_LIMIT, seed: int = 0
) -> Rows:
    """Return the training rows to draw: all, or a sample that thins the largest classes only."""
    rows = np.intersect1d(dataset.training_rows, embeddings.rows)
    if len(rows) <= limit:
        return rows
    codes = dataset.codes[rows]
    cap = _cap(np.bincount(codes), limit)
    kept = []
    for code in np.unique(codes):
        members = rows[codes == code]
        if len(members) > cap:
            members = stream(seed, "map", dataset.classes[code]).permutation(members)[:cap]
        kept.append(members)
    return np.sort(np.concatenate(kept))


def project(
    embeddings: Embeddings,
    rows: Rows,
    *,
    method: str = "pca",
    seed: int = 0,
    progress: Progress = silent,
) -> Projection:
    """Lay `rows` out in the plane.

    Args:
        embeddings: Their vectors.
        rows: Rows to draw, each with a vector.
        method: 'pca' (at once) or 'umap' (compiles for half a minute at first use). Fewer than
            10 points, or points that are all the same, are drawn by 'pca', and the result says so.
        seed: Same seed, same map.
        progress: Told of two stages.

    Raises:
        SettingError: an unknown method.

    Source:
        McInnes, Healy & Melville, UMAP (2018), arXiv:1802.03426; trustworthiness: Venna & Kaski,
        ICANN 2001, doi:10.1007/3-540-44668-0_68.
    """
    if method not in {"pca", "umap"}:
        raise SettingError(f"There is no map '{method}'. Use 'pca' or 'umap'.")
    progress("drawing the map", 0, 2)
    vectors = embeddings.vectors[embeddings.positions_of(rows)]
    components = _principal(vectors, _UMAP_INPUT, seed)
    points = components[:, :2]
    if len(rows) < _UMAP_LEAST or not np.ptp(points, axis=0).any():
        method = "pca"
    if method == "umap":
        points = _umap(components, seed)
    progress("drawing the map", 1, 2)
    trust = _trustworthiness(vectors, points, seed)
    progress("drawing the map", 2, 2)
    return Projection(rows, np.ascontiguousarray(points, np.float32), method, trust)


def _principal(vectors: NDArray[np.float32], count: int, seed: int) -> Points:
    """Return (N, >= 2) principal components; missing ones are zero."""
    from sklearn.decomposition import PCA

    kept = min(count, *vectors.shape)
    solver = "covariance_eigh" if len(vectors) >= vectors.shape[1] else "auto"
    # The solver may be randomised on wide data; its seed makes the map the same each time.
    pca = PCA(kept, svd_solver=solver, random_state=stream_seed(seed, "pca") % 2**32)
    if len(vectors) < 2 or not np.ptp(vectors, axis=0).any():
        return np.zeros((len(vectors), 2), np.float32)
    components = np.asarray(pca.fit_transform(vectors), np.float32)
    return np.pad(components, ((0, 0), (0, max(0, 2 - kept))))


def _umap(components: Points, seed: int) -> Points:
    import warnings

    import umap

    # UMAP's own scale for a start; from the PCA, so that the picture moves little.
    start = components[:, :2] * (10 / np.ptp(components[:, :2], axis=0).max())
    reducer = umap.UMAP(
        n_neighbors=min(_UMAP_NEIGHBORS, len(components) - 1),
        init=np.ascontiguousarray(start, np.float32),
        random_state=stream_seed(seed, "umap") % 2**32,
        n_jobs=1,
    )
    with warnings.catch_warnings():
        # It warns that a seed rules out threads, which is what is asked for here.
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(reducer.fit_transform(components), np.float32)


def _trustworthiness(vectors: NDArray[np.float32], points: Points, seed: int) -> float:
    from sklearn.manifold import trustworthiness

    if len(vectors) < 4:
        return 1.0
    if len(vectors) > _TRUST_SAMPLE:
        sample = stream(seed, "trust").choice(len(vectors), _TRUST_SAMPLE, replace=False)
        vectors, points = vectors[sample], points[sample]
    neighbours = min(12, (len(vectors) - 1) // 2)
    return float(trustworthiness(vectors, points, n_neighbors=neighbours))


def _cap(counts: NDArray[np.intp], limit: int) -> int:
    """Return the largest count per class with which all classes together hold `limit`."""
    low, high = 1, int(counts.max())
    while low < high:
        middle = (low + high + 1) // 2
        if np.minimum(counts, middle).sum() <= limit:
            low = middle
        else:
            high = middle - 1
    return low
