"""What a plan risks on these images, before it is carried out: findings, and one sentence."""

from collections.abc import Sequence

import numpy as np

from core.dataset.finding import Finding
from core.resample.difficulty import Difficulty
from core.resample.plan import BalancePlan
from core.resample.smote_limits import UNRELIABLE_IMAGES, Limit
from core.words import count_of, named

# The plan's own warnings say these with the numbers that were chosen.
_SAID_BY_PLAN = {"single_image", "few_neighbours", "many_per_image"}
_MOST_ALIKE = 2  # findings that say the same of one class each; from there on one names all
_OF_MANY = {
    "overlap": "many of their images lie among other classes, and so will points between them.",
    "few_for_dimension": "fewer training images than the dimensions in which classes vary here, so "
    "lines between them miss most of those.",
    "few_images": f"fewer than {UNRELIABLE_IMAGES} training images each, so the effect of points "
    "is a matter of luck.",
    "no_spread": "all images of each have the same vector, so SMOTE can only copy them.",
}


def risks_of(difficulty: Difficulty, plan: BalancePlan) -> list[Finding]:
    """Return what speaks against points of the classes that get some, the gravest first.

    Findings that say the same of many classes are one that names them.
    """
    kinds: dict[str, list[Limit]] = {}
    for limit in difficulty.limits:
        if limit.id not in _SAID_BY_PLAN and (not limit.label or plan.add.get(limit.label)):
            kinds.setdefault(limit.id, []).append(limit)
    risks: list[Finding] = []
    for kind, alike in kinds.items():
        is_said_once = len(alike) > _MOST_ALIKE and kind in _OF_MANY
        risks += [_joined(alike, difficulty)] if is_said_once else alike
    return risks


def risk_sentence(difficulty: Difficulty, plan: BalancePlan) -> str:
    """Return where the plan puts most points among images that are not safe, with the counts."""
    grown = [label for label in difficulty.classes if plan.add.get(label)]
    if not grown:
        return "No class gets points with this plan."
    # The few images of a tiny class cannot be most of anyone's neighbours.
    told = [label for label in grown if difficulty.classes[label].images > difficulty.k]
    if not told:
        return (
            f"The classes that get points have at most {count_of(difficulty.k, 'image')} each: too "
            "few to tell by their neighbours which are safe."
        )
    worst = max(told, key=lambda label: plan.add[label] * (1 - difficulty.classes[label].safe))
    figures = difficulty.classes[worst]
    unsafe = round(figures.images * (1 - figures.safe))
    if not unsafe:
        return "Each image that gets points is safe: it lies among its own class."
    given, images = plan.add[worst], count_of(figures.images, "image")
    which = f"all {images} are" if unsafe == figures.images else f"{unsafe:,} of {images} are"
    return (
        f"{given:,} of {count_of(plan.total_added, 'point')} {'is' if given == 1 else 'are'} for "
        f"'{worst}', where {which} borderline, rare or outlying."
    )


def _joined(alike: Sequence[Limit], difficulty: Difficulty) -> Finding:
    """Return one finding in place of those that say the same of a class each, the worst first."""
    alike = sorted(alike, key=lambda one: -len(one.rows) / difficulty.classes[one.label].images)
    text = f"{named([one.label for one in alike])}: {_OF_MANY[alike[0].id]}"
    rows = np.concatenate([one.rows for one in alike])
    return Finding(alike[0].id, alike[0].severity, rows, text, alike[0].remedy)
