"""What a person changes in the labels: it can be undone, and the rows stay what they are."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_sets import read_folder, write_folder

from core.dataset import LEFT_OUT, SPLITS, ImageDataset, Take, build_table, select
from core.dataset.edits import Edits
from core.errors import EmptyDatasetError, SettingError

COUNTS = {"train/cat": 4, "train/dog": 3, "test/cat": 2}


def drawn_table(count: int = 9) -> ImageDataset:
    """Return 2 'cat' of test (rows 0, 1), 4 'cat' and 3 'dog' of training, without files."""
    names = ["test/cat"] * 2 + ["train/cat"] * 4 + ["train/dog"] * 3
    table = build_table(
        {
            "path": [f"{name}/{row}.png" for row, name in enumerate(names)],
            "label": [name[-3:] for name in names],
            "split": [name[:-4] for name in names],
            "width": [8] * count,
            "height": [8] * count,
            "format": ["PNG"] * count,
            "bytes": [100] * count,
            "digest": [f"{row:064x}" for row in range(count)],
            "file": [f"{row}.png" for row in range(count)],
        }
    )
    return ImageDataset("pets", Path(), table)


rows_of_nine = st.lists(st.integers(0, 8), min_size=1, max_size=5)
changes = st.one_of(
    st.builds(lambda rows: lambda edits: edits.leave_out(rows), rows_of_nine),
    st.builds(lambda rows: lambda edits: edits.restore(rows), rows_of_nine),
    st.builds(lambda rows: lambda edits: edits.review(rows), rows_of_nine),
    st.builds(lambda rows: lambda edits: edits.reviewed(rows), rows_of_nine),
    st.builds(
        lambda rows, label: lambda edits: edits.relabel(rows, label),
        rows_of_nine, st.sampled_from(["cat", "dog", "fox"]),
    ),
    st.builds(
        lambda rows, split: lambda edits: edits.move(rows, split),
        rows_of_nine, st.sampled_from(SPLITS),
    ),
)  # fmt: skip


def edited(dataset: ImageDataset, edits: Edits) -> ImageDataset:
    """Return the edited dataset, or the dataset where nothing to learn from would be left."""
    try:
        return edits.apply(dataset)
    except EmptyDatasetError:
        return dataset


@settings(max_examples=60)
@given(st.lists(changes, max_size=6))
def test_undoing_each_edit_gives_the_dataset_back(
    steps: list[Callable[[Edits], Edits]],
) -> None:
    dataset, edits = drawn_table(), Edits()
    for step in steps:
        edits = step(edits)

    undone = edits
    for _ in edits.done:
        undone = undone.undo()

    assert undone.apply(dataset).digest == dataset.digest
    again = undone
    for _ in edits.done:
        again = again.redo()
    assert again.done == edits.done


@settings(max_examples=60)
@given(st.lists(changes, max_size=6))
def test_rows_paths_and_contents_never_change(steps: list[Callable[[Edits], Edits]]) -> None:
    dataset, edits = drawn_table(), Edits()
    for step in steps:
        edits = step(edits)

    after = edited(dataset, edits)

    for column in ("path", "digest", "width", "file"):
        assert after.table[column].tolist() == dataset.table[column].tolist()
    assert len(after.present_rows) == sum(after.counts().values())
    parts = np.concatenate([after.training_rows, after.held_out_rows])
    assert sorted(parts.tolist()) == after.present_rows.tolist()


def test_an_image_that_is_left_out_is_in_no_split() -> None:
    after = Edits().leave_out([0, 2]).apply(drawn_table())

    assert after.table["split"].tolist()[:3] == [LEFT_OUT, "test", LEFT_OUT]
    assert after.counts() == {"cat": 4, "dog": 3}
    assert after.training_rows.tolist() == [3, 4, 5, 6, 7, 8]
    assert after.held_out_rows.tolist() == [1]
    assert after.rows_of("cat").tolist() == [1, 3, 4, 5]
    assert after.splits == ["train", "test"]


def test_an_image_comes_back_with_the_label_and_split_it_was_given() -> None:
    edits = Edits().relabel([2], "dog").leave_out([2]).move([2], "validation").restore([2])

    after = edits.apply(drawn_table())

    assert (after.label(2), after.table["split"].iloc[2]) == ("dog", "validation")


def test_a_class_whose_images_are_all_left_out_has_none() -> None:
    after = Edits().leave_out([6, 7, 8]).apply(drawn_table())

    assert after.counts() == {"cat": 6, "dog": 0}
    assert after.codes.min() == 0


def test_a_new_label_is_a_new_class_and_the_old_one_is_remembered() -> None:
    after = Edits().relabel([8, 2], " fox ").relabel([2], "cat").apply(drawn_table())

    assert after.classes == ["cat", "dog", "fox"]
    assert after.original_labels == {"train/dog/8.png": "dog"}


def test_without_changes_the_dataset_is_the_same_one() -> None:
    dataset = drawn_table()

    assert Edits().review([3]).apply(dataset) is dataset


def test_a_decision_takes_an_image_off_the_review_list() -> None:
    edits = Edits().review([1, 2, 3, 4]).leave_out([1]).relabel([2], "dog").reviewed([3])

    assert edits.review_rows.tolist() == [4]
    assert edits.undo().review_rows.tolist() == [3, 4]


def test_an_image_that_is_taken_back_is_off_the_review_list() -> None:
    assert Edits().leave_out([1]).review([1]).restore([1]).review_rows.tolist() == []


def test_images_that_were_kept_are_known_until_they_are_decided_otherwise() -> None:
    edits = Edits().reviewed([1, 2, 3, 4]).leave_out([1]).relabel([2], "dog").review([3])

    assert edits.kept_rows.tolist() == [4]
    assert edits.undo().kept_rows.tolist() == [3, 4]


def test_what_is_so_already_is_no_edit() -> None:
    edits = Edits().leave_out([1]).review([2]).reviewed([5])

    assert edits.leave_out([1]) is edits
    assert edits.review([2]) is edits
    assert edits.restore([5]) is edits
    assert edits.reviewed([5]) is edits
    assert edits.relabel([], "cat") is edits


def test_a_label_or_split_that_is_so_already_is_no_edit() -> None:
    taken = drawn_table()
    edits = Edits().relabel([8], "fox").move([3], "test")

    assert edits.relabel([8], "fox", of=taken) is edits
    assert edits.move([3], "test", of=taken) is edits
    some = edits.relabel([2, 8], "fox", of=taken).last
    assert some is not None and some.rows.tolist() == [2]


def test_a_list_of_edits_that_is_applied_twice_changes_nothing_the_second_time() -> None:
    taken, listed = drawn_table(), Edits().leave_out([4]).relabel([8], "fox").review([6]).done

    once = Edits().followed_by(listed, taken)

    assert [edit.text for edit in once.done] == [edit.text for edit in listed]
    assert once.followed_by(listed, taken) is once


def test_a_row_that_is_not_there_is_refused_when_it_is_relabelled() -> None:
    taken = drawn_table()

    with pytest.raises(SettingError, match="no image 9"):
        Edits().relabel([9], "fox", of=taken).apply(taken)


def test_undoing_all_can_be_done_again_from_the_first() -> None:
    edits = Edits().leave_out([1]).relabel([2], "fox").undo_all()

    assert len(edits) == 0
    assert [edit.text for edit in edits.redo().redo().done] == [
        "1 image left out", "1 image relabelled to 'fox'",
    ]  # fmt: skip


def test_a_summary_tells_what_came_out() -> None:
    edits = (
        Edits().leave_out([4, 5]).restore([5]).relabel([2, 3], "dog").relabel([8], "fox")
        .move([0], "train").review([6])
    )  # fmt: skip

    assert edits.summary(drawn_table()) == [
        "1 image left out",
        "2 images relabelled from 'cat' to 'dog'",
        "1 image relabelled from 'dog' to 'fox'",
        "1 image moved from test to train",
        "1 image to review later",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda edits: edits.relabel([1], "  "), "'' is no label"),
        (lambda edits: edits.relabel([1], "a\nb"), "is no label"),
        (lambda edits: edits.move([1], "dev"), "no split 'dev'. Use train, validation or test"),
        (lambda edits: edits.leave_out([-1]), "no image -1"),
        (lambda edits: edits.leave_out([9]).apply(drawn_table()), "no image 9 in 'pets'.*9 images"),
    ],
)
def test_what_cannot_be_is_refused(change: Callable[[Edits], object], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        change(Edits())


def test_leaving_out_all_that_could_be_learned_from_is_refused() -> None:
    with pytest.raises(EmptyDatasetError, match="No training image of 'pets' would be left"):
        Edits().leave_out(range(2, 9)).apply(drawn_table())


def test_a_part_of_an_edited_set_has_no_image_that_was_left_out(tmp_path: Path) -> None:
    dataset = read_folder(write_folder(tmp_path / "set", COUNTS))
    after = Edits().leave_out([0, 2]).relabel([8], "cat").apply(dataset)

    part = select(after, Take({"cat": None}))

    assert part.counts() == {"cat": 5}
    assert replace(part, take=None).original_labels == {after.path(8): "dog"}


def test_images_kept_together_take_the_whole_groups_that_they_are_in() -> None:
    drawn = drawn_table()
    groups = pd.Series(pd.Categorical(["p", "", "p", "q", *[""] * 5]))
    dataset = replace(drawn, table=drawn.table.assign(group=groups))

    edits = Edits().keep_together([1, 2], why="near_duplicates")

    codes = edits.apply(dataset).group_codes
    assert codes[0] == codes[1] == codes[2]
    assert len(set(codes[3:].tolist()) - {codes[1]}) == 6
    assert edits.last is not None
    assert edits.last.why == "near_duplicates"
    assert edits.apply(dataset).digest != dataset.digest


def test_what_was_kept_for_one_reason_is_open_for_another() -> None:
    edits = Edits().reviewed([1, 2], why="dark").reviewed([2], why="label_errors")

    assert edits.kept_rows.tolist() == [1, 2]
    assert edits.kept_for("dark").tolist() == [1, 2]
    assert edits.kept_for("label_errors").tolist() == [2]
    assert edits.reviewed([2], why="dark") is edits
    assert edits.review([1]).kept_for("dark").tolist() == [2]
