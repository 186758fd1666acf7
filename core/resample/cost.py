"""What SMOTE costs and where it falls short, told before it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil
from time import perf_counter

import numpy as np

from core.resample.drawing import REGULAR, SmoteSettings
from core.resample.plan import BalancePlan
from core.words import count_of, duration_of, named, size_of

# Beside the products, measured at 50,000 x 512 and 200,000 x 128: keeping the nearest of the
# pairs compared, and making and storing the result.
_SECONDS_A_PAIR = 1.5e-9
_SECONDS_A_BYTE = 2.5e-9


@dataclass(frozen=True)
class SmoteCost:
    """Rows and bytes of the result, and the work to get there."""

    rows: int  # originals and synthetic ones
    bytes: int  # of the resulting array
    operations: int  # multiplications and additions of the search
    seconds: float  # an estimate for this computer


def smote_cost(
    real: Mapping[int, int],
    add: Mapping[int, int],
    settings: SmoteSettings,
    *,
    dimension: int,
    itemsize: int = 4,
) -> SmoteCost:
    """Return the cost of adding `add` (code -> count) points to `real` (code -> count).

    Args:
        real: Points of every class, those left alone too.
        add: Points to make; classes without an entry get none.
        settings: How places are chosen.
        dimension: Numbers in a vector.
        itemsize: Bytes of a number of the result.
    """
    add = {code: settings.allowed(count, real=real[code]) for code, count in add.items()}
    rows = sum(real.values()) + sum(add.values())
    pairs = sum(_pairs(real[code], min(real[code], count)) for code, count in add.items())
    if settings.variant != REGULAR:
        asked = sum(real[code] for code, count in add.items() if count)
        pairs += _pairs(sum(real.values()), asked)
    operations = 2 * dimension * pairs
    size = rows * dimension * itemsize
    seconds = (
        operations / product_speed(dimension) + _SECONDS_A_PAIR * pairs + _SECONDS_A_BYTE * size
    )
    return SmoteCost(rows, size, operations, seconds)


def estimate_smote(plan: BalancePlan, dimension: int) -> str:
    """Return how long the points of a plan take on this computer, and how large they are."""
    codes = {label: code for code, label in enumerate(plan.before)}
    cost = smote_cost(
        {codes[label]: count for label, count in plan.before.items()},
        {codes[label]: count for label, count in plan.add.items()},
        SmoteSettings(k_neighbors=int(plan.settings["k_neighbors"])),
        dimension=dimension,
    )
    points = cost.rows - sum(plan.before.values())
    size = points * dimension * np.dtype(np.float32).itemsize  # an export holds the points alone
    return f"Takes {duration_of(cost.seconds)}; the export will include {size_of(size)} of vectors."


@cache  # a page asks at every touch of a slider
def product_speed(dimension: int) -> float:
    """Return how many operations a second this computer does in float32 products of vectors."""
    vectors = np.ones((1024, max(1, dimension)), np.float32)
    vectors @ vectors.T  # the first one wakes the threads
    took_s = []
    for _ in range(3):
        began = perf_counter()
        vectors @ vectors.T
        took_s.append(perf_counter() - began)
    return 2 * dimension * len(vectors) ** 2 / max(1e-6, min(took_s))


def _pairs(points: int, asked: int) -> int:
    """Return how many pairs are compared for the neighbours of `asked` of `points`."""
    return points * points // 2 if 2 * asked >= points else points * asked


def warn_of_small_classes(plan: BalancePlan) -> list[str]:
    """Return what is told of classes with one image, or with fewer than neighbours asked for."""
    grown = [label for label, count in plan.add.items() if count]
    texts = []
    single = [label for label in grown if plan.before[label] == 1]
    if single:
        each, they = (" each", "They") if len(single) > 1 else ("", "It")
        texts.append(
            f"{named(single)}: 1 image{each}; SMOTE needs at least 2. {they} will get "
            "augmented pictures instead."
        )
    reach = int(plan.settings["k_neighbors"])
    few = [label for label in grown if 1 < plan.before[label] <= reach]
    if few:
        texts.append(
            f"{named(few)}: fewer images than requested neighbours, so all others are used."
        )
    return texts


def warn_of_batches(plan: BalancePlan) -> list[str]:
    """Return what is told of small classes, and what batches of this size are going to cost."""
    return [*warn_of_small_classes(plan), *_batches_told(plan)]


def _batches_told(plan: BalancePlan) -> list[str]:
    batches = ceil(sum(plan.before.values()) / int(plan.settings["batch_size"]))
    if batches < 2:
        return ["All images fit into one batch, so this is plain SMOTE."]
    thin = [
        label for label, count in plan.add.items() if count and plan.before[label] < 2 * batches
    ]
    text = f"{count_of(batches, 'batch')}: about 1 in {batches} true neighbours will be found."
    if thin:
        text += f" {named(thin, most=3)}: some batches hold fewer than 2 images, and lose points."
    return [text]
