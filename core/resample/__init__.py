"""Ways to balance: what each would do (a plan), and what it makes of a training side.

Read `strategy` (the record), `strategies` (one entry each), `plan` and `plan_counts` (how many),
`made` (what is given and what comes out) and `resample` (carry a plan out) first; then what acts:
`oversampling`, `undersampling`, `logits`, and `effects`, which says what it does.

The drop-in for imbalanced-learn is `core.smote.sampler.SMOTE`; it is not imported here, since
scikit-learn takes a second to load.
"""

from core.resample.made import Made, TrainingSide
from core.resample.plan import BalancePlan, Target
from core.resample.plan_counts import (
    make_plan,
    most_of_a_class,
    parse_target,
    plan_counts,
    read_target,
)
from core.resample.resample import resample
from core.resample.settings import Settings
from core.resample.store import stored_labels, write_points
from core.resample.strategies import STRATEGIES, find_strategy
from core.resample.strategy import Strategy
from core.resample.synthetic import PlainPoints, PointsBetween, SyntheticPoints, no_points
from core.resample.weights import class_weights, log_priors, sampler_weights

__all__ = [
    "STRATEGIES",
    "BalancePlan",
    "Made",
    "PlainPoints",
    "PointsBetween",
    "Settings",
    "Strategy",
    "SyntheticPoints",
    "Target",
    "TrainingSide",
    "class_weights",
    "find_strategy",
    "log_priors",
    "make_plan",
    "most_of_a_class",
    "no_points",
    "parse_target",
    "plan_counts",
    "read_target",
    "resample",
    "sampler_weights",
    "stored_labels",
    "write_points",
]
