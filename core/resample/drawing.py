"""Choose the places of one class, as SMOTE and its variants do: bases, neighbours, fractions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.errors import SettingError, TooFewImagesError
from core.progress import Progress
from core.resample.searching import Search

REGULAR = "regular"
BORDERLINE_1 = "borderline-1"
BORDERLINE_2 = "borderline-2"
SAFE_LEVEL = "safe-level"
ADASYN = "adasyn"
VARIANTS = (REGULAR, BORDERLINE_1, BORDERLINE_2, SAFE_LEVEL, ADASYN)
BORDERLINE = (BORDERLINE_1, BORDERLINE_2)

# Towards a neighbour of another class, Borderline-SMOTE 2 goes at most so far.
FARTHEST_ABROAD = np.float32(0.5)


def in_danger(foreign: NDArray[np.intp], m_neighbors: int) -> NDArray[np.bool_]:
    """Return where half or more, but not all, of the neighbours are of other classes.

    Args:
        foreign: (n,) neighbours of other classes, of `m_neighbors` each.
        m_neighbors: How many neighbours were looked at.

    Source:
        Han et al., Borderline-SMOTE, ICIC 2005, doi:10.1007/11538059_91.
    """
    return (foreign >= m_neighbors / 2) & (foreign < m_neighbors)


def adasyn_counts(foreign: NDArray[np.intp], k_neighbors: int, count: int) -> NDArray[np.intp]:
    """Return how many points to begin from each base, in proportion to its foreign neighbours.

    Each count is rounded by itself, so that they sum up to about `count`; all are 0 where no
    neighbour is foreign. They are those of imbalanced-learn's ADASYN.

    Source:
        He et al., ADASYN, IJCNN 2008, doi:10.1109/IJCNN.2008.4633969.
    """
    share = foreign / k_neighbors
    if not share.any():
        return np.zeros(len(foreign), np.intp)
    share /= share.sum()
    return np.rint(share * count).astype(np.intp)


def can_be_safe(level: NDArray[np.intp], neighbor_levels: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return for (n,) bases and their (n, k) neighbours which pairs are not both noise.

    A safe level is how many of a point's neighbours share its class.
    """
    return (level[:, None] > 0) | (neighbor_levels > 0)


