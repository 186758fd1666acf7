"""How faithful a map is: which neighbours it invents, and which it tears apart."""

import numpy as np
from numpy.typing import NDArray

from core.randomness import stream

SAMPLE = 2_000  # both figures need the distances of all pairs
_NEIGHBOURS = 12


def sampled(count: int, seed: int) -> NDArray[np.intp]:
    """Return at most 2,000 positions of `count`, ascending."""
    if count <= SAMPLE:
        return np.arange(count)
    return np.sort(stream(seed, "trust").choice(count, SAMPLE, replace=False))


def faithfulness(
    vectors: NDArray[np.float32], points: NDArray[np.float32], *, k: int = _NEIGHBOURS
) -> tuple[float, float]:
    """Return trustworthiness and continuity of a map, each from 0 to 1.

    Trustworthiness falls where neighbours on the map are far apart in the embedding; continuity
    where neighbours in the embedding are far apart on the map. Fewer than 4 points have no false
    neighbours.

    Args:
        vectors: (N, D) the embedding; at most a few thousand, `sampled` from all.
        points: (N, 2) the map.
        k: Neighbours that are compared; at most (N - 1) / 2 are.

    Source:
        Venna & Kaski, ICANN 2001, doi:10.1007/3-540-44668-0_68.
    """
    from sklearn.manifold import trustworthiness

    if len(vectors) < 4:
        return 1.0, 1.0
    k = min(k, (len(vectors) - 1) // 2)
    # Continuity asks of the embedding what trustworthiness asks of the map.
    return (
        float(trustworthiness(vectors, points, n_neighbors=k)),
        float(trustworthiness(points, vectors, n_neighbors=k)),
    )
