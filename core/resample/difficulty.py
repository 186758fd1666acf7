"""How hard a dataset is, per class and image: for SMOTE, and for whoever learns its labels."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.arrays import freeze
from core.dataset import Labelled, Rows
from core.dataset.finding import Severity
from core.embed import Embeddings
from core.neighbours import nearest_others
from core.neighbours.graph import SAFE, hubness, type_of_points
from core.progress import Progress, silent
from core.resample.class_difficulty import (
    ClassDifficulty,
    Surroundings,
    class_dimension,
    column_ranges,
    distance_to_class,
    measure_class,
)
from core.resample.smote_limits import ClassImages, Limit, limits_of_all, limits_of_class

# Beside the widest column, a range as small as this holds rounding, not pictures.
_CONSTANT = 1e-6


@dataclass(frozen=True, eq=False)
class Difficulty:
    """All classes with images, and what holds of the whole."""

    classes: Mapping[str, ClassDifficulty]
    overlap: NDArray[np.float64]  # (C, C) of the neighbours of a row's class, a column's share
    rows: Rows  # (N,) the images looked at
    around: Surroundings  # of each of them; its places are places in `rows`
    # (N,) how far each lies from its class beside what is usual there; NaN where nobody can tell.
    apart: NDArray[np.float64]
    hubness: float  # skewness of how often an image is a neighbour
    constant_columns: int  # numbers of the vector that are alike in all images
    limits: tuple[Limit, ...]  # the gravest first

    def __post_init__(self) -> None:
        freeze(self, "overlap", "rows", "apart")

    @property
    def types(self) -> NDArray[np.int8]:
        """Return (N,) safe, borderline, rare or outlier."""
        return self.around.types

    @property
    def k(self) -> int:
        """Return how many neighbours were looked at."""
        return int(self.around.near.shape[1])

    def to_json(self) -> dict[str, object]:
        """Return the figures as plain values."""
        labels = list(self.classes)
        return {
            "k": self.k,
            "hubness": self.hubness,
            "constant_columns": self.constant_columns,
            "classes": {
                label: asdict(figures) | {"per_image": figures.per_image}
                for label, figures in self.classes.items()
            },
            "overlap": {
                label: dict(zip(labels, shares, strict=True))
                for label, shares in zip(labels, self.overlap.tolist(), strict=True)
            },
            "limits": [
                {
                    "id": limit.id,
                    "label": limit.label,
                    "severity": limit.severity.value,
                    "text": limit.text,
                    "remedy": limit.remedy,
                    "rows": limit.rows.tolist(),
                }
                for limit in self.limits
            ],
        }


def measure_difficulty(
    dataset: Labelled,
    embeddings: Embeddings,
    plan_add: Mapping[str, int],
    *,
    rows: Rows | None = None,
    k: int = 5,
    progress: Progress = silent,
) -> Difficulty:
    """Return what is around the images of each class, and what speaks against SMOTE there.

    For an audit of all splits, no points are asked for and `rows` are all that are present.

    Args:
        dataset: The images.
        embeddings: Their vectors; images without one are not looked at.
        plan_add: Label -> synthetic points asked for.
        rows: The only rows to look at; the training split unless given.
        k: Neighbours to look at; five in the source.
        progress: Told of neighbours found, then of classes.

    Source:
        Napierala & Stefanowski, Types of minority class examples and their influence on learning
        classifiers from imbalanced data, J. Intell. Inf. Syst. 46 (2016),
        doi:10.1007/s10844-015-0368-1. Share of foreign neighbours: Smith et al., An instance level
        analysis of data complexity, Mach. Learn. 95 (2014), doi:10.1007/s10994-013-5422-z.
        Hubness: Radovanovic et al., JMLR 11 (2010).
    """
    used = np.intersect1d(dataset.training_rows if rows is None else rows, embeddings.rows)
    places, codes = embeddings.positions_of(used), dataset.codes[used]
    near = _neighbours_of(embeddings, places, k, progress)
    around, skewness = _surroundings(near, codes)
    members = {
        dataset.classes[code]: np.flatnonzero(codes == code) for code in np.unique(codes).tolist()
    }
    classes, flat_in_all = _classes(embeddings, places, members, around, plan_add, progress)
    apart = np.full(len(used), np.nan)
    for own in members.values():
        apart[own] = distance_to_class(embeddings.vectors, places[own])
    difficulty = Difficulty(
        classes, _overlap(near, codes), used, around, apart,
        hubness=skewness, constant_columns=flat_in_all, limits=(),
    )  # fmt: skip
    width = embeddings.dimension
    limits = limits_of_all(
        used, around.occurrences, hubness=skewness, constant=flat_in_all, width=width
    )
    limits += _limits_of_classes(difficulty, members, k, width)
    return replace(difficulty, limits=_gravest_first(limits))


def _neighbours_of(
    embeddings: Embeddings, places: NDArray[np.intp], k: int, progress: Progress
) -> NDArray[np.intp]:
    """Return (N, k) of each image, fewer where there are fewer: none of one that is alone."""
    if len(places) < 2:
        return np.empty((len(places), 0), np.intp)
    return nearest_others(embeddings.vectors, k, rows=places, progress=progress).positions


def _classes(
    embeddings: Embeddings,
    places: NDArray[np.intp],
    members: Mapping[str, NDArray[np.intp]],
    around: Surroundings,
    plan_add: Mapping[str, int],
    progress: Progress,
) -> tuple[dict[str, ClassDifficulty], int]:
    """Return the figures of each class, and how many columns are alike in all images.

    `places` are those of the images in the embedding, `members` those of a class among them.
    """
    ranges = [column_ranges(embeddings.vectors, places[own]) for own in members.values()]
    flat, flat_in_all = _constant_columns(ranges)
    classes = {}
    for done, (label, own) in enumerate(members.items()):
        progress("measuring classes", done, len(members))
        classes[label] = measure_class(
            label,
            own,
            around,
            asked=plan_add.get(label, 0),
            dimension=class_dimension(embeddings.vectors, places[own]),
            constant_columns=flat[done] if len(own) > 1 else 0,
        )
    progress("measuring classes", len(members), len(members))
    # One image alone says nothing of its numbers.
    return classes, flat_in_all if len(places) > 1 else 0


def _limits_of_classes(
    difficulty: Difficulty, members: Mapping[str, NDArray[np.intp]], k: int, width: int
) -> list[Limit]:
    """Return what speaks against points of each class; `members` are places of the images."""
    classes = difficulty.classes
    told = [figures.dimension for figures in classes.values() if figures.dimension is not None]
    limits = []
    for (label, figures), shares in zip(classes.items(), difficulty.overlap, strict=True):
        images = ClassImages(
            difficulty.rows[members[label]],
            difficulty.types[members[label]],
            dict(zip(classes, shares.tolist(), strict=True)),
        )
        limits += limits_of_class(
            figures,
            images,
            k=k,
            width=width,
            typical_dimension=float(np.median(told)) if told else None,
        )
    return limits


def _gravest_first(limits: list[Limit]) -> tuple[Limit, ...]:
    order = list(Severity)
    return tuple(sorted(limits, key=lambda limit: order.index(limit.severity)))


def _surroundings(near: NDArray[np.intp], codes: NDArray[np.intp]) -> tuple[Surroundings, float]:
    """Return what is around each image, and the skewness of how often it is a neighbour."""
    count = len(codes)
    occurrences = np.bincount(near.ravel(), minlength=count)
    if near.shape[1] == 0:  # nothing foreign is around an image that is alone
        types = np.full(count, SAFE, np.int8)
        return Surroundings(types, near, np.zeros(count), occurrences), 0.0
    theirs = codes[near]
    around = Surroundings(
        type_of_points(theirs, codes, near),
        near,
        (theirs != codes[:, None]).mean(axis=1),
        occurrences,
    )
    return around, hubness(near, count)


def _overlap(near: NDArray[np.intp], codes: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return (C, C) of the neighbours of each class that is there, the share of each."""
    present, places = np.unique(codes, return_inverse=True)
    pairs = places[:, None] * len(present) + places[near]
    table = np.bincount(pairs.ravel(), minlength=len(present) ** 2)
    table = table.reshape(len(present), len(present))
    return np.asarray(table / np.maximum(1, table.sum(axis=1, keepdims=True)), np.float64)


def _constant_columns(
    ranges: list[tuple[NDArray[np.float32], NDArray[np.float32]]],
) -> tuple[list[int], int]:
    """Return how many columns are constant in each class, and in all classes together."""
    if not ranges:
        return [], 0
    lows, highs = (np.stack(side) for side in zip(*ranges, strict=True))
    whole = highs.max(axis=0) - lows.min(axis=0)
    least = _CONSTANT * whole.max(initial=0)
    return ((highs - lows) <= least).sum(axis=1).tolist(), int((whole <= least).sum())
