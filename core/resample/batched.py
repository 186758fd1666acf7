"""SMOTE inside shuffled batches, as often advised for large image sets, and what that costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError
from core.neighbours import nearest_others
from core.progress import Progress, silent
from core.resample.segments import ClassReport, Request, Segments

BATCH_SIZE = 512
# The cost is measured on at most so many rows of a class: a share is then within 2 points.
_MEASURED = 2_000
# Two ways to sum the same differences may differ in the last digit.
_SLACK = 1 + 1e-9


@dataclass(frozen=True)
class BatchedCost:
    """What batches cost against the neighbours of the whole class.

    Without clamped classes, recall is about 1 / batches, and the distance ratio about
    batches ** (1 / m) on data that varies in m directions.
    """

    batches: int
    batch_size: int
    recall: float  # share of neighbours in the batch that are true ones; nan: there are none
    distance_ratio: float  # mean distance of neighbours in the batch / of the true ones; or nan
    asked: int
    made: int
    lost: Mapping[int, int]  # code -> points that could not be made, where there are any
    clamped: float  # share of class-batches with k_neighbors members or fewer


@dataclass(frozen=True, eq=False)
class _Drawn:
    """The points of one class, and its part of the cost."""

    base: NDArray[np.intp]
    neighbor: NDArray[np.intp]
    fraction: NDArray[np.float32]
    report: ClassReport
    clamped: int  # batches
    compared: float = 0.0  # rows that have a neighbour in their batch
    recall: float = 0.0  # sums over these rows
    distance: float = 0.0
    true_distance: float = 0.0


def draw_batched(
    vectors: NDArray[Any],
    codes: NDArray[np.intp],
    request: Request,
    *,
    k_neighbors: int = 5,
    batch_size: int = BATCH_SIZE,
    progress: Progress = silent,
) -> tuple[Segments, BatchedCost]:
    """Choose places on segments between neighbours of one class and one batch.

    The rows are shuffled class by class and dealt to the batches in turn, so each batch holds the
    classes as the whole does. A class's points are shared out over the batches by its members
    there. A batch with fewer than two members of a class makes none of its share.

    Args:
        vectors: (N, D) array or memory map.
        codes: (N,) label codes.
        request: How many points each class gets, and its only source of randomness.
        k_neighbors: Neighbours of each row to choose from, or as many as its batch has.
        batch_size: Rows of a batch.
        progress: Told once per class.

    Returns:
        The places, their parents as rows of `vectors`, and the cost.

    Raises:
        SettingError: a batch of fewer than two rows.
    """
    if batch_size < 2:
        raise SettingError(f"A batch of {batch_size} has no neighbours in it. Use at least 2.")
    batches = max(1, -(-len(vectors) // batch_size))
    drawn: list[_Drawn] = []
    wanted = sorted(code for code, count in request.add.items() if count > 0)
    for done, code in enumerate(wanted):
        progress("making synthetic points", done, len(wanted))
        rng = request.rng_of(code)
        dealt = _dealt(codes, code, batches, rng)
        drawn.append(_draw_class(vectors, dealt, request.add[code], k_neighbors, rng))
    progress("making synthetic points", len(wanted), len(wanted))
    return _joined(drawn), _cost(drawn, batches, batch_size)


@dataclass(frozen=True, eq=False)
class _Dealt:
    """The rows of a class, shuffled, and which of them each batch has."""

    code: int
    members: NDArray[np.intp]  # (M,) rows
    places: list[NDArray[np.intp]]  # of each batch, in `members`


def _dealt(codes: NDArray[np.intp], code: int, batches: int, rng: np.random.Generator) -> _Dealt:
    members = rng.permutation(np.flatnonzero(codes == code))
    # Dealing goes on where the class before stopped, so that batches are equally large.
    first = int((codes < code).sum()) % batches
    return _Dealt(
        code,
        members,
        [np.arange((batch - first) % batches, len(members), batches) for batch in range(batches)],
    )


def _draw_class(
    vectors: NDArray[Any], dealt: _Dealt, asked: int, k: int, rng: np.random.Generator
) -> _Drawn:
    """Return `asked` points of one class."""
    members, places = dealt.members, dealt.places
    sizes = np.array([len(own) for own in places])
    shares = np.diff(np.cumsum(sizes) * asked // max(1, len(members)), prepend=0)
    found = np.full((len(members), k), -1, np.intp)
    distances = np.full((len(members), k), np.nan)
    base, neighbor = [np.empty(0, np.intp)], [np.empty(0, np.intp)]
    for own, share in zip(places, shares, strict=True):
        if len(own) < 2:
            continue
        near = nearest_others(vectors, k, rows=members[own])
        used = near.positions.shape[1]
        found[own, :used] = own[near.positions]
        distances[own, :used] = near.distances
        base.append(own[rng.integers(len(own), size=share)])
        neighbor.append(found[base[-1], rng.integers(used, size=share)])
    pairs = members[np.concatenate(base)], members[np.concatenate(neighbor)]
    made = len(pairs[0])
    fewest = int(min(k, sizes[sizes > 1].min() - 1)) if (sizes > 1).any() else 0
    note = "skipped" if made == 0 else "clamped" if fewest < k or made < asked else ""
    return _Drawn(
        *pairs,
        rng.random(made, dtype=np.float32),
        ClassReport(dealt.code, len(members), asked, made, fewest, note),
        int((sizes <= k).sum()),
        *_compared(vectors, members, distances),
    )


def _compared(
    vectors: NDArray[Any],
    members: NDArray[np.intp],
    distances: NDArray[np.float64],
) -> tuple[float, float, float, float]:
    """Return the rows that have a neighbour in their batch, and three sums over them.

    `distances` are (M, k) to the neighbours in the batch, nan where there are fewer. The sums are
    of recall, of the mean distance in the batch, and of the mean true distance.
    """
    has_any = np.flatnonzero(~np.isnan(distances[:, 0]))
    if len(has_any) == 0:
        return 0.0, 0.0, 0.0, 0.0
    # The members are shuffled, so the first are a fair sample.
    chosen = has_any[:_MEASURED]
    true = nearest_others(vectors, distances.shape[1], rows=members, chosen=chosen).distances
    inside = distances[chosen]
    # By distance, not by place: one of two equally near neighbours is as true as the other.
    is_true = inside <= true[:, -1:] * _SLACK
    recall = (is_true.sum(axis=1) / (~np.isnan(inside)).sum(axis=1)).mean()
    means = (float(recall), float(np.nanmean(inside, axis=1).mean()), float(true.mean()))
    count = float(len(has_any))
    return count, count * means[0], count * means[1], count * means[2]


def _joined(drawn: list[_Drawn]) -> Segments:
    codes = [np.full(len(part.base), part.report.code, np.intp) for part in drawn]
    return Segments(
        base=np.concatenate([np.empty(0, np.intp), *(part.base for part in drawn)]),
        neighbor=np.concatenate([np.empty(0, np.intp), *(part.neighbor for part in drawn)]),
        fraction=np.concatenate([np.empty(0, np.float32), *(part.fraction for part in drawn)]),
        codes=np.concatenate([np.empty(0, np.intp), *codes]),
        report=tuple(part.report for part in drawn),
    )


def _cost(drawn: list[_Drawn], batches: int, batch_size: int) -> BatchedCost:
    reports = [part.report for part in drawn]
    compared = sum(part.compared for part in drawn)
    true_distance = sum(part.true_distance for part in drawn)
    distance = sum(part.distance for part in drawn)
    return BatchedCost(
        batches=batches,
        batch_size=batch_size,
        recall=sum(part.recall for part in drawn) / compared if compared else np.nan,
        distance_ratio=distance / true_distance if true_distance else np.nan,
        asked=sum(report.asked for report in reports),
        made=sum(report.made for report in reports),
        lost={
            report.code: report.asked - report.made
            for report in reports
            if report.made < report.asked
        },
        clamped=sum(part.clamped for part in drawn) / max(1, batches * len(drawn)),
    )
