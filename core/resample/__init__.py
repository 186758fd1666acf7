"""Ways to balance: what each would do (a plan), and the points that it makes."""

from core.resample.plan import BalancePlan, class_weights, make_plan, parse_target
from core.resample.smote import smote
from core.resample.store import stored_labels, write_points
from core.resample.strategies import STRATEGIES, Exports, Strategy, find_strategy
from core.resample.synthetic import SyntheticPoints, keep_rows, resample

__all__ = [
    "STRATEGIES",
    "BalancePlan",
    "Exports",
    "Strategy",
    "SyntheticPoints",
    "class_weights",
    "find_strategy",
    "keep_rows",
    "make_plan",
    "parse_target",
    "resample",
    "smote",
    "stored_labels",
    "write_points",
]
