"""What is unbalanced and what is wrong in a dataset.

Read `checks` first: a record for each thing that is looked for. `report` runs them, the modules
that end in `_findings` hold their functions.
"""

from core.audit.checks import CHECKS, MOST_COMPARED, Check
from core.audit.counts import Imbalance, measure_imbalance
from core.audit.report import AuditReport, Overview, audit
from core.finding import Finding, Severity

__all__ = [
    "CHECKS",
    "MOST_COMPARED",
    "AuditReport",
    "Check",
    "Finding",
    "Imbalance",
    "Overview",
    "Severity",
    "audit",
    "measure_imbalance",
]
