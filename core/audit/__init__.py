"""What is unbalanced and what is wrong in a dataset."""

from core.audit.counts import Imbalance, measure_imbalance
from core.audit.duplicates import duplicate_groups
from core.audit.report import AuditReport, Finding, Overview, Severity, audit

__all__ = [
    "AuditReport",
    "Finding",
    "Imbalance",
    "Overview",
    "Severity",
    "audit",
    "duplicate_groups",
    "measure_imbalance",
]
