"""A recipe can be read again, and a bad one says what is wrong."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from export_sets import contents, dataset_of, exported

from core.augment import PRESETS
from core.dataset import Choices, Take
from core.dataset.edits import Change
from core.dataset.edits_file import NamedEdit, NamedImage
from core.errors import SettingError
from core.export import Recipe, make_recipe, read_recipe
from core.resample import Target

RECIPE = Recipe(
    source="parts",
    dataset_digest="abc",
    choices=Choices(),
    take=Take({"猫": 4, "*": None}, order="random", seed=3),
    strategy="smote",
    target="median",
    settings={"k_neighbors": 7, "bases": "even"},
    most_per_image=12,
    encoder="classical",
    policy=PRESETS["standard"],
    seed=9,
    edits=(NamedEdit(Change.LABEL, "猫", (NamedImage("a/\udcff.png", "12"),)),),
)


@pytest.mark.parametrize("take", [None, RECIPE.take])
@pytest.mark.parametrize("target", [None, "largest", "50%", 40, {"猫": 9}])
def test_a_recipe_is_read_as_it_was_written(
    tmp_path: Path, take: Take | None, target: Target | None
) -> None:
    recipe = Recipe(**{**vars(RECIPE), "take": take, "target": target})
    path = tmp_path / "recipe.json"
    path.write_text(recipe.to_text(), "utf-8")

    assert read_recipe(path) == recipe


def test_an_export_holds_its_recipe(tmp_path: Path) -> None:
    exported(dataset_of(tmp_path / "animals"), tmp_path / "out")

    recipe = read_recipe(tmp_path / "out" / "recipe.json")

    assert (recipe.strategy, recipe.source) == ("augment", "animals")
    assert str(tmp_path) not in contents(tmp_path / "out")["recipe.json"].decode()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 4}, r"by Evenset .* in version 4 .* older .* reads version 5"),
        ({"seed": None}, "'seed' is null; it must be a whole number"),
        ({"settings": 3}, "'settings' is 3; it must be an object"),
        ({"target": 1.5}, "'target' is 1.5; it must be text, a whole number or an object"),
        ({"most_per_image": 1e999}, "is not JSON"),
        ({"take": {"counts": 3}}, r"'take\.counts' is 3; it must be an object"),
        ({"take": {"counts": {"a": "x"}}}, r"'take\.counts\.a' is \"x\"; .* whole number"),
        ({"policy": {}}, r"'policy\.steps' is missing"),
        ({"edits": [{"what": "burn"}]}, r"'edits\[0\]\.what' is \"burn\""),
    ],
)
def test_a_bad_value_is_told(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps({**json.loads(RECIPE.to_text()), **change}), "utf-8")

    with pytest.raises(SettingError, match=message):
        read_recipe(path)


@pytest.mark.parametrize("name", ["source", "dataset_digest", "strategy", "policy", "seed"])
def test_a_missing_value_is_named(tmp_path: Path, name: str) -> None:
    data = json.loads(RECIPE.to_text())
    del data[name]
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps(data), "utf-8")

    with pytest.raises(SettingError, match=f"'{name}' is missing"):
        read_recipe(path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"not json", b"[" * 100_000])
def test_what_is_no_recipe_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "recipe.json"
    path.write_bytes(content)

    with pytest.raises(SettingError, match="is not JSON"):
        read_recipe(path)


def test_a_recipe_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="There is no recipe"):
        read_recipe(tmp_path / "nothere.json")
    with pytest.raises(SettingError, match="cannot be read"):
        read_recipe(tmp_path)


@pytest.mark.parametrize("place", ["/home/me/secret/labels.csv", "../secret/labels.csv"])
def test_a_recipe_does_not_tell_where_a_labels_file_lies(tmp_path: Path, place: str) -> None:
    dataset = dataset_of(tmp_path / "animals")
    choices = Choices(labels_file=place, label_column="dx")
    recipe = make_recipe(replace(dataset, choices=choices), None, PRESETS["standard"])

    assert "secret" not in recipe.to_text()
    assert recipe.choices == Choices(labels_file="labels.csv", label_column="dx")