def safe_fraction(
    level: NDArray[np.intp], neighbor_level: NDArray[np.intp], drawn: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return fractions that stay nearer to the safer of two points, out of uniform ones.

    The paper draws again for each coordinate; one fraction for all keeps a point on its segment.

    Args:
        level: (S,) the base's safe level.
        neighbor_level: (S,) the neighbour's; never 0 where `level` is.
        drawn: (S,) uniform in [0, 1).

    Source:
        Bunkhumpornpat et al., Safe-Level-SMOTE, PAKDD 2009, doi:10.1007/978-3-642-01307-2_43.
    """
    # With r = level / neighbor_level: [0, 1/r) where r >= 1, [1 - r, 1) where r < 1.
    reach = np.minimum(level, neighbor_level) / np.maximum(level, neighbor_level)
    start = np.where(level < neighbor_level, 1 - reach, 0)
    return (start + drawn * reach).astype(np.float32)


CLAMP, DUPLICATE, SKIP, RAISE = ON_SMALL = ("clamp", "duplicate", "skip", "raise")
# What a report says of a class that was not made as asked.
CLAMPED, DUPLICATED, SKIPPED, CAPPED = "clamped", "duplicated", "skipped", "capped"
IDENTICAL = "identical"  # all its images are one and the same: nothing lies between them
PLAIN = "plain"  # the variant found no point to begin from, so the class got regular SMOTE


@dataclass(frozen=True)
class SmoteSettings:
    """How places are chosen."""

    k_neighbors: int = 5
    m_neighbors: int = 10  # of any class: what borderline and safe-level look at
    variant: str = REGULAR
    on_small: str = CLAMP  # what to do with a class of at most `k_neighbors` points
    uses_evenly: bool = False  # every base as often as every other, give or take one
    max_ratio: float | None = None  # at most so many points for each real one of a class

    def __post_init__(self) -> None:
        for name, known in (("variant", VARIANTS), ("on_small", ON_SMALL)):
            value = getattr(self, name)
            if value not in known:
                raise SettingError(f"{name} '{value}' is unknown. Use {' or '.join(known)}.")
        for name in ("k_neighbors", "m_neighbors"):
            if getattr(self, name) < 1:
                raise SettingError(f"{name} is {getattr(self, name)}. Use at least 1.")

    def allowed(self, count: int, *, real: int) -> int:
        """Return how many of `count` points `max_ratio` lets a class of `real` points have."""
        return count if self.max_ratio is None else min(count, int(self.max_ratio * real))


@dataclass(frozen=True)
class ClassReport:
    """What became of one class."""

    code: int
    real: int  # points that could be parents
    asked: int
    made: int
    k_neighbors: int  # used; 0 where none were looked for
    note: str  # '', 'clamped', 'duplicated', 'skipped', 'capped', 'plain' or 'identical'


@dataclass(frozen=True, eq=False)
class ClassTask:
    """What is asked for one class, and what it is drawn from."""

    code: int
    name: str  # for messages
    count: int
    codes: NDArray[np.intp]  # (N,) of all points that are searched
    members: NDArray[np.intp]  # (n,) positions of the class among them, ascending
    foreign: NDArray[np.intp]  # (n,) neighbours of other classes; empty for regular SMOTE
    looked_at: int  # how many neighbours `foreign` was counted among
    settings: SmoteSettings
    search: Search
    rng: np.random.Generator
    progress: Progress


@dataclass(frozen=True, eq=False)
class ClassDraw:
    """The places of one class, as positions among all points that are searched."""

    base: NDArray[np.intp]  # (S,)
    neighbor: NDArray[np.intp]  # (S,)
    fraction: NDArray[np.float32]  # (S,)
    candidates: NDArray[np.intp] | None = None  # what could be a base, where a variant chose


def draw_class(task: ClassTask) -> tuple[ClassDraw, ClassReport]:
    """Choose the places of one class.

    Raises:
        TooFewImagesError: it has at most `k_neighbors` points and `on_small` is 'raise'.
    """
    real, settings = len(task.members), task.settings
    count = settings.allowed(task.count, real=real)
    k, note = settings.k_neighbors, CAPPED if count < task.count else ""
    if real <= k:
        if settings.on_small == RAISE:
            raise TooFewImagesError(task.name, found=real, needed=k + 1)
        note = SKIPPED if settings.on_small == SKIP or real < 2 else CLAMPED
        note = DUPLICATED if settings.on_small == DUPLICATE and real else note
        k = max(0, real - 1) if note == CLAMPED else 0
    settings = replace(settings, k_neighbors=k) if k else settings
    draw, fallback = _draw(replace(task, count=count, settings=settings), note)
    return draw, ClassReport(task.code, real, task.count, len(draw.base), k, fallback or note)


def _draw(task: ClassTask, note: str) -> tuple[ClassDraw, str]:
    """Return the places, and 'plain' where the variant had none."""
    if note == SKIPPED or task.count == 0:
        nothing = np.empty(0, np.intp)
        return ClassDraw(nothing, nothing, np.empty(0, np.float32)), ""
    if note == DUPLICATED:
        base = task.members[_bases(task, np.arange(len(task.members)))]
        return ClassDraw(base, base, np.zeros(task.count, np.float32)), ""
    draw = _DRAWS[task.settings.variant](task)
    return (draw, "") if draw is not None else (_draw_regular(task), PLAIN)


def _draw_regular(task: ClassTask) -> ClassDraw:
    return _towards_own(task, _bases(task, np.arange(len(task.members))))


def _draw_borderline_1(task: ClassTask) -> ClassDraw | None:
    danger = np.flatnonzero(in_danger(task.foreign, task.looked_at))
    if not len(danger):
        return None
    draw = _towards_own(task, _bases(task, danger))
    return replace(draw, candidates=task.members[danger])


def _draw_borderline_2(task: ClassTask) -> ClassDraw | None:
    danger = np.flatnonzero(in_danger(task.foreign, task.looked_at))
    if not len(danger):
        return None
    base = task.members[_bases(task, danger)]
    neighbor, fraction = _pairs(task, None, base)
    fraction[task.codes[neighbor] != task.code] *= FARTHEST_ABROAD
    return ClassDraw(base, neighbor, fraction, task.members[danger])


def _draw_adasyn(task: ClassTask) -> ClassDraw | None:
    counts = adasyn_counts(task.foreign, task.looked_at, task.count)
    if not counts.any():
        return None
    draw = _towards_own(task, np.repeat(np.arange(len(counts)), counts))
    return replace(draw, candidates=task.members[counts > 0])


def _draw_safe_level(task: ClassTask) -> ClassDraw | None:
    level = task.looked_at - task.foreign
    everyone = np.arange(len(task.members))
    table = task.search.nearest_others(
        task.settings.k_neighbors, task.members, everyone, task.progress
    )
    is_safe = can_be_safe(level, level[table])
    starts = np.flatnonzero(is_safe.any(axis=1))
    if not len(starts):
        return None
    base = _bases(task, starts)
    # The columns that may be drawn stand first in each row of `order`.
    order = np.argsort(~is_safe, axis=1, kind="stable")
    column = order[base, task.rng.integers(is_safe.sum(axis=1)[base])]
    neighbor = table[base, column]
    drawn = task.rng.random(task.count, dtype=np.float32)
    fraction = safe_fraction(level[base], level[neighbor], drawn)
    return ClassDraw(task.members[base], task.members[neighbor], fraction, task.members[starts])


_DRAWS: Mapping[str, Callable[[ClassTask], ClassDraw | None]] = {
    REGULAR: _draw_regular,
    BORDERLINE_1: _draw_borderline_1,
    BORDERLINE_2: _draw_borderline_2,
    SAFE_LEVEL: _draw_safe_level,
    ADASYN: _draw_adasyn,
}


def _bases(task: ClassTask, among: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return as many of `among` as points are asked for, with repeats."""
    if not task.settings.uses_evenly:
        return among[task.rng.integers(len(among), size=task.count)]
    # Whole rounds, each in an order of its own.
    rounds = -(-task.count // len(among))
    return task.rng.permuted(np.tile(among, (rounds, 1)), axis=1).ravel()[: task.count]


def _towards_own(task: ClassTask, base: NDArray[np.intp]) -> ClassDraw:
    """Return places from bases, (S,) places in the class, to neighbours of the same class."""
    neighbor, fraction = _pairs(task, task.members, base)
    return ClassDraw(task.members[base], task.members[neighbor], fraction)


def _pairs(
    task: ClassTask, among: NDArray[np.intp] | None, base: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return a neighbour and a fraction for each base, both as places in `among`."""
    k = task.settings.k_neighbors
    is_used = np.zeros(len(task.codes) if among is None else len(among), np.bool_)
    is_used[base] = True
    table = task.search.nearest_others(k, among, np.flatnonzero(is_used), task.progress)
    place = (np.cumsum(is_used) - 1)[base]
    neighbor = table[place, task.rng.integers(k, size=len(base))]
    return neighbor, task.rng.random(len(base), dtype=np.float32)
