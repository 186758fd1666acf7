"""What each strategy does with the rows that it may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.dataset import Labelled, Rows
from core.embed import Embeddings, available_devices
from core.progress import Progress
from core.randomness import stream
from core.resample.batched import BatchedCost, draw_batched
from core.resample.cleaning import without_contradicted, without_tomek_links
from core.resample.compress import compress
from core.resample.plan import BalancePlan
from core.resample.samplers import draw_copies, draw_fewer, middle_of_clusters, near_others
from core.resample.segments import ClassReport, Segments, SmoteSettings, draw_segments
from core.resample.synthetic import SyntheticPoints, no_points


@dataclass(frozen=True, eq=False)
class Resampled:
    """What came out of carrying a plan out."""

    plan: BalancePlan  # with the counts that came out
    kept: Rows  # rows of the training side that stay, ascending
    points: SyntheticPoints  # a copy is a point at fraction 0
    report: tuple[ClassReport, ...] = ()  # what became of each class that got points
    cost: BatchedCost | None = None  # of batches, where the strategy works in them
    variance_kept: float | None = None  # by the components that neighbours were looked for in


@dataclass(frozen=True, eq=False)
class Side:
    """The rows that may be used, and what a strategy knows of them."""

    dataset: Labelled
    rows: Rows  # allowed, ascending
    embeddings: Embeddings | None
    plan: BalancePlan
    seed: int
    progress: Progress

    @property
    def usable(self) -> Rows:
        """Return the rows with a vector; all where none are needed."""
        if self.embeddings is None:
            return self.rows
        return np.intersect1d(self.rows, self.embeddings.rows)

    @property
    def add(self) -> dict[int, int]:
        """Return code -> points or copies asked for."""
        return self._by_code(self.plan.add)

    @property
    def keep(self) -> dict[int, int]:
        """Return code -> images that may stay."""
        return self._by_code(self.plan.keep)

    def number(self, name: str) -> int:
        """Return the setting of that name."""
        return int(self.plan.settings[name])

    def text(self, name: str) -> str:
        """Return the setting of that name."""
        return str(self.plan.settings[name])

    @property
    def device(self) -> str:
        """Return the device that embedded the images, where it is still there."""
        if self.embeddings is None or self.embeddings.device != "cuda":
            return "cpu"
        return "cuda" if "cuda" in {one.name for one in available_devices()} else "cpu"

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """Return (R, D) of rows that have one."""
        assert self.embeddings is not None
        return self.embeddings.vectors[self.embeddings.positions_of(rows)]

    def rng_of(self, code: int) -> np.random.Generator:
        """Return the stream of a class."""
        # A stream of its own per class: another class's count changes nothing here.
        return stream(self.seed, self.plan.strategy, self.dataset.classes[code])

    def _by_code(self, counts: Mapping[str, int]) -> dict[int, int]:
        codes = {label: code for code, label in enumerate(self.dataset.classes)}
        return {codes[label]: count for label, count in counts.items() if label in codes}


def carry_out(side: Side) -> Resampled:
    """Return what the plan's strategy makes of `side`; what needs nothing leaves it alone."""
    return _CARRIED_OUT.get(side.plan.strategy, _left_alone)(side)


def _left_alone(side: Side) -> Resampled:
    return Resampled(side.plan, side.rows, no_points())


def _copied(side: Side) -> Resampled:
    rows, codes = draw_copies(side.rows, side.dataset.codes[side.rows], side.add, seed=side.seed)
    pairs = np.column_stack([rows, rows]).astype(np.intp)
    points = SyntheticPoints(pairs, np.zeros(len(rows), np.float32), codes)
    return Resampled(side.plan, side.rows, points)


def _interpolated(side: Side) -> Resampled:
    rows, settings = side.usable, side.plan.settings
    vectors, variance = side.vectors(rows), None
    if settings.get("components"):
        count = min(side.number("components"), *vectors.shape)
        vectors, variance = compress(vectors, np.arange(len(rows)), count)
    chosen = SmoteSettings(
        k_neighbors=side.number("k_neighbors"),
        m_neighbors=int(settings.get("m_neighbors", 10)),
        variant=_VARIANTS.get(side.plan.strategy) or str(settings.get("kind", "regular")),
        uses_evenly=settings.get("bases") == "even",
    )
    segments = draw_segments(
        vectors,
        side.dataset.codes[rows],
        side.add,
        chosen,
        rng_of=side.rng_of,
        name_of=side.dataset.classes.__getitem__,
        device=side.device,
        progress=side.progress,
    )
    points = _points(side, rows, segments, str(settings.get("interpolation", "linear")))
    return Resampled(side.plan, side.rows, points, segments.report, variance_kept=variance)


