"""Make augmented pictures: operations, and the policy that says which, how strong, for whom."""

from core.augment.drawing import Drawn
from core.augment.operation import Operation
from core.augment.operations import OPERATIONS, find_operation
from core.augment.picture import DrawnStep, apply, at_scale, draw, label_after
from core.augment.policy import AugmentPolicy, Step, make_step
from core.augment.presets import PRESET_HELP, PRESETS
from core.augment.warp import BORDERS

__all__ = [
    "BORDERS",
    "OPERATIONS",
    "PRESETS",
    "PRESET_HELP",
    "AugmentPolicy",
    "Drawn",
    "DrawnStep",
    "Operation",
    "Step",
    "apply",
    "at_scale",
    "draw",
    "find_operation",
    "label_after",
    "make_step",
]
