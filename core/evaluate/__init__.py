"""Does balancing help? Candidates compared on images that none of them saw.

Reading order: `experiment` says what all candidates share and, with `folds` and `group_folds`, on
which images they are scored; `candidates` what is compared. `compare` runs them repeat by repeat on
a `bench`: `balancing` makes a `training_set` of each training side, `features`, `inputs`,
`picture_cache` and `picture_store` (with `buffer`) turn vectors and pictures into what a `head`
takes. `heads` lists them: `linear_model` and `vector_heads` learn from vectors, `network` and
`fine_tuning` (through `training`) from pictures; `adapting` lets an encoder learn in each fold.
What comes out are `predictions`, which `kept` holds in files. All else follows from them: `metrics`
and `influence` figures, `variance` and `inference` intervals, `per_class` those of a class,
`outcomes` what they come to and `answer` how that is said. `report` holds it, with `notes` and
`result_notes`; `report_file` and `report_csv` write it; `row_plans` says what an export of a row
is. `label_errors` ranks images whose label is not believed, by these or by two quick opinions on
the vectors; `wrong_images` finds the pictures behind a figure. `more_images` asks what more images
would bring: `curve_cells` learn from parts of the images, `curves` foretell by them, `curve_text`
says it. `decisions` tells what decisions cost in a `world` of other class shares. `split_off` makes
a validation split as folds are made. `chosen_augmentation` tells what operations bring and chooses
some inside each training side, `augmentation_answer` says it. `leaky` measures what resampling
before splitting would have reported; `estimate` says how long a comparison takes and what joins it
unasked; `threads` keeps it within its means.

`evaluate` leaves the package with `Experiment` and `EvaluationReport`, and the registries `HEADS`,
`METRICS` and `RULES`.
"""

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
from core.evaluate.outcomes import Outcome
from core.evaluate.predictions import Predictions
from core.evaluate.report import (
    FLOOR,
    Difference,
    EvaluationReport,
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
