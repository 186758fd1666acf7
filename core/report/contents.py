"""What a report tells, and which of it stands on the first page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.audit import CHECKS, AuditReport
from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.dataset.finding import Finding, Severity
from core.evaluate import EvaluationReport
from core.export import Recipe
from core.project import Projection

LEAST_SHOWN, MOST_SHOWN = 3, 7  # findings with their pictures


@dataclass(frozen=True, eq=False)
class ReportContents:
    """All that is known of a set; what is None was not made."""

    dataset: ImageDataset  # as it is now, with its edits
    audit: AuditReport
    recipe: Recipe
    made_on: date
    projection: Projection | None = None
    evaluation: EvaluationReport | None = None
    edits: Edits | None = None
    original: ImageDataset | None = None  # before the edits

    @property
    def verdict(self) -> str:
        """Return the report in a sentence or two: how unbalanced, what is grave, what helps."""
        grave = [one for one in self.audit.findings if one.severity is Severity.HIGH]
        told = [self.audit.answer]
        if grave:
            need = "finding needs" if len(grave) == 1 else "findings need"
            told.append(f"{len(grave):,} {need} action.")
        if self.evaluation is not None:
            told.append(self.evaluation.headline(self.evaluation.metric))
        return " ".join(told)

    @property
    def changes(self) -> list[str]:
        """Return what was changed in the labels, a sentence for each kind, with its whys."""
        if self.edits is None or self.original is None:
            return []
        whys = sorted({_named(edit.why) for edit in self.edits.of_data if edit.why})
        told = [f"{sentence}." for sentence in self.edits.summary(self.original)]
        return [*told, f"Done for: {', '.join(whys)}."] if whys else told


def _named(why: str) -> str:
    """Return what an edit was done for as people read it: the title of the check, if it is one."""
    return CHECKS[why].title if why in CHECKS else why.replace("_", " ")


def shown_findings(findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Return the findings that are shown with pictures, the gravest first, and the others.

    All that need action are shown, as many as there is room for, and of the rest the gravest, so
    that there are three at least.
    """
    needed = sum(one.severity is not Severity.LOW for one in findings)
    shown = min(max(needed, LEAST_SHOWN), MOST_SHOWN)
    return list(findings[:shown]), list(findings[shown:])
