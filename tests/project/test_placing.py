"""Placing among neighbours: near them, never between heaps, and nothing real moves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from map_sets import between, drawn_map, embedded
from numpy.testing import assert_allclose, assert_array_equal

import core.project.placing as placing
from core.errors import CancelledError
from core.project import place_among_neighbours


def test_a_point_lies_at_the_mean_weighed_by_inverse_squares() -> None:
    embeddings = embedded(np.array([[0.0], [3.0], [50.0]]))
    projection = drawn_map(np.array([[0, 0], [1, 2], [9, 9]]))

    placement = place_among_neighbours(projection, embeddings, between([(0, 1)], [1 / 3]), k=2)

    # At 1 from the first and 2 from the second: weights 1 and 1/4.
    assert_allclose(placement.points, [[0.2, 0.4]], rtol=1e-6)
    assert (placement.indices.tolist(), placement.is_exact) == ([0], False)
    assert placement.way == "among their nearest images"


@pytest.mark.parametrize("fraction", [0.0, 1.0])
def test_a_point_on_a_parent_takes_its_place(fraction: float) -> None:
    rng = np.random.default_rng(0)
    embeddings, points = embedded(rng.standard_normal((20, 4))), rng.standard_normal((20, 2))

    placement = place_among_neighbours(drawn_map(points), embeddings, between([(3, 8)], [fraction]))

    assert_allclose(placement.points[0], points[8 if fraction else 3], rtol=1e-6)


def test_no_point_lies_in_the_void_between_two_heaps() -> None:
    rng = np.random.default_rng(0)
    # Neighbours in the embedding, torn apart on the map: three of five lie at 0, two at 100.
    embeddings = embedded(rng.standard_normal((40, 3)))
    side = np.arange(40) % 5 >= 3
    points = rng.uniform(-1, 1, (40, 2)) + 100 * side[:, None]
    synthetic = between([(n, (n + 1) % 40) for n in range(40)], [0.5] * 40)

    placed = place_among_neighbours(drawn_map(points), embeddings, synthetic).points

    assert ((np.abs(placed) <= 1) | (np.abs(placed - 100) <= 1)).all()


def test_the_heavier_heap_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "_HEAP", 2)  # a heap reaches to the second neighbour on the map
    embeddings = embedded(np.array([[-1.0], [1.1], [1.2], [9.0], [10.0], [11.0]]))
    near, far = [[0, 0], [0, 1], [1, 0]], [[60, 60], [61, 60], [60, 61]]
    points = np.array([far[0], *near[:2], far[1], far[2], near[2]])
    synthetic = between([(0, 1)], [1 / 2.1])  # at 0: 1 from the first, 1.1 and 1.2 from two more

    placed = place_among_neighbours(drawn_map(points), embeddings, synthetic, k=3).points

    assert (placed <= 1).all()


@given(seed=st.integers(0, 2**32), count=st.integers(1, 40), k=st.integers(1, 9))
def test_points_lie_within_the_extent_of_the_map(seed: int, count: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    embeddings = embedded(rng.integers(0, 3, (count, 2)))
    points = rng.integers(0, 4, (count, 2))
    synthetic = between(rng.integers(0, count, (6, 2)).tolist(), rng.random(6).tolist())

    placed = place_among_neighbours(drawn_map(points), embeddings, synthetic, k=k).points

    assert (placed >= points.min(axis=0) - 1e-5).all()
    assert (placed <= points.max(axis=0) + 1e-5).all()


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_the_size_of_a_block_changes_nothing(metric: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    embeddings = embedded(rng.standard_normal((50, 5)))
    projection = drawn_map(rng.standard_normal((50, 2)), metric=metric)
    synthetic = between(rng.integers(0, 50, (23, 2)).tolist(), rng.random(23).tolist())
    whole = place_among_neighbours(projection, embeddings, synthetic).points

    monkeypatch.setattr(placing, "_BLOCK", 4)

    assert_array_equal(place_among_neighbours(projection, embeddings, synthetic).points, whole)


def test_lengths_do_not_count_for_the_cosine() -> None:
    # By the cosine the point, at (5, 5), is nearest to the third; by distance to the first.
    embeddings = embedded(np.array([[10.0, 0], [0, 10], [100, 100], [6, 5]]))
    projection = drawn_map(np.array([[0, 0], [1, 1], [5, 5], [7, 7]]), metric="cosine")

    placement = place_among_neighbours(projection, embeddings, between([(0, 1)], [0.5]), k=1)

    assert_allclose(placement.points, [[5, 5]])


def test_real_points_cannot_be_moved() -> None:
    projection = drawn_map(np.zeros((3, 2)))

    with pytest.raises(ValueError, match="read-only"):
        projection.points[0] = 1


def test_no_synthetic_points_have_no_places() -> None:
    placement = place_among_neighbours(drawn_map(np.eye(2)), embedded(np.eye(2)), between([], []))

    assert placement.points.shape == (0, 2)


def test_placing_is_told_and_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setattr(placing, "_BLOCK", 2)

    def stop(stage: str, done: int, total: int) -> None:
        told.append((stage, done, total))
        if done == 4:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        place_among_neighbours(
            drawn_map(np.eye(2)), embedded(np.eye(2)), between([(0, 1)] * 7, [0.5] * 7),
            progress=stop,
        )  # fmt: skip

    assert told == [("placing synthetic points", done, 7) for done in (0, 2, 4)]
