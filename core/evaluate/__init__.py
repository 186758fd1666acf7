"""Does balancing help? Candidates compared on images that none of them saw.

Reading order: `candidates` (and `candidate_sets`) say what is compared, `folds` and `group_folds`
on which images. `compare` prepares an `experiment`: `prepared` balances each training side into a
`training_set`; `inputs`, `picture_cache` and `picture_store` turn pictures into what the head
takes, `preprocessing` and `features` do so for vectors. `head` says what a head is; `heads`
(`vector_heads`, and `network` and `fine_tuning` through `training`) learn and predict. `adapting`
lets an encoder learn, once or in each fold. `metrics` and `intervals` score the predictions,
`verdict`, `notes` and `result_notes` say what came out, `report` holds it, `report_file` and
`report_csv` write it. `leaky` measures what resampling before
splitting would have reported; `estimate` and `repeats` say how long a comparison takes and how
often it learns; `threads` and `buffer` keep it within its means.

What follows from kept `predictions` alone: `influence` (a figure and what each image adds to it),
`variance` (of images, groups and runs), `inference` (differences and their intervals), `outcomes`
(what they come to), `per_class` (recall and precision), `answer` (sentences), `label_errors` (a
ranking of labels in doubt).

`evaluate` leaves the package with its `EvaluationReport`, and the registries `HEADS` and `METRICS`.
"""

from core.evaluate.candidates import Candidate, augmentations, parse_candidate
from core.evaluate.compare import evaluate
from core.evaluate.folds import Fold, make_folds
from core.evaluate.head import Epoch, Head
from core.evaluate.heads import DEFAULT_HEAD, HEADS, find_head
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
    "Candidate",
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
    "parse_candidate",
    "verdict_for",
]
