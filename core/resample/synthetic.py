"""Synthetic points of all classes, kept as the real pairs that they lie between."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset import Labelled, Rows
from core.embed import Embeddings
from core.errors import LeakError
from core.progress import Progress, silent
from core.randomness import stream
from core.resample.plan import BalancePlan
from core.resample.samplers import draw_copies, draw_fewer
from core.resample.smote import smote
from core.resample.strategies import Exports, find_strategy


@dataclass(frozen=True, eq=False)
class SyntheticPoints:
    """S synthetic points; their vectors are made from the embeddings when asked for."""

    parents: NDArray[np.intp]  # (S, 2) rows of the dataset: base, neighbour
    fractions: NDArray[np.float32]  # (S,) 0 at the base, 1 at the neighbour
    labels: NDArray[np.intp]  # (S,) codes of dataset.classes
    too_small: tuple[str, ...] = ()  # classes with one image: no segment, so no points

    def __post_init__(self) -> None:
        for array in (self.parents, self.fractions, self.labels):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.fractions)

    def materialize(
        self, embeddings: Embeddings, block: slice = slice(None)
    ) -> NDArray[np.float32]:
        """Return the (B, D) vectors of a block of points."""
        base, neighbour = embeddings.positions_of(self.parents[block].ravel()).reshape(-1, 2).T
        start = embeddings.vectors[base]
        step = embeddings.vectors[neighbour] - start
        return np.asarray(start + self.fractions[block, None] * step, np.float32)


def resample(
    dataset: Labelled,
    embeddings: Embeddings,
    plan: BalancePlan,
    *,
    rows: Rows | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> SyntheticPoints:
    """Make the points that `plan` adds: SMOTE's, or copies (fraction 0) for oversampling.

    Args:
        dataset: The images.
        embeddings: Their vectors; images without one become no parent.
        plan: What to add. A strategy that adds no points gives none.
        rows: The only rows that may become parents; the training split unless given.
        seed: Same seed, same points.
        progress: Told once per class.

    Raises:
        LeakError: a parent lies outside `rows`.
    """
    allowed = dataset.training_rows if rows is None else rows
    usable = np.intersect1d(allowed, embeddings.rows)
    exports = find_strategy(plan.strategy).exports
    if exports is Exports.COPIES:
        points = _copies(dataset, usable, plan, seed)
    elif exports is Exports.SYNTHETIC:
        points = _between_neighbours(dataset, embeddings, usable, plan, seed, progress)
    else:
        points = _joined([], [])
    if not np.isin(points.parents, allowed).all():
        raise LeakError("A synthetic point has a parent outside the rows that may be used.")
    return points


def keep_rows(
    dataset: Labelled, plan: BalancePlan, *, rows: Rows | None = None, seed: int = 0
) -> Rows:
    """Return which of `rows` (the training split unless given) stay under `plan`, ascending."""
    allowed = dataset.training_rows if rows is None else rows
    if find_strategy(plan.strategy).exports is not Exports.FEWER:
        return np.sort(allowed)
    keep = {dataset.classes.index(label): count for label, count in plan.keep.items()}
    return draw_fewer(allowed, dataset.codes[allowed], keep, seed=seed)


def _copies(dataset: Labelled, usable: Rows, plan: BalancePlan, seed: int) -> SyntheticPoints:
    add = {dataset.classes.index(label): count for label, count in plan.add.items()}
    rows, codes = draw_copies(usable, dataset.codes[usable], add, seed=seed)
    pairs = np.column_stack([rows, rows]).astype(np.intp)
    return SyntheticPoints(pairs, np.zeros(len(rows), np.float32), codes)


def _between_neighbours(
    dataset: Labelled,
    embeddings: Embeddings,
    usable: Rows,
    plan: BalancePlan,
    seed: int,
    progress: Progress,
) -> SyntheticPoints:
    made: list[SyntheticPoints] = []
    too_small = []
    wanted = [(label, count) for label, count in plan.add.items() if count]
    for done, (label, count) in enumerate(wanted):
        progress("making synthetic points", done, len(wanted))
        code = dataset.classes.index(label)
        rows = usable[dataset.codes[usable] == code]
        if len(rows) < 2:
            too_small.append(label)
            continue
        vectors = embeddings.vectors[embeddings.positions_of(rows)]
        # A stream of its own per class: another class's count changes nothing here.
        rng = stream(seed, plan.strategy, label)
        segments = smote(vectors, count, rng, label=label, k_neighbors=plan.k_neighbors)
        codes = np.full(count, code, np.intp)
        made.append(SyntheticPoints(rows[segments.parents], segments.fractions, codes))
    progress("making synthetic points", len(wanted), len(wanted))
    return _joined(made, too_small)


def _joined(parts: list[SyntheticPoints], too_small: list[str]) -> SyntheticPoints:
    return SyntheticPoints(
        np.concatenate([np.empty((0, 2), np.intp), *(part.parents for part in parts)]),
        np.concatenate([np.empty(0, np.float32), *(part.fractions for part in parts)]),
        np.concatenate([np.empty(0, np.intp), *(part.labels for part in parts)]),
        tuple(too_small),
    )
