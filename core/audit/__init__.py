"""What is unbalanced and what is wrong in a dataset.

Read `check` first: what a check is, and what it is given; then `checks`: all of them. Beside it
stand the functions that look: `balance` at the counts of the classes, `leaks` at what is there
twice or in two splits, `files` at what cannot be read or is damaged, `pictures` at what reading
changes. `measures` reads every picture once for those that look at pictures, and `deeper` makes
what needs all of them together, or vectors: of the first kind are `shortcuts`, what `properties`
tell of the labels; `shortcut_findings` puts them into words. `report` runs all checks, and
`baseline` compares it with an earlier one. A finding itself is `core.dataset.finding`'s: others
find, too.
"""

from core.audit.balance import measure_imbalance
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
    "Check",
    "Finding",
    "Insights",
    "Need",
    "PictureMeasures",
    "Severity",
    "audit",
    "look_deeper",
    "measure_imbalance",
    "measure_pictures",
    "write_report",
]
