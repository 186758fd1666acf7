"""Read what neighbours of any label say about points: how safe each lies, and which are hubs."""

import numpy as np
from numpy.typing import NDArray

SAFE, BORDERLINE, RARE, OUTLIER = range(4)
TYPE_NAMES = ("safe", "borderline", "rare", "outlier")  # in that order

# Shares of neighbours with the point's own label. With five neighbours: 5 and 4 are safe, 3 and 2
# borderline, 1 rare, 0 an outlier.
_SAFE_ABOVE = 0.7
_BORDERLINE_FROM = 0.3
_RARE_FROM = 0.1


def type_of_points(
    neighbour_codes: NDArray[np.intp], codes: NDArray[np.intp], positions: NDArray[np.intp]
) -> NDArray[np.int8]:
    """Return (N,) SAFE, BORDERLINE, RARE or OUTLIER for each point.

    A point with one neighbour of its label is rare only where the two stand alone: that neighbour
    has no other neighbour of the label. Else the point lies at the edge of a larger group.

    Args:
        neighbour_codes: (N, k) labels of each point's neighbours.
        codes: (N,) labels of the points.
        positions: (N, k) the neighbours, as positions of points.

    Source:
        Napierala & Stefanowski, Types of minority class examples, Journal of Intelligent
        Information Systems 46 (2016), doi:10.1007/s10844-015-0368-1; the shares for other k than
        5 are theirs for neighbourhoods of varying size.
    """
    count, k = positions.shape
    if k == 0:
        return np.full(count, OUTLIER, np.int8)
    same = neighbour_codes == codes[:, None]
    alike = same.sum(axis=1)
    share = alike / k
    types = np.select(
        [share > _SAFE_ABOVE, share >= _BORDERLINE_FROM, share >= _RARE_FROM],
        [SAFE, BORDERLINE, RARE],
        OUTLIER,
    ).astype(np.int8)
    lone = np.flatnonzero((types == RARE) & (alike == 1))
    friends = positions[lone, same[lone].argmax(axis=1)]
    of_friends = same[friends] & (positions[friends] != lone[:, None])
    types[lone[of_friends.any(axis=1)]] = BORDERLINE
    return types


def hubness(positions: NDArray[np.intp], n: int) -> float:
    """Return the skewness of how often a point is a neighbour.

    Args:
        positions: (N, k) the neighbours of each point.
        n: How many points there are.

    Source:
        Radovanovic et al., Hubs in space, JMLR 11 (2010); a skewness above 1.4 is high.
    """
    if n == 0:
        return 0.0
    occurrences = np.bincount(positions.reshape(-1), minlength=n)
    away = occurrences - occurrences.mean()
    spread = float(np.sqrt(np.mean(away**2)))
    return float(np.mean(away**3)) / spread**3 if spread > 0 else 0.0
