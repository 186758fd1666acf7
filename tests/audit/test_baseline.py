"""What is new since an earlier audit of the same source."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from image_sets import read_folder

from core.audit import audit
from core.audit.baseline import new_findings, read_baseline
from core.audit.report import AuditReport
from core.dataset import ImageDataset
from core.dataset.finding import Finding, Severity
from core.errors import SettingError


@pytest.fixture
def animals(drawn_folder: Path) -> ImageDataset:
    return read_folder(drawn_folder)


def report_of(dataset: ImageDataset, *findings: Finding) -> AuditReport:
    return replace(audit(dataset), findings=findings)


def dark(*rows: int, severity: Severity = Severity.LOW) -> Finding:
    return Finding("dark", severity, np.array(rows, np.intp), "Dark.", "Look.")


def written(path: Path, dataset: ImageDataset, *findings: Finding) -> Path:
    path.write_text(json.dumps(report_of(dataset, *findings).to_json(dataset)))
    return path


@pytest.mark.parametrize(
    ("before", "now", "rows", "text"),
    [
        ((), (dark(3, 1),), [1, 3], "new"),
        ((dark(1),), (dark(3, 1),), [3], "1 new image"),
        ((dark(1),), (dark(1, severity=Severity.HIGH),), [], "graver than before, when it was low"),
        (
            (dark(1),),
            (dark(1, 2, severity=Severity.HIGH),),
            [2],
            "1 new image, graver than before, when it was low",
        ),
    ],
)
def test_a_finding_is_new_by_its_name_its_images_or_its_weight(
    animals: ImageDataset,
    tmp_path: Path,
    before: tuple[Finding, ...],
    now: tuple[Finding, ...],
    rows: list[int],
    text: str,
) -> None:
    baseline = read_baseline(written(tmp_path / "before.json", animals, *before))

    (found,) = new_findings(report_of(animals, *now), animals, baseline)

    assert found.rows.tolist() == rows
    assert found.text == text


@pytest.mark.parametrize(
    "now", [(dark(1, 3),), (dark(1),), (), (dark(1, 3, severity=Severity.LOW),)]
)
def test_what_was_there_and_what_has_gone_is_not_new(
    animals: ImageDataset, tmp_path: Path, now: tuple[Finding, ...]
) -> None:
    baseline = read_baseline(
        written(tmp_path / "before.json", animals, dark(1, 3, severity=Severity.MEDIUM))
    )

    assert new_findings(report_of(animals, *now), animals, baseline) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "is no audit"),
        ('{"findings": "dark"}', "is no audit"),
        ('{"findings": [{"id": "dark"}]}', r"'findings\[0\]' is no finding"),
        ('{"findings": [3]}', r"'findings\[0\]' is no finding"),
        ("{", "is not JSON"),
    ],
)
def test_what_is_no_audit_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "before.json"
    path.write_text(content)

    with pytest.raises(SettingError, match=message):
        read_baseline(path)
