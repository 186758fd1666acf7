"""Images are ranked by how little their label is believed, by predictions that never saw them."""

from collections.abc import Mapping

import numpy as np
import pytest
from labelled_sets import clusters, embedded, images
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from core.evaluate.label_errors import (
    LabelErrors,
    rank_label_errors,
    suspect_labels,
)
from core.evaluate.predictions import Predictions

COUNTS = (300, 120, 60, 30, 16)


def kept(
    actual: NDArray[np.intp],
    scores: Mapping[str, NDArray[np.float64]],
    runs: NDArray[np.int16] | None = None,
) -> Predictions:
    """Return predictions for rows 10, 11, ... from (R, N, C) scores of candidates."""
    repeats, count, classes = next(iter(scores.values())).shape
    return Predictions(
        np.arange(10, 10 + count),
        actual,
        np.arange(count),
        tuple("abcdefgh"[:classes]),
        np.zeros((repeats, count), np.int16) if runs is None else runs,
        {name: values.astype(np.float16) for name, values in scores.items()},
    )


def test_the_label_that_is_believed_least_comes_first() -> None:
    scores = np.array([[[0.9, 0.1, 0.0], [0.2, 0.1, 0.7], [0.0, 0.6, 0.4], [0.5, 0.25, 0.25]]])

    found = rank_label_errors(kept(np.array([0, 1, 2, 0]), {"none": scores}))

    assert_array_equal(found.rows, [11, 12, 13, 10])
    assert_array_equal(found.given, [1, 2, 0, 0])
    assert_array_equal(found.suggested, [2, 1, 1, 1])
    assert_array_equal(found.is_contradicted, [True, True, False, False])
    assert (np.diff(found.scores) >= 0).all()
    assert found.classes == ("a", "b", "c")


def test_of_labels_that_nothing_speaks_for_the_surest_other_class_comes_first() -> None:
    scores = np.array([[[0.0, 0.5, 0.5], [0.0, 1.0, 0.0]]])

    assert_array_equal(rank_label_errors(kept(np.array([0, 0]), {"none": scores})).rows, [11, 10])


def test_repeats_are_averaged_and_those_not_done_left_out() -> None:
    scores = np.zeros((3, 2, 2))
    scores[:, 0] = [[0.1, 0.9], [0.9, 0.1], [0.0, 0.0]]
    scores[:, 1] = [[0.25, 0.75], [0.25, 0.75], [0.0, 0.0]]
    runs = np.array([[0, 1], [0, 1], [-1, 1]], np.int16)

    found = rank_label_errors(kept(np.array([0, 0]), {"none": scores}, runs))

    assert_array_equal(found.rows, [11, 10])
    assert found.scores == pytest.approx([0.25, 0.5], abs=1e-3)


def test_the_best_calibrated_candidate_speaks() -> None:
    actual = np.array([0, 0, 0, 1])
    sure = np.array([[[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]]])

    found = rank_label_errors(kept(actual, {"smote": np.full((1, 4, 2), 0.5), "none": sure}))

    assert found.candidate == "none"
    assert found.rows[0] == 12


