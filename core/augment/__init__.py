"""Make augmented pictures: operations, and the policy that says which, how strong, for whom."""

from core.augment.drawing import Drawn
from core.augment.operations import OPERATIONS, Operation, find_operation
from core.augment.policy import (
    AugmentPolicy,
    DrawnStep,
    Step,
    apply,
    draw,
    make_step,
)
from core.augment.presets import PRESET_HELP, PRESETS

__all__ = [
    "OPERATIONS",
    "PRESETS",
    "PRESET_HELP",
    "AugmentPolicy",
    "Drawn",
    "DrawnStep",
    "Operation",
    "Step",
    "apply",
    "draw",
    "find_operation",
    "make_step",
]
