import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.neighbours import Neighbors, SearchOptions, nearest, nearest_others, without_self
from core.neighbours.rows import PointRows, centre_of
from core.neighbours.shortlist import Shortlist
from core.neighbours.tiles import Panel
from core.neighbours.tiles_on_gpu import fill_on_gpu

SMALL = 20_000  # bytes: blocks of sixteen rows


def by_force(
    points: NDArray[Any], k: int, queries: NDArray[Any] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return positions and distances from every difference, in float64."""
    exact = points.astype(np.float32).astype(np.float64)
    asked = exact if queries is None else queries.astype(np.float32).astype(np.float64)
    squares = ((asked[:, None] - exact) ** 2).sum(axis=-1)
    if queries is None:
        np.fill_diagonal(squares, np.inf)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    return order, np.sqrt(np.take_along_axis(squares, order, 1))


def assert_same(found: Neighbors, expected: tuple[NDArray[np.intp], NDArray[np.float64]]) -> None:
    np.testing.assert_array_equal(found.positions, expected[0])
    np.testing.assert_allclose(found.distances, expected[1], rtol=1e-12, atol=1e-300)


def cloud(count: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((count, width), dtype=np.float32)


@st.composite
def grids(draw: st.DrawFn) -> NDArray[Any]:
    """Draw points with whole coordinates: many lie at exactly one distance, many are copies."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points = rng.integers(
        0, draw(st.integers(1, 4)), (draw(st.integers(2, 120)), draw(st.integers(1, 6)))
    )
    return points.astype(draw(st.sampled_from([np.uint8, np.int64, np.float16, np.float32])))


