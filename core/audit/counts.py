"""Figures that say how unbalanced class counts are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Imbalance:
    """How unequal class counts are."""

    ratio: float  # largest count / smallest count, 1 when equal
    normalized_entropy: float  # 0 (all in one class) to 1 (equal)
    effective_classes: float  # 1 to the number of classes


def measure_imbalance(counts: Mapping[str, int]) -> Imbalance:
    """Return the figures for label -> count; classes without an image do not count.

    Source:
        Entropy over its maximum is Pielou's evenness (J. Theor. Biol. 13, 1966,
        doi:10.1016/0022-5193(66)90013-0); exp(entropy) is the effective number of classes,
        Hill's number of order 1 (Ecology 54, 1973, doi:10.2307/1934352).
    """
    present = np.array([count for count in counts.values() if count > 0], np.float64)
    if len(present) == 0:
        return Imbalance(ratio=1.0, normalized_entropy=1.0, effective_classes=0.0)
    shares = present / present.sum()
    entropy = float(-(shares * np.log(shares)).sum())
    return Imbalance(
        ratio=float(present.max() / present.min()),
        normalized_entropy=entropy / float(np.log(len(present))) if len(present) > 1 else 1.0,
        effective_classes=float(np.exp(entropy)),
    )
