"""An export says of every picture and point which group it comes from."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from export_sets import contents, exported, manifest, recipe_of
from image_sets import jpeg, read_folder, write_files

from core.dataset import Choices, ImageDataset
from core.export import read_recipe

PATIENTS = {f"{n}.jpg": "" if n == 5 else f"p{n // 3}" for n in range(12)}


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    """Return 8 cats and 4 dogs of 4 patients; of one cat nobody knows the patient."""
    rows = [
        f"{name},{'dog' if number % 3 == 0 else 'cat'},{PATIENTS[name]}"
        for number, name in enumerate(PATIENTS)
    ]
    files = {name: jpeg(number) for number, name in enumerate(PATIENTS)}
    labels = "\n".join(["image,label,patient_id", *rows]).encode()
    return read_folder(write_files(tmp_path / "set", {**files, "labels.csv": labels}))


@pytest.mark.parametrize("strategy", ["augment", "random_oversampling", "smote"])
def test_a_made_picture_is_of_its_parents_group(
    dataset: ImageDataset, tmp_path: Path, strategy: str
) -> None:
    exported(dataset, tmp_path / "out.zip", strategy)

    rows = manifest(tmp_path / "out.zip")
    assert len({row["origin"] for row in rows}) == 2
    assert [row["group"] for row in rows] == [PATIENTS[row["parent"]] for row in rows]


def test_a_point_names_the_groups_of_both_parents(dataset: ImageDataset, tmp_path: Path) -> None:
    exported(dataset, tmp_path / "out.zip", "smote")

    content = contents(tmp_path / "out.zip")["synthetic_vectors.npz"]
    vectors = np.load(BytesIO(content), allow_pickle=False)
    for end in ("base", "neighbor"):
        found = vectors[f"{end}_group"].tolist()
        assert found == [PATIENTS[path] for path in vectors[f"{end}_path"].tolist()]


def test_a_set_without_groups_leaves_the_column_empty(tmp_path: Path) -> None:
    files = {f"{label}/{n}.jpg": jpeg(n) for label in "ab" for n in range(3)}

    exported(read_folder(write_files(tmp_path / "set", files)), tmp_path / "out.zip")

    assert {row["group"] for row in manifest(tmp_path / "out.zip")} == {""}


def test_an_export_is_read_again_with_its_groups_by_its_manifest(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    exported(dataset, tmp_path / "out")

    again = read_folder(
        tmp_path / "out", choices=Choices(labels_file="manifest.csv", label_column="label")
    )

    written = {row["path"]: row["group"] for row in manifest(tmp_path / "out")}
    assert dict(zip(again.table["path"], again.table["group"], strict=True)) == written


@pytest.mark.parametrize("column", ["patient_id", "", None])
def test_a_recipe_says_the_column_of_groups(
    dataset: ImageDataset, tmp_path: Path, column: str | None
) -> None:
    recipe = recipe_of(dataset, "augment")
    data = json.loads(recipe.to_text())
    data["choices"]["group_column"] = column
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps(data), "utf-8")

    assert read_recipe(path).choices == Choices(group_column=column)


def test_a_recipe_of_before_there_were_groups_is_still_read(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    data = json.loads(recipe_of(dataset, "augment").to_text())
    del data["choices"]["group_column"]
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps(data), "utf-8")

    assert read_recipe(path).choices == Choices()
