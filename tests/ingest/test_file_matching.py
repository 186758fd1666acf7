"""Which file a labels table means by what it says."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ingest.file_index import FileIndex


def found(paths: list[str], value: str, *, folder: str = "") -> list[str]:
    return [paths[place] for place in FileIndex(paths).find(value, folder=folder)]


@pytest.mark.parametrize(
    "value",
    [
        "images/1.jpg",
        "./images/1.jpg",
        "/images/1.jpg",
        "images//1.jpg",
        " images/1.jpg ",
        "images\\1.jpg",
        "other/../images/1.jpg",
        "images/1",
        "IMAGES/1.JPG",
        "1.jpg",
        "1",
        "/home/me/images/1.jpg",
        "C:\\Users\\me\\images\\1.jpg",
        "https://example.org/images/1.jpg",
    ],
)
def test_one_file_is_found_by_many_spellings(value: str) -> None:
    assert found(["images/1.jpg", "images/2.jpg"], value) == ["images/1.jpg"]


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        ".",
        "/",
        "..",
        "3.jpg",
        "train/1.jpg",
        "/home/train/1.jpg",
        "1.png",
        "1.jpg.txt",
        "01",
    ],
)
def test_what_agrees_with_no_file_finds_none(value: str) -> None:
    assert found(["images/1.jpg", "images/2.jpg"], value) == []


def test_the_same_name_in_two_folders_finds_both() -> None:
    paths = ["test/1.jpg", "train/1.jpg"]

    assert found(paths, "1.jpg") == paths


def test_a_folder_in_the_value_tells_two_files_apart() -> None:
    assert found(["test/1.jpg", "train/1.jpg"], "train/1.jpg") == ["train/1.jpg"]


def test_a_path_beside_the_table_comes_first() -> None:
    assert found(["1.jpg", "test/1.jpg", "train/1.jpg"], "1.jpg", folder="train") == ["train/1.jpg"]


def test_a_path_from_the_root_comes_before_deeper_ones() -> None:
    assert found(["a/images/1.jpg", "images/1.jpg"], "images/1.jpg") == ["images/1.jpg"]


def test_a_table_in_a_folder_may_point_out_of_it() -> None:
    assert found(["images/1.jpg", "old/1.jpg"], "../images/1.jpg", folder="labels") == [
        "images/1.jpg"
    ]


def test_files_below_the_folder_of_the_table_are_preferred() -> None:
    paths = ["other/images/1.jpg", "set/images/1.jpg"]

    assert found(paths, "1.jpg", folder="set") == ["set/images/1.jpg"]


def test_a_folder_with_a_longer_name_is_another_one() -> None:
    paths = ["set/images/1.jpg", "set2/images/1.jpg"]

    assert found(paths, "1.jpg", folder="set") == ["set/images/1.jpg"]


def test_a_path_of_another_computer_is_found_beside_the_table() -> None:
    assert found(["set/images/1.jpg"], "/home/me/images/1.jpg", folder="set") == [
        "set/images/1.jpg"
    ]


def test_a_path_without_a_root_is_not_cut_beside_the_table() -> None:
    assert found(["test/1.jpg"], "train/1.jpg", folder="test") == []


def test_letters_of_the_same_case_are_preferred() -> None:
    paths = ["A.jpg", "a.jpg"]

    assert found(paths, "a.jpg") == ["a.jpg"]


def test_letters_of_another_case_find_all_that_differ_in_it() -> None:
    paths = ["cat.JPG", "cat.jpg"]

    assert found(paths, "CAT.jpg") == paths


def test_an_accent_may_be_written_in_two_ways() -> None:
    composed, divided = (unicodedata.normalize(form, "é.jpg") for form in ("NFC", "NFD"))

    assert found([divided], composed) == [divided]


def test_an_id_with_a_dot_is_compared_with_the_whole_stem() -> None:
    assert found(["a.b.jpg", "a.jpg"], "a.b") == ["a.b.jpg"]


def test_an_id_finds_pictures_of_every_format() -> None:
    paths = ["7.jpg", "7.png"]

    assert found(paths, "7") == paths


def test_many_files_of_one_name_are_found_again() -> None:
    index = FileIndex([f"{number}/image.jpg" for number in range(100)])

    assert index.find("image.jpg") == index.find("image.jpg") == tuple(range(100))


def test_no_paths_find_nothing() -> None:
    assert found([], "1.jpg") == []


names = st.text("aAbé.\u0301 ", min_size=1, max_size=4).filter(
    lambda name: name.strip() == name != "." and name != ".."
)
paths_of_pictures = st.lists(
    st.lists(names, min_size=1, max_size=4).map(lambda parts: "/".join(parts) + ".jpg"),
    unique=True,
    max_size=8,
)
any_text = st.text() | st.text("aAbé./\\: ") | st.text(st.characters(categories=["Cs", "Ll"]))


@given(paths_of_pictures, any_text, st.sampled_from(["", "a", "a/b", "é"]))
def test_any_text_finds_some_places_or_none(paths: list[str], value: str, folder: str) -> None:
    places = FileIndex(paths).find(value, folder=folder)

    assert list(places) == sorted(set(places))
    assert set(places) <= set(range(len(paths)))


@given(paths_of_pictures)
def test_every_path_finds_itself_alone(paths: list[str]) -> None:
    index = FileIndex(paths)

    assert [index.find(path) for path in paths] == [(place,) for place in range(len(paths))]


@given(paths_of_pictures, st.data())
def test_an_end_of_a_path_finds_every_file_that_agrees_with_it(
    paths: list[str], data: st.DataObject
) -> None:
    index = FileIndex(paths)
    for path in paths:
        end = path.split("/", data.draw(st.integers(0, path.count("/"))))[-1]

        places = index.find(end)

        agree = [
            place
            for place, other in enumerate(paths)
            if f"/{other}".endswith(f"/{end}") or f"/{end}".endswith(f"/{other}")
        ]
        # A file of just that path is the one that is meant.
        assert places == ((paths.index(end),) if end in paths else tuple(agree))
