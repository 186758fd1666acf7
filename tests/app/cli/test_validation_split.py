"""`evenset balance --validation`: a split that the recipe makes again."""

import csv
from pathlib import Path

import pytest
from image_sets import jpeg, write_files

from app.cli import main

Captured = pytest.CaptureFixture[str]


def splits_of(target: Path) -> dict[str, str]:
    with (target / "manifest.csv").open(newline="") as file:
        return {row["parent"]: row["split"] for row in csv.DictReader(file)}


def test_a_recipe_makes_the_same_split_again(capsys: Captured, tmp_path: Path) -> None:
    files = {f"cat/{n}.jpg": jpeg(n) for n in range(20)}
    files |= {f"dog/{n}.jpg": jpeg(50 + n) for n in range(8)}
    source = str(write_files(tmp_path / "pets", files))
    first, second = tmp_path / "first", tmp_path / "second"

    assert main(["balance", source, "--validation", "25%", "--out", str(first)]) == 0
    said = capsys.readouterr().err
    recipe = str(first / "recipe.json")
    assert main(["balance", source, "--recipe", recipe, "--out", str(second)]) == 0

    splits = splits_of(first)
    assert "evenset: 7 images of 28 become the validation split; all classes are in it." in said
    assert sorted(splits.values()).count("validation") == 7
    assert splits_of(second) == splits


def test_what_is_no_share_is_refused_before_anything_is_read(
    capsys: Captured, tmp_path: Path
) -> None:
    way = ["balance", str(tmp_path / "gone"), "--validation", "90%", "--out", str(tmp_path / "x")]

    assert main(way) == 1
    assert "'90%' is no share of the training images." in capsys.readouterr().err
