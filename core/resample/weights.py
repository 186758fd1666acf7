"""How much each class counts: in training, in drawing batches, and after training."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np

from core.errors import SettingError
from core.resample.made import Made, TrainingSide

Label = TypeVar("Label", bound=Hashable)  # a name, or a code

WEIGHT_KINDS = ("balanced", "effective")
BETA = 0.999  # Cui et al. try 0.9 to 0.9999


def class_weights(
    counts: Mapping[Label, int], kind: str = "balanced", *, beta: float = BETA
) -> dict[Label, float]:
    """Return label -> how much an image of the class counts; the mean over all images is 1.

    'balanced' is n / (classes x n of the class): each class counts the same in sum. 'effective'
    divides by the effective number of images, (1 - beta^n) / (1 - beta), instead: the more images
    a class has, the less each new one tells, so weights differ less between large classes.

    Args:
        counts: Label -> images. Classes without an image get no weight.
        kind: 'balanced' or 'effective'.
        beta: For 'effective': 0 weighs all images the same, close to 1 is 'balanced'.

    Raises:
        SettingError: an unknown kind, or a beta outside 0 <= beta < 1.

    Source:
        King & Zeng, Political Analysis 9 (2001), doi:10.1093/oxfordjournals.pan.a004868, and
        scikit-learn's `compute_class_weight('balanced', ...)`; Cui et al., Class-balanced loss
        based on effective number of samples, CVPR 2019, arXiv:1901.05555.
    """
    if kind not in WEIGHT_KINDS:
        known = " or ".join(f"'{name}'" for name in WEIGHT_KINDS)
        raise SettingError(f"Class weights '{kind}' are unknown. Use {known}.")
    present = _present(counts)
    total = sum(present.values())
    if kind == "balanced":
        return {label: total / (len(present) * count) for label, count in present.items()}
    if not 0 <= beta < 1:
        raise SettingError(f"Beta is {beta:g}. Use at least 0 and less than 1, such as {BETA:g}.")
    raw = {label: (1 - beta) / (1 - beta**count) for label, count in present.items()}
    mean = sum(raw[label] * count for label, count in present.items()) / total if total else 1.0
    return {label: weight / mean for label, weight in raw.items()}


def log_priors(counts: Mapping[Label, int]) -> dict[Label, float]:
    """Return label -> logarithm of the class's share, for post-hoc logit adjustment.

    A trained model's logits less tau times these (tau is 1 unless tuned) favour no class for
    being large. Classes without an image have no share, and are left out.

    Source:
        Menon et al., Long-tail learning via logit adjustment, ICLR 2021, arXiv:2007.07314.
    """
    present = _present(counts)
    total = sum(present.values())
    return {label: float(np.log(count / total)) for label, count in present.items()}


def _present(counts: Mapping[Label, int]) -> dict[Label, int]:
    return {label: count for label, count in counts.items() if count > 0}


def adjust_logits(side: TrainingSide) -> Made:
    """Leave the images, and take the class sizes out of scores, as far as 'tau' says."""
    priors = log_priors(side.plan.before)
    tau = float(side.plan.settings["tau"])
    offset = [-tau * priors.get(label, 0.0) for label in side.dataset.classes]
    return replace(side.as_it_is(), logit_offset=np.array(offset, np.float64))
