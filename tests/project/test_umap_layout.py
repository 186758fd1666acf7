"""A UMAP: told epoch by epoch, stopped at any of them, the same for the same seed."""

import threading

import numpy as np
import pytest
from map_sets import embedded, two_groups
from numpy.testing import assert_array_equal

from core.embed import Embeddings
from core.errors import CancelledError
from core.project import Fit, MapSettings, Projection, project

pytestmark = [
    pytest.mark.long,  # the first UMAP of a process compiles
    pytest.mark.filterwarnings("ignore::ImportWarning"),  # of a part that needs TensorFlow
]


def umap_of(embeddings: Embeddings, **options: object) -> Projection:
    return project(embeddings, embeddings.rows, method="umap", **options)  # type: ignore[arg-type]


def test_each_epoch_is_told_once_and_in_order() -> None:
    told: list[tuple[str, int, int]] = []

    umap_of(two_groups(), progress=lambda *unit: told.append(unit))

    epochs = [unit for unit in told if unit[0] == "drawing the map"]
    assert epochs == [("drawing the map", epoch, 500) for epoch in range(501)]
    assert told[-1] == ("measuring the map", 1, 1)


@pytest.mark.parametrize("last", [0, 1, 250, 500])
def test_raising_from_an_epoch_ends_the_work(last: int) -> None:
    told = []

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "drawing the map":
            told.append(done)
            if done == last:
                raise CancelledError("stopped")

    with pytest.raises(CancelledError, match="stopped"):
        umap_of(two_groups(), progress=stop)

    assert told == list(range(last + 1))


def test_another_thread_draws_a_map_after_one_was_stopped() -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if stage == "drawing the map" and done == 3:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        umap_of(two_groups(), progress=stop)
    drawn = []
    thread = threading.Thread(target=lambda: drawn.append(umap_of(two_groups())), daemon=True)
    thread.start()
    thread.join(60)

    assert [projection.method for projection in drawn] == ["umap"]


def test_another_seed_gives_another_map() -> None:
    first, second = (umap_of(two_groups(), settings=MapSettings(seed=seed)) for seed in (0, 1))

    assert np.abs(first.points - second.points).max() > 0.01


def test_a_start_decides_where_groups_lie() -> None:
    embeddings = two_groups()
    start = project(embeddings, embeddings.rows).points

    ends = [umap_of(embeddings, fit=Fit(start=side * start)).points for side in (1, -1)]

    left = [points[:20, 0].mean() < points[20:, 0].mean() for points in ends]
    assert sorted(left) == [False, True]


def test_lengths_do_not_count_for_the_cosine() -> None:
    vectors = np.abs(np.random.default_rng(0).standard_normal((30, 5)))
    scaled = vectors * 2.0 ** np.arange(30)[:, None].clip(0, 8)  # powers of 2 round nothing
    cosine = MapSettings(metric="cosine")

    plain, longer = (umap_of(embedded(some), settings=cosine) for some in (vectors, scaled))

    assert_array_equal(plain.points, longer.points)
    assert plain.trustworthiness == longer.trustworthiness
    assert not np.array_equal(plain.points, umap_of(embedded(vectors)).points)


@pytest.mark.parametrize(
    "vectors",
    [
        np.repeat(np.eye(2), 15, axis=0),  # two classes, each of one picture
        np.repeat(np.random.default_rng(0).standard_normal((6, 4)), 5, axis=0),
        np.arange(20).reshape(-1, 1),  # one number each
        np.vstack([np.zeros((29, 3)), np.ones((1, 3))]),  # one picture unlike the others
        np.ones((12, 3)) * np.arange(12)[:, None],  # one direction
    ],
)
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_vectors_with_little_to_tell_have_a_map(vectors: np.ndarray, metric: str) -> None:
    projection = umap_of(embedded(vectors), settings=MapSettings(metric=metric))

    assert projection.points.shape == (len(vectors), 2)
    assert np.isfinite(projection.points).all()
    assert 0 <= projection.trustworthiness <= 1
    assert 0 <= projection.continuity <= 1
