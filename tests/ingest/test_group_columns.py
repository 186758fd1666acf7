"""Which column of a labels table says what belongs together: by patient, camera or sender."""

from pathlib import Path

import pytest
from image_sets import jpeg
from survey_sets import FLAT, look, read, table

from core.dataset import ImageDataset
from core.errors import SettingError
from core.ingest.columns import Columns, guess_columns
from core.ingest.file_index import FileIndex
from core.ingest.tables import Table, TableFormat

PICTURES = FileIndex([f"{number}.jpg" for number in range(20)])
ROWS = ("0.jpg,a,cat", "1.jpg,a,dog", "2.jpg,b,cat", "3.jpg,b,dog")


def guess(header: str, *ends: str) -> Columns:
    lines = [header, *(f"{number}.jpg,{end}" for number, end in enumerate(ends))]
    rows = tuple(tuple(line.split(",")) for line in lines)
    cut = Table("a.csv", Path("a.csv"), TableFormat("utf-8", ","), len(rows[0]), rows, None)
    guessed = guess_columns(cut, PICTURES)
    assert guessed is not None
    return guessed


def with_table(labels: bytes) -> dict[str, bytes]:
    return {**FLAT, "labels.csv": labels}


def groups_of(dataset: ImageDataset) -> dict[str, str]:
    return dict(zip(dataset.table["path"], dataset.table["group"], strict=True))


@pytest.mark.parametrize(
    "name",
    [
        *("patient", "patient_id", "PatientID", "Subject", "subject-id", "participant", "person"),
        *("case_id", "lesion_id", "camera", "camera_id", "location", "site", "sender_id"),
        *("photographer", "group", "group_id", "series", "video_id"),
    ],
)
def test_a_group_is_known_by_its_name(name: str) -> None:
    assert guess(f"file,{name},label", "a,cat", "a,dog", "b,cat", "b,dog").group == 1


@pytest.mark.parametrize("name", ["age", "case", "lesion", "weight", "patients_age"])
def test_another_name_is_no_group(name: str) -> None:
    assert guess(f"file,{name},label", "a,cat", "a,dog", "b,cat", "b,dog").group is None


def test_of_two_groups_the_patient_comes_before_the_camera() -> None:
    rows = ("x,a,cat", "y,a,dog", "x,b,cat", "y,b,dog")

    assert guess("file,camera,patient,label", *rows).group == 2


def test_of_two_groups_the_one_that_tells_rows_apart_is_taken() -> None:
    rows = ("x,a,cat", "y,b,dog", "x,c,cat", "y,d,dog")

    assert guess("file,camera,patient,label", *rows).group == 1


def test_the_label_is_no_group_and_where_it_has_no_name_rather_another_column() -> None:
    assert guess("file,location", "a", "a", "b", "b") == Columns(True, 0, 1)
    assert guess("file,patient,kind", "p,a", "p,b", "q,a", "q,b") == Columns(True, 0, 2, group=1)


def test_columns_of_zeros_and_ones_have_a_group_beside_them(tmp_path: Path) -> None:
    rows = ("0.jpg,1,0,a", "1.jpg,0,1,a", "2.jpg,1,0,b", "3.jpg,0,1,b")

    dataset = read(tmp_path, with_table(table(*rows, header="image,MEL,NV,patient_id")))

    assert dataset.classes == ["MEL", "NV"]
    assert list(groups_of(dataset).values()) == ["a", "a", "b", "b"]
    assert dataset.choices.group_column == "patient_id"


def test_a_split_and_a_group_stand_side_by_side(tmp_path: Path) -> None:
    rows = ("0.jpg,a,cat,train", "1.jpg,a,dog,train", "2.jpg,b,cat,test", "3.jpg,b,dog,test")

    dataset = read(tmp_path, with_table(table(*rows, header="image,patient,label,split")))

    assert dataset.table["split"].tolist() == ["train", "train", "test", "test"]
    assert list(groups_of(dataset).values()) == ["a", "a", "b", "b"]


@pytest.mark.parametrize(
    "rows",
    [
        ("0.jpg,a,cat", "1.jpg,a,dog", "2.jpg,a,cat", "3.jpg,a,dog"),
        ("0.jpg,a,cat", "1.jpg,b,dog", "2.jpg,c,cat", "3.jpg,d,dog"),
        ("0.jpg,a,cat", "1.jpg,b,dog", "2.jpg,,cat", "3.jpg,,dog"),
    ],
    ids=["one group", "a group each", "a group each, or none"],
)
def test_a_column_that_says_nothing_is_not_taken_unless_it_is_chosen(
    tmp_path: Path, rows: tuple[str, ...]
) -> None:
    files = with_table(table(*rows, header="image,patient,label"))

    guessed = read(tmp_path / "1", files)
    chosen = read(tmp_path / "2", files, group_column="patient")

    assert (guessed.has_groups, guessed.choices.group_column) == (False, "")
    assert (chosen.has_groups, chosen.choices.group_column) == (True, "patient")


