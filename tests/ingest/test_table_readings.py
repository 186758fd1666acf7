"""Tables as people have them: split among files, with lost zeros, with several labels a cell."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from image_sets import jpeg, write_files
from survey_sets import kinds
from test_readings import csv, look, pictures

from core.ingest import Survey, preview_counts, read_survey, survey
from core.ingest.folder import list_folder


def split_counts(found: Survey) -> dict[str, int]:
    names = ["train", "validation", "test"]
    return {name: int((found.labels.splits == n).sum()) for n, name in enumerate(names)}


# Several tables as one set.


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        (["train.csv", "test.csv"], (6, 0, 6)),
        (["train_labels.csv", "val_labels.csv"], (6, 6, 0)),
        (["meta/Training_set.csv", "meta/Testing_set.csv"], (6, 0, 6)),
        (["train.txt", "val.txt"], (6, 6, 0)),
    ],
)
def test_tables_of_one_form_are_one_set_and_say_splits(
    tmp_path: Path, names: Sequence[str], counts: tuple[int, ...]
) -> None:
    files = pictures("images", count=12)
    for part, name in enumerate(names):
        rows = [f"{n}.jpg,{['a', 'b'][n % 2]}" for n in range(6 * part, 6 * part + 6)]
        files[name] = "\n".join(rows) if name.endswith(".txt") else csv("file,label", *rows)

    found = look(tmp_path, files)

    assert [len(file.tables) for file in found.tables] == [2]
    assert preview_counts(found, {}) == {"a": 6, "b": 6}
    assert tuple(split_counts(found).values()) == counts


@pytest.mark.parametrize("name", ["_classes.csv", "metadata.csv", "labels.csv"])
def test_tables_of_one_name_in_each_split_are_one_set(tmp_path: Path, name: str) -> None:
    files: dict[str, str] = {}
    for split in ("train", "valid", "test"):
        files |= pictures(split, name=f"{split}{{}}_jpg.rf.ab.jpg", count=4)
        rows = [f"{split}{n}_jpg.rf.ab.jpg, {n % 2}, {1 - n % 2}" for n in range(4)]
        files[f"{split}/{name}"] = csv("filename, cat, dog", *rows)

    found = look(tmp_path, files)

    assert found.chosen.title.endswith("one column a label")
    assert preview_counts(found, {}) == {"cat": 6, "dog": 6}
    assert split_counts(found) == {"train": 4, "validation": 4, "test": 4}
    assert found.mismatches == ()


def test_a_table_for_each_class_is_one_set(tmp_path: Path) -> None:
    files: dict[str, str] = {}
    for code in range(3):
        folder = f"Final_Training/Images/{code:05d}"
        files |= pictures(folder, name=f"{code}{{}}.ppm")
        rows = [f"{code}{n}.ppm;30;{code}" for n in range(6)]
        files[f"{folder}/GT-{code:05d}.csv"] = csv("Filename;Width;ClassId", *rows)

    found = look(tmp_path, files)

    assert [len(file.tables) for file in found.tables] == [3]
    assert preview_counts(found, {}) == {"0": 6, "1": 6, "2": 6}
    assert "say the same" in found.sentence


def test_tables_of_other_columns_are_other_readings(tmp_path: Path) -> None:
    rows = [f"{n}.jpg,{['a', 'b'][n % 2]}" for n in range(6)]
    others = [f"{n}.jpg,{['u', 'v', 'w'][n % 3]}" for n in range(6)]
    files = pictures("images") | {"train.csv": csv("file,label", *rows)}

    found = look(tmp_path, files | {"test.csv": csv("file,species", *others)})

    assert len(found.tables) == 2
    assert found.is_close


# Last resorts.


@pytest.mark.parametrize(
    ("file", "value", "said"),
    [
        ("0000{}.jpg", "{}", "lack the zeros"),
        ("img_00{}.png", "img_{}", "lack the zeros"),
        ("0000{}.jpg", "{}.0", "lack the zeros"),
        ("0000{}.jpg", "{}.jpg", "lack the zeros"),
        ("{}.png", "{}.jpg", "another suffix"),
        ("{}.jpg", "{}.dcm", "another suffix"),
        ("a b{}.jpg", "a%20b{}.jpg", "as in an address"),
        ("é{}.jpg", "%C3%A9{}.jpg", "as in an address"),
        ("cat {}.jpg", "/data/upload/1/8f3a2b1c-cat%20{}.jpg", "upload"),
        ("x{}.jpg", "https://example.org/data/8f3a2b1c-x{}.jpg", "upload"),
    ],
)
def test_files_are_found_by_a_last_resort_that_is_said(
    tmp_path: Path, file: str, value: str, said: str
) -> None:
    rows = [f"{value.format(n)},{['a', 'b'][n % 2]}" for n in range(1, 9)]
    files = {f"images/{file.format(n)}": "" for n in range(1, 9)}

    found = look(tmp_path, files | {"labels.csv": csv("image,label", *rows)})
    again = survey(found.listing, found.chosen.choices)

    assert preview_counts(found, {}) == preview_counts(again, {}) == {"a": 4, "b": 4}
    assert said in found.sentence


def test_no_last_resort_is_tried_where_names_agree(tmp_path: Path) -> None:
    files = {f"images/{n}.jpg": "" for n in range(1, 9)} | {"images/009.jpg": ""}
    rows = [f"{n},{['a', 'b'][n % 2]}" for n in range(1, 10)]

    found = look(tmp_path, files | {"labels.csv": csv("image,label", *rows)})

    assert kinds(found)["rows_without_file"] == ("labels.csv, row 10: 9",)


# Labels of numbers, and several of them.


@pytest.mark.parametrize("forms", [("{}", "{}.0"), ("{}.0", "{}"), ("{}", "{}.00")])
def test_whole_numbers_are_one_label_with_and_without_a_point(
    tmp_path: Path, forms: tuple[str, str]
) -> None:
    files = pictures("images", count=12)
    for part, name in enumerate(("train.csv", "test.csv")):
        rows = [f"{n}.jpg,{forms[part].format(n % 2)}" for n in range(6 * part, 6 * part + 6)]
        files[name] = csv("file,label", *rows)

    assert preview_counts(look(tmp_path, files), {}) == {"0": 6, "1": 6}


SEVERAL = [
    csv("image,labels", *(f"{n}.jpg,{['a', 'b', 'a|b'][n % 3]}" for n in range(9))),
    csv("image,labels", *(f"{n}.jpg,{['a', 'b', 'a;b'][n % 3]}" for n in range(9))),
    csv("image,labels", *(f"{n}.jpg,{['a', 'b', 'a b'][n % 3]}" for n in range(9))),
    csv("image,labels", *(f'{n}.jpg,"{["a", "b", "a, b"][n % 3]}"' for n in range(9))),
    csv("image;labels", *(f"{n}.jpg;{['[a]', '[b]', '[a, b]'][n % 3]}" for n in range(9)))
    .replace("a", "'a'")
    .replace("b]", "'b']")
    .replace("im'a'ge;l'a'bels", "image;labels"),
    csv("image,a,b", *(f"{n}.jpg,{['1,0', '0,1', '1,1'][n % 3]}" for n in range(9))),
    csv(
        "image,label", *(f"{n}.jpg,{label}" for n in range(9) for label in ("a", "b", "ab")[n % 3])
    ),
]


@pytest.mark.parametrize(
    "table", SEVERAL, ids=["bar", "semicolon", "space", "comma", "list", "ones", "rows"]
)
def test_several_labels_of_a_picture_are_left_out_or_the_first_or_a_class(
    tmp_path: Path, table: str
) -> None:
    found = look(tmp_path, pictures("images", count=9) | {"labels.csv": table})

    assert kinds(found)["several_labels"] == ("images/2.jpg", "images/5.jpg", "images/8.jpg")
    assert preview_counts(found, {}) == {"a": 3, "b": 3}
    assert preview_counts(found, {"several_labels": "first"}) == {"a": 6, "b": 3}
    assert preview_counts(found, {"several_labels": "combination"}) == {"a": 3, "a + b": 3, "b": 3}


def test_the_sentence_counts_the_pictures_that_a_table_names(tmp_path: Path) -> None:
    rows = [f"{n}.jpg,{['a', 'b'][n % 2]}" for n in range(5)]

    found = look(tmp_path, pictures("images") | {"labels.csv": csv("image,label", *rows)})

    assert found.sentence.startswith(
        "Labels: labels.csv, column 'label' (2 labels, 5 of 6 pictures)."
    )


def test_read_survey_and_the_recipe_keep_to_the_reading(tmp_path: Path) -> None:
    folder = write_files(
        tmp_path / "set", {f"{w}_{n}.jpg": jpeg(n) for w in ("fir", "yew") for n in range(4)}
    )
    dataset = read_survey(survey(list_folder(folder)))

    again = read_survey(survey(list_folder(folder), dataset.choices))

    assert dataset.choices.label_pattern is not None
    assert again.digest == dataset.digest
    assert again.choices == dataset.choices