def predicted(points: NDArray[np.float64], labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return (3, N, C) probabilities of a shrunken discriminant in five folds, three times."""
    rng, count = np.random.default_rng(1), int(labels.max()) + 1
    scores = np.zeros((3, len(labels), count))
    for repeat in range(3):
        folds = rng.permutation(np.arange(len(labels)) % 5)
        for fold in range(5):
            train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            means = np.stack(
                [points[train][labels[train] == code].mean(0) for code in range(count)]
            )
            apart = points[train] - means[labels[train]]
            spread = apart.T @ apart / len(train)
            slopes = np.linalg.solve(0.8 * spread + 0.2 * np.eye(len(spread)), means.T)
            shares = np.bincount(labels[train], minlength=count) / len(train)
            logs = points[test] @ slopes - (means.T * slopes).sum(0) / 2 + np.log(shares)
            powers = np.exp(logs - logs.max(axis=1, keepdims=True))
            scores[repeat, test] = powers / powers.sum(axis=1, keepdims=True)
    return scores


@pytest.mark.parametrize("seed", range(4))
def test_planted_wrong_labels_are_at_the_top(seed: int) -> None:
    rng = np.random.default_rng(seed)
    true = np.repeat(np.arange(5), COUNTS)
    # Heavy tails and directions that hang together, as vectors of an encoder have.
    mixing = rng.standard_normal((24, 24)) / np.sqrt(24)
    noise = rng.standard_t(5, (len(true), 24)) @ mixing
    points = noise + 1.5 * rng.standard_normal((5, 24))[true]
    wrong = rng.permutation(len(true))[:26]
    labels = true.copy()
    labels[wrong] = (true[wrong] + rng.integers(1, 5, len(wrong))) % 5

    found = rank_label_errors(kept(labels, {"none": predicted(points, labels)}))

    top = found.rows[:26] - 10
    is_planted = np.isin(top, wrong)
    assert is_planted[:10].mean() >= 0.9
    assert is_planted.mean() >= 0.7
    # For nearly all of them the class that they come from is suggested.
    assert (found.suggested[:26] == true[top])[is_planted].mean() >= 0.9
    # By chance, one in twenty would be planted.
    assert np.isin(found.rows[-300:] - 10, wrong).mean() < 0.02


def swapped(
    labels: list[str], rows: list[int], to: str, **options: list[str]
) -> tuple[list[str], LabelErrors]:
    """Return labels of three clouds with some swapped, and how they are ranked."""
    given = [to if row in rows else label for row, label in enumerate(labels)]
    _, vectors = clusters({label: labels.count(label) for label in "abc"}, apart=6)
    dataset = images(given, **options)
    return given, suspect_labels(dataset, vectors, np.arange(len(given)))


LABELS = ["a"] * 20 + ["b"] * 20 + ["c"] * 20


def test_the_vectors_alone_put_swapped_labels_first_and_name_the_right_ones() -> None:
    _, found = swapped(LABELS, [3, 7, 25], "c")

    assert set(found.rows[:3].tolist()) == {3, 7, 25}
    assert [found.classes[code] for code in found.suggested[:3]] == [
        LABELS[row] for row in found.rows[:3]
    ]
    assert [found.classes[code] for code in found.given[:3]] == ["c"] * 3
    assert found.is_contradicted.sum() == 3
    assert found.scores[2] < 0.01 < 0.5 < found.scores[3]


def test_images_of_every_split_are_ranked_but_none_that_is_left_out() -> None:
    splits = ["train", "test"] * 30
    splits[7] = "left out"

    _, found = swapped(LABELS, [3, 7, 24], "c", splits=splits)

    assert sorted(found.rows.tolist()) == [row for row in range(60) if row != 7]
    assert set(found.rows[:2].tolist()) == {3, 24}


@pytest.mark.parametrize("is_known", [True, False])
def test_copies_of_a_picture_do_not_vouch_for_each_other(is_known: bool) -> None:
    # Twelve copies of one 'a' are all labelled 'c'.
    labels = ["c" if row < 12 else label for row, label in enumerate(LABELS)]
    _, made = clusters(dict.fromkeys("abc", 20), apart=6)
    vectors = np.array(made.vectors)
    vectors[:12] = vectors[0]
    groups = np.arange(60)
    if is_known:
        groups[:12] = 0

    found = suspect_labels(images(labels), embedded(vectors), groups)

    assert (set(found.rows[:12].tolist()) == set(range(12))) is is_known


@pytest.mark.parametrize("is_known", [True, False])
def test_images_of_one_patient_do_not_vouch_for_each_other_in_any_split(is_known: bool) -> None:
    labels = ["c" if row < 12 else label for row, label in enumerate(LABELS)]
    patients = ["p" if row < 12 and is_known else str(row) for row in range(60)]
    _, vectors = clusters(dict.fromkeys("abc", 20), apart=6)
    dataset = images(labels, splits=["test"] * 12 + ["train"] * 48, groups=patients)

    found = suspect_labels(dataset, vectors, np.arange(60))

    assert (set(range(12)) <= set(found.rows[found.is_contradicted].tolist())) is is_known


def test_a_class_of_one_picture_is_not_ranked() -> None:
    _, vectors = clusters({"a": 20, "b": 20, "c": 1}, apart=6)
    dataset = images(["a"] * 20 + ["b"] * 20 + ["c"])

    found = suspect_labels(dataset, vectors, np.arange(41))

    assert 40 not in found.rows
    assert found.classes == ("a", "b")


@pytest.mark.parametrize("labels", ["aaaa", "aaab", "ab"])
def test_nothing_is_ranked_where_nobody_could_speak(labels: str) -> None:
    points = np.random.default_rng(0).standard_normal((len(labels), 3))

    found = suspect_labels(images(list(labels)), embedded(points), np.arange(len(labels)))

    assert len(found.rows) == len(found.scores) == 0


def test_the_smallest_sets_are_ranked() -> None:
    points = np.array([[0.0, 0], [0, 1], [9, 9], [9, 8]])

    found = suspect_labels(images(list("aabb")), embedded(points), np.arange(4))

    assert sorted(found.rows.tolist()) == [0, 1, 2, 3]
    assert np.isfinite(found.scores).all()


def test_the_same_seed_gives_the_same_ranking_and_progress_is_told() -> None:
    dataset, vectors = clusters({"a": 15, "b": 15}, apart=1)
    told: list[str] = []

    first = suspect_labels(
        dataset, vectors, np.arange(30), progress=lambda stage, *_: told.append(stage)
    )
    again = suspect_labels(dataset, vectors, np.arange(30))

    assert_array_equal(first.rows, again.rows)
    assert_array_equal(first.scores, again.scores)
    assert {"finding neighbours", "doubting labels"} <= set(told)
