"""Make augmented pictures: operations, and the policy that says which, how strong, for whom.

Read `policy` first, then `picture` (draw the steps of one picture, and do them) and `draws` (which
pictures are made of which images of a set).
"""

from core.augment.drawing import Drawn
from core.augment.draws import Pictures, make_picture, plan_pictures
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
    "Pictures",
    "Step",
    "apply",
    "at_scale",
    "draw",
    "find_operation",
    "label_after",
    "make_picture",
    "make_step",
    "plan_pictures",
]
