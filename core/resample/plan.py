"""What a strategy would do to each class, before anything is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from core.dataset import TRAIN, ImageDataset
from core.errors import SettingError
from core.resample.strategies import K_NEIGHBORS, Exports, Strategy, find_strategy

Target = str | int  # 'largest', 'median', 'smallest', or a count


@dataclass(frozen=True)
class BalancePlan:
    """Per class of the training split: how many images stay, how many are added, which weight."""

    strategy: str
    target: int  # images per class that is aimed at; 0 when the strategy has no target
    before: Mapping[str, int]
    keep: Mapping[str, int]
    add: Mapping[str, int]
    weight: Mapping[str, float]
    k_neighbors: int = int(K_NEIGHBORS.default)

    @property
    def after(self) -> dict[str, int]:
        """Return label -> images (and synthetic points) after balancing."""
        return {label: self.keep[label] + self.add[label] for label in self.before}

    @property
    def total_added(self) -> int:
        """Return how many pictures or points the plan adds."""
        return sum(self.add.values())


def make_plan(
    dataset: ImageDataset,
    strategy: str,
    target: Target | None = None,
    *,
    k_neighbors: int = int(K_NEIGHBORS.default),
) -> BalancePlan:
    """Return what `strategy` would do to the training split.

    Args:
        dataset: Images; only the training split is ever balanced.
        strategy: A name from STRATEGIES.
        target: Images per class to reach; the strategy's usual one unless given. Classes that
            have more keep them all, except under undersampling, which cuts them down.
        k_neighbors: For SMOTE.

    Raises:
        SettingError: an unknown strategy, or a target or `k_neighbors` that it cannot have.
    """
    return plan_counts(dataset.counts(TRAIN), strategy, target, k_neighbors=k_neighbors)


def plan_counts(
    counts: Mapping[str, int],
    strategy: str,
    target: Target | None = None,
    *,
    k_neighbors: int = int(K_NEIGHBORS.default),
) -> BalancePlan:
    """Return the plan for label -> count; see `make_plan`. Classes without an image are left so."""
    record = find_strategy(strategy)
    K_NEIGHBORS.check(k_neighbors)
    present = {label: count for label, count in counts.items() if count > 0}
    reach = 0
    keep, add = dict(counts), dict.fromkeys(counts, 0)
    if record.targets:
        reach = _reach(present, target if target is not None else record.default_target, record)
        if record.exports is Exports.FEWER:
            keep = {label: min(count, reach) for label, count in counts.items()}
        else:
            add = {label: max(0, reach - n) if n else 0 for label, n in counts.items()}
    weights = class_weights(present) if record.uses_weights else dict.fromkeys(present, 1.0)
    return BalancePlan(record.name, reach, dict(counts), keep, add, weights, int(k_neighbors))


def class_weights(counts: Mapping[str, int]) -> dict[str, float]:
    """Return label -> n / (classes x n of the class), so that each class weighs the same in sum.

    Source:
        King & Zeng (2001); scikit-learn's `compute_class_weight('balanced', ...)`.
    """
    present = {label: count for label, count in counts.items() if count > 0}
    total = sum(present.values())
    return {label: total / (len(present) * count) for label, count in present.items()}


def parse_target(text: str) -> Target:
    """Return the target that a text names: 'largest', 'median', 'smallest' or a count.

    Raises:
        SettingError: it names none.
    """
    if text in {"largest", "median", "smallest"}:
        return text
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise SettingError(
        f"Target '{text}' is unknown. Use largest, median, smallest, or a number of images."
    )


def _reach(counts: Mapping[str, int], target: Target, record: Strategy) -> int:
    """Return the number of images per class that `target` stands for."""
    if isinstance(target, int):
        if target < 1:
            raise SettingError(f"A target of {target} images is too small. Use at least 1.")
        return target
    if target not in record.targets:
        known = " or ".join(record.targets)
        raise SettingError(
            f"{record.title} has no target '{target}'. Use {known}, or a number of images."
        )
    numbers = list(counts.values())
    if target == "median":
        return round(median(numbers))
    return max(numbers) if target == "largest" else min(numbers)
