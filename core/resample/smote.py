"""Create synthetic points of a class by SMOTE."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import TooFewImagesError
from core.neighbours import nearest_of_same_class


@dataclass(frozen=True, eq=False)
class Segments:
    """S places on segments between two points of one class."""

    parents: NDArray[np.intp]  # (S, 2) positions in the points given: base, neighbour
    fractions: NDArray[np.float32]  # (S,) 0 at the base, 1 at the neighbour


def smote(
    points: NDArray[np.float32],
    count: int,
    rng: np.random.Generator,
    *,
    label: str,
    k_neighbors: int = 5,
) -> Segments:
    """Choose `count` places on segments between neighbours of one class.

    Args:
        points: (N, D) real points of one class.
        count: Number of places to choose, S >= 0.
        rng: The only source of randomness.
        label: Name of the class, for messages.
        k_neighbors: Neighbours of each point to choose from; at most N - 1 are used.

    Raises:
        TooFewImagesError: fewer than 2 points.

    Source:
        Chawla et al., SMOTE, JAIR 16 (2002), doi:10.1613/jair.953.
    """
    if count == 0:
        return Segments(np.empty((0, 2), np.intp), np.empty(0, np.float32))
    if len(points) < 2:
        raise TooFewImagesError(label, found=len(points), needed=2)
    nearest = nearest_of_same_class(points, k_neighbors)
    base = rng.integers(len(points), size=count)
    neighbour = nearest[base, rng.integers(nearest.shape[1], size=count)]
    fractions = rng.random(count, dtype=np.float32)
    return Segments(np.column_stack([base, neighbour]).astype(np.intp), fractions)
