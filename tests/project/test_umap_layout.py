"""Our own UMAP: its graph by hand, the same bytes wherever it is drawn, and few or equal points."""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_sets import two_groups, umap_of
from numpy.testing import assert_allclose, assert_array_equal

from core.neighbours import nearest_others
from core.progress import silent
from core.project import DEFAULT_SETTINGS, MapSettings, umap_layout
from core.project.umap_layout import _compiled_walk, _curve_of, _walk, fuzzy_graph, lay_out

pytestmark = pytest.mark.filterwarnings("ignore::ImportWarning")  # of a part of umap-learn

DRAW = """
import sys
import numpy as np
from core.embed import Embeddings
from core.project import project
vectors = np.random.default_rng(0).normal(size=(int(sys.argv[1]), 96)).astype(np.float32)
embeddings = Embeddings(vectors, np.arange(len(vectors)), "noise", "noise", "cpu")
points = project(embeddings, embeddings.rows, method="umap").points
sys.stdout.buffer.write(points.tobytes())
"""


def laid_out(vectors: np.ndarray, seed: int = 0) -> np.ndarray:
    vectors = np.asarray(vectors, np.float32)
    return lay_out(vectors, vectors[:, :2], MapSettings(seed=seed), silent)


def drawn_elsewhere(count: int, threads: int) -> bytes:
    """Return the bytes of a map that a process with so many threads draws."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-c", DRAW, str(count)],
        check=True, capture_output=True,
        env={**os.environ, **dict.fromkeys(names, str(threads)), "PYTHONPATH": root},
    ).stdout  # fmt: skip


# Few and many of 96 numbers: axes are found in another way where there are fewer than numbers.
@pytest.mark.long
@pytest.mark.parametrize("count", [60, 700])
def test_a_map_is_the_same_whatever_the_number_of_threads(count: int) -> None:
    one, two = (drawn_elsewhere(count, threads) for threads in (1, 2))

    assert len(one) == count * 8
    assert one == two


def test_a_map_is_the_same_whatever_was_drawn_before_or_beside_it() -> None:
    first = umap_of(two_groups()).points
    umap_of(two_groups(12), settings=MapSettings(seed=3))
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(lambda _: umap_of(two_groups()).points, range(4)))

    for points in beside:
        assert_array_equal(points, first)


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(2, 40),
    width=st.integers(2, 4),
    copies=st.integers(1, 5),
    seed=st.integers(0, 3),
)
def test_any_points_have_places_that_their_seed_decides(
    count: int, width: int, copies: int, seed: int
) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count, width))[np.arange(count) // copies]

    once, again = (laid_out(vectors, seed) for _ in range(2))

    assert once.shape == (count, 2)
    assert once.dtype == np.float32
    assert np.isfinite(once).all()
    assert_array_equal(once, again)


@pytest.mark.parametrize("count", [2, 3, 5, 16])
def test_points_that_are_all_the_same_have_places(count: int) -> None:
    places = laid_out(np.ones((count, 3)))

    assert np.isfinite(places).all()
    assert len(np.unique(places, axis=0)) == count


def test_copies_lie_nearer_to_each_other_than_to_others() -> None:
    vectors = np.repeat(np.random.default_rng(0).normal(size=(12, 5)), 3, axis=0)

    places = laid_out(vectors).reshape(12, 3, 2)

    spread = np.linalg.norm(places - places.mean(axis=1, keepdims=True), axis=2).max()
    middles = places.mean(axis=1)
    apart = np.linalg.norm(middles[:, None] - middles, axis=2)[~np.eye(12, dtype=bool)]
    assert spread < np.median(apart) / 2


def test_two_points_with_one_neighbor_each_belong_together_for_sure() -> None:
    graph = fuzzy_graph(np.array([[1], [0]]), np.array([[3.0], [3.0]]))

    assert graph.pairs.tolist() == [[0, 1], [1, 0]]
    assert_allclose(graph.weights, [1, 1])


def test_weights_are_those_of_umap_learn() -> None:
    distances = np.array([[1.0, 2.0, 4.0]] + [[1.0, 1.5, 3.0]] * 3)
    positions = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
    from umap.umap_ import fuzzy_simplicial_set

    graph = fuzzy_graph(positions, distances)

    itself = np.arange(4)[:, None]
    reference, _, _ = fuzzy_simplicial_set(
        np.zeros((4, 1)), 4, np.random.RandomState(0), "euclidean",
        knn_indices=np.hstack([itself, positions]),
        knn_dists=np.hstack([0 * itself, distances]).astype(np.float32),
    )  # fmt: skip
    dense = np.zeros((4, 4))
    dense[tuple(graph.pairs.T)] = graph.weights
    assert_allclose(dense, reference.toarray(), atol=1e-4)


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.5, 1.0])
def test_the_curve_is_that_of_umap_learn(min_dist: float) -> None:
    from umap.umap_ import find_ab_params

    a, b, twice_b = _curve_of(min_dist)

    assert_allclose((a, b), find_ab_params(1.0, min_dist), rtol=1e-5)
    assert twice_b == 2 * b


def test_a_pair_is_pulled_together_and_a_stranger_pushed_away() -> None:
    places = np.float32([[0, 0], [2, 0], [0, 1]])
    pairs, strangers = np.array([[0, 1]], "i4"), np.array([[2, 0]], "i4")
    curve = np.float32(1), np.float32(1), np.float32(2)

    _compiled_walk()(places, pairs, strangers, curve, np.float32(0.5))

    # Pull: 2 * 4 / (4 * 5) * 2 = 0.8, of which half; then away from (0, 1), and not from itself.
    square = 0.4**2 + 1
    push = 0.5 * 2 / ((0.001 + square) * (1 + square))
    assert_allclose(places, [[0.4 + push * 0.4, -push], [1.6, 0], [0, 1]], rtol=1e-5)


def test_a_pair_is_pulled_as_often_as_its_weight_says(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    found = nearest_others(vectors, 14)
    graph = fuzzy_graph(found.positions, found.distances)
    pulled: Counter[tuple[int, ...]] = Counter()
    monkeypatch.setattr(
        umap_layout,
        "_compiled_walk",
        lambda: lambda places, pairs, *_: pulled.update(map(tuple, pairs.tolist())),
    )

    laid_out(vectors)

    times = [pulled[one] for one in map(tuple, graph.pairs.tolist())]
    assert_allclose(times, 500 * graph.weights / graph.weights.max(), atol=2)
    assert min(times) < 100 < max(times)


def test_the_compiled_loop_does_what_its_source_says() -> None:
    rng = np.random.default_rng(0)
    places = rng.normal(size=(9, 2)).astype(np.float32)
    pairs, strangers = rng.integers(9, size=(30, 2), dtype="i4"), rng.integers(9, size=(30, 5))
    by_source, by_machine = places.copy(), places.copy()
    arguments = (pairs, strangers.astype("i4"), _curve_of(0.1), np.float32(0.1))

    _walk(by_source, *arguments)
    _compiled_walk()(by_machine, *arguments)

    assert_allclose(by_machine, by_source, atol=1e-4)


def test_fewer_points_than_neighbors_have_a_map() -> None:
    vectors = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)

    places = lay_out(vectors, vectors[:, :2], DEFAULT_SETTINGS, silent)

    assert np.ptp(places, axis=0).min() > 0
