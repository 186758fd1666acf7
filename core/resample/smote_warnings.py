"""What a person should know of a plan for SMOTE or its kin, before it is carried out."""

from math import ceil

from core.resample.plan import BalancePlan
from core.words import count_of, named


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
