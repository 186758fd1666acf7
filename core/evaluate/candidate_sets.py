"""Sets of candidates to begin a comparison with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.augment import AugmentPolicy
from core.evaluate.candidates import all_names, augmentations
from core.evaluate.report import BASELINE
from core.resample import STRATEGIES


@dataclass(frozen=True)
class CandidateSet:
    """Some rows that are often compared together."""

    name: str
    title: str
    rows: Callable[[AugmentPolicy], list[str]]  # their names, without the baseline


def _default(_: AugmentPolicy) -> list[str]:
    return [name for name, one in STRATEGIES.items() if one.is_default and name != BASELINE]


def _smote_and_kin(_: AugmentPolicy) -> list[str]:
    return [name for name in all_names() if STRATEGIES[name.partition(":")[0]].effect.adds_points]


def _all(_: AugmentPolicy) -> list[str]:
    return [name for name in all_names() if name != BASELINE]


CANDIDATE_SETS: Mapping[str, CandidateSet] = {
    one.name: one
    for one in (
        CandidateSet("default", "Default", _default),
        CandidateSet("augmentations", "Augmentations, one by one", augmentations),
        CandidateSet("smote_kin", "SMOTE and its variants", _smote_and_kin),
        CandidateSet("all", "All", _all),
    )
}
