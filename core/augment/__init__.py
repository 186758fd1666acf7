"""Make augmented pictures: operations, and the policy that says which, how strong, for whom.

Read `operation` first (the record of one way to change a picture), then a module of some of them:
`crops`, `turns` and `distortions` move pixels (by `warp`, once for several in a row), `light` and
`colour` change values, `blur`, `loss` and `noise` take detail away. An operation is one entry
there; `operations` puts them in order. `equal` is how other libraries write them.

`policy` says what may be done, `presets` are policies to start from, `as_code` writes one as a
program, `policy_text` in words. `picture` draws the steps of one picture and does them, `draws`
says which pictures are made of which images of a set: folds, pages and exports all ask there.
`mixing` mixes two pictures to be looked at.

`evidence` tries operations (`trials`) on images of each class, `verdict` says what they do to its
label, `harm` puts operations in order of that, `evidence_text` says it, and `safe_policy` makes a
policy of it.
"""

from core.augment.draws import Pictures, make_picture, plan_pictures
from core.augment.operation import Drawn, Operation
from core.augment.operations import OPERATIONS, find_operation
from core.augment.picture import DrawnStep, Wanted, apply, at_scale, draw
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
    "Wanted",
    "apply",
    "at_scale",
    "draw",
    "find_operation",
    "make_picture",
    "make_step",
    "plan_pictures",
]
