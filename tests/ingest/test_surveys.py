"""Where the labels of a source come from: folders, a labels file, several of them."""

import json
from pathlib import Path

import pytest
from image_sets import jpeg, png, write_files
from survey_sets import FLAT, labels_of, look, read, reasons_of, splits_of, table

from core.dataset import Choices
from core.errors import SettingError, SourceError
from core.ingest import preview_counts, read_survey, survey
from core.ingest.folder import list_folder

# A labels file in a folder of pictures.


@pytest.mark.parametrize(
    "labels",
    [
        table("0.jpg,cat", "1.jpg,cat", "2.jpg,dog", "3.jpg,dog"),
        table("0,cat", "1,cat", "2,dog", "3,dog"),
        table("0.jpg;cat", "1.jpg;cat", "2.jpg;dog", "3.jpg;dog", header="image;label"),
        table("0.jpg,cat", "1.jpg,cat", "2.jpg,dog", "3.jpg,dog", header=""),
        table("cat\t0.jpg", "cat\t1.jpg", "dog\t2.jpg", "dog\t3.jpg", header="species\tfile"),
        table("0.jpg,1,0", "1.jpg,1,0", "2.jpg,0,1", "3.jpg,0,1", header="image,cat,dog"),
    ],
    ids=["names", "ids", "semicolons", "no header", "tabs", "one column a class"],
)
def test_a_labels_file_says_the_labels(tmp_path: Path, labels: bytes) -> None:
    found = look(tmp_path, {**FLAT, "labels.csv": labels})

    dataset = read_survey(found)

    assert labels_of(dataset) == {"0.jpg": "cat", "1.jpg": "cat", "2.jpg": "dog", "3.jpg": "dog"}
    assert (dataset.skipped, found.mismatches, found.needs_answer) == ((), (), True)


def test_labels_of_digits_stay_as_they_are_written_but_for_a_point_and_zero(tmp_path: Path) -> None:
    labels = table("0.jpg,007", "1.jpg,7", "2.jpg,007", "3.jpg,7.0")

    assert read(tmp_path, {**FLAT, "labels.csv": labels}).classes == ["007", "7"]


def test_columns_are_chosen_by_name(tmp_path: Path) -> None:
    rows = [f"{n}.jpg,{'cat' if n % 2 else 'dog'},{'old' if n > 1 else 'new'}" for n in range(4)]
    files = {**FLAT, "labels.csv": table(*rows, header="image,label,age")}

    dataset = read(tmp_path, files, labels_file="labels.csv", label_column="age")

    assert dataset.counts() == {"new": 2, "old": 2}


def test_a_column_that_is_named_finds_its_labels_file(tmp_path: Path) -> None:
    rows = [f"{n}.jpg,{'old' if n > 1 else 'new'}" for n in range(4)]
    files = {f"{label}/{n}.jpg": jpeg(n) for n, label in enumerate(("cat", "cat", "dog", "dog"))}
    tables = {"a.csv": table(*rows), "b.csv": table(*rows, header="image,age")}

    dataset = read(tmp_path, {**files, **tables}, label_column="age")

    assert dataset.choices.labels_file == "b.csv"
    assert dataset.counts() == {"new": 2, "old": 2}


def test_a_column_that_no_labels_file_has_is_told(tmp_path: Path) -> None:
    files = {**FLAT, "labels.csv": table("0.jpg,cat", "1.jpg,dog")}

    with pytest.raises(SettingError, match=r"No labels file .* has the column 'age'"):
        look(tmp_path, files, label_column="age")


def test_a_column_of_labels_holds_no_splits_too(tmp_path: Path) -> None:
    files = {**FLAT, "labels.csv": table("0.jpg,cat", "1.jpg,dog")}

    with pytest.raises(SettingError, match="The column 'label' cannot hold splits"):
        look(tmp_path, files, label_column="label", split_column="label")


def test_folders_have_no_columns(tmp_path: Path) -> None:
    with pytest.raises(
        SettingError, match="The labels come from folders, so there is no column 'age'"
    ):
        look(tmp_path, FLAT, labels_file="", label_column="age")


@pytest.mark.parametrize("column", ["image_column", "label_column", "split_column"])
def test_a_column_that_is_not_there_is_told_with_those_that_are(
    tmp_path: Path, column: str
) -> None:
    files = {**FLAT, "labels.csv": table("0.jpg,cat", "1.jpg,dog")}

    with pytest.raises(SettingError, match=r"no column 'x'\. Its columns are: 'image', 'label'"):
        look(tmp_path, files, labels_file="labels.csv", **{column: "x"})


def test_a_labels_file_needs_two_columns(tmp_path: Path) -> None:
    files = {**FLAT, "labels.csv": table("0.jpg,cat", "1.jpg,dog")}

    with pytest.raises(SettingError, match="a column of images and another one of labels"):
        look(tmp_path, files, labels_file="labels.csv", label_column="image")


@pytest.mark.parametrize("name", ["nothere.csv", "x" * 5000, "a\0b", "set"])
def test_a_labels_file_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingError, match="There is no labels file"):
        look(tmp_path, FLAT, labels_file=name)


def test_a_labels_file_that_names_no_picture_is_told(tmp_path: Path) -> None:
    files = {**FLAT, "labels.csv": table("a.jpg,cat", "b.jpg,dog")}

    with pytest.raises(SettingError, match=r"names pictures of 'set'.*--image-column"):
        look(tmp_path, files, labels_file="labels.csv")


