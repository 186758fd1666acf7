"""Every implementation of UMAP: told epoch by epoch, stopped at any, decided by seed and start."""

import threading

import numpy as np
import pytest
from map_sets import embedded, two_groups, umap_of
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits

from core.errors import CancelledError, SettingError
from core.neighbours import nearest_others
from core.project import IMPLEMENTATIONS, Fit, Implementation, MapSettings, project

pytestmark = [
    pytest.mark.long,  # umap-learn compiles
    pytest.mark.filterwarnings("ignore::ImportWarning"),  # of a part that needs TensorFlow
]


@pytest.fixture(params=IMPLEMENTATIONS)
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of an implementation."""
    return str(request.param)


def by(name: str, **options: object) -> MapSettings:
    return MapSettings(implementation=name, **options)  # type: ignore[arg-type]


def test_each_epoch_is_told_once_and_in_order(name: str) -> None:
    told: list[tuple[str, int, int]] = []

    umap_of(two_groups(), settings=by(name), progress=lambda *unit: told.append(unit))

    epochs = [unit for unit in told if unit[0] == "drawing the map"]
    assert epochs == [("drawing the map", epoch, 500) for epoch in range(501)]
    assert told[-1] == ("measuring the map", 1, 1)


@pytest.mark.parametrize("last", [0, 1, 250, 500])
def test_raising_from_an_epoch_ends_the_work(name: str, last: int) -> None:
    told = []

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "drawing the map":
            told.append(done)
            if done == last:
                raise CancelledError("stopped")

    with pytest.raises(CancelledError, match="stopped"):
        umap_of(two_groups(), settings=by(name), progress=stop)

    assert told == list(range(last + 1))


def test_another_thread_draws_a_map_after_one_was_stopped(name: str) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if stage == "drawing the map" and done == 3:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        umap_of(two_groups(), settings=by(name), progress=stop)
    drawn = []
    thread = threading.Thread(
        target=lambda: drawn.append(umap_of(two_groups(), settings=by(name))), daemon=True
    )
    thread.start()
    thread.join(60)

    assert [projection.method for projection in drawn] == ["umap"]


def test_another_seed_gives_another_map(name: str) -> None:
    first, second = (umap_of(two_groups(), settings=by(name, seed=seed)) for seed in (0, 1))

    assert np.abs(first.points - second.points).max() > 0.01


def test_a_start_decides_where_groups_lie(name: str) -> None:
    embeddings = two_groups()
    start = project(embeddings, embeddings.rows).points

    ends = [
        umap_of(embeddings, settings=by(name), fit=Fit(start=side * start)).points
        for side in (1, -1)
    ]

    left = [points[:20, 0].mean() < points[20:, 0].mean() for points in ends]
    assert sorted(left) == [False, True]


def test_lengths_do_not_count_for_the_cosine(name: str) -> None:
    vectors = np.abs(np.random.default_rng(0).standard_normal((30, 5)))
    scaled = vectors * 2.0 ** np.arange(30)[:, None].clip(0, 8)  # powers of 2 round nothing
    cosine = by(name, metric="cosine")

    plain, longer = (umap_of(embedded(some), settings=cosine) for some in (vectors, scaled))

    assert_array_equal(plain.points, longer.points)
    assert plain.trustworthiness == longer.trustworthiness
    assert not np.array_equal(plain.points, umap_of(embedded(vectors), settings=by(name)).points)


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
def test_vectors_with_little_to_tell_have_a_map(
    name: str, vectors: np.ndarray, metric: str
) -> None:
    projection = umap_of(embedded(vectors), settings=by(name, metric=metric))

    assert projection.points.shape == (len(vectors), 2)
    assert np.isfinite(projection.points).all()
    assert 0 <= projection.trustworthiness <= 1
    assert 0 <= projection.continuity <= 1


def test_ours_keeps_as_many_neighbours_as_the_reference() -> None:
    digits = load_digits().data[:600]
    kept = {}
    for name in IMPLEMENTATIONS:
        points = umap_of(embedded(digits), settings=by(name)).points
        real, drawn = (
            nearest_others(np.asarray(some, np.float32), 15).positions for some in (digits, points)
        )
        pairs = zip(real, drawn, strict=True)
        kept[name] = np.mean([len(np.intersect1d(*both)) for both in pairs]) / 15

    assert kept["evenset"] > kept["umap-learn"] - 0.02 > 0.4


def test_a_map_says_who_drew_it(name: str) -> None:
    assert umap_of(two_groups(), settings=by(name)).settings.implementation == name


def test_an_unknown_implementation_is_refused() -> None:
    with pytest.raises(
        SettingError, match=r"no implementation 'cuml' of UMAP\. Use evenset or umap"
    ):
        umap_of(two_groups(), settings=by("cuml"))


def test_an_entry_is_all_that_a_new_one_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Implementation("Toy", "", lambda components, start, settings, progress: 2 * start)
    monkeypatch.setitem(IMPLEMENTATIONS, "toy", toy)  # type: ignore[arg-type]
    embeddings = two_groups()

    drawn = umap_of(embeddings, settings=by("toy"))

    assert_array_equal(drawn.points, 2 * project(embeddings, embeddings.rows).points)
