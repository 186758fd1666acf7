"""Trustworthiness and continuity, by hand on five points."""

import numpy as np
import pytest

from core.project.projection import SAMPLE, faithfulness, sampled


def line(*places: float) -> np.ndarray:
    return np.array([[place, 0] for place in places], np.float32)


def test_five_points_by_hand() -> None:
    # The second point, near to the first and the third, is thrown to the far end of the map. With
    # one neighbour each, a penalty counts 2 / (5 * (2 * 5 - 3 - 1)) = 1/15.
    embedding = line(0, 1, 3, 6.5, 11)
    drawn = line(0, 20, 3, 6.5, 10.25)

    trustworthiness, continuity = faithfulness(embedding, drawn, k=1)

    # Neighbours on the map: A-C is 2nd in the embedding, B-E 4th, C-A 2nd, D-C and E-D 1st.
    assert trustworthiness == pytest.approx(1 - (1 + 3 + 1) / 15)
    # Neighbours in the embedding: A-B is 4th on the map, B-A 4th, C-B 4th, D-C and E-D 1st.
    assert continuity == pytest.approx(1 - (3 + 3 + 3) / 15)


def test_a_map_that_is_the_embedding_has_no_fault() -> None:
    points = np.random.default_rng(0).standard_normal((30, 2)).astype(np.float32)

    assert faithfulness(points, points) == (1.0, 1.0)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_few_points_have_figures(count: int) -> None:
    vectors = np.random.default_rng(0).standard_normal((count, 5)).astype(np.float32)

    figures = faithfulness(vectors, vectors[:, :2])

    assert all(0 <= figure <= 1 for figure in figures)


def test_a_sample_is_ascending_and_the_same_each_time() -> None:
    chosen = sampled(5_000, 0)

    assert len(chosen) == SAMPLE
    assert (np.diff(chosen) > 0).all()
    np.testing.assert_array_equal(chosen, sampled(5_000, 0))
    np.testing.assert_array_equal(sampled(3, 0), [0, 1, 2])
