"""An export holds what a person has changed, and says so."""

import json
from pathlib import Path

import pytest
from export_sets import contents, dataset_of, exported, manifest, pictures, recipe_of

from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.dataset.edits_file import find_edits, name_edits
from core.export import Recipe, read_recipe
from core.resample import STRATEGIES


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    return dataset_of(tmp_path / "animals")


def row_of(dataset: ImageDataset, path: str) -> int:
    return dataset.table["path"].tolist().index(path)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_nothing_is_made_of_an_image_that_is_left_out(
    dataset: ImageDataset, tmp_path: Path, strategy: str
) -> None:
    gone = [row_of(dataset, "train/dog/1.png"), row_of(dataset, "test/cat/0.jpg")]

    report = exported(Edits().leave_out(gone).apply(dataset), tmp_path / "out.zip", strategy)

    parents = {row["parent"] for row in manifest(tmp_path / "out.zip")}
    assert parents.isdisjoint({"train/dog/1.png", "test/cat/0.jpg"})
    assert report.left_out == 2


def test_the_images_that_were_left_out_are_listed(dataset: ImageDataset, tmp_path: Path) -> None:
    row = row_of(dataset, "train/dog/1.png")

    exported(Edits().relabel([row], "cat").leave_out([row]).apply(dataset), tmp_path / "out")

    listed = json.loads(contents(tmp_path / "out")["left_out.json"])
    assert listed == [{"path": "train/dog/1.png", "label": "dog"}]


def test_a_relabelled_image_is_in_its_new_class_with_its_old_label_beside(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    row = row_of(dataset, "train/dog/1.png")

    edited = Edits().relabel([row], "cat").apply(dataset)
    report = exported(edited, tmp_path / "out", "none")

    (told,) = [row for row in manifest(tmp_path / "out") if row["original_label"]]
    assert (told["parent"], told["label"]) == ("train/dog/1.png", "cat")
    assert told["original_label"] == "dog"
    assert told["path"].startswith("train/cat/")
    assert (report.relabelled, report.left_out) == (1, 0)
    assert "left_out.json" not in contents(tmp_path / "out")


def test_a_class_that_is_left_out_has_no_folder(dataset: ImageDataset, tmp_path: Path) -> None:
    exported(Edits().leave_out(dataset.rows_of("fox")).apply(dataset), tmp_path / "out")

    assert {name.split("/")[1] for name in pictures(tmp_path / "out")} == {"cat", "dog"}


def test_a_recipe_finds_the_images_of_its_edits_again(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    edits = Edits().leave_out([3]).relabel([4], "猫").move([5], "test")
    recipe = Recipe(
        **{**vars(recipe_of(dataset, "none")), "edits": name_edits(edits.done, dataset)}
    )
    (tmp_path / "recipe.json").write_text(recipe.to_text(), "utf-8")

    again, missing = find_edits(read_recipe(tmp_path / "recipe.json").edits, dataset)

    assert again.apply(dataset).digest == edits.apply(dataset).digest
    assert missing == ()
