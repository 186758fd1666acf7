"""What each strategy does with the rows that it may use."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.augment import plan_pictures
from core.augment.draws import join_pictures, pictures_of
from core.dataset import Rows
from core.resample.batched import draw_batched
from core.resample.cleaning import without_contradicted, without_tomek_links
from core.resample.compress import compress
from core.resample.made import Made, TrainingSide
from core.resample.quality import measure_quality
from core.resample.samplers import draw_copies, draw_fewer, middle_of_clusters, near_others
from core.resample.segments import Segments, SmoteSettings, draw_segments
from core.resample.synthetic import PointsBetween, SyntheticPoints
from core.resample.weights import log_priors


def carry_out(side: TrainingSide) -> Made:
    """Return what the plan's strategy makes of `side`; what needs nothing leaves it alone."""
    return _CARRIED_OUT.get(side.plan.strategy, _left_alone)(side)


def _left_alone(side: TrainingSide) -> Made:
    return side.as_it_is()


def _shifted(side: TrainingSide) -> Made:
    priors = log_priors(side.plan.before)
    tau = float(side.plan.settings["tau"])
    offset = [-tau * priors.get(label, 0.0) for label in side.dataset.classes]
    return replace(side.as_it_is(), logit_offset=np.array(offset, np.float64))


def _augmented(side: TrainingSide) -> Made:
    pictures = plan_pictures(side.dataset, side.policy, side.allowed, side.add)
    return replace(side.as_it_is(), pictures=pictures)


def _copied(side: TrainingSide) -> Made:
    codes = side.dataset.codes[side.allowed]
    return replace(
        side.as_it_is(), copies=draw_copies(side.allowed, codes, side.add, seed=side.seed)
    )


def _interpolated(side: TrainingSide) -> Made:
    return _with_points(side, *_between_neighbours(side))


def _between_neighbours(side: TrainingSide) -> tuple[Made, PointsBetween]:
    """Return the points of SMOTE or a variant, and what is told of them."""
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
    points = _points(rows, segments, str(settings.get("interpolation", "linear")))
    return replace(side.as_it_is(), report=segments.report, variance_kept=variance), points


def _batched(side: TrainingSide) -> Made:
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
    made = replace(side.as_it_is(), report=segments.report, cost=cost)
    return _with_points(side, made, _points(rows, segments))


def _edited_after(side: TrainingSide) -> Made:
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


def _links_after(side: TrainingSide) -> Made:
    return _cleaned_after(
        side,
        lambda points, codes: without_tomek_links(
            points, codes, cleans_smallest=True, device=side.device, progress=side.progress
        ),
    )


def _cleaned_after(
    side: TrainingSide, clean: Callable[[NDArray[np.float32], NDArray[np.intp]], NDArray[np.bool_]]
) -> Made:
    """Return SMOTE's result without the real and synthetic points that `clean` drops."""
    made, points = _between_neighbours(side)
    rows = side.usable
    assert side.embeddings is not None
    vectors = np.concatenate([side.vectors(rows), points.materialize(side.embeddings)])
    codes = np.concatenate([side.dataset.codes[rows], points.codes])
    stays = clean(vectors, codes)
    kept = np.setdiff1d(side.allowed, rows[~stays[: len(rows)]])
    return _with_points(side, replace(made, kept=kept), points.only(stays[len(rows) :]))


def _fewer(side: TrainingSide) -> Made:
    codes = side.dataset.codes[side.allowed]
    return _only(side, draw_fewer(side.allowed, codes, side.keep, seed=side.seed), side.allowed)


def _near(side: TrainingSide) -> Made:
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


def _centres(side: TrainingSide) -> Made:
    rows = side.usable
    codes = side.dataset.codes[rows]
    kept = middle_of_clusters(side.vectors(rows), rows, codes, side.keep, seed=side.seed)
    return _only(side, kept, rows)


def _linked(side: TrainingSide) -> Made:
    rows = side.usable
    stays = without_tomek_links(
        side.vectors(rows),
        side.dataset.codes[rows],
        cleans_smallest=side.text("side") == "both",
        device=side.device,
        progress=side.progress,
    )
    return _only(side, rows[stays], rows)


def _edited(side: TrainingSide) -> Made:
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


def _only(side: TrainingSide, kept: Rows, judged: Rows) -> Made:
    """Return the result of keeping `kept` of the rows that were judged."""
    gone = np.setdiff1d(judged, kept)
    return replace(side.as_it_is(), kept=np.setdiff1d(side.allowed, gone))


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
        device=side.device,
        progress=side.progress,
    )
    return quality.is_unsafe


def _too_few(side: TrainingSide) -> dict[int, int]:
    """Return code -> pieces asked for, of the classes with one image: no segment, so no points."""
    counts = np.bincount(side.dataset.codes[side.usable], minlength=len(side.dataset.classes))
    return {code: count for code, count in side.add.items() if count and counts[code] < 2}


_VARIANTS = {
    "smote": "regular",
    "smote_enn": "regular",
    "smote_tomek": "regular",
    "safe_level_smote": "safe-level",
    "adasyn": "adasyn",
}

# What is not named here leaves the images as they are: weights.
_CARRIED_OUT: Mapping[str, Callable[[TrainingSide], Made]] = {
    "logit_adjustment": _shifted,
    "augment": _augmented,
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
