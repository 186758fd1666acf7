"""A test split that a set brings along is used as it is."""

import numpy as np
import pytest
from comparisons import compare
from evaluate_sets import clusters, embedded, images

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.errors import TooFewClassesError


def split_clusters(*, test_of: str = "ab") -> tuple[ImageDataset, Embeddings]:
    """Return two overlapping clouds; every second image of the named classes is for testing."""
    drawn, embeddings = clusters({"a": 160, "b": 60}, apart=1.0)
    labels = drawn.table["label"].tolist()
    splits = [
        "test" if row % 2 and label in test_of else "train" for row, label in enumerate(labels)
    ]
    return images(labels, splits=splits), embeddings


def test_every_test_image_is_scored_once_in_each_run() -> None:
    dataset, embeddings = split_clusters()

    report = compare(dataset, embeddings, strategies=["smote"], on_test_split=True, repeats=4)

    assert report.is_held_out
    assert (report.folds, report.repeats, report.images) == (1, 4, 110)
    for row in report.strategies:
        assert row.confusion.sum(axis=1).tolist() == [4 * 80, 4 * 30]


def test_the_interval_of_a_head_without_chance_is_that_of_other_test_images() -> None:
    dataset, embeddings = split_clusters()

    report = compare(dataset, embeddings, strategies=["class_weights"], on_test_split=True)

    difference = report.strategies[1].difference
    assert difference is not None
    gain = difference["balanced_accuracy"]
    assert gain.low is not None
    assert gain.high is not None
    assert gain.low < gain.mean < gain.high
    assert any("Scored on the original test split." in note for note in report.notes)


def test_test_images_that_are_known_are_told() -> None:
    labels = ["a"] * 8 + ["b"] * 8
    splits = ["train", "train", "test", "train"] * 4
    digests = [str(row) for row in range(16)]
    digests[2] = digests[1]

    report = compare(
        images(labels, splits=splits, digests=digests),
        embedded(np.random.default_rng(0).standard_normal((16, 4))),
        strategies=[],
        on_test_split=True,
    )

    assert any(note.startswith("1 test image looks the same as") for note in report.notes)


def test_a_set_without_a_test_split_is_refused() -> None:
    with pytest.raises(TooFewClassesError, match="Compare on folds"):
        compare(*clusters({"a": 9, "b": 9}, apart=1), on_test_split=True)


def test_a_class_without_test_images_is_told() -> None:
    labels = ["a"] * 12 + ["b"] * 12 + ["c"] * 6
    splits = ["train", "test"] * 12 + ["train"] * 6

    report = compare(
        images(labels, splits=splits),
        embedded(np.random.default_rng(0).standard_normal((30, 4))),
        strategies=[],
        on_test_split=True,
    )

    assert "Not scored because the test split has no image of it: 'c'." in report.notes
    few = next(note for note in report.notes if "fewer than" in note)
    assert few.startswith("'a' and 'b' have fewer than 10 test images")
