"""Ways to balance: what each would do (a plan), and what it makes of a training side.

Read in this order:

    plan            what is asked for (a target), and per class how many stay, are added, weigh what
    strategy        the record of a way to balance; `effects` says what it does to the files
    strategies      one entry for each; `settings` has what can be set
    made            what a strategy is given (`TrainingSide`) and what comes out (`Made`)
    resample        make a plan, and carry it out

Then what acts:

    oversampling    copies, pictures, points; `segments` and `drawing` choose where points lie,
                    `searching` finds their neighbours, `batched` does so inside batches
    undersampling   what is left out; `by_imbalanced_learn` has what that library draws
    weights         classes that count more, in training or after it
    synthetic       the points that come out, and vectors between vectors

And what is told: `cost` (before it runs), `difficulty` with `class_difficulty` and `smote_limits`
(what the data is like), `risks` (what a plan risks on it), `quality` with `real_distances` and
`prdc` (what the points are like).
`store` reads stored labels and writes what came out.

The drop-in for imbalanced-learn is `core.smote.SMOTE`.
"""

from core.resample.made import Made, TrainingSide
from core.resample.plan import BalancePlan, Target, parse_target
from core.resample.resample import make_plan, most_of_a_class, plan_counts, resample
from core.resample.settings import Settings
from core.resample.store import stored_labels, write_points
from core.resample.strategies import STRATEGIES, find_strategy
from core.resample.strategy import Strategy
from core.resample.synthetic import PlainPoints, PointsBetween, SyntheticPoints, no_points
from core.resample.weights import class_weights, log_priors

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
    "resample",
    "stored_labels",
    "write_points",
]
