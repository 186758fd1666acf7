"""Taking some classes and images of a dataset."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from image_sets import read_folder, write_folder

from core.dataset import ImageDataset, Take, select
from core.errors import EmptyDatasetError, SettingError
from core.ingest import parse_take


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    return read_folder(
        write_folder(
            tmp_path / "set", {"train/cat": 8, "train/dog": 5, "test/cat": 2, "test/dog": 3}
        )
    )


def test_columns_agree_with_each_other(dataset: ImageDataset) -> None:
    assert dataset.counts() == {"cat": 10, "dog": 8}
    assert dataset.counts("train") == {"cat": 8, "dog": 5}
    assert dataset.counts("validation") == {"cat": 0, "dog": 0}
    assert dataset.splits == ["train", "test"]
    assert dataset.training_rows.tolist() == list(range(5, 18))
    assert [dataset.label(row) for row in dataset.rows_of("dog", "test")] == ["dog"] * 3
    assert dataset.codes.tolist() == [0, 0, 1, 1, 1] + [0] * 8 + [1] * 5
    assert not dataset.codes.flags.writeable


def test_rows_of_one_group_have_one_code_and_a_row_without_one_stands_alone(
    dataset: ImageDataset,
) -> None:
    rows = len(dataset)
    names = ["p1", "", "p2", "p1", "", *["p2"] * (rows - 5)]
    grouped = replace(dataset, table=dataset.table.assign(group=pd.Categorical(names)))

    codes = grouped.group_codes

    assert (dataset.has_groups, grouped.has_groups) == (False, True)
    assert len(set(dataset.group_codes.tolist())) == rows
    assert codes[0] == codes[3]
    assert len(set(codes[2:3].tolist()) | set(codes[5:].tolist())) == 1
    assert len(set(codes.tolist())) == 4


def test_a_take_keeps_the_first_by_name_and_every_held_out_image(dataset: ImageDataset) -> None:
    taken = select(dataset, Take({"cat": 3, "dog": None}))

    assert taken.counts("train") == {"cat": 3, "dog": 5}
    assert taken.counts("test") == {"cat": 2, "dog": 3}
    assert [path for path in taken.table["path"] if path.startswith("train/cat")] == [
        "train/cat/00.jpg",
        "train/cat/01.png",
        "train/cat/02.jpg",
    ]
    assert taken.table.index.tolist() == list(range(13))
    assert taken.digest != dataset.digest


def test_classes_that_are_not_named_are_left_out_with_all_splits(dataset: ImageDataset) -> None:
    assert select(dataset, Take({"cat": 1})).counts() == {"cat": 3}


def test_a_star_stands_for_all_other_classes(dataset: ImageDataset) -> None:
    assert select(dataset, Take({"cat": 4, "*": 2})).counts("train") == {"cat": 4, "dog": 2}
    assert select(dataset, Take({"*": None})).counts("train") == {"cat": 8, "dog": 5}


def test_a_random_take_depends_on_its_seed_and_class_alone(dataset: ImageDataset) -> None:
    def cats(take: Take) -> list[str]:
        taken = select(dataset, take)
        return [taken.path(row) for row in taken.rows_of("cat", "train")]

    first = cats(Take({"cat": 4, "dog": 1}, order="random", seed=1))

    assert cats(Take({"cat": 4}, order="random", seed=1)) == first
    assert any(cats(Take({"cat": 4}, order="random", seed=seed)) != first for seed in (2, 3, 4))
    assert first != cats(Take({"cat": 4}))


def test_more_than_there_is_means_all(dataset: ImageDataset) -> None:
    assert select(dataset, Take({"cat": 99})).counts("train") == {"cat": 8}


@pytest.mark.parametrize(
    ("take", "message"),
    [
        (Take({"bird": 1}), "no class 'bird'. The classes are: cat, dog"),
        (Take({"cat": 0}), "Class 'cat': 0 images. Take at least 1"),
        (Take({"cat": 1}, order="size"), "Order 'size' is unknown. Use 'name' or 'random'"),
    ],
)
def test_an_impossible_take_is_refused(dataset: ImageDataset, take: Take, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        select(dataset, take)


def test_a_take_must_leave_something_to_learn_from(dataset: ImageDataset) -> None:
    with pytest.raises(EmptyDatasetError, match="No training image of 'set' is left"):
        select(dataset, Take({}))


def test_texts_become_a_take() -> None:
    assert parse_take([]) is None
    assert parse_take(["cat=48", "dog", "*=9"]) == Take({"cat": 48, "dog": None, "*": 9})
    assert parse_take(["a=b=3"]) == Take({"a=b": 3})


@pytest.mark.parametrize("text", ["cat=", "cat=many", "=3", "cat=-1", "cat=1.5"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="CLASS=COUNT"):
        parse_take([text])


def test_the_digest_names_the_content(tmp_path: Path, dataset: ImageDataset) -> None:
    again = read_folder(dataset.root)
    renamed = dataset.root / "train" / "cat" / "00.jpg"
    renamed.rename(renamed.with_name("zz.jpg"))

    assert again.digest == dataset.digest
    assert read_folder(dataset.root).digest != dataset.digest


def test_rows_are_never_changed_by_a_take(dataset: ImageDataset) -> None:
    before = dataset.table.copy()

    select(dataset, Take({"cat": 1}))

    assert dataset.table.equals(before)
    assert np.array_equal(dataset.training_rows, np.arange(5, 18))
