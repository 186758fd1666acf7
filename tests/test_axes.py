"""Principal components of training rows, and the variance that they keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.axes import EXACT, FAST, principal_axes

# Along the first axis the variance is 4 x 9, along the second 4 x 1.
CROSS = np.array([[3, 1, 5], [3, -1, 5], [-3, 1, 5], [-3, -1, 5]], np.float32)


def cloud(count: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((count, 6)) * [9, 5, 3, 2, 1, 0.5] + 100).astype(np.float32)


def compress(
    vectors: np.ndarray, rows: np.ndarray, count: int, solver: str = EXACT
) -> tuple[np.ndarray, float]:
    axes = principal_axes(vectors[rows], count, 0, solver=solver)
    return axes.components_of(vectors), axes.share


def test_the_widest_direction_is_kept() -> None:
    reduced, share = compress(CROSS, np.arange(4), 1)

    assert np.abs(reduced[:, 0]).tolist() == pytest.approx([3, 3, 3, 3])
    assert share == pytest.approx(0.9)


@given(count=st.integers(2, 30), seed=st.integers(0, 9))
def test_all_components_keep_all_distances(count: int, seed: int) -> None:
    vectors = cloud(count, seed)

    reduced, share = compress(vectors, np.arange(count), 99)

    assert reduced.shape == (count, min(count, 6))
    assert share == pytest.approx(1)
    distances = [np.linalg.norm(points - points[0], axis=1) for points in (vectors, reduced)]
    np.testing.assert_allclose(distances[0], distances[1], atol=1e-3)


def test_it_agrees_with_scikit_learn() -> None:
    from sklearn.decomposition import PCA

    vectors = cloud(50)
    peer = PCA(2).fit(vectors[:40].astype(np.float64))

    reduced, share = compress(vectors, np.arange(40), 2)

    assert share == pytest.approx(peer.explained_variance_ratio_.sum(), rel=1e-6)
    np.testing.assert_allclose(np.abs(reduced), np.abs(peer.transform(vectors)), atol=1e-3)


def test_held_out_rows_have_no_say() -> None:
    vectors, other = cloud(20), cloud(20)
    other[12:] += 50

    first, second = (compress(given, np.arange(12), 2) for given in (vectors, other))

    assert np.array_equal(first[0][:12], second[0][:12])
    assert first[1] == second[1]


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.array([7, 1, 4, 18, 3])
    whole, share = compress(cloud(20), rows, 2)

    monkeypatch.setattr("core.axes._BLOCK_BYTES", 100)
    parts, same = compress(cloud(20), rows, 2)

    np.testing.assert_allclose(np.abs(parts), np.abs(whole), rtol=1e-4, atol=1e-4)
    assert same == pytest.approx(share)


@pytest.mark.parametrize("vectors", [np.ones((4, 3), np.float32), np.ones((1, 3), np.float32)])
def test_vectors_that_are_all_alike_lose_nothing(vectors: np.ndarray) -> None:
    reduced, share = compress(vectors, np.arange(len(vectors)), 2)

    assert (reduced == 0).all()
    assert share == 1


@pytest.mark.parametrize("kind", [np.float16, np.uint8])
def test_narrow_numbers_are_added_up_in_wide_ones(kind: type) -> None:
    vectors = (CROSS + 100).astype(kind)

    assert compress(vectors, np.arange(4), 1)[1] == pytest.approx(0.9)


def test_the_fast_axes_are_the_exact_ones_of_few_vectors() -> None:
    exact, fast = (principal_axes(cloud(40), 3, 0, solver=solver) for solver in (EXACT, FAST))

    np.testing.assert_allclose(fast.directions, exact.directions, atol=1e-3)
    np.testing.assert_allclose(fast.variances, exact.variances, rtol=1e-4)
    assert fast.share == pytest.approx(exact.share, rel=1e-5)


@pytest.mark.parametrize("solver", [EXACT, FAST])
def test_axes_that_are_not_there_have_no_length(solver: str) -> None:
    axes = principal_axes(np.array([[1.0], [3.0]], np.float32), 5, 0, solver=solver)

    assert axes.directions.tolist() == [[1], [0]]
    assert axes.variances == pytest.approx([2, 0])


def test_a_wide_set_takes_the_fast_way_and_the_same_one_for_a_seed() -> None:
    wide = np.random.default_rng(0).standard_normal((30, 700)).astype(np.float32)

    first, second = (principal_axes(wide, 4, seed=3) for _ in range(2))

    assert np.array_equal(first.directions, second.directions)
    assert np.array_equal(first.directions, principal_axes(wide, 4, seed=3, solver=FAST).directions)
