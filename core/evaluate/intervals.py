"""How far a mean over folds can be trusted."""

from collections.abc import Sequence

import numpy as np


def mean_interval(
    values: Sequence[float],
    *,
    test_share: float,
    comparisons: int = 1,
    gaps: Sequence[float] = (),
) -> tuple[float, float, float]:
    """Return the mean over folds, and the low and high end of its 95% interval.

    Folds learn from nearly the same images, so their values agree more than independent ones
    would, and the usual interval is far too narrow. The corrected one is widened by the ratio
    of images scored on to images learned from.

    Args:
        values: One value per fold, J >= 2; or per seed, on one test side.
        test_share: Images scored on over images learned from, in a fold; 0 for seeds.
        comparisons: How many such intervals are looked at together. All of them hold at once
            with 95% confidence (Bonferroni): the best of many is else found better by luck.
        gaps: By how much values change on other test images, where the test side is one for all:
            their mean square is added to the variance of the mean.

    Source:
        Nadeau & Bengio, Inference for the Generalization Error, Machine Learning 52 (2003),
        doi:10.1023/A:1024068626366.
    """
    from scipy.stats import t

    count = len(values)
    mean = float(np.mean(values))
    variance = (1 / count + test_share) * float(np.var(values, ddof=1))
    if len(gaps):
        variance += float(np.mean(np.square(gaps)))
    reach = float(t.ppf(1 - 0.025 / comparisons, count - 1)) * np.sqrt(variance)
    return mean, mean - float(reach), mean + float(reach)
