"""What is unbalanced and what is wrong in a dataset.

Read `check` first: what a check is, and what it is given; then `checks`: all of them. Beside it
stand the functions that look: `balance` at the counts of the classes (`balance_figures` has all
figures of them), `leaks` at what is there twice or in two splits, `files` at what cannot be read or
is damaged, `pictures` at what reading changes, `quality` at pictures that show too little or are
unlike the rest, `shortcuts` at what `properties` of pictures tell of their labels
(`shortcut_findings` says it), `neighbours` at what the vectors show around each image, `labels` at
labels that look wrong; `blind_review` tells how many of them are. `severity` weighs what is found,
and `remedies` are what a click does. `measures` reads every picture once for those that look at
pictures: a `view` of it is what is measured, and `quality_measures` is how. `deeper` makes
what needs all of them together, or vectors. `report` runs them all, `baseline` compares it with an
earlier one, and `borderline` finds the images beside a threshold. A finding itself is
`core.dataset.finding`'s: others find, too.
"""

from core.audit.balance import measure_imbalance
from core.audit.balance_figures import BalanceFigures, measure_balance
from core.audit.blind_review import BlindSample, draw_blind_sample, estimate_wrong_labels
from core.audit.check import AuditInput, Check, Insights, Need
from core.audit.checks import CHECKS
from core.audit.deeper import look_deeper
from core.audit.measures import PictureMeasures, measure_pictures
from core.audit.report import AuditReport, audit, write_report
from core.dataset.finding import Finding, Severity

__all__ = [
    "CHECKS",
    "AuditInput",
    "AuditReport",
    "BalanceFigures",
    "BlindSample",
    "Check",
    "Finding",
    "Insights",
    "Need",
    "PictureMeasures",
    "Severity",
    "audit",
    "draw_blind_sample",
    "estimate_wrong_labels",
    "look_deeper",
    "measure_balance",
    "measure_imbalance",
    "measure_pictures",
    "write_report",
]
