"""What strategies add: copies, augmented pictures, and synthetic points with their pictures."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.augment import plan_pictures
from core.augment.draws import join_pictures, pictures_of
from core.axes import EXACT, principal_axes
from core.dataset import Rows
from core.neighbours import SearchOptions
from core.resample.batched import draw_batched
from core.resample.by_imbalanced_learn import draw_copies
from core.resample.drawing import IDENTICAL, REGULAR
from core.resample.made import Made, TrainingSide
from core.resample.quality import measure_quality
from core.resample.searching import BlockSearch
from core.resample.segments import ClassReport, Request, Segments, SmoteSettings, draw_segments
from core.resample.synthetic import PointsBetween, SyntheticPoints
from core.resample.undersampling import vote_of, without_contradicted, without_tomek_links


def add_pictures(side: TrainingSide) -> Made:
    """Return augmented pictures of the small classes."""
    pictures = plan_pictures(side.dataset, side.policy, side.allowed, side.add)
    return replace(side.as_it_is(), pictures=pictures)


def add_copies(side: TrainingSide) -> Made:
    """Return byte copies of randomly chosen images."""
    codes = side.dataset.codes[side.allowed]
    return replace(
        side.as_it_is(), copies=draw_copies(side.allowed, codes, side.add, seed=side.seed)
    )


def add_points(side: TrainingSide, variant: str = REGULAR) -> Made:
    """Return the points of SMOTE or of a variant; the setting 'kind' names one too."""
    return _with_points(side, *_draw_between_neighbours(side, variant))


def _draw_between_neighbours(
    side: TrainingSide, variant: str = REGULAR
) -> tuple[Made, PointsBetween]:
    """Return the points, and what is told of them."""
    rows, settings = side.different, side.plan.settings
    vectors, variance = side.vectors(rows), None
    if settings.get("components"):
        # Neighbours are found in them, faster and with less noise; the points are then made
        # between the full vectors. Only rows of this side say where they lie.
        axes = principal_axes(vectors, side.number("components"), side.seed, solver=EXACT)
        vectors, variance = axes.components_of(vectors), axes.share
    chosen = SmoteSettings(
        k_neighbors=side.number("k_neighbors"),
        m_neighbors=int(settings.get("m_neighbors", 10)),
        variant=str(settings.get("kind", variant)),
        uses_evenly=settings.get("bases") == "even",
    )
    segments = draw_segments(
        BlockSearch(vectors, device=side.device),
        side.dataset.codes[rows],
        _request(side),
        chosen,
        progress=side.progress,
    )
    points = _points(rows, segments, str(settings.get("interpolation", "linear")))
    points = _without_copies(side, points)
    report = _told(side, segments.report, points)
    return replace(side.as_it_is(), report=report, variance_kept=variance), points


def add_points_in_batches(side: TrainingSide) -> Made:
    """Return the points of SMOTE inside shuffled batches, and what batches cost."""
    rows = side.different
    segments, cost = draw_batched(
        side.vectors(rows),
        side.dataset.codes[rows],
        _request(side),
        k_neighbors=side.number("k_neighbors"),
        batch_size=side.number("batch_size"),
        progress=side.progress,
    )
    points = _points(rows, segments)
    report = _told(side, segments.report, points)
    return _with_points(side, replace(side.as_it_is(), report=report, cost=cost), points)


def add_points_then_edit(side: TrainingSide) -> Made:
    """Return SMOTE's result without what its neighbours contradict."""
    return _add_points_then(
        side,
        lambda points, codes: without_contradicted(
            points,
            codes,
            vote=vote_of(side),
            cleans_smallest=True,
            device=side.device,
            progress=side.progress,
        ),
    )


def add_points_then_unlink(side: TrainingSide) -> Made:
    """Return SMOTE's result without Tomek links."""
    return _add_points_then(
        side,
        lambda points, codes: without_tomek_links(
            points, codes, cleans_smallest=True, device=side.device, progress=side.progress
        ),
    )


def _add_points_then(
    side: TrainingSide, clean: Callable[[NDArray[np.float32], NDArray[np.intp]], NDArray[np.bool_]]
) -> Made:
    """Return SMOTE's result without the real and synthetic points that `clean` drops."""
    made, points = _draw_between_neighbours(side)
    rows = side.usable
    assert side.embeddings is not None
    vectors = np.concatenate([side.vectors(rows), points.materialize(side.embeddings)])
    codes = np.concatenate([side.dataset.codes[rows], points.codes])
    stays = clean(vectors, codes)
    kept = np.setdiff1d(side.allowed, rows[~stays[: len(rows)]])
    return _with_points(side, replace(made, kept=kept), points.only(stays[len(rows) :]))


def _request(side: TrainingSide) -> Request:
    return Request(side.add, side.rng_of, side.dataset.classes.__getitem__)


def _points(rows: Rows, segments: Segments, interpolation: str = "linear") -> PointsBetween:
    return PointsBetween(
        np.column_stack([rows[segments.base], rows[segments.neighbor]]).astype(np.intp),
        segments.fraction,
        segments.codes,
        interpolation,
    )


def _with_points(side: TrainingSide, made: Made, points: SyntheticPoints) -> Made:
    """Return what is made with these points: a picture of the base of each goes with them.

    A class that has too few images for points gets augmented pictures instead.
    """
    if side.plan.settings.get("unsafe") == "leave_out":
        points = points.only(~_is_unsafe(side, points))
    beside = join_pictures()
    if points.parents is not None:
        beside = pictures_of(side.dataset, side.policy, points.parents[:, 0])
    others = plan_pictures(side.dataset, side.policy, made.kept, _too_few(side))
    return replace(
        made,
        points=points,
        pictures=join_pictures([beside, others]),
        pictured=len(beside),
    )


def _is_unsafe(side: TrainingSide, points: SyntheticPoints) -> NDArray[np.bool_]:
    assert side.embeddings is not None
    quality = measure_quality(
        side.dataset,
        side.embeddings,
        points,
        rows=side.allowed,
        options=SearchOptions(device=side.device),
        progress=side.progress,
    )
    return quality.is_unsafe


def _without_copies(side: TrainingSide, points: PointsBetween) -> PointsBetween:
    """Return the points without those between identical images of two classes."""
    base, neighbour = points.parents.T
    crosses = np.flatnonzero(side.dataset.codes[base] != side.dataset.codes[neighbour])
    stays = np.ones(len(points), np.bool_)
    stays[crosses] = ~side.are_identical(base[crosses], neighbour[crosses])
    return points.only(stays)


def _told(
    side: TrainingSide, report: tuple[ClassReport, ...], points: PointsBetween
) -> tuple[ClassReport, ...]:
    """Return the report with what came out, and the classes whose images are all identical."""
    counts = np.bincount(side.dataset.codes[side.usable], minlength=len(side.dataset.classes))
    made = np.bincount(points.codes, minlength=len(counts))
    return tuple(
        replace(
            one,
            made=int(made[one.code]),
            note=IDENTICAL if one.real == 1 < counts[one.code] else one.note,
        )
        for one in report
    )


def _too_few(side: TrainingSide) -> dict[int, int]:
    """Return code -> pieces asked for, of classes without two different images: no segment."""
    rows = side.different
    counts = np.bincount(side.dataset.codes[rows], minlength=len(side.dataset.classes))
    return {code: count for code, count in side.add.items() if count and counts[code] < 2}