@st.composite
def hard_clouds(draw: st.DrawFn) -> NDArray[Any]:
    """Draw points whose float32 products cancel, or leave float32's range."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points = rng.standard_normal((draw(st.integers(2, 120)), draw(st.integers(1, 40))))
    points *= 10.0 ** draw(st.sampled_from([-30, -3, 0, 30]))
    points[:, draw(st.integers(0, points.shape[1] - 1))] = 7
    if draw(st.booleans()):
        points += draw(st.sampled_from([1e4, -3e5]))
    if draw(st.booleans()):
        points[draw(st.integers(0, len(points) - 1))] *= 1e6
    if draw(st.booleans()):
        points = points[rng.integers(len(points), size=len(points))]
    return points.astype(draw(st.sampled_from([np.float32, np.float64])))


@given(grids(), st.integers(1, 9), st.sampled_from([SMALL, 64_000_000]))
def test_ties_go_to_the_lower_position(points: NDArray[Any], k: int, memory_bytes: int) -> None:
    assert_same(
        nearest_others(points, k, options=SearchOptions(memory_bytes=memory_bytes)),
        by_force(points, min(k, len(points) - 1)),
    )


@given(hard_clouds(), st.integers(1, 9), st.sampled_from([SMALL, 64_000_000]))
def test_no_neighbour_is_missed(points: NDArray[Any], k: int, memory_bytes: int) -> None:
    found = nearest_others(points, k, options=SearchOptions(memory_bytes=memory_bytes))

    # Where two distances differ by rounding alone, either may be first.
    _, distances = by_force(points, min(k, len(points) - 1))
    np.testing.assert_allclose(found.distances, distances, rtol=1e-12, atol=1e-300)


@given(grids(), grids(), st.integers(1, 9))
def test_queries_find_points(points: NDArray[Any], others: NDArray[Any], k: int) -> None:
    width = min(points.shape[1], others.shape[1])
    points, queries = points[:, :width], others[:, :width]

    found = nearest(points, k, queries=queries, options=SearchOptions(memory_bytes=SMALL))

    assert_same(found, by_force(points, min(k, len(points)), queries))


@given(hard_clouds(), st.sampled_from(["euclidean", "cosine"]))
def test_the_size_of_blocks_changes_nothing(points: NDArray[Any], metric: str) -> None:
    whole = nearest_others(points, 5, options=SearchOptions(metric))

    in_blocks = nearest_others(points, 5, options=SearchOptions(metric, memory_bytes=SMALL))

    np.testing.assert_array_equal(in_blocks.positions, whole.positions)
    np.testing.assert_array_equal(in_blocks.distances, whole.distances)


def test_the_number_of_threads_changes_nothing() -> None:
    points = cloud(5000, 512)
    with threadpool_limits(limits=1, user_api="blas"):
        alone = nearest_others(points, 5)

    with threadpool_limits(limits=3, user_api="blas"):
        together = nearest_others(points, 5)

    np.testing.assert_array_equal(together.positions, alone.positions)
    np.testing.assert_array_equal(together.distances, alone.distances)


@pytest.mark.long
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("memory_bytes", [4_000_000, 16_000_000])
def test_no_more_memory_is_held_than_allowed(memory_bytes: int, threads: int) -> None:
    points = cloud(7000, 256)
    tracemalloc.start()

    with threadpool_limits(limits=threads, user_api="blas"):
        found = nearest_others(points, 5, options=SearchOptions(memory_bytes=memory_bytes))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - found.positions.nbytes - found.distances.nbytes < memory_bytes


def test_many_blocks_and_panels_give_the_true_neighbours() -> None:
    points = cloud(1500, 12)

    assert_same(
        nearest_others(points, 5, options=SearchOptions(memory_bytes=100_000)), by_force(points, 5)
    )


@pytest.mark.long
def test_points_that_come_sorted_keep_their_neighbours() -> None:
    points = np.sort(cloud(1500, 2), axis=0)

    assert_same(
        nearest_others(points, 5, options=SearchOptions(memory_bytes=SMALL)), by_force(points, 5)
    )


def test_rows_name_the_only_points_and_positions_count_in_them() -> None:
    points, rows = cloud(60, 3), np.array([50, 3, 17, 44, 9, 31])

    assert_same(nearest_others(points, 2, rows=rows), by_force(points[rows], 2))


def test_a_copy_is_a_neighbour_and_a_point_is_not_its_own() -> None:
    points = np.array([[0.0], [0.0], [5.0]])

    assert nearest_others(points, 1).positions.tolist() == [[1], [0], [0]]


def test_of_many_copies_the_first_are_neighbours() -> None:
    points = np.concatenate([np.ones((400, 3)), cloud(5, 3)])

    found = nearest_others(points, 3)

    assert_same(found, by_force(points, 3))


def test_many_points_at_one_distance_are_all_looked_at() -> None:
    corners = np.eye(90)[::-1]

    assert nearest_others(corners, 2).positions[[0, 1, 50]].tolist() == [[1, 2], [0, 2], [0, 1]]


def test_small_integers_do_not_wrap() -> None:
    assert nearest_others(np.array([[0], [255], [250]], np.uint8), 2).distances[0].tolist() == [
        250,
        255,
    ]


def test_at_most_all_other_points_are_returned() -> None:
    assert nearest_others(cloud(3, 2), 9).positions.shape == (3, 2)
    assert nearest(cloud(3, 2), 9, queries=cloud(1, 2)).positions.shape == (1, 3)
    assert nearest_others(cloud(1, 2), 9).positions.shape == (1, 0)


def test_the_cosine_is_of_directions() -> None:
    points = np.array([[1, 0], [9, 0], [0, 2], [-3, 0], [3, 4]])

    found = nearest_others(points, 4, options=SearchOptions("cosine"))

    assert found.positions[0].tolist() == [1, 4, 2, 3]
    assert found.distances[0] == pytest.approx([0, 0.4, 1, 2])


def test_a_row_of_zeros_has_no_direction() -> None:
    found = nearest_others(np.array([[0, 0], [0, 3], [0, 0]]), 2, options=SearchOptions("cosine"))

    assert found.distances[0] == pytest.approx([0, 0.5])


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e300])
def test_a_value_without_a_distance_is_named(value: float) -> None:
    points = np.zeros((2000, 3))
    points[1500, 2] = value

    with pytest.raises(ValueError, match=r"Row 1500, column 2 .*finite"):
        nearest_others(points, 3)


def test_a_bad_value_is_named_by_its_row_in_the_source() -> None:
    points = np.zeros((9, 3))
    points[7, 1] = np.nan

    with pytest.raises(ValueError, match="Row 7, column 1"):
        nearest_others(points, 3, rows=np.array([2, 7]))


def test_a_memory_map_gives_what_its_array_gives(tmp_path: Path) -> None:
    points, rows = cloud(700, 6).astype(np.float16), np.arange(699, 0, -2)
    np.save(tmp_path / "points.npy", points)

    mapped = np.load(tmp_path / "points.npy", mmap_mode="r")

    found = nearest_others(mapped, 4, rows=rows, options=SearchOptions(memory_bytes=SMALL))
    assert_same(found, by_force(points[rows], 4))


def test_changes_to_a_private_map_are_kept(tmp_path: Path) -> None:
    np.save(tmp_path / "points.npy", cloud(700, 6))
    mapped = np.load(tmp_path / "points.npy", mmap_mode="c")
    mapped[:] = cloud(700, 6, seed=1)

    nearest_others(mapped, 4, options=SearchOptions(memory_bytes=SMALL))

    np.testing.assert_array_equal(mapped, cloud(700, 6, seed=1))


def test_progress_is_told_of_every_query() -> None:
    told: list[tuple[int, int]] = []

    nearest_others(
        cloud(300, 4),
        2,
        options=SearchOptions(memory_bytes=SMALL),
        progress=lambda _, done, total: told.append((done, total)),
    )

    assert len(told) > 3
    assert told == sorted(told)
    assert told[-1] == (300, 300)


@pytest.mark.parametrize("count", [40, 20_000])
def test_a_graphics_card_would_list_the_true_neighbours(count: int) -> None:
    points = PointRows(cloud(count, 8))
    shortlist = Shortlist(30, 8)

    fill_on_gpu(
        shortlist,
        Panel(points, points, centre_of(points, points, 1024), 0, 30, 1024),
        device="cpu",
        size=8,
        done=lambda _: None,
    )

    listed = shortlist.positions(0, 30)
    for query in range(30):
        squares = ((points.source - points.source[query]) ** 2).sum(axis=1)
        squares[query] = np.inf
        assert set(listed[query]) == set(np.argsort(squares)[:8])


@given(grids(), st.integers(1, 9), st.booleans(), st.data())
def test_chosen_points_have_the_neighbours_that_they_have_among_all(
    points: NDArray[Any], k: int, is_small: bool, data: st.DataObject
) -> None:
    rows = np.array(data.draw(st.permutations(range(len(points)))))[: max(2, len(points) - 1)]
    count = data.draw(st.integers(0, len(rows)))
    chosen = np.array(data.draw(st.permutations(range(len(rows)))), np.intp)[:count]
    options = SearchOptions(memory_bytes=SMALL) if is_small else SearchOptions()

    some = nearest_others(points, k, rows=rows, chosen=chosen, options=options)

    every = nearest_others(points, k, rows=rows)
    np.testing.assert_array_equal(some.positions, every.positions[chosen])
    np.testing.assert_array_equal(some.distances, every.distances[chosen])
    assert (some.positions != chosen[:, None]).all()


def test_what_another_search_finds_is_left_without_each_point_itself() -> None:
    found = np.array([[3, 1, 2], [0, 1, 2], [1, 2, 0]])

    assert without_self(found, np.array([1, 4, 0])).tolist() == [[3, 2], [0, 1], [1, 2]]


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown metric 'city'"):
        SearchOptions("city")
