"""Does balancing help? Strategies compared on images that none of them saw."""

from core.evaluate.compare import evaluate
from core.evaluate.contenders import Contender, augmentations, parse_contender
from core.evaluate.folds import Fold, make_folds
from core.evaluate.heads import DEFAULT_HEAD, HEADS, Epoch, Head, find_head
from core.evaluate.metrics import METRICS, PRIMARY, Metric
from core.evaluate.report import (
    BASELINE,
    FLOOR,
    Difference,
    EvaluationReport,
    MetricSummary,
    Outcome,
    StrategyResult,
)
from core.evaluate.verdict import verdict_for

__all__ = [
    "BASELINE",
    "DEFAULT_HEAD",
    "FLOOR",
    "HEADS",
    "METRICS",
    "PRIMARY",
    "Contender",
    "Difference",
    "Epoch",
    "EvaluationReport",
    "Fold",
    "Head",
    "Metric",
    "MetricSummary",
    "Outcome",
    "StrategyResult",
    "augmentations",
    "evaluate",
    "find_head",
    "make_folds",
    "parse_contender",
    "verdict_for",
]
