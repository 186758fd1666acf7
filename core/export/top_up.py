"""Which pictures are made from which images: evenly, up to a limit, the same every time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from core.errors import SettingError
from core.randomness import stream


@dataclass(frozen=True)
class Addition:
    """One picture to add: from which row, which repeat of that row it is, and for which class."""

    row: int
    repeat: int  # from 1
    label: str


@dataclass(frozen=True)
class TopUp:
    """What keeps a model from telling classes apart by the traces of augmentation.

    A class that alone holds augmented files can be told by that.
    """

    least_share: float = 0.0  # of each class that is augmented, 0 to 0.9

    def __post_init__(self) -> None:
        if not 0 <= self.least_share <= 0.9:
            raise SettingError(
                f"The augmented share of each class is {self.least_share:g}; it must lie between "
                "0 and 0.9."
            )


NO_SHARE = TopUp()  # augmented where images are missing


def with_share(
    keep: Mapping[str, int],
    add: Mapping[str, int],
    least_share: float,
    *,
    most_per_image: int | None = None,
) -> dict[str, int]:
    """Return label -> pictures to add so that at least a share of each class is augmented.

    All classes grow by the same factor, so that a balanced set stays balanced; where each has
    its share already, nothing grows. A class without images gets nothing, and one that would need
    more than `most_per_image` pictures of each image stays below.
    """
    shares = [add[label] / (keep[label] + add[label]) for label in keep if keep[label]]
    if least_share == 0 or min(shares, default=1.0) >= least_share:
        return dict(add)
    grown = {}
    for label, kept in keep.items():
        after = kept + add[label]
        wanted = ceil(round(after / (1 - least_share), 6)) - kept if kept else 0
        most = wanted if most_per_image is None else most_per_image * kept
        grown[label] = max(add[label], min(wanted, most))
    return grown


def plan_top_up(
    sources: Mapping[str, Sequence[int]],
    add: Mapping[str, int],
    *,
    seed: int,
    name: str,
    most_per_source: int | None = None,
) -> list[Addition]:
    """Return what to make: each source of a class equally often, give or take one.

    Args:
        sources: Label -> the rows that pictures of that class can be made from.
        add: Label -> how many to make. A class without sources gets none.
        seed: Draws the order of the sources.
        name: Of the strategy, so that two strategies draw other orders.
        most_per_source: At most so many from one row for one class; fewer are made then.
    """
    rows: list[tuple[int, str]] = []
    for label, count in add.items():
        available = np.asarray(sources.get(label, ()), np.intp)
        if most_per_source is not None:
            count = min(count, most_per_source * len(available))
        if count and len(available):
            order = stream(seed, name, "augment", label).permutation(available)
            rows += [(int(row), label) for row in np.resize(order, count)]
    return numbered(rows)


def numbered(rows: Sequence[tuple[int, str]]) -> list[Addition]:
    """Return the additions of (row, label), with the repeats of each row counted from 1."""
    repeats: Counter[int] = Counter()
    additions = []
    for row, label in rows:
        repeats[row] += 1
        additions.append(Addition(row, repeats[row], label))
    return additions
