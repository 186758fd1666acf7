"""The command line reads a column of groups, says where it came from, and takes another one."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from image_sets import jpeg, write_files, zipped

from app.cli import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return 12 images of 4 patients and 2 rooms; patient 'p3' stands in two splits."""
    rows = ["image,label,patient,room,split"]
    for number in range(12):
        label = "dog" if number % 3 == 0 else "cat"
        split = "test" if number in {10, 11} else "train"
        rows.append(f"{number}.jpg,{label},p{number // 3},r{number // 6},{split}")
    files = {f"{number}.jpg": jpeg(number) for number in range(12)}
    return write_files(tmp_path / "pets", {**files, "labels.csv": "\n".join(rows).encode()})


def outcome(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def groups_in(archive: Path) -> dict[str, str]:
    text = zipped(archive)["manifest.csv"].decode()
    rows = csv.DictReader(StringIO(text, newline=""))
    return {row["parent"]: row["group"] for row in rows}


@pytest.mark.parametrize(
    ("options", "column"),
    [
        ([], "patient"),
        (["--group-column", "room"], "room"),
        (["--group-column", ""], ""),
    ],
)
def test_the_column_is_guessed_unless_it_is_named(
    capsys: Captured, source: Path, options: list[str], column: str
) -> None:
    code, out, _ = outcome(capsys, "audit", source, *options, "--json", "-")

    assert code == 0
    assert json.loads(out)["labels"]["group_column"] == column


def test_a_patient_in_two_splits_is_printed(capsys: Captured, source: Path) -> None:
    _, out, _ = outcome(capsys, "audit", source)

    assert "[high] 1 group (column 'patient') is in two or more splits with 3 images" in out


def test_a_column_that_is_not_there_is_one_line(capsys: Captured, source: Path) -> None:
    code, out, err = outcome(capsys, "audit", source, "--group-column", "camera")

    assert (code, out) == (1, "")
    assert "has the column 'camera'" in err


def test_a_recipe_brings_its_column_along(capsys: Captured, source: Path, tmp_path: Path) -> None:
    first, again = tmp_path / "first.zip", tmp_path / "again.zip"
    outcome(capsys, "balance", source, "--group-column", "room", "--out", first)
    (tmp_path / "recipe.json").write_bytes(zipped(first)["recipe.json"])

    code, _, _ = outcome(
        capsys, "balance", source, "--recipe", tmp_path / "recipe.json", "--out", again
    )

    assert code == 0
    assert first.read_bytes() == again.read_bytes()
    assert groups_in(again)["7.jpg"] == "r1"
