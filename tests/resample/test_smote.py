"""SMOTE's points: where they lie, and whom they may come from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TooFewImagesError
from core.neighbours import nearest_of_same_class
from core.resample import smote


def cloud(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, 4)).astype(np.float32)


@given(
    points=st.integers(2, 12),
    count=st.integers(0, 30),
    k_neighbors=st.integers(1, 25),
    seed=st.integers(0, 99),
)
def test_a_point_lies_between_a_point_and_one_of_its_nearest(
    points: int, count: int, k_neighbors: int, seed: int
) -> None:
    vectors = cloud(points, seed)

    made = smote(vectors, count, np.random.default_rng(seed), label="cat", k_neighbors=k_neighbors)

    assert made.parents.shape == (count, 2)
    assert ((made.fractions >= 0) & (made.fractions < 1)).all()
    k = min(k_neighbors, points - 1)
    for base, neighbour in made.parents:
        distances = np.linalg.norm(vectors - vectors[base], axis=1)
        distances[base] = np.inf
        assert distances[neighbour] <= np.sort(distances)[k - 1] + 1e-5


def test_the_same_generator_gives_the_same_points() -> None:
    first, second = (smote(cloud(9), 20, np.random.default_rng(3), label="cat") for _ in range(2))

    assert np.array_equal(first.parents, second.parents)
    assert np.array_equal(first.fractions, second.fractions)


@pytest.mark.parametrize("copies", [2, 3, 9])
def test_identical_images_are_never_their_own_neighbour(copies: int) -> None:
    vectors = np.repeat(cloud(2), copies, axis=0)

    made = smote(vectors, 500, np.random.default_rng(0), label="cat")

    assert (made.parents[:, 0] != made.parents[:, 1]).all()


def test_every_point_can_be_a_base_and_every_neighbour_a_neighbour() -> None:
    made = smote(cloud(6), 3000, np.random.default_rng(0), label="cat", k_neighbors=5)

    assert len({(int(a), int(b)) for a, b in made.parents}) == 30
    assert made.fractions.mean() == pytest.approx(0.5, abs=0.02)


def test_too_few_images_name_the_class_and_the_need() -> None:
    with pytest.raises(TooFewImagesError, match=r"'cat' has 1 image; at least 2 are needed"):
        smote(cloud(1), 1, np.random.default_rng(0), label="cat")


def test_no_points_may_be_asked_of_any_class() -> None:
    assert len(smote(cloud(1), 0, np.random.default_rng(0), label="cat").fractions) == 0


def test_the_nearest_come_first() -> None:
    line = np.array([[0], [1], [3], [7]], np.float32)

    assert nearest_of_same_class(line, 2).tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert nearest_of_same_class(line, 99).shape == (4, 3)
