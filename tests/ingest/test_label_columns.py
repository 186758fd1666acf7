"""Which columns of a labels table hold the files, the labels and the splits."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_sets import FOLDER, NEEDS_REAL_DATA

from core.ingest.columns import Columns, column_names, guess_columns
from core.ingest.file_index import FileIndex
from core.ingest.tables import Table, TableFormat, peek, read_cells

PICTURES = FileIndex([f"images/{number:02d}.jpg" for number in range(20)])


def table(*lines: str, names: str | None = None) -> Table:
    """Return a table of lines whose cells are divided by commas."""
    rows = tuple(tuple(line.split(",")) for line in lines)
    given = None if names is None else tuple(names.split(","))
    format_ = TableFormat("utf-8", ",") if names is None else None
    return Table("labels.csv", Path("labels.csv"), format_, len(rows[0]), rows, given)


def lines(*ends: str, start: int = 0) -> list[str]:
    """Return one line for each end, each of the next picture."""
    return [f"{number:02d}.jpg,{end}" for number, end in enumerate(ends, start)]


def guess(*lines: str, names: str | None = None) -> Columns:
    guessed = guess_columns(table(*lines, names=names), PICTURES)
    assert guessed is not None
    return guessed


def test_a_table_that_names_no_file_is_no_labels_table() -> None:
    assert guess_columns(table("a,b", "cat,1", "dog,2"), PICTURES) is None


def test_fewer_files_than_a_third_of_the_rows_make_no_labels_table() -> None:
    absent = lines("cat", "cat", "dog", start=50)

    assert guess_columns(table("file,label", "00.jpg,cat", *absent), PICTURES) is None


def test_a_first_row_that_names_no_file_is_a_header() -> None:
    assert guess("picture,what", *lines("cat", "cat", "dog", "dog")) == Columns(True, 0, 1)


def test_a_first_row_that_names_a_file_is_no_header() -> None:
    assert guess(*lines("cat", "cat", "dog", "dog")) == Columns(False, 0, 1)


def test_a_first_row_of_a_missing_file_is_no_header() -> None:
    assert not guess("99.jpg,fox", *lines("cat", "cat", "dog")).has_header


def test_a_first_row_of_a_missing_id_is_no_header() -> None:
    assert not guess("99,cat", "00,cat", "01,dog", "02,dog").has_header


def test_known_names_are_a_header_where_a_picture_has_one_of_them() -> None:
    index = FileIndex(["image.jpg", "00.jpg"])

    assert guess_columns(table("image,label", "00,cat"), index) == Columns(True, 0, 1)


def test_a_name_of_a_picture_column_is_a_header_beside_unknown_names() -> None:
    index = FileIndex(["image.jpg", "00.jpg"])

    assert guess_columns(table("image,what", "00,cat"), index) == Columns(True, 0, 1)


def test_a_table_with_names_has_a_header_and_loses_no_row() -> None:
    assert guess("00.jpg,cat", names="a,b") == Columns(True, 0, 1)


def test_a_single_row_is_enough() -> None:
    assert guess("00.jpg,cat") == Columns(False, 0, 1)


def test_the_files_may_stand_in_any_column() -> None:
    assert guess("label,n,file", "cat,5,00.jpg", "dog,6,01.jpg") == Columns(True, 2, 0)


def test_digits_that_are_labels_are_not_taken_for_ids() -> None:
    index = FileIndex([f"{number}.jpg" for number in range(20)])
    rows = [f"{number % 3},{number}" for number in range(19)] + ["1,missing"]

    assert guess_columns(table("digit,file", *rows), index) == Columns(True, 1, 0)


def test_of_two_columns_with_the_same_files_the_known_name_is_taken() -> None:
    rows = [f"{number:02d},cat,{number:02d}.jpg" for number in range(4)]

    assert guess("key,label,file_name", *rows) == Columns(True, 2, 1)


@pytest.mark.parametrize(
    ("names", "label"),
    [
        ("file,n,label", 2),
        ("file,Species,n", 1),
        ("file,class_id,class_name", 2),
        ("file,class name,class id", 1),
        ("file,x,y", 1),
        ("file,dx,dx_type", 1),
    ],
)
def test_the_label_is_known_by_its_name(names: str, label: int) -> None:
    assert guess(names, *lines("a,a", "b,b", "a,b", "b,a")).label == label


def test_text_is_preferred_to_numbers_among_known_names() -> None:
    assert guess("file,label,species", *lines("0,cat", "1,dog", "0,cat")).label == 2


def test_a_known_name_without_cells_is_no_label() -> None:
    assert guess("file,label,kind", *lines(",cat", ",dog", ",cat", ",dog")).label == 2


@pytest.mark.parametrize(
    ("ends", "label"),
    [
        (["7,cat", "7,cat", "8,dog", "8,dog"], 2),
        (["one,cat", "two,cat", "three,dog", "four,dog"], 2),
        (["True,cat", "True,cat", "False,dog", "False,dog"], 2),
        (["True,7", "True,7", "False,8", "False,8"], 2),
        (["cat,one", "cat,two", "dog,three", "dog,four"], 1),
        (["same,one", "same,two", "same,three", "same,four"], 2),
        (["one,", "two,", "three,", "four,"], 1),
    ],
)
def test_without_a_name_the_label_is_text_that_repeats(ends: list[str], label: int) -> None:
    assert guess("file,a,b", *lines(*ends)).label == label


def test_a_column_of_splits_is_found_and_is_no_label() -> None:
    rows = lines("train,cat", "Test,cat", "VAL,dog", ",dog")

    assert guess("file,part,kind", *rows) == Columns(True, 0, 2, split=1)


def test_a_single_split_needs_a_name() -> None:
    rows = lines("train,cat", "train,cat", "train,dog", "train,dog")

    assert guess("file,Subset,kind", *rows).split == 1
    assert guess("file,vehicle,kind", *rows).split is None


def test_a_column_that_is_named_a_split_may_hold_a_few_others() -> None:
    rows = lines("train,a", "train,b", "holdout,a", "test,a")

    assert guess("file,split,kind", *rows).split == 1
    assert guess("file,part,kind", *rows).split is None


def test_splits_beside_nothing_else_are_labels() -> None:
    assert guess("file,what", *lines("train", "test")) == Columns(True, 0, 1)


def test_one_column_a_class_is_recognised() -> None:
    rows = lines("1.0,0.0,0.0", "0.0,1.0,0.0", "1.0,0.0,0.0")

    assert guess("image,MEL,NV,BCC", *rows) == Columns(True, 0, 1, one_hot=(1, 2, 3))


def test_several_ones_in_a_row_are_no_single_class() -> None:
    assert guess("image,striped,spotted", *lines("1,1", "0,1")).one_hot == ()


def test_a_label_by_name_comes_before_columns_of_zeros_and_ones() -> None:
    guessed = guess("image,label,old,new", *lines("cat,1,0", "dog,0,1"))

    assert (guessed.label, guessed.one_hot) == (1, ())


def test_a_single_row_is_no_header_even_where_its_words_are_known() -> None:
    index = FileIndex(["image.jpg"])

    assert guess_columns(table("image,label"), index) == Columns(False, 0, 1)


cell = st.sampled_from(
    ["", "00.jpg", "01", "cat", "train", "test", "0", "1", "true", "file", "y", "patient", "site"]
)


@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=6
        )
    )
)
def test_whatever_is_guessed_the_columns_differ(rows: list[list[str]]) -> None:
    columns = guess_columns(table(*map(",".join, rows)), PICTURES)

    if columns is not None:
        labels = columns.one_hot or (columns.label,)
        others = [column for column in (columns.split, columns.group) if column is not None]
        chosen = [columns.file, *labels, *others]
        assert columns.label == labels[0]
        assert len(set(chosen)) == len(chosen)
        assert set(chosen) <= set(range(len(rows[0])))


def test_columns_without_a_name_are_numbered_and_repeated_names_are_told_apart() -> None:
    headed = table("a,,a,a (2)", "1,2,3,4")

    assert column_names(headed, True) == ["a", "column 2", "a (2)", "a (2) (2)"]
    assert column_names(headed, False) == ["column 1", "column 2", "column 3", "column 4"]


def test_a_table_in_a_folder_is_matched_from_there() -> None:
    index = FileIndex(["test/0.jpg", "train/0.jpg"])

    assert guess_columns(table("0.jpg,cat"), index, folder="train") == Columns(False, 0, 1)
    assert guess_columns(table("0.jpg,cat"), index) is None


@pytest.mark.real_data
@NEEDS_REAL_DATA[1]
def test_a_real_table_of_ids_is_understood(tmp_path: Path) -> None:
    with zipfile.ZipFile(FOLDER / "clothing_csv.zip") as archive:
        file = Path(archive.extract("clothing_csv/images.csv", tmp_path))
        paths = [name for name in archive.namelist() if name.endswith(".jpg")]
    real, index = peek("clothing_csv/images.csv", file), FileIndex(paths)

    columns = guess_columns(real, index, folder="clothing_csv")

    assert columns == Columns(has_header=True, file=0, label=2, group=1)
    rows = list(read_cells(real, [columns.file], has_header=columns.has_header))
    places = [index.find(value, folder="clothing_csv") for _, (value,) in rows]
    assert sorted({len(found) for found in places}) == [0, 1]
    assert sum(not found for found in places) == 5
    assert len(set(range(len(paths))) - {found[0] for found in places if found}) == 12
