"""Which label and split a file has, from where it lies."""

import random

import pytest

from core.dataset import SPLITS
from core.ingest.folders import NO_LABEL, find_folders
from core.ingest.names import is_junk, is_wanted


def places(*paths: str) -> list[tuple[str | None, str]]:
    """Return the label at the first level, and the split, of each path by its folder."""
    of_path = [path.rpartition("/")[0] for path in paths]
    folders = list(dict.fromkeys(of_path))
    found = find_folders(folders, [of_path.count(folder) for folder in folders])
    codes, names = found.labels_at(1)
    said = {
        folder: (None if code == NO_LABEL else names[code], SPLITS[split])
        for folder, code, split in zip(folders, codes, found.splits, strict=True)
    }
    return [said[folder] for folder in of_path]


def test_each_folder_is_a_class() -> None:
    assert places("cat/1.jpg", "dog/1.jpg") == [("cat", "train"), ("dog", "train")]


def test_a_single_folder_is_a_class() -> None:
    assert places("cat/1.jpg", "cat/2.jpg") == [("cat", "train"), ("cat", "train")]


def test_folders_that_wrap_the_classes_are_passed_over() -> None:
    assert places("a/b/cat/1.jpg", "a/b/dog/1.jpg") == [("cat", "train"), ("dog", "train")]


def test_a_wrapped_single_class_keeps_its_name() -> None:
    assert places("set/cat/1.jpg", "set/cat/2.jpg") == [("cat", "train"), ("cat", "train")]


def test_a_stray_picture_beside_the_classes_has_no_label() -> None:
    assert places("cover.jpg", "set/preview.jpg", "set/cat/1.jpg", "set/dog/1.jpg") == [
        (None, "train"),
        (None, "train"),
        ("cat", "train"),
        ("dog", "train"),
    ]


def test_what_lies_deeper_belongs_to_the_class() -> None:
    assert places("cat/1.jpg", "cat/old/very/2.jpg", "dog/1.jpg") == [
        ("cat", "train"),
        ("cat", "train"),
        ("dog", "train"),
    ]
    assert places("cat/1.jpg", "cat/old/2.jpg") == [("cat", "train"), ("cat", "train")]


@pytest.mark.parametrize("folder", ["val", "valid", "Validation", "DEV"])
def test_validation_has_several_names(folder: str) -> None:
    assert places("Train/cat/1.jpg", f"{folder}/cat/1.jpg", "TEST/dog/1.jpg") == [
        ("cat", "train"),
        ("cat", "validation"),
        ("dog", "test"),
    ]


def test_splits_may_be_wrapped() -> None:
    assert places("set/training/cat/1.jpg", "set/testing/cat/1.jpg") == [
        ("cat", "train"),
        ("cat", "test"),
    ]


def test_a_lone_training_folder_is_a_split() -> None:
    assert places("train/cat/1.jpg", "train/dog/1.jpg") == [("cat", "train"), ("dog", "train")]


def test_a_class_called_test_is_a_class_where_nothing_is_called_train() -> None:
    assert places("test/1.jpg", "exam/1.jpg") == [("test", "train"), ("exam", "train")]
    assert places("test/1.jpg", "val/1.jpg") == [("test", "train"), ("val", "train")]


def test_splits_without_class_folders_are_classes() -> None:
    assert places("train/1.jpg", "test/1.jpg") == [("train", "train"), ("test", "train")]


def test_an_unlabelled_test_split_has_no_labels() -> None:
    assert places("train/cat/1.jpg", "test/1.jpg") == [("cat", "train"), (None, "test")]


def test_pictures_at_the_root_have_no_label() -> None:
    assert places("1.jpg", "2.jpg") == [(None, "train"), (None, "train")]
    assert places("1.jpg", "cat/2.jpg") == [(None, "train"), ("cat", "train")]


def test_the_order_of_files_does_not_matter() -> None:
    paths = ["cover.jpg", "set/train/cat/1.jpg", "set/train/dog/a/2.jpg", "set/val/cat/3.jpg"]
    expected = dict(zip(paths, places(*paths), strict=True))

    for seed in range(10):
        shuffled = random.Random(seed).sample(paths, len(paths))
        assert dict(zip(shuffled, places(*shuffled), strict=True)) == expected


def test_what_an_operating_system_leaves_is_nobodys_data() -> None:
    junk = ["__MACOSX/cat/._1.jpg", "cat/.DS_Store", "Thumbs.db", "cat/desktop.ini", ".git/a.jpg"]

    assert all(is_junk(path) for path in junk)
    assert not any(is_junk(path) for path in ["cat/1.jpg", "a.b/thumbs.jpg"])


def test_a_test_folder_beside_the_classes_is_a_split_when_it_holds_the_same_classes() -> None:
    assert places("cat/1.jpg", "dog/1.jpg", "test/cat/2.jpg", "test/dog/2.jpg") == [
        ("cat", "train"),
        ("dog", "train"),
        ("cat", "test"),
        ("dog", "test"),
    ]


def test_no_files_have_no_places() -> None:
    assert places() == []


@pytest.mark.parametrize("path", ["a/1.jpg", "a/1.PNG", "a/img.0017", "a/IMG", "labels.csv"])
def test_what_may_be_a_picture_or_a_table_is_wanted(path: str) -> None:
    assert is_wanted(path)


@pytest.mark.parametrize("path", ["a/clip.mp4", "a/page.html", "__MACOSX/a/._1.jpg", "a/1.xml"])
def test_other_files_are_not_wanted(path: str) -> None:
    assert not is_wanted(path)
