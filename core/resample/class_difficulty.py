"""How hard one class is for SMOTE, in figures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.neighbours import nearest_others
from core.neighbours.graph import BORDERLINE, OUTLIER, RARE, SAFE

_BLOCK_BYTES = 16_000_000
# The dimension is told from at most so many images of a class, and from so many at least.
_MOST_MEASURED = 2_000
_LEAST_MEASURED = 20
# How far an image lies from its class is told from its third nearest, so that a copy or two hide
# nothing, among at most so many images of the class, and in classes of so many at least.
_THIRD = 3
_MOST_COMPARED = 4_000
_LEAST_COMPARED = 10
_LEAST_SPREAD = 0.08
_SIGMA = 1.4826  # median absolute deviation -> standard deviation of a normal law


@dataclass(frozen=True)
class ClassDifficulty:
    """One class and what is around its images. Shares are of its images, 0 to 1."""

    label: str
    images: int  # training images with a vector
    asked: int  # synthetic points
    # By how many of the five nearest images of any class are of this one: 4 or 5; 2 or 3;
    # 1 that is as lonely; none.
    safe: float
    borderline: float
    rare: float
    outlier: float
    foreign: float  # mean share of the nearest images that are of other classes (kDN)
    never_near: float  # share that is among no image's nearest
    dimension: float | None  # directions in which the class varies; None: it has too few images
    constant_columns: int  # numbers of the vector that are alike in all its images

    @property
    def per_image(self) -> float:
        """Return how many synthetic points are asked for each real image."""
        return self.asked / self.images if self.images else 0.0


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What is around N images."""

    types: NDArray[np.int8]  # (N,) safe, borderline, rare or outlier
    near: NDArray[np.intp]  # (N, k) places of the nearest images of any class
    foreign: NDArray[np.float64]  # (N,) share of the nearest that are of other classes
    occurrences: NDArray[np.intp]  # (N,) how many images have it among their nearest

    def __post_init__(self) -> None:
        freeze(self, "types", "near", "foreign", "occurrences")


def measure_class(
    label: str,
    members: NDArray[np.intp],
    around: Surroundings,
    *,
    asked: int,
    dimension: float | None,
    constant_columns: int,
) -> ClassDifficulty:
    """Return the figures of the class whose images are at `members`."""
    count = max(1, len(members))
    kinds = np.bincount(around.types[members], minlength=4) / count
    return ClassDifficulty(
        label,
        images=len(members),
        asked=asked,
        safe=float(kinds[SAFE]),
        borderline=float(kinds[BORDERLINE]),
        rare=float(kinds[RARE]),
        outlier=float(kinds[OUTLIER]),
        foreign=float(around.foreign[members].sum() / count),
        never_near=float((around.occurrences[members] == 0).sum() / count),
        dimension=dimension,
        constant_columns=constant_columns,
    )


def class_dimension(vectors: NDArray[np.float32], rows: NDArray[np.intp]) -> float | None:
    """Return in how many directions a class varies; None below twenty images that differ."""
    if len(rows) < _LEAST_MEASURED:
        return None
    # Spread over the class: neighbouring rows may be frames of one film.
    chosen = np.unique(np.linspace(0, len(rows) - 1, _MOST_MEASURED).astype(np.intp))
    distances = nearest_others(vectors, 2, rows=rows, chosen=chosen).distances
    if (distances[:, 0] > 0).sum() < _LEAST_MEASURED:
        return None
    return intrinsic_dimension(distances)


def distance_to_class(vectors: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return (n,) how far each image of a class lies from the others, beside what is usual there.

    It is how far the logarithm of the distance to the third nearest of the class lies above its
    median, in standard deviations as the median deviation has them, of 0.08 at least: else a few
    images that are alike would make outliers of all others. NaN for all of a class with fewer than
    ten images, or mostly copies.
    """
    apart = np.full(len(rows), np.nan)
    if len(rows) < _LEAST_COMPARED:
        return apart
    parts = -(-len(rows) // _MOST_COMPARED)
    for part in range(parts):
        some = slice(part, None, parts)
        distances = nearest_others(vectors, _THIRD, rows=rows[some]).distances[:, -1]
        usual = float(np.median(distances))
        if usual > 0:
            beyond = np.log(np.maximum(distances / usual, 1e-9))
            apart[some] = beyond / max(_LEAST_SPREAD, _SIGMA * float(np.median(np.abs(beyond))))
    return apart


def column_ranges(
    vectors: NDArray[np.float32], rows: NDArray[np.intp]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the (D,) smallest and largest value of each column among `rows`."""
    low = np.full(vectors.shape[1], np.inf, np.float32)
    high = -low
    length = max(1, _BLOCK_BYTES // (4 * vectors.shape[1]))
    for start in range(0, len(rows), length):
        block = vectors[rows[start : start + length]]
        low = np.minimum(low, block.min(axis=0))
        high = np.maximum(high, block.max(axis=0))
    return low, high


# The largest ratios come from the border and from noise; the paper leaves out a tenth, too.
_TRUSTED = 0.9


def intrinsic_dimension(distances: NDArray[np.float64]) -> float | None:
    """Return the dimension of the surface that points lie on; None when it cannot be told.

    The ratio of a point's two nearest distances has a Pareto law with the dimension as exponent,
    whatever the density is. The largest tenth of the ratios counts as "at least the next smaller
    one", which keeps the estimate unbiased; leaving it out would make it a third too large.

    Args:
        distances: (N, 2) or wider, from each point to its nearest others, the nearest first. Points
            with an identical other are left out.

    Source:
        Facco et al., Estimating the intrinsic dimension of datasets by a minimal neighborhood
        information, Scientific Reports 7 (2017), doi:10.1038/s41598-017-11873-y (TwoNN).
    """
    if distances.shape[1] < 2:
        return None
    apart = distances[distances[:, 0] > 0]
    trusted = int(_TRUSTED * len(apart))
    if trusted == 0:
        return None
    ratios = np.sort(np.log(apart[:, 1] / apart[:, 0]))
    total = ratios[:trusted].sum() + (len(ratios) - trusted) * ratios[trusted - 1]
    return trusted / float(total) if total > 0 else None
