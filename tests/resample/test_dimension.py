"""The number of directions in which points vary."""

import numpy as np
import pytest

from core.neighbours import nearest_others
from core.resample.class_difficulty import intrinsic_dimension


def test_the_estimate_is_one_over_the_mean_logarithm() -> None:
    # Ten ratios: nine of e and a larger one, which counts as e: 9 / (9 + 1).
    distances = np.array([[1, np.e]] * 9 + [[1, 50]])

    assert intrinsic_dimension(distances) == pytest.approx(0.9)


@pytest.mark.parametrize("inner", [1, 2, 4])
def test_the_room_around_does_not_count(inner: int) -> None:
    rng = np.random.default_rng(0)
    points = rng.random((1500, inner)) @ rng.standard_normal((inner, 30))

    near = nearest_others(points, 2)

    assert intrinsic_dimension(near.distances) == pytest.approx(inner, rel=0.12)


def test_copies_have_no_say() -> None:
    distances = np.array([[1, np.e]] * 10)
    with_copies = np.concatenate([distances, [[0, 1], [0, 0]]])

    assert intrinsic_dimension(with_copies) == intrinsic_dimension(distances)


@pytest.mark.parametrize(
    "distances", [[[0, 1]] * 9, [[1, 2]], [[1]] * 9, [[1, 1]] * 9, np.empty((0, 2))]
)
def test_what_cannot_be_told_is_not_told(distances: list) -> None:
    assert intrinsic_dimension(np.array(distances, np.float64)) is None
