"""Does balancing help? Strategies compared on images that none of them saw."""

from core.evaluate.compare import evaluate
from core.evaluate.folds import Fold, make_folds
from core.evaluate.metrics import METRICS, PRIMARY, Metric
from core.evaluate.report import (
    BASELINE,
    FLOOR,
    Difference,
    EvaluationReport,
    MetricSummary,
    StrategyResult,
)

__all__ = [
    "BASELINE",
    "FLOOR",
    "METRICS",
    "PRIMARY",
    "Difference",
    "EvaluationReport",
    "Fold",
    "Metric",
    "MetricSummary",
    "StrategyResult",
    "evaluate",
    "make_folds",
]
