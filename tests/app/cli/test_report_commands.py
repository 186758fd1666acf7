"""`evenset report`, and `evenset audit` where it runs again and again."""

import csv
import json
from html import unescape
from pathlib import Path

import pytest
from image_sets import write_folder

from app.cli import main
from app.cli.audit import FOUND
from core.report.tables import COLUMNS

Captured = pytest.CaptureFixture[str]


def test_a_report_is_one_file_with_the_verdict_that_is_printed(
    capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    page, table, data = (tmp_path / name for name in ("r.html", "r.csv", "r.json"))

    status = main(
        ["report", str(drawn_folder), "--out", str(page), "--csv", str(table), "--json", str(data),
         "--map", "pca", "--encoder", "classical"]
    )  # fmt: skip

    printed = capsys.readouterr().out
    found = json.loads(data.read_text())
    assert status == 0
    assert found["verdict"] in printed
    assert "'fox' has 7x fewer training images than 'cat'." in unescape(page.read_text())
    assert found["map"]["method"] == "pca"
    assert len(found["map"]["rows"]) == 12
    lines = list(csv.DictReader(table.read_text().splitlines()))
    assert list(lines[0]) == list(COLUMNS)
    assert {line["finding"] for line in lines} == {
        one["id"] for one in found["audit"]["findings"] if one["rows"]
    }


def test_a_comparison_that_was_made_stands_in_the_report(capsys: Captured, tmp_path: Path) -> None:
    source = write_folder(tmp_path / "set", {"cat": 12, "dog": 6})
    compared, page = tmp_path / "compared.json", tmp_path / "report.html"
    common = [str(source), "--encoder", "classical"]

    assert main(
        ["evaluate", *common, "--strategies", "class_weights", "--repeats", "1", "--json",
         str(compared)]
    ) == 0  # fmt: skip
    assert main(
        ["report", str(source), "--map", "none", "--comparison", str(compared), "--out", str(page)]
    ) == 0  # fmt: skip

    verdict = json.loads(compared.read_text())["verdict"]
    assert verdict in unescape(page.read_text())
    assert "Does balancing help?" in page.read_text()


@pytest.mark.parametrize(("severity", "status"), [("high", 0), ("medium", FOUND), ("low", FOUND)])
def test_an_audit_fails_on_what_is_as_grave_as_told(
    tmp_path: Path, severity: str, status: int
) -> None:
    source = write_folder(tmp_path / "set", {"cat": 40, "dog": 10})

    assert main(["audit", str(source), "--fail-on", severity]) == status


def test_an_audit_against_a_baseline_tells_and_fails_on_what_is_new_alone(
    capsys: Captured, drawn_folder: Path, tmp_path: Path
) -> None:
    baseline = tmp_path / "before.json"
    again = ["audit", str(drawn_folder), "--baseline", str(baseline), "--fail-on", "low"]
    assert main(["audit", str(drawn_folder), "--json", str(baseline)]) == 0

    assert main(again) == 0
    assert "Nothing is new since the baseline." in capsys.readouterr().out

    (drawn_folder / "cat" / "copy.png").write_bytes(
        sorted((drawn_folder / "cat").iterdir())[0].read_bytes()
    )
    assert main(again) == FOUND
    told = capsys.readouterr().out
    assert "(new) 1 picture is in the same class more than once" in told
    assert "'fox' has 8x" not in told
