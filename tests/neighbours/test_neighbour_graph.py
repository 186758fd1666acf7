import numpy as np
import pytest
from numpy.typing import NDArray

from core.neighbours.graph import BORDERLINE, OUTLIER, RARE, SAFE, hubness, type_of_points


def types(codes: list[int], positions: list[list[int]]) -> list[int]:
    labels, near = np.array(codes), np.array(positions)
    return [int(kind) for kind in type_of_points(labels[near], labels, near)]


@pytest.mark.parametrize(
    ("alike", "expected"), [(5, SAFE), (4, SAFE), (3, BORDERLINE), (2, BORDERLINE), (0, OUTLIER)]
)
def test_the_share_of_the_same_label_gives_the_type(alike: int, expected: int) -> None:
    codes = [1] * (alike + 1) + [0] * (5 - alike)

    near = [[1, 2, 3, 4, 5]] * 6

    assert types(codes, near)[0] == expected


def pair_among_others(around_friend: list[int]) -> int:
    """Return the type of point 0, whose one friend is 1; points 2 and 3 have the same label."""
    codes = [1, 1, 1, 1, 0, 0, 0, 0, 0]
    near = [[1, 4, 5, 6, 7], around_friend] + [[4, 5, 6, 7, 8]] * 7
    return types(codes, near)[0]


def test_a_pair_that_stands_alone_is_rare() -> None:
    assert pair_among_others([0, 4, 5, 6, 7]) == RARE


def test_a_point_whose_one_friend_is_an_outlier_is_rare() -> None:
    assert pair_among_others([4, 5, 6, 7, 8]) == RARE


@pytest.mark.parametrize("around_friend", [[2, 4, 5, 6, 7], [0, 2, 4, 5, 6]])
def test_a_point_whose_one_friend_has_other_friends_is_borderline(around_friend: list[int]) -> None:
    assert pair_among_others(around_friend) == BORDERLINE


def test_without_neighbours_every_point_is_an_outlier() -> None:
    nothing: NDArray[np.intp] = np.empty((2, 0), np.intp)

    assert type_of_points(nothing, np.array([0, 1]), nothing).tolist() == [OUTLIER, OUTLIER]


def test_a_hub_skews_how_often_points_are_neighbours() -> None:
    # Point 0 is everybody's neighbour and 1 is its: 3, 1, 0, 0 times. About their mean of 1 the
    # squares sum to 6 and the cubes to 6, so the skewness is 1.5 / 1.5^1.5.
    skewness = hubness(np.array([[1], [0], [0], [0]]), 4)

    assert skewness == pytest.approx(1.5**-0.5)


def test_where_all_are_neighbours_equally_often_nothing_is_skewed() -> None:
    assert hubness(np.array([[1], [2], [0]]), 3) == 0.0
