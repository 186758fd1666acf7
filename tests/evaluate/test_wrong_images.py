"""Which images are scored wrong, against predictions that are counted by hand."""

import numpy as np
import pytest

from core.evaluate.metrics import count_confusion
from core.evaluate.predictions import Predictions
from core.evaluate.wrong_images import (
    count_wrong,
    find_always_wrong,
    find_wrong,
)

CLASSES = ("cat", "dog", "elk")
ACTUAL = [0, 0, 1, 2, 2]  # of rows 10, 11, 12, 13, 14
LABELS = {  # candidate -> repeat -> what it says of the five
    "none": [[0, 1, 1, 1, 0], [0, 1, 1, 0, 0], [0, 2, 1, 1, 0]],
    "smote": [[0, 0, 1, 1, 0], [1, 0, 1, 1, 0], [1, 1, 1, 2, 2]],
}


def predictions() -> Predictions:
    scores = {name: np.eye(3, dtype=np.float16)[table] for name, table in LABELS.items()}
    return Predictions(
        np.arange(10, 15), np.array(ACTUAL), np.arange(5), CLASSES,
        np.zeros((3, 5), np.int16), scores,
    )  # fmt: skip


def test_each_image_that_is_taken_for_another_class_is_counted() -> None:
    assert count_wrong(predictions(), "none").tolist() == [
        [14, 2, 0, 3],
        [11, 0, 1, 2],
        [13, 2, 1, 2],
        [11, 0, 2, 1],
        [13, 2, 0, 1],
    ]


@pytest.mark.parametrize("candidate", list(LABELS))
def test_the_pictures_behind_a_cell_are_as_many_as_the_cell_says(candidate: str) -> None:
    wrong = count_wrong(predictions(), candidate)
    labels = np.array(LABELS[candidate])

    cells = count_confusion(np.tile(ACTUAL, 3), labels.ravel(), 3)

    for row, label in enumerate(CLASSES):
        for column, predicted in enumerate(CLASSES):
            found = find_wrong(wrong, CLASSES, 3, label=label, predicted=predicted)
            assert found.times.sum() == (0 if row == column else cells[row, column])


def test_the_images_of_a_class_come_most_often_wrong_first() -> None:
    found = find_wrong(count_wrong(predictions(), "none"), CLASSES, 3, label="elk")

    assert found.rows.tolist() == [13, 14]
    assert found.times.tolist() == [3, 3]
    assert found.predicted.tolist() == [1, 0]
    assert found.shares == ["3 of 3 repeats"] * 2
    assert found.text == "2 images of 'elk' taken for another label in at least one of 3 repeats."


def test_the_images_that_no_candidate_gets_right_are_wrong_in_most_repeats_of_each() -> None:
    wrong = {name: count_wrong(predictions(), name) for name in LABELS}

    found = find_always_wrong(wrong, CLASSES, 3)

    assert found.rows.tolist() == [13, 14]
    assert found.times.tolist() == [2, 2]
    assert found.text.startswith("2 images that all 2 strategies get wrong")


def test_where_all_is_right_nothing_is_found() -> None:
    right = np.empty((0, 4), np.intp)

    assert not len(find_wrong(right, CLASSES, 3).rows)
    assert not len(find_always_wrong({"none": right}, CLASSES, 3).rows)
    assert not len(find_always_wrong({}, CLASSES, 3).rows)
