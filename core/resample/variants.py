"""What the variants of SMOTE change: which points to begin from, and how far to go."""

import numpy as np
from numpy.typing import NDArray

REGULAR = "regular"
BORDERLINE_1 = "borderline-1"
BORDERLINE_2 = "borderline-2"
SAFE_LEVEL = "safe-level"
ADASYN = "adasyn"
VARIANTS = (REGULAR, BORDERLINE_1, BORDERLINE_2, SAFE_LEVEL, ADASYN)
BORDERLINE = (BORDERLINE_1, BORDERLINE_2)

# Towards a neighbour of another class, Borderline-SMOTE 2 goes at most so far.
FARTHEST_ABROAD = np.float32(0.5)


def in_danger(foreign: NDArray[np.intp], m_neighbors: int) -> NDArray[np.bool_]:
    """Return where half or more, but not all, of the neighbours are of other classes.

    Args:
        foreign: (n,) neighbours of other classes, of `m_neighbors` each.
        m_neighbors: How many neighbours were looked at.

    Source:
        Han et al., Borderline-SMOTE, ICIC 2005, doi:10.1007/11538059_91.
    """
    return (foreign >= m_neighbors / 2) & (foreign < m_neighbors)


def adasyn_counts(foreign: NDArray[np.intp], k_neighbors: int, count: int) -> NDArray[np.intp]:
    """Return how many points to begin from each base, in proportion to its foreign neighbours.

    Each count is rounded by itself, so that they sum up to about `count`; all are 0 where no
    neighbour is foreign. They are those of imbalanced-learn's ADASYN.

    Source:
        He et al., ADASYN, IJCNN 2008, doi:10.1109/IJCNN.2008.4633969.
    """
    share = foreign / k_neighbors
    if not share.any():
        return np.zeros(len(foreign), np.intp)
    share /= share.sum()
    return np.rint(share * count).astype(np.intp)


def can_be_safe(level: NDArray[np.intp], neighbor_levels: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return for (n,) bases and their (n, k) neighbours which pairs are not both noise.

    A safe level is how many of a point's neighbours share its class.
    """
    return (level[:, None] > 0) | (neighbor_levels > 0)


def safe_fraction(
    level: NDArray[np.intp], neighbor_level: NDArray[np.intp], drawn: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return fractions that stay nearer to the safer of two points, out of uniform ones.

    The paper draws anew for each coordinate; one fraction for all keeps a point on its segment.

    Args:
        level: (S,) the base's safe level.
        neighbor_level: (S,) the neighbour's; never 0 where `level` is.
        drawn: (S,) uniform in [0, 1).

    Source:
        Bunkhumpornpat et al., Safe-Level-SMOTE, PAKDD 2009, doi:10.1007/978-3-642-01307-2_43.
    """
    # With r = level / neighbor_level: [0, 1/r) where r >= 1, [1 - r, 1) where r < 1.
    reach = np.minimum(level, neighbor_level) / np.maximum(level, neighbor_level)
    start = np.where(level < neighbor_level, 1 - reach, 0)
    return (start + drawn * reach).astype(np.float32)
