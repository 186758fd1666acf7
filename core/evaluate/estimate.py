"""What a comparison will take, before it begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.evaluate.contenders import Contender, check_targets
from core.evaluate.heads import Head
from core.resample import Exports, find_strategy, plan_counts

# Measured on one core at 2 GHz, in seconds; a rough guide for other machines.
_PER_POINT = 3e-6  # of a head on vectors, for a class
_PER_PICTURE = 1e-3  # of the network, for an epoch
_EPOCHS = 10
SECONDS_TO_EMBED = 6e-3  # an image, by the built-in encoder
_PER_AUGMENTED = 1.5e-3  # to make and describe a picture of moderate size


@dataclass(frozen=True)
class Estimate:
    """Seconds, and augmented pictures that have to be made on the way."""

    seconds: float
    pictures: int


def estimate(counts: Mapping[str, int], contenders: Sequence[Contender], head: Head) -> Estimate:
    """Return what a comparison on folds will take.

    Args:
        counts: Label -> training images.
        contenders: What is compared.
        head: What learns.

    Raises:
        SettingError: a target that is too large.
    """
    check_targets(contenders, counts)
    pictures, seconds = 0, 0.0
    folds = 5 * head.repeats
    class_count = sum(count > 0 for count in counts.values())
    for contender in contenders:
        after = dict(counts)
        for part in contender.parts:
            plan = plan_counts(after, part.strategy, part.target, settings=part.settings)
            is_augmented = find_strategy(part.strategy).exports is Exports.AUGMENTED
            if is_augmented or (part.policy is not None and head.side_px is not None):
                pictures += plan.total_added
            after = plan.after
        pieces = 0.8 * sum(after.values())
        if head.side_px is None:
            seconds += folds * pieces * class_count * _PER_POINT
        else:
            seconds += folds * pieces * _EPOCHS * _PER_PICTURE
    return Estimate(seconds + pictures * _PER_AUGMENTED, pictures)
