"""Plan what a strategy would do to each class, and carry the plan out."""

from collections.abc import Mapping, Sequence
from math import ceil
from statistics import median

import numpy as np

from core.dataset import TRAIN, ImageDataset
from core.errors import LeakError, SettingError
from core.resample.made import Made, TrainingSide, settled
from core.resample.plan import BalancePlan, Target, share_of
from core.resample.settings import LEAST_SHARE, Settings
from core.resample.strategies import find_strategy
from core.resample.strategy import Strategy
from core.resample.synthetic import rows_of_parents

MOST_ADDED = 100_000_000  # in all; points take about 30 bytes each while they are drawn
_MOST_IMAGES = 100_000  # of a class that is filled up, or ten times the largest


def make_plan(
    dataset: ImageDataset,
    strategy: str,
    target: Target | None = None,
    *,
    settings: Settings | None = None,
    most_per_image: int | None = None,
) -> BalancePlan:
    """Return what `strategy` would do to the training split.

    Args:
        dataset: Images; only the training split is ever balanced.
        strategy: A name from STRATEGIES.
        target: Images per class to reach; the strategy's default unless given. Classes that
            have more keep them all, except under undersampling, which cuts them down. Classes
            that a target per label does not name stay as they are.
        settings: Values of the strategy's parameters; the defaults unless given.
        most_per_image: A class gets at most so many pictures or points for each image it has.

    Raises:
        SettingError: an unknown strategy, or a target or setting that it cannot have.
    """
    return plan_counts(
        dataset.counts(TRAIN), strategy, target, settings=settings, most_per_image=most_per_image
    )


def plan_counts(
    counts: Mapping[str, int],
    strategy: str,
    target: Target | None = None,
    *,
    settings: Settings | None = None,
    most_per_image: int | None = None,
) -> BalancePlan:
    """Return the plan for label -> count; see `make_plan`. Classes without an image are left so."""
    record = find_strategy(strategy)
    values = record.complete(settings)
    if most_per_image is not None and most_per_image < 1:
        raise SettingError(f"A limit of {most_per_image} per image is too low. Use at least 1.")
    present = {label: count for label, count in counts.items() if count > 0}
    keep, add = dict(counts), dict.fromkeys(counts, 0)
    if not record.targets:
        target = None
    elif target is None:
        target = record.default_target
    if target is not None and present:
        reach = _reach(present, target, record)
        if record.effect.leaves_out:
            keep = {label: min(count, reach.get(label, count)) for label, count in counts.items()}
        else:
            add = {
                label: max(0, reach.get(label, 0) - n) if n else 0 for label, n in counts.items()
            }
            if most_per_image is not None:
                add = {label: min(n, counts[label] * most_per_image) for label, n in add.items()}
            add = with_share(
                keep,
                add,
                float(values.get(LEAST_SHARE.name, 0)),
                most_per_image=most_per_image,
            )
            _check_added(sum(add.values()))
    weights = record.weigh(present, values) if record.weigh else dict.fromkeys(present, 1.0)
    return BalancePlan(
        record.name, target, dict(counts), keep, add, weights, values,
        most_per_image,
    )  # fmt: skip


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


def most_of_a_class(counts: Mapping[str, int]) -> int:
    """Return how far a class may be filled up where a person writes a number."""
    return max(_MOST_IMAGES, 10 * max(counts.values(), default=0))


def resample(side: TrainingSide) -> Made:
    """Choose what stays and make what the plan of `side` adds.

    Raises:
        SettingError: the strategy needs embeddings, and there are none.
        LeakError: a row that may be used is not of the training split, or what was made comes of a
            row outside.
    """
    record = find_strategy(side.plan.strategy)
    if record.needs_embeddings and side.embeddings is None:
        raise SettingError(f"{record.title} works on embeddings. Embed the images first.")
    if not np.isin(side.allowed, side.dataset.training_rows).all():
        raise LeakError(
            "Validation and test images are never balanced, but a row of them was given."
        )
    made = settled(side, record.make(side))
    parents = rows_of_parents(made.points).ravel()
    used = np.concatenate([made.kept, made.copies, made.pictures.rows, parents[parents >= 0]])
    if not np.isin(used, side.allowed).all():
        raise LeakError("Something was made from an image outside the given rows.")
    return made


def _reach(counts: Mapping[str, int], target: Target, record: Strategy) -> dict[str, int]:
    """Return the number of images that `target` stands for, for each class that it speaks of."""
    if isinstance(target, Mapping):
        unknown = [label for label in target if label not in counts]
        if unknown:
            raise SettingError(
                f"The target names class '{unknown[0]}', which has no training image. "
                "Check its name."
            )
        for label, count in target.items():
            if count < 1:
                raise SettingError(
                    f"A target of {count} images for class '{label}' is too small. Use at least 1, "
                    "or leave out the class on Load."
                )
        return dict(target)
    return dict.fromkeys(counts, _common_reach(list(counts.values()), target, record))


def _common_reach(numbers: Sequence[int], target: str | int, record: Strategy) -> int:
    if isinstance(target, int):
        if target < 1:
            raise SettingError(f"A target of {target} images is too small. Use at least 1.")
        return target
    share = share_of(target)
    if share is not None:
        return max(1, round(share * max(numbers)))
    if target not in record.targets:
        known = ", ".join(record.targets)
        raise SettingError(
            f"{record.title} has no target '{target}'. Use {known}, a share such as 50%, or a "
            "number of images."
        )
    if target == "median":
        return round(median(numbers))
    return max(numbers) if target == "largest" else min(numbers)


def _check_added(count: int) -> None:
    if count > MOST_ADDED:
        raise SettingError(
            f"The target asks for {count:,} pictures or points; at most {MOST_ADDED:,} can be "
            "made. Use a smaller target."
        )
