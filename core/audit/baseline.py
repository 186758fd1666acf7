"""What an audit finds that an earlier one of the same source did not: for checks that run again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import records
from core.audit.report import AuditReport
from core.dataset import ImageDataset, Rows
from core.dataset.finding import Finding, Severity
from core.errors import SettingError
from core.words import count_of


@dataclass(frozen=True)
class Baseline:
    """What an earlier audit found: finding -> how grave it was, and the paths that showed it."""

    severities: Mapping[str, Severity]
    paths: Mapping[str, frozenset[str]]


@dataclass(frozen=True, eq=False)
class NewFinding:
    """A finding that was not there, is graver than it was, or is shown by more images."""

    finding: Finding
    rows: Rows  # those that did not show it before, ascending
    text: str  # what is new of it


def read_baseline(path: Path) -> Baseline:
    """Read what `evenset audit --json` has written.

    Raises:
        SettingError: it is missing, or no audit.
    """
    where = f"The baseline '{path}'"
    data = records.parse(records.read_file(path, "baseline"), where)
    found = data.get("findings") if isinstance(data, Mapping) else None
    if not isinstance(found, Sequence) or isinstance(found, str):
        raise SettingError(
            f"{where} is no audit. Write one with 'evenset audit SOURCE --json FILE'."
        )
    severities, paths = dict[str, Severity](), dict[str, frozenset[str]]()
    for number, one in enumerate(found):
        try:
            severities[one["id"]] = Severity(one["severity"])
            paths[one["id"]] = frozenset(map(str, one["paths"]))
        except (KeyError, TypeError, ValueError) as error:
            raise SettingError(
                f"{where}: 'findings[{number}]' is no finding. Write it again with 'evenset audit "
                "SOURCE --json FILE'."
            ) from error
    return Baseline(severities, paths)


def new_findings(
    report: AuditReport, dataset: ImageDataset, baseline: Baseline
) -> list[NewFinding]:
    """Return what `report` finds that the baseline did not, the gravest first."""
    found = []
    for finding in report.findings:
        known = baseline.paths.get(finding.id)
        if known is None:
            found.append(NewFinding(finding, np.sort(finding.rows), "new"))
            continue
        rows = np.sort([row for row in finding.rows.tolist() if dataset.path(row) not in known])
        was = baseline.severities[finding.id]
        told = [f"{count_of(len(rows), 'new image')}"] if len(rows) else []
        if is_graver(finding.severity, was):
            told.append(f"graver than before, when it was {was.value}")
        if told:
            found.append(NewFinding(finding, np.asarray(rows, np.intp), ", ".join(told)))
    return found


def is_graver(one: Severity, other: Severity) -> bool:
    """Return whether one severity weighs more than another."""
    order = list(Severity)
    return order.index(one) < order.index(other)
