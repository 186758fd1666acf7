"""What an export will hold, said before it is written."""

from core.resample import BalancePlan, Made, find_strategy
from core.resample.effects import points_asked
from core.words import count_of


def contents_sentence(plan: BalancePlan, made: Made | None = None) -> str:
    """Return what the training split of an export holds, and of synthetic points what it does not.

    Args:
        plan: With the counts that came out, where it was carried out.
        made: What came out; the plan says how many points were asked for where it is not known.
    """
    effect = find_strategy(plan.strategy).effect
    if not effect.adds_points:
        return f"The export holds {effect.written(plan)}."
    count = points_asked(plan) if made is None else len(made.points)
    vectors = f"The export holds {count_of(count, 'synthetic vector')} in one file"
    if not effect.adds_pictures:
        return f"{vectors}, and no pictures of them: a vector cannot be turned into a picture."
    return (
        f"{vectors} and {count_of(plan.total_added, 'augmented picture')} of their parents; no "
        "pictures of the points themselves, because a vector cannot be turned into a picture."
    )
