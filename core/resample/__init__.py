"""Ways to balance: what each would do (a plan), and the points that it makes.

The drop-in for imbalanced-learn is `core.resample.smote.SMOTE`; it is not imported here, since
scikit-learn takes a second to load.
"""

from core.resample.made import Made, TrainingSide
from core.resample.plan import (
    BalancePlan,
    Target,
    make_plan,
    most_of_a_class,
    parse_target,
    plan_counts,
    read_target,
)
from core.resample.resample import resample
from core.resample.store import stored_labels, write_points
from core.resample.strategies import STRATEGIES, find_strategy
from core.resample.strategy import Exports, Settings, Strategy, Weighs
from core.resample.synthetic import PlainPoints, PointsBetween, SyntheticPoints, no_points
from core.resample.weights import class_weights, log_priors, sampler_weights

__all__ = [
    "STRATEGIES",
    "BalancePlan",
    "Exports",
    "Made",
    "PlainPoints",
    "PointsBetween",
    "Settings",
    "Strategy",
    "SyntheticPoints",
    "Target",
    "TrainingSide",
    "Weighs",
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
