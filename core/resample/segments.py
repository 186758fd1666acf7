"""Choose places on segments between neighbours: what SMOTE and its variants draw."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, silent
from core.resample.drawing import ADASYN, REGULAR, ClassReport, ClassTask, SmoteSettings, draw_class
from core.resample.searching import Search

__all__ = ["ClassReport", "Request", "Segments", "SmoteSettings", "draw_segments"]

_STAGE = "making synthetic points"
_NEARBY = "looking for other classes nearby"


@dataclass(frozen=True, eq=False)
class Request:
    """How many places each class gets, and what they are drawn from."""

    add: Mapping[int, int]  # code -> places; ADASYN rounds per base and may make some more or fewer
    # The stream of a code: what one class is asked for moves no other class's places.
    rng_of: Callable[[int], np.random.Generator]
    name_of: Callable[[int], str] = str  # for messages


@dataclass(frozen=True, eq=False)
class Segments:
    """S places on segments between two points, class after class in the order asked."""

    base: NDArray[np.intp]  # (S,) rows of the vectors given
    neighbor: NDArray[np.intp]  # (S,)
    fraction: NDArray[np.float32]  # (S,) 0 at the base, 1 at the neighbour
    codes: NDArray[np.intp]  # (S,)
    report: tuple[ClassReport, ...]
    # Code -> the rows that could be a base, for classes where the variant left some out.
    candidates: Mapping[int, NDArray[np.intp]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.fraction)


def draw_segments(
    search: Search,
    codes: NDArray[np.intp],
    request: Request,
    settings: SmoteSettings = SmoteSettings(),  # noqa: B008 (it is frozen)
    *,
    progress: Progress = silent,
) -> Segments:
    """Choose places on segments between a point and one of its nearest of the same class.

    Args:
        search: Finds neighbours among N points.
        codes: (N,) the label of each.
        request: How many places each class gets.
        settings: Which variant, how many neighbours, and what to do with small classes.
        progress: Told of pairs compared.

    Returns:
        Places as rows of the vectors that `search` has. They do not depend on device, memory or
        threads.

    Raises:
        TooFewImagesError: a class has at most `k_neighbors` points and `on_small` is 'raise'.

    Source:
        Chawla et al., SMOTE, JAIR 16 (2002), doi:10.1613/jair.953; the variants are in
        `core.resample.drawing`. Clamping k as smote-variants does; even use of bases after
        imbalanced-learn's issue 597.
    """
    tasks = _tasks(search, codes, request, settings, progress)
    draws, report = [], []
    for task in tasks:
        draw, told = draw_class(task)
        draws.append(draw)
        report.append(told)
    work = sum(map(_work, tasks))
    progress(_STAGE, work, work)
    return Segments(
        search.rows_of(_joined((draw.base for draw in draws), np.intp)),
        search.rows_of(_joined((draw.neighbor for draw in draws), np.intp)),
        _joined((draw.fraction for draw in draws), np.float32),
        np.repeat(np.array([one.code for one in report], np.intp), [one.made for one in report]),
        tuple(report),
        {
            task.code: search.rows_of(draw.candidates)
            for task, draw in zip(tasks, draws, strict=True)
            if draw.candidates is not None
        },
    )


def _tasks(
    search: Search,
    codes: NDArray[np.intp],
    request: Request,
    settings: SmoteSettings,
    progress: Progress,
) -> list[ClassTask]:
    """Return what is asked for each class that gets places, in the order asked."""
    wanted = {code: count for code, count in request.add.items() if count > 0}
    members = _members(codes, wanted)
    looked_at, foreign = _foreign(search, codes, members, settings, progress)
    works = np.cumsum([0, *(len(own) ** 2 for own in members.values())]).tolist()
    return [
        ClassTask(
            code=code, name=request.name_of(code), count=count, codes=codes,
            members=members[code], foreign=foreign[code], looked_at=looked_at, settings=settings,
            search=search, rng=request.rng_of(code),
            progress=_share(progress, works[place], works[place + 1], works[-1]),
        )
        for place, (code, count) in enumerate(wanted.items())
    ]  # fmt: skip


def _work(task: ClassTask) -> int:
    """Return how many pairs are compared for a class."""
    return len(task.members) ** 2


def _members(codes: NDArray[np.intp], wanted: Mapping[int, int]) -> dict[int, NDArray[np.intp]]:
    """Return the ascending positions of each wanted code."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    return {code: order[slice(*np.searchsorted(ordered, [code, code + 1]))] for code in wanted}


def _foreign(
    search: Search,
    codes: NDArray[np.intp],
    members: Mapping[int, NDArray[np.intp]],
    settings: SmoteSettings,
    progress: Progress,
) -> tuple[int, dict[int, NDArray[np.intp]]]:
    """Return how many neighbours were looked at, and how many of them are of another class."""
    nothing = np.empty(0, np.intp)
    if settings.variant == REGULAR or not members:
        return 0, dict.fromkeys(members, nothing)
    asked = settings.k_neighbors if settings.variant == ADASYN else settings.m_neighbors
    m = min(asked, len(codes) - 1)

    def told(stage: str, done: int, total: int) -> None:
        del stage
        progress(_NEARBY, done, total)

    which = np.sort(np.concatenate(list(members.values())))
    table = search.nearest_others(m, None, which, told) if m else nothing
    foreign = np.zeros(len(codes), np.intp)
    foreign[which] = (codes[table] != codes[which][:, None]).sum(axis=1)
    return m, {code: foreign[own] for code, own in members.items()}


def _share(progress: Progress, begin: int, end: int, whole: int) -> Progress:
    """Return a progress that fills one class's share: it costs the square of its points."""

    def told(stage: str, done: int, total: int) -> None:
        del stage
        progress(_STAGE, begin + (end - begin) * done // max(1, total), whole)

    return told


def _joined(parts: Iterator[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *parts])
