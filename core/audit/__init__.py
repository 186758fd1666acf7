"""What is unbalanced and what is wrong in a dataset.

Read `checks` first: a record for each thing that is looked for. Beside it stand the functions that
look: `balance` at the counts of the classes, `leaks` at what is there twice or in two splits,
`files` at what cannot be read or is damaged, `pictures` at what reading changes. `report` runs them
all. A finding itself is `core.finding`'s: others find, too.
"""

from core.audit.balance import measure_imbalance
from core.audit.checks import CHECKS, MOST_COMPARED, Check
from core.audit.report import AuditReport, audit
from core.finding import Finding, Severity

__all__ = [
    "CHECKS",
    "MOST_COMPARED",
    "AuditReport",
    "Check",
    "Finding",
    "Severity",
    "audit",
    "measure_imbalance",
]
