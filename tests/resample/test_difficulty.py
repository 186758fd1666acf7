"""What speaks against SMOTE: figures by hand, and the sentences that name the images."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from placed_sets import placed
from resample_sets import points_of

from core.audit import Finding, Severity
from core.embed import Embeddings
from core.neighbours.graph import OUTLIER
from core.resample.difficulty import Difficulty, measure_difficulty
from core.resample.smote_limits import Limit


def limits_of(difficulty: Difficulty, label: str) -> tuple[Limit, ...]:
    return tuple(limit for limit in difficulty.limits if limit.label == label)


def around(labels: str, points: object, add: Mapping[str, int], **options: object) -> Difficulty:
    return measure_difficulty(*placed(labels, points), add, **options)


def blobs(
    counts: Sequence[int], width: int = 8, apart: float = 40, seed: int = 0
) -> tuple[str, np.ndarray]:
    """Return labels 'aaabb...' and one cloud of points for each class, `apart` from the next."""
    labels = "".join(chr(ord("a") + place) * count for place, count in enumerate(counts))
    points = np.random.default_rng(seed).standard_normal((len(labels), width))
    points[:, 0] += apart * np.repeat(np.arange(len(counts)), counts)
    return labels, points


def ids(difficulty: Difficulty, label: str) -> set[str]:
    return {limit.id for limit in limits_of(difficulty, label)}


def test_a_class_apart_is_safe() -> None:
    difficulty = around(*blobs([30, 12]), {"b": 18})

    figures = difficulty.classes["b"]
    assert (figures.safe, figures.foreign, figures.images, figures.asked) == (1, 0, 12, 18)
    assert figures.per_image == 1.5
    assert difficulty.overlap.tolist() == [[1, 0], [0, 1]]
    assert limits_of(difficulty, "b") == ()


def test_an_image_among_others_is_an_outlier() -> None:
    # One 'b' lies in the middle of the 'a's, the others far away.
    difficulty = around("aaaaaabbbbbb", [0, 1, 2, 4, 5, 6, 3, 90, 91, 92, 93, 94], {"b": 6}, k=3)

    figures = difficulty.classes["b"]
    assert difficulty.types[6] == OUTLIER
    assert figures.outlier == pytest.approx(1 / 6)
    assert figures.foreign == pytest.approx(1 / 6)
    assert difficulty.overlap[1].tolist() == pytest.approx([1 / 6, 5 / 6])


def test_who_is_nobodys_neighbour_is_counted() -> None:
    # 9 is nobody's nearest, 1 is that of two.
    difficulty = around("aaaa", [0, 1, 2.5, 9], {}, k=1)

    assert difficulty.classes["a"].never_near == 0.25
    assert difficulty.k == 1


def test_mixed_classes_overlap() -> None:
    labels, points = blobs([300, 40], apart=0)

    difficulty = around(labels, points, {"b": 260})

    (limit,) = (limit for limit in limits_of(difficulty, "b") if limit.id == "overlap")
    assert limit.severity is Severity.HIGH
    assert re.match(r"\d+% of the images of 'b' lie among other classes, mostly 'a'", limit.text)
    assert np.isin(limit.rows, np.arange(300, 340)).all()
    figures = difficulty.classes["b"]
    assert len(limit.rows) == round((figures.rare + figures.outlier) * 40)
    assert difficulty.limits[0].severity is Severity.HIGH


def test_many_foreign_neighbours_are_overlap_too() -> None:
    # Pairs of 'b' between the 'a's: each has one of its class near, so none lies alone.
    points = [start + step for start in range(0, 120, 10) for step in (0, 1, 2, 3, 4, 5)]

    difficulty = around("aabbba" * 12, points, {"b": 5}, k=5)

    figures = difficulty.classes["b"]
    assert figures.borderline == 1
    assert figures.foreign == pytest.approx(0.6)
    (limit,) = (limit for limit in limits_of(difficulty, "b") if limit.id == "overlap")
    assert limit.text.startswith("60% of the nearest images of 'b' are from other classes, mostly")
    assert len(limit.rows) == 36


@pytest.mark.parametrize(
    ("images", "expected", "text"),
    [
        (1, "single_image", "'b' has 1 training image; SMOTE needs at least 2."),
        (2, "few_neighbours", "2 training images, so SMOTE uses 1 neighbour there instead of 5."),
        (5, "few_neighbours", "5 training images, so SMOTE uses 4 neighbours there"),
        (6, "few_images", "'b' has 6 training images, so the effect"),
        (9, "few_images", "'b' has 9 training images"),
    ],
)
def test_too_few_images_are_told(images: int, expected: str, text: str) -> None:
    difficulty = around(*blobs([20, images]), {"b": 5})

    limits = {limit.id: limit for limit in limits_of(difficulty, "b")}
    assert set(limits) & {"single_image", "few_neighbours", "few_images"} == {expected}
    assert text in limits[expected].text
    assert limits[expected].rows.tolist() == list(range(20, 20 + images))


def test_many_points_for_each_image_are_told() -> None:
    at_the_limit = around(*blobs([20, 12]), {"b": 120})
    above = around(*blobs([20, 12]), {"b": 324})

    assert ids(at_the_limit, "b") == set()
    assert ids(above, "b") == {"many_per_image"}
    assert "27 points for each of its 12 images" in limits_of(above, "b")[0].text


def test_fewer_images_than_directions_are_told() -> None:
    # The large class tells that classes vary in about twelve directions or more.
    difficulty = around(*blobs([600, 11], width=40), {"b": 5})

    assert difficulty.classes["a"].dimension == pytest.approx(20, abs=10)
    assert difficulty.classes["b"].dimension is None
    (limit,) = limits_of(difficulty, "b")
    assert limit.id == "few_for_dimension"
    assert "has 11 training images, and classes vary in about" in limit.text


def test_a_class_without_spread_is_told() -> None:
    labels, points = blobs([20, 12])
    points[20:] = points[20]

    difficulty = around(labels, points, {"b": 8})

    assert difficulty.classes["b"].constant_columns == 8
    assert difficulty.constant_columns == 0
    assert ids(difficulty, "b") == {"no_spread"}


def test_constant_numbers_are_told_once() -> None:
    labels, points = blobs([20, 12])
    points[:, 3:5] = 7
    points[0, 3] += 1e-9

    difficulty = around(labels, points, {"b": 8})

    assert difficulty.constant_columns == 2
    (limit,) = difficulty.limits
    assert (limit.id, limit.label, len(limit.rows)) == ("constant_columns", "", 0)
    assert limit.text.startswith("2 of 8 numbers of the vectors are alike")


def test_hubs_are_told_with_their_images() -> None:
    # A star: the middle is the nearest of all others, none of which lie near each other.
    points = np.concatenate([np.zeros((1, 30)), np.eye(30)])

    difficulty = around("a" * 31, points, {}, k=1)

    assert difficulty.hubness > 1.4
    (limit,) = difficulty.limits
    assert limit.rows.tolist() == [0]
    assert limit.text.startswith("1 image is a neighbour of very many others, up to 30 times")


def test_a_class_that_gets_no_points_has_no_limits() -> None:
    difficulty = around(*blobs([20, 1]), {})

    assert difficulty.limits == ()
    assert difficulty.classes["b"].images == 1


def test_images_outside_the_rows_are_not_looked_at() -> None:
    dataset, embeddings = points_of({"cat": 12, "dog": 7})
    vectors = embeddings.vectors.copy()
    held_out = np.setdiff1d(embeddings.rows, dataset.training_rows)
    vectors[held_out] = 1e6

    first, second = (
        measure_difficulty(dataset, given, {"dog": 5})
        for given in (embeddings, replace(embeddings, vectors=vectors))
    )

    assert first.to_json() == second.to_json()
    assert np.array_equal(first.rows, dataset.training_rows)


def test_an_image_without_a_vector_is_not_counted() -> None:
    dataset, embeddings = placed("aaabbb", [0, 1, 2, 10, 11, 12])
    fewer = Embeddings(embeddings.vectors[1:], embeddings.rows[1:], "placed", "d", "cpu")

    difficulty = measure_difficulty(dataset, fewer, {"b": 3}, rows=np.array([0, 1, 3, 4]))

    assert difficulty.rows.tolist() == [1, 3, 4]
    assert {label: one.images for label, one in difficulty.classes.items()} == {"a": 1, "b": 2}


@given(
    counts=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    k=st.integers(1, 6),
    seed=st.integers(0, 9),
)
def test_shares_add_up_and_limits_speak_in_sentences(counts: list[int], k: int, seed: int) -> None:
    labels, points = blobs(counts, apart=1, seed=seed)
    add = dict.fromkeys(set(labels), 50)

    difficulty = around(labels, points, add, k=k)

    for figures in difficulty.classes.values():
        shares = (figures.safe, figures.borderline, figures.rare, figures.outlier)
        assert sum(shares) == pytest.approx(1)
        assert 0 <= figures.never_near <= 1
    if len(labels) > 1:
        np.testing.assert_allclose(difficulty.overlap.sum(axis=1), 1)
    for limit in difficulty.limits:
        assert isinstance(limit, Limit)
        assert isinstance(limit, Finding)
        assert limit.text.endswith(".")
        assert limit.remedy.endswith(".")
        assert limit.label == "" or f"'{limit.label}'" in limit.text
        assert np.isin(limit.rows, difficulty.rows).all()
    assert json.loads(json.dumps(difficulty.to_json(), allow_nan=False))["k"] == difficulty.k


@pytest.mark.parametrize("rows", [[], [2]])
def test_one_image_or_none_is_no_difficulty(rows: list[int]) -> None:
    dataset, embeddings = placed("aab", [0, 1, 2])

    difficulty = measure_difficulty(dataset, embeddings, {}, rows=np.array(rows, np.intp))

    assert len(difficulty.classes) == len(rows)
    assert difficulty.limits == ()
