"""Precision, recall, density and coverage: against all distances at once, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.neighbours import SearchOptions
from core.resample.prdc import PointBlocks, Prdc, expected_coverage, measure_prdc

# Whole numbers: many points on the border of a ball, and many identical ones.
GRID = st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=2, max_size=14).map(
    lambda rows: np.array(rows, np.float32)
)


def blocks(points: np.ndarray) -> PointBlocks:
    return PointBlocks(len(points), points.__getitem__)


def measured(real: np.ndarray, made: np.ndarray, k: int, **options: int) -> Prdc:
    found = measure_prdc(blocks(real), blocks(made), k, **options)
    assert found is not None
    return found


def reference(real: np.ndarray, made: np.ndarray, k: int) -> tuple[float, float, float, float]:
    """Return the figures as the paper's own program does, from all distances at once."""

    def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        differences = a[:, None].astype(np.float64) - b[None]
        return np.sqrt((differences**2).sum(-1))

    def radii(points: np.ndarray) -> np.ndarray:
        # The point itself, at distance 0, is the first of k + 1.
        return np.sort(distances(points, points), axis=1)[:, k]

    between = distances(real, made)
    in_real = between < radii(real)[:, None]
    in_made = between < radii(made)[None]
    return (
        in_real.any(axis=0).mean(),
        in_made.any(axis=1).mean(),
        in_real.sum(axis=0).mean() / k,
        (between.min(axis=1) < radii(real)).mean(),
    )


def figures(found: Prdc) -> tuple[float, float, float, float]:
    return found.precision, found.recall, found.density, found.coverage


@given(real=GRID, made=GRID, k=st.integers(1, 3), memory=st.sampled_from([64, 900, 64_000_000]))
def test_blocks_give_what_all_distances_give(
    real: np.ndarray, made: np.ndarray, k: int, memory: int
) -> None:
    k = min(k, len(real) - 1, len(made) - 1)

    found = measured(real, made, k, options=SearchOptions(memory_bytes=memory))

    assert figures(found) == pytest.approx(reference(real, made, k))


@pytest.mark.parametrize("offset", [0, 1e4])
def test_clouds_give_what_all_distances_give(offset: float) -> None:
    rng = np.random.default_rng(0)
    real = (rng.standard_normal((90, 12)) + offset).astype(np.float32)
    made = (rng.standard_normal((140, 12)) * 0.9 + offset).astype(np.float32)

    found = measured(real, made, 5, options=SearchOptions(memory_bytes=30_000))

    assert figures(found) == pytest.approx(reference(real, made, 5))


def test_figures_by_hand() -> None:
    # The balls of the real points reach from -1 to 1, 0 to 2 (both 1 wide), and 1 to 5.
    # Of the synthetic, 0.5 lies in two of them, 4 in one, 9 in none.
    # The balls of the synthetic reach from -3 to 4, .5 to 7.5, and 4 to 14.
    real, made = np.array([[0], [1], [3]]), np.array([[0.5], [4], [9]])

    found = measured(real.astype(np.float32), made.astype(np.float32), 1)

    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == 1
    assert found.density == pytest.approx(3 / 3)
    assert found.coverage == 1
    # 1 - 2 / (3 + 3 - 1)
    assert found.expected_coverage == pytest.approx(0.6)


def test_a_copy_on_the_border_is_outside() -> None:
    line = np.array([[0], [1], [2]], np.float32)

    # Each point's nearest is 1 away: its copy lies inside its own ball alone.
    assert measured(line, line, 1).density == 1


@given(real=st.integers(2, 60), made=st.integers(2, 60), k=st.integers(1, 9))
def test_expected_coverage_is_a_share_that_grows(real: int, made: int, k: int) -> None:
    k = min(k, real - 1)

    assert 0 < expected_coverage(real, made, k) <= 1
    assert expected_coverage(real, made, k) < expected_coverage(real, made + 1, k)


def test_points_of_the_same_source_are_covered_as_expected() -> None:
    rng = np.random.default_rng(1)
    runs = [measured(*rng.random((2, 60, 3), np.float32), 5) for _ in range(20)]

    assert np.mean([run.coverage for run in runs]) == pytest.approx(
        runs[0].expected_coverage, abs=0.02
    )


def test_few_points_take_fewer_neighbours() -> None:
    points = np.arange(6, dtype=np.float32)[:, None]

    assert measured(points[:3], points, 5).k == 2


@pytest.mark.parametrize(("real", "made"), [(1, 6), (6, 1), (0, 6), (6, 0)])
def test_a_point_alone_has_no_figures(real: int, made: int) -> None:
    points = np.arange(6, dtype=np.float32)[:, None]

    assert measure_prdc(blocks(points[:real]), blocks(points[:made])) is None