def _batched(side: Side) -> Resampled:
    rows = side.usable
    segments, cost = draw_batched(
        side.vectors(rows),
        side.dataset.codes[rows],
        side.add,
        k_neighbors=side.number("k_neighbors"),
        batch_size=side.number("batch_size"),
        rng_of=side.rng_of,
        progress=side.progress,
    )
    points = _points(side, rows, segments)
    return Resampled(side.plan, side.rows, points, segments.report, cost)


def _edited_after(side: Side) -> Resampled:
    return _cleaned_after(
        side,
        lambda points, codes: without_contradicted(
            points,
            codes,
            n_neighbors=side.number("n_neighbors"),
            kind_sel=side.text("kind_sel"),
            cleans_smallest=True,
            device=side.device,
            progress=side.progress,
        ),
    )


def _links_after(side: Side) -> Resampled:
    return _cleaned_after(
        side,
        lambda points, codes: without_tomek_links(
            points, codes, cleans_smallest=True, device=side.device, progress=side.progress
        ),
    )


def _cleaned_after(
    side: Side, clean: Callable[[NDArray[np.float32], NDArray[np.intp]], NDArray[np.bool_]]
) -> Resampled:
    """Return SMOTE's result without the real and synthetic points that `clean` drops."""
    made = _interpolated(side)
    rows = side.usable
    assert side.embeddings is not None
    points = np.concatenate([side.vectors(rows), made.points.materialize(side.embeddings)])
    codes = np.concatenate([side.dataset.codes[rows], made.points.labels])
    stays = clean(points, codes)
    gone = rows[~stays[: len(rows)]]
    return replace(
        made, kept=np.setdiff1d(side.rows, gone), points=made.points.only(stays[len(rows) :])
    )


def _fewer(side: Side) -> Resampled:
    codes = side.dataset.codes[side.rows]
    return _only(side, draw_fewer(side.rows, codes, side.keep, seed=side.seed), side.rows)


def _near(side: Side) -> Resampled:
    rows = side.usable
    kept = near_others(
        side.vectors(rows),
        rows,
        side.dataset.codes[rows],
        side.keep,
        version=side.number("version"),
        n_neighbors=side.number("n_neighbors"),
    )
    return _only(side, kept, rows)


def _centres(side: Side) -> Resampled:
    rows = side.usable
    codes = side.dataset.codes[rows]
    kept = middle_of_clusters(side.vectors(rows), rows, codes, side.keep, seed=side.seed)
    return _only(side, kept, rows)


def _linked(side: Side) -> Resampled:
    rows = side.usable
    stays = without_tomek_links(
        side.vectors(rows),
        side.dataset.codes[rows],
        cleans_smallest=side.text("side") == "both",
        device=side.device,
        progress=side.progress,
    )
    return _only(side, rows[stays], rows)


def _edited(side: Side) -> Resampled:
    rows = side.usable
    stays = without_contradicted(
        side.vectors(rows),
        side.dataset.codes[rows],
        n_neighbors=side.number("n_neighbors"),
        kind_sel=side.text("kind_sel"),
        device=side.device,
        progress=side.progress,
    )
    return _only(side, rows[stays], rows)


def _only(side: Side, kept: Rows, judged: Rows) -> Resampled:
    """Return the result of keeping `kept` of the rows that were judged."""
    gone = np.setdiff1d(judged, kept)
    return Resampled(side.plan, np.setdiff1d(side.rows, gone), no_points())


def _points(
    side: Side, rows: Rows, segments: Segments, interpolation: str = "linear"
) -> SyntheticPoints:
    counts = np.bincount(side.dataset.codes[rows], minlength=len(side.dataset.classes))
    too_small = [code for code, count in side.add.items() if count and counts[code] < 2]
    return SyntheticPoints(
        np.column_stack([rows[segments.base], rows[segments.neighbor]]).astype(np.intp),
        segments.fraction,
        segments.codes,
        tuple(side.dataset.classes[code] for code in sorted(too_small)),
        interpolation,
    )


_VARIANTS = {
    "smote": "regular",
    "smote_enn": "regular",
    "smote_tomek": "regular",
    "safe_level_smote": "safe-level",
    "adasyn": "adasyn",
}

# What is not named here leaves the images as they are: weights, and pictures that the export makes.
_CARRIED_OUT: Mapping[str, Callable[[Side], Resampled]] = {
    "random_oversampling": _copied,
    "random_undersampling": _fewer,
    "smote": _interpolated,
    "borderline_smote": _interpolated,
    "safe_level_smote": _interpolated,
    "adasyn": _interpolated,
    "batched_smote": _batched,
    "smote_enn": _edited_after,
    "smote_tomek": _links_after,
    "near_miss": _near,
    "cluster_centroids": _centres,
    "tomek_links": _linked,
    "edited_neighbours": _edited,
}
