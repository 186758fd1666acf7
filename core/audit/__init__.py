"""What is unbalanced and what is wrong in a dataset.

Read `checks` first: a record for each thing that is looked for. `report` runs them, the modules
that end in `_findings` hold their functions, and `duplicates` says which pictures are the same.
"""

from core.audit.checks import CHECKS, MOST_COMPARED, Check
from core.audit.counts import Imbalance, measure_imbalance
from core.audit.duplicates import duplicate_groups, picture_groups
from core.audit.finding import Finding, Severity
from core.audit.report import AuditReport, Overview, audit

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
    "duplicate_groups",
    "measure_imbalance",
    "picture_groups",
]