def test_a_labels_file_whose_columns_are_named_is_used_and_not_left_out(tmp_path: Path) -> None:
    """Most of its rows name no picture, so nobody can guess that it is one."""
    rows = ["0.jpg,cat", "1.jpg,dog", *(f"gone{number}.jpg,cat" for number in range(9))]
    files = {**FLAT, "notes.csv": table(*rows, header="what,kind")}

    dataset = read(
        tmp_path, files, labels_file="notes.csv", image_column="what", label_column="kind"
    )

    assert labels_of(dataset) == {"0.jpg": "cat", "1.jpg": "dog"}
    assert "notes.csv" not in reasons_of(dataset)


def test_a_labels_file_may_lie_outside_of_the_source(tmp_path: Path) -> None:
    outside = write_files(
        tmp_path / "other", {"labels.csv": table(*(f"{n}.jpg,cat" for n in range(4)))}
    )

    dataset = read(tmp_path, FLAT, labels_file=str(outside / "labels.csv"))
    again = survey(list_folder(tmp_path / "set"), dataset.choices)

    assert dataset.counts() == {"cat": 4}
    assert read_survey(again).digest == dataset.digest


def test_damage_in_a_labels_file_is_told(tmp_path: Path) -> None:
    rows = [f"{number % 4}.jpg,cat" for number in range(400)]
    files = {**FLAT, "labels.csv": table(*rows, "3.jpg,do\0g")}

    with pytest.raises(SourceError, match=r"'labels.csv' is not text"):
        look(tmp_path, files)


# Labels files and folders.


def test_class_folders_win_and_the_labels_file_is_offered(tmp_path: Path) -> None:
    files = {f"{label}/{n}{label}.jpg": jpeg(n) for label in ("cat", "dog") for n in range(3)}
    files["labels.csv"] = table(*(f"{n}{label}.jpg,{n}" for label in ("cat", "dog") for n in "012"))

    found = look(tmp_path, files)

    assert found.chosen.kind == "folders"
    assert [labels_file.name for labels_file in found.tables] == ["labels.csv"]
    assert found.needs_answer
    assert list(preview_counts(found, {})) == ["cat", "dog"]
    chosen = survey(found.listing, Choices(labels_file="labels.csv"))
    assert preview_counts(chosen, {}) == {"0": 2, "1": 2, "2": 2}


TWO = table("0.jpg,a", "1.jpg,b", "2.jpg,a", "3.jpg,b")


def test_folders_can_be_chosen_where_a_labels_file_is_proposed(tmp_path: Path) -> None:
    files = {**{f"cat/{path}": FLAT[path] for path in FLAT}, "labels.csv": TWO}

    assert read(tmp_path, files).classes == ["a", "b"]
    assert read_survey(look(tmp_path, files, labels_file="")).classes == ["cat"]


def test_folders_of_pictures_and_their_masks_are_no_classes(tmp_path: Path) -> None:
    files = {f"images/{n}.jpg": jpeg(n) for n in range(4)}
    files |= {f"masks/{n}.png": png(n) for n in range(4)}
    files["labels.csv"] = table("0.jpg,cat", "1.jpg,dog", "2.jpg,dog", "3.jpg,dog")

    dataset = read(tmp_path, files)

    assert dataset.counts() == {"cat": 1, "dog": 3}
    assert set(reasons_of(dataset)) == {f"masks/{n}.png" for n in range(4)}


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_metadata_in_each_split_is_one_labels_file(tmp_path: Path, suffix: str) -> None:
    files = {f"{split}/{n}.jpg": jpeg(n) for split in ("train", "test") for n in range(2)}
    for split in ("train", "test"):
        rows = [{"file_name": f"{n}.jpg", "label": "cat" if n else "dog"} for n in range(2)]
        files[f"{split}/metadata.{suffix}"] = (
            table(*(",".join(row.values()) for row in rows), header="file_name,label")
            if suffix == "csv"
            else "\n".join(map(json.dumps, rows)).encode()
        )

    found = look(tmp_path, files)
    dataset = read_survey(found)

    assert len(found.tables) == 1
    assert found.mismatches == ()
    assert dataset.counts("train") == dataset.counts("test") == {"cat": 1, "dog": 1}


def test_a_table_for_each_split_says_the_split(tmp_path: Path) -> None:
    files = {
        **FLAT,
        "train.csv": table("0.jpg,cat", "1.jpg,dog", "2.jpg,dog"),
        "test.csv": table("3.jpg,cat"),
    }

    dataset = read(tmp_path, files)

    assert dataset.choices.labels_file == "test.csv, train.csv"
    assert list(splits_of(dataset).values()) == ["train", "train", "train", "test"]


def test_a_column_says_the_split(tmp_path: Path) -> None:
    rows = ["0.jpg,cat,train", "1.jpg,cat,val", "2.jpg,dog,TEST", "3.jpg,dog,train"]
    files = {**FLAT, "labels.csv": table(*rows, header="image,label,split")}

    dataset = read(tmp_path, files)

    assert list(splits_of(dataset).values()) == ["train", "validation", "test", "train"]
    assert dataset.choices.split_column == "split"


def test_a_column_of_splits_can_be_left_aside(tmp_path: Path) -> None:
    rows = ["0.jpg,cat,train", "1.jpg,cat,val", "2.jpg,dog,test", "3.jpg,dog,train"]
    files = {**FLAT, "labels.csv": table(*rows, header="image,label,split")}

    dataset = read(tmp_path, files, labels_file="labels.csv", split_column="")

    assert dataset.splits == ["train"]
