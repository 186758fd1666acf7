"""What a comparison will take, before it begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.embed import DEFAULT_ENCODER
from core.evaluate.contenders import Contender, check_targets
from core.evaluate.heads import Head
from core.evaluate.repeats import USUAL_FOLDS, usual_repeats
from core.resample import Exports, find_strategy, plan_counts

# Measured on one core at 2 GHz, in seconds; a rough guide for other machines.
_PER_POINT = 3e-6  # of a head on vectors, for a class
_PER_PICTURE = 1e-3  # of a network, for an epoch; the built-in encoder where it is fine-tuned
SECONDS_TO_EMBED = 6e-3  # an image, by the built-in encoder
_PER_AUGMENTED = 1.5e-3  # to make and describe a picture of moderate size


@dataclass(frozen=True)
class Estimate:
    """Seconds, and augmented pictures that have to be made on the way."""

    seconds: float | None  # None: of the layers of a pretrained model nothing is known
    pictures: int


def estimate(
    counts: Mapping[str, int],
    contenders: Sequence[Contender],
    head: Head,
    *,
    encoder: str = DEFAULT_ENCODER,
    folds: int = USUAL_FOLDS,
    repeats: int | None = None,
    on_test_split: bool = False,
) -> Estimate:
    """Return what a comparison will take.

    Args:
        counts: Label -> training images.
        contenders: What is compared.
        head: What learns.
        encoder: What embedded the images.
        folds: Of each repeat.
        repeats: As often as usual unless given.
        on_test_split: There are no folds: all training images are learned from.

    Raises:
        SettingError: a target that is too large.
    """
    check_targets(contenders, counts)
    pictures, seconds = 0, 0.0
    splits = 1 if on_test_split else folds
    runs = splits * (repeats or usual_repeats(head, folds=splits, is_held_out=on_test_split))
    learned = 1.0 if on_test_split else 1 - 1 / folds
    class_count = sum(count > 0 for count in counts.values())
    for contender in contenders:
        after = dict(counts)
        for part in contender.parts:
            plan = plan_counts(after, part.strategy, part.target, settings=part.settings)
            is_augmented = find_strategy(part.strategy).exports is Exports.AUGMENTED
            if is_augmented or (part.policy is not None and head.learns_from_pictures):
                pictures += plan.total_added
            after = plan.after
        pieces = learned * sum(after.values())
        if not head.learns_from_pictures:
            seconds += runs * pieces * class_count * _PER_POINT
        else:
            seconds += runs * pieces * head.steps * _PER_PICTURE
    if head.needs_layers and encoder != DEFAULT_ENCODER:
        return Estimate(None, pictures)
    return Estimate(seconds + pictures * _PER_AUGMENTED, pictures)
