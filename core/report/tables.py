"""A report for other programs: JSON of all of it, CSV of the rows behind the findings."""

import csv
from io import StringIO
from typing import Any

from core import records
from core.audit import AuditReport
from core.dataset import LEFT_OUT, ImageDataset
from core.report.contents import ReportContents

VERSION = 1
COLUMNS = ("row", "path", "label", "split", "check", "finding", "severity", "score", "suggested")


def report_json(contents: ReportContents) -> dict[str, Any]:
    """Return all that the page tells, as plain values."""
    evaluation, projection = contents.evaluation, contents.projection
    return {
        "version": VERSION,
        "made_on": contents.made_on.isoformat(),
        "verdict": contents.verdict,
        "audit": contents.audit.to_json(contents.dataset),
        "changes": contents.changes,
        "map": None
        if projection is None
        else {
            "method": projection.method,
            "trustworthiness": projection.trustworthiness,
            "rows": projection.rows.tolist(),
            "points": projection.points.tolist(),
        },
        "comparison": None if evaluation is None else evaluation.to_json(),
        "recipe": records.to_json(contents.recipe),
    }


def findings_csv(dataset: ImageDataset, report: AuditReport) -> str:
    """Return a line for each finding and image: which image shows what, and how strongly."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    splits = dataset.table["split"]
    for finding in report.findings:
        for place, row in enumerate(finding.rows.tolist()):
            score = "" if finding.scores is None else f"{finding.scores[place]:.6g}"
            code = -1 if finding.suggested is None else int(finding.suggested[place])
            split = str(splits.iloc[row])
            writer.writerow(
                [
                    row, dataset.path(row), dataset.label(row), "" if split == LEFT_OUT else split,
                    finding.check, finding.id, finding.severity.value, score,
                    dataset.classes[code] if code >= 0 else "",
                ]
            )  # fmt: skip
    return text.getvalue()