def test_all_rows_decide_whether_a_column_says_something(tmp_path: Path) -> None:
    files = {f"{number:03d}.jpg": jpeg(number % 2) for number in range(230)}
    rows = [f"{n:03d}.jpg,{min(n, 228)},{'cat' if n % 2 else 'dog'}" for n in range(230)]
    labels = table(*rows, header="image,patient,label")

    dataset = read(tmp_path, {**files, "labels.csv": labels})

    assert len(set(dataset.group_codes.tolist())) == 229


def test_a_person_may_choose_another_column_or_none(tmp_path: Path) -> None:
    rows = [f"{row},{number % 2}" for number, row in enumerate(ROWS)]
    files = with_table(table(*rows, header="image,patient,label,batch"))

    batch = read(tmp_path / "1", files, group_column="batch")
    none = read(tmp_path / "2", files, group_column="")

    assert list(groups_of(batch).values()) == ["0", "1", "0", "1"]
    assert not none.has_groups
    assert (batch.choices.group_column, none.choices.group_column) == ("batch", "")


def test_a_group_that_is_guessed_gives_way_to_a_label_or_split_that_is_chosen(
    tmp_path: Path,
) -> None:
    files = with_table(table(*ROWS, header="image,patient,label"))

    dataset = read(tmp_path, files, label_column="patient")

    assert dataset.classes == ["a", "b"]
    assert dataset.choices.group_column == ""


@pytest.mark.parametrize("column", ["image", "label"])
def test_the_column_of_images_or_labels_holds_no_groups_too(tmp_path: Path, column: str) -> None:
    files = with_table(table(*ROWS, header="image,patient,label"))

    with pytest.raises(SettingError, match=f"'{column}' cannot hold groups beside images, labels"):
        look(tmp_path, files, group_column=column)


def test_a_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    files = with_table(table(*ROWS, header="image,patient,label"))

    with pytest.raises(SettingError, match="has no column 'sender'"):
        look(tmp_path, files, labels_file="labels.csv", group_column="sender")


def test_a_missing_cell_is_a_group_of_its_own(tmp_path: Path) -> None:
    rows = ("0.jpg,a,cat", "1.jpg,a,dog", "2.jpg,,cat", "3.jpg,,dog")

    dataset = read(tmp_path, with_table(table(*rows, header="image,patient,label")))

    codes = dataset.group_codes.tolist()
    assert codes[0] == codes[1]
    assert len(set(codes)) == 3


def test_a_column_that_no_file_has_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    files = with_table(table(*ROWS, header="image,patient,label"))

    with pytest.raises(SettingError, match=r"'labels.csv' are: 'image', 'patient', 'label'\."):
        look(tmp_path, files, group_column="sender")


def test_a_number_is_one_group_whichever_table_writes_it_as_a_fraction(tmp_path: Path) -> None:
    rows = ("0.jpg,7.0,cat", "1.jpg,7,dog", "2.jpg,7.5,cat", "3.jpg,v1.0,dog")

    dataset = read(tmp_path, with_table(table(*rows, header="image,patient,label")))

    assert list(groups_of(dataset).values()) == ["7", "7", "7.5", "v1.0"]


def test_folders_say_no_groups(tmp_path: Path) -> None:
    files = {f"{label}/{number}.jpg": jpeg(number) for label in "ab" for number in range(2)}

    assert not read(tmp_path, files).has_groups


def test_tables_of_one_form_count_as_one_and_the_training_table_says_the_group(
    tmp_path: Path,
) -> None:
    files = {f"{split}/{n}.jpg": jpeg(n) for split in ("train", "test") for n in range(4)}
    header = "image,patient,label,camera"
    training = table(*(f"{row},x" for row in ROWS), header=header)
    # Seen alone, these rows would have the camera for their group.
    test = table("0.jpg,c,cat,x", "1.jpg,d,dog,x", "2.jpg,e,dog,y", header=header)

    dataset = read(tmp_path, {**files, "train/train.csv": training, "test/test.csv": test})

    assert dataset.counts("test") == {"cat": 1, "dog": 2}
    assert groups_of(dataset)["train/3.jpg"] == "b"
    assert groups_of(dataset)["test/2.jpg"] == "e"
