"""Exact nearest neighbours, and what they say.

`search` has the one search, in blocks of bounded memory: `nearest` of vectors from elsewhere, and
`nearest_others` of points of the set, each left out of its own neighbours. It reads points by
`rows`, scores them in `tiles` (or `tiles_on_gpu`), keeps the best of each query in a `shortlist`,
and settles these exactly in `settle`. `exact` is the search as an estimator for scikit-learn and
imbalanced-learn; `graph` reads what neighbours say of a point.
"""

from core.neighbours.search import (
    DEFAULT_OPTIONS,
    Neighbors,
    SearchOptions,
    nearest,
    nearest_others,
    without_self,
)

__all__ = [
    "DEFAULT_OPTIONS",
    "Neighbors",
    "SearchOptions",
    "nearest",
    "nearest_others",
    "without_self",
]
