"""Does balancing help? Candidates compared on images that none of them saw."""

from core.evaluate.candidates import (
    BASELINE,
    CANDIDATE_SETS,
    Candidate,
    augmentations,
    parse_candidate,
    parse_candidates,
)
from core.evaluate.compare import evaluate
from core.evaluate.experiment import Experiment
from core.evaluate.folds import Fold, make_folds
from core.evaluate.head import Epoch, Head
from core.evaluate.heads import DEFAULT_HEAD, HEADS, find_head
from core.evaluate.metrics import METRICS, PRIMARY, Metric
from core.evaluate.predictions import Predictions
from core.evaluate.report import (
    FLOOR,
    Difference,
    EvaluationReport,
    Outcome,
    StrategyResult,
)
from core.evaluate.vector_heads import RULES, Rule

__all__ = [
    "BASELINE",
    "CANDIDATE_SETS",
    "DEFAULT_HEAD",
    "FLOOR",
    "HEADS",
    "METRICS",
    "PRIMARY",
    "RULES",
    "Candidate",
    "Difference",
    "Epoch",
    "EvaluationReport",
    "Experiment",
    "Fold",
    "Head",
    "Metric",
    "Outcome",
    "Predictions",
    "Rule",
    "StrategyResult",
    "augmentations",
    "evaluate",
    "find_head",
    "make_folds",
    "parse_candidate",
    "parse_candidates",
]
