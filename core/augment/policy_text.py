"""What a policy does, in words: a sentence, a chip for each step, the values of one picture."""

from collections.abc import Sequence

from core.augment.operations import OPERATIONS
from core.augment.picture import DrawnStep
from core.augment.policy import AugmentPolicy, Step
from core.words import lowered

_LONGEST_UNIT = 2  # letters of a unit that a chip has room for


def policy_text(policy: AugmentPolicy) -> str:
    """Return a sentence about the pictures that a policy makes."""
    steps = policy.ordered_steps
    if not steps:
        return "No operation is on, so pictures do not change yet."
    if len(steps) == 1:
        return (
            f"Each augmented picture is made with: {lowered(OPERATIONS[steps[0].operation].title)}."
        )
    # No more are picked than there are.
    picks_all = policy.pick is None or policy.pick >= len(steps)
    some = "up to" if picks_all else f"{policy.pick} of"
    return f"Each augmented picture is made with {some} {len(steps)} operations."


def strength_text(step: Step) -> str:
    """Return the main strength of a step: '±15°', '0.8 to 1', or its probability: '50%'."""
    parameters = OPERATIONS[step.operation].parameters
    if not parameters:
        return f"{step.probability:.0%}"
    low, high = step.values[parameters[0].name]
    unit = parameters[0].unit
    after = unit if unit in {"", "°", "%"} else f" {unit}" if len(unit) <= _LONGEST_UNIT else ""
    if low == high:
        return f"{low:g}{after}"
    if low == -high:
        return f"±{high:g}{after}"
    return f"{low:g} to {high:g}{after}"


def values_text(drawn: Sequence[DrawnStep]) -> str:
    """Return what was done to one picture: 'rotate -12 °, crop 0.87'."""
    parts = []
    for step in drawn:
        operation = OPERATIONS[step.operation]
        values = [
            f"{step.values[parameter.name]:.3g} {parameter.unit}".strip()
            for parameter in operation.parameters
        ]
        parts.append(" ".join([lowered(operation.title), *values]))
    return ", ".join(parts)
