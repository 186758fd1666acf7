"""Names that every system can hold, and that never collide."""

from dataclasses import replace
from pathlib import Path

import pytest
from export_sets import contents, dataset_of, exported, manifest
from hypothesis import given
from hypothesis import strategies as st
from image_sets import jpeg, png, read_zip, write_zip

from core.export import export_name
from core.export.names import class_folders, safe_name, stem_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cat", "cat"),
        ("Grüße 猫", "Grüße 猫"),
        ("e\u0301", "é"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("lpt1 .x", "_lpt1 .x"),
        ("name. . ", "name"),
        ("..", "_"),
        (".hidden", "_hidden"),
        ("a/b\\c:d", "a_b_c_d"),
        ("<img onerror>", "_img onerror_"),
        ("abc\u202egpj", "abc_gpj"),
        ("caf\udce9", "caf_"),
        ("__pycache__", "_pycache__"),
        ("$HOME", "_HOME"),
        ("", "_"),
        ("x" * 300, "x" * 120),
        ("🐈" * 300, "🐈" * 30),
    ],
)
def test_names_are_made_safe(name: str, expected: str) -> None:
    assert safe_name(name) == expected


@given(st.text(max_size=200))
def test_any_name_becomes_one_that_a_disk_takes(name: str) -> None:
    safe = safe_name(name)

    assert 0 < len(safe.encode()) <= 122
    assert not set(safe) & set('<>:"/\\|?*\0')
    assert not safe.startswith((".", " "))
    assert not safe.endswith((".", " "))


@given(st.sets(st.text(max_size=6), max_size=12))
def test_labels_never_share_a_folder(labels: set[str]) -> None:
    folders = class_folders(sorted(labels))

    assert set(folders) == labels
    assert len({folder.casefold() for folder in folders.values()}) == len(labels)


def test_folders_below_the_class_are_kept_in_the_name() -> None:
    assert stem_of("set/cat/1.jpg", "cat") == "1"
    assert stem_of("set/cat/a/b/1.jpg", "cat") == "a__b__1"
    assert stem_of("1.tar.gz.jpg", "cat") == "1_tar_gz"


HOSTILE = {
    "a?/1.jpg": jpeg(1),
    "a*/1.jpg": jpeg(2),
    "CON/A.jpg": jpeg(3),
    "CON/a.JPG": jpeg(4),
    "con/x.png": png(5),
    "con/x.jpg": jpeg(6),
    "dots.../1.jpg": jpeg(7),
    "🐈" * 75 + "/" + "y" * 240 + ".jpg": jpeg(8),
    "<img src=x onerror=alert(1)>/" + "y" * 240 + "1.jpg": jpeg(9),
    "<img src=x onerror=alert(1)>/" + "y" * 240 + "2.jpg": jpeg(10),
}


@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_hostile_names_are_told_apart_and_find_their_way_back(tmp_path: Path, name: str) -> None:
    archive = write_zip(tmp_path / "set.zip", HOSTILE)
    apart = {"alike_labels": "keep_apart"}
    dataset = read_zip(archive, tmp_path / "unpacked", decisions=apart)
    assert dataset.skipped == ()

    exported(dataset, tmp_path / name, "none")

    files, rows = contents(tmp_path / name), manifest(tmp_path / name)
    assert {row["parent"]: files[row["path"]] for row in rows} == HOSTILE
    assert len({row["path"].rsplit(".", 1)[0].casefold() for row in rows}) == len(HOSTILE)
    folder_of = {row["label"]: row["path"].split("/")[1] for row in rows}
    assert len({folder.casefold() for folder in folder_of.values()}) == 7
    assert all(max(len(part.encode()) for part in row["path"].split("/")) < 200 for row in rows)


def test_a_trainer_finds_the_classes_in_the_order_of_their_names(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path / "set")

    exported(dataset, tmp_path / "out")

    found = sorted(path.name for path in (tmp_path / "out" / "train").iterdir())
    assert found == dataset.classes == ["cat", "dog", "fox"]


def test_an_export_is_called_as_hugging_face_can_find_it(tmp_path: Path) -> None:
    dataset = replace(dataset_of(tmp_path / "set"), name="folder/photos [2024].zip")

    assert export_name(dataset, "smote") == "photos (2024).zip-smote"
