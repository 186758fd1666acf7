"""What is unbalanced and what is wrong in a dataset."""

from core.audit.check import Check
from core.audit.counts import Imbalance, measure_imbalance
from core.audit.duplicates import duplicate_groups, picture_groups
from core.audit.finding import Finding, Severity
from core.audit.report import CHECKS, MOST_COMPARED, AuditReport, Overview, audit

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
