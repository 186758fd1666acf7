"""How good synthetic points are, per class and point by point."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.dataset import Labelled, Rows
from core.embed import Embeddings
from core.neighbours import DEFAULT_OPTIONS, SearchOptions
from core.progress import Progress, silent
from core.resample.prdc import PointBlocks, Prdc, measure_prdc
from core.resample.real_distances import RealImages, crosses_others, margins_of, measure_distances
from core.resample.synthetic import SyntheticPoints, fractions_of
from core.words import count_of

NEAR_COPY = 0.05  # a point this near to either end of its segment repeats an image


@dataclass(frozen=True, eq=False)
class ClassQuality:
    """The points of one class. Shares are of its points, 0 to 1, unless they say otherwise."""

    label: str
    images: int  # real, with a vector
    points: int
    margin: float  # median over the points; see SyntheticQuality
    near_others: float  # share with a margin below 1
    agreement: float  # share that the nearest image agrees with
    crossing: float  # share whose segment crosses another class
    unsafe: float
    copies: float  # share that lies on an image, or nearly
    # [n] images that are the base of n points, and the share that is the base of none; None: the
    # points have no parents.
    uses: NDArray[np.intp] | None
    never_used: float | None
    # Total variance of the points over that of the images; about 2/3 for points between images
    # that have nothing to do with each other. None: all images are alike, or there is one.
    variance_ratio: float | None
    prdc: Prdc | None  # None: fewer than two images or points

    @property
    def unsafe_count(self) -> int:
        """Return how many points look unsafe."""
        return round(self.unsafe * self.points)


@dataclass(frozen=True, eq=False)
class SyntheticQuality:
    """S points, and what real images there are around them."""

    classes: Mapping[str, ClassQuality]  # those with points
    # (S,) distance to the nearest image of another class over that to the nearest of its own.
    margin: NDArray[np.float64]
    # (S,) whether the nearest image, its parents left out, has its label. Parents would nearly
    # always agree. Where its class has no other image, they count.
    agrees: NDArray[np.bool_]
    # (S,) whether, at a quarter, a half, or three quarters of the way between its parents, the
    # nearest image, these left out, is of another class. A point without parents crosses nothing.
    crosses: NDArray[np.bool_]

    @property
    def is_unsafe(self) -> NDArray[np.bool_]:
        """Return (S,) whether any of the three speaks against a point."""
        return (self.margin < 1) | ~self.agrees | self.crosses

    @property
    def said(self) -> str:
        """Return how many points look unsafe, and of which class the most, with its count."""
        unsafe = int(self.is_unsafe.sum())
        if not unsafe:
            return (
                "No point looks unsafe: each is nearest to its own class, and so is the line "
                "between its parents."
            )
        worst = max(self.classes.values(), key=lambda one: one.unsafe_count)
        most = "" if unsafe == 1 else "all " if worst.unsafe_count == unsafe else "the most "
        return (
            f"{unsafe:,} of {count_of(len(self.margin), 'point')} "
            f"{'looks' if unsafe == 1 else 'look'} unsafe, {most}in '{worst.label}' "
            f"({worst.unsafe_count:,} of its {worst.points:,}): nearer to another class, "
            "contradicted by the nearest other image, or on a line that crosses another class."
        )

    def to_json(self) -> dict[str, object]:
        """Return the figures of the classes as plain values; what has no value is None."""
        return {
            label: {
                "images": one.images,
                "points": one.points,
                "margin": one.margin if np.isfinite(one.margin) else None,
                "near_others": one.near_others,
                "agreement": one.agreement,
                "crossing": one.crossing,
                "unsafe": one.unsafe,
                "copies": one.copies,
                "uses": None if one.uses is None else one.uses.tolist(),
                "never_used": one.never_used,
                "variance_ratio": one.variance_ratio,
                "prdc": None if one.prdc is None else asdict(one.prdc),
            }
            for label, one in self.classes.items()
        }


def measure_quality(
    dataset: Labelled,
    embeddings: Embeddings,
    points: SyntheticPoints,
    *,
    rows: Rows | None = None,
    options: SearchOptions = DEFAULT_OPTIONS,
    progress: Progress = silent,
) -> SyntheticQuality:
    """Return how the points lie among the real images.

    Args:
        dataset: The images.
        embeddings: Their vectors; images without one are not looked at.
        points: What was made. Their vectors are made block by block.
        rows: The images to compare with: those that could be parents. The training split unless
            given.
        options: On which device, and what may be held beside the vectors and a few numbers for each
            point.
        progress: Told of points, places on segments, and blocks.
    """
    used = np.intersect1d(dataset.training_rows if rows is None else rows, embeddings.rows)
    codes = dataset.codes[used]
    real = RealImages(embeddings, used, codes, options)
    around = measure_distances(real, points, "measuring points", progress)
    quality = SyntheticQuality(
        {},
        margins_of(around),
        around.own_but_parents <= around.other_but_parents,
        crosses_others(real, points, progress),
    )
    classes = {}
    present = np.unique(points.codes).tolist()
    for done, code in enumerate(present):
        progress("measuring classes", done, len(present))
        chosen = points.codes == code
        label = dataset.classes[code]
        own = _Class(embeddings, used[codes == code], points.only(chosen))
        classes[label] = replace(
            _shares(label, own, quality, chosen, around.own[chosen] == 0),
            variance_ratio=_variance_ratio(own, options.memory_bytes),
            prdc=measure_prdc(own.real, own.made, options=options, progress=progress),
        )
    progress("measuring classes", len(present), len(present))
    return replace(quality, classes=classes)


@dataclass(frozen=True, eq=False)
class _Class:
    """The images and the points of one class."""

    embeddings: Embeddings
    rows: Rows  # ascending
    points: SyntheticPoints

    @property
    def real(self) -> PointBlocks:
        places = self.embeddings.positions_of(self.rows)
        return PointBlocks(len(places), lambda block: self.embeddings.vectors[places[block]])

    @property
    def made(self) -> PointBlocks:
        return PointBlocks(
            len(self.points), lambda block: self.points.materialize(self.embeddings, block)
        )


def _shares(
    label: str,
    own: _Class,
    quality: SyntheticQuality,
    chosen: NDArray[np.bool_],
    on_image: NDArray[np.bool_],
) -> ClassQuality:
    """Return the figures of a class that are counted."""
    fractions = fractions_of(own.points)
    near_end = (fractions < NEAR_COPY) | (fractions > 1 - NEAR_COPY) | on_image
    uses = None
    if own.points.parents is not None:
        bases = own.points.parents[:, 0]
        place = np.searchsorted(own.rows, bases[np.isin(bases, own.rows)])
        uses = np.bincount(np.bincount(place, minlength=len(own.rows)))
    never_used = None if uses is None else float(uses[0] / len(own.rows)) if len(own.rows) else 0.0
    return ClassQuality(
        label,
        images=len(own.rows),
        points=len(own.points),
        margin=float(np.median(quality.margin[chosen])),
        near_others=float((quality.margin[chosen] < 1).mean()),
        agreement=float(quality.agrees[chosen].mean()),
        crossing=float(quality.crosses[chosen].mean()),
        unsafe=float(quality.is_unsafe[chosen].mean()),
        copies=float(near_end.mean()),
        uses=uses,
        never_used=never_used,
        variance_ratio=None,
        prdc=None,
    )


def _variance_ratio(own: _Class, memory_bytes: int) -> float | None:
    if len(own.rows) < 2 or len(own.points) < 2:
        return None
    real, made = (_variance(points, memory_bytes) for points in (own.real, own.made))
    return made / real if real > 0 else None


def _variance(points: PointBlocks, memory_bytes: int) -> float:
    """Return the variance of all numbers together: the trace of the covariance."""
    width = points.read(slice(0, 1)).shape[1]
    length = max(1, memory_bytes // (24 * width))
    centre = sum(
        points.read(block).sum(axis=0, dtype=np.float64) for block in points.blocks(length)
    )
    mean = centre / points.count
    squares = sum(
        float(((points.read(block) - mean) ** 2).sum()) for block in points.blocks(length)
    )
    return squares / (points.count - 1)
