"""What is unbalanced and what is wrong in a dataset."""

from core.audit.counts import Imbalance, measure_imbalance
from core.audit.duplicates import duplicate_groups, picture_groups
from core.audit.finding import Finding, Severity
from core.audit.report import MOST_COMPARED, AuditReport, Overview, audit

__all__ = [
    "MOST_COMPARED",
    "AuditReport",
    "Finding",
    "Imbalance",
    "Overview",
    "Severity",
    "audit",
    "duplicate_groups",
    "measure_imbalance",
    "picture_groups",
]
