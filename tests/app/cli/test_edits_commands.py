"""The command line applies edits, in whatever command opens a source."""

import json
from pathlib import Path

import pandas as pd
import pytest
from command_line import without_reading
from image_sets import read_folder, write_folder, zipped

from app.cli import main
from core.dataset.edits import Edits
from core.dataset.edits_file import edits_text, name_edits

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "pets", {"cat": 6, "dog": 4})


@pytest.fixture
def edits(source: Path, tmp_path: Path) -> Path:
    """Return a file that leaves out two 'cat' and makes a third one a 'dog'."""
    made = Edits().leave_out([0, 1]).relabel([2], "dog").review([5])
    file = tmp_path / "edits.json"
    file.write_text(edits_text(name_edits(made.done, read_folder(source))), "utf-8")
    return file


def outcome(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, without_reading(captured.err)


def test_an_audit_counts_after_the_edits(capsys: Captured, source: Path, edits: Path) -> None:
    _, out, err = outcome(capsys, "audit", source, "--edits", edits, "--json", "-")

    assert json.loads(out)["classes"] == {"cat": 3, "dog": 5}
    assert err == "evenset: edits: 2 images left out, 1 image relabelled from 'cat' to 'dog'.\n"


def test_vectors_are_those_of_the_images_that_stay(
    capsys: Captured, source: Path, edits: Path, tmp_path: Path
) -> None:
    code, out, _ = outcome(
        capsys, "embed", source, "--edits", edits, "--out", tmp_path / "v", "--json", "-",
        "--encoder", "classical",
    )  # fmt: skip

    index = pd.read_parquet(tmp_path / "v" / "index.parquet")
    assert (code, json.loads(out)["images"], json.loads(out)["missing"]) == (0, 8, 0)
    assert index["row"].tolist() == [2, 3, 4, 5, 6, 7, 8, 9]
    assert index["label"].value_counts().to_dict() == {"dog": 5, "cat": 3}


def test_images_of_the_edits_that_are_not_there_are_told(
    capsys: Captured, source: Path, edits: Path
) -> None:
    (source / "cat" / "00.jpg").unlink()

    code, _, err = outcome(capsys, "audit", source, "--edits", edits)

    assert code == 0
    assert "1 image of the edits is not in 'pets'" in err
    assert "'cat/00.jpg'" in err
    assert "edits: 1 image left out" in err


def test_a_recipe_brings_its_edits_along(
    capsys: Captured, source: Path, edits: Path, tmp_path: Path
) -> None:
    first, again = tmp_path / "first.zip", tmp_path / "again.zip"
    code, out, _ = outcome(capsys, "balance", source, "--edits", edits, "--out", first)
    (tmp_path / "recipe.json").write_bytes(zipped(first)["recipe.json"])

    outcome(capsys, "balance", source, "--recipe", tmp_path / "recipe.json", "--out", again)

    assert code == 0
    assert "With the edits: 1 image relabelled, 2 images left out." in out
    assert first.read_bytes() == again.read_bytes()


def test_a_file_of_edits_that_is_none_is_told_before_any_work(
    capsys: Captured, source: Path
) -> None:
    code, out, err = outcome(capsys, "audit", source, "--edits", source / "cat" / "00.jpg")

    assert (code, out) == (1, "")
    assert err.startswith("evenset: The file of edits '00.jpg' is not JSON")
