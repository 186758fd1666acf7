from typing import Any, Literal

import numpy as np
import pytest
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import ADASYN, SMOTE, BorderlineSMOTE
from imblearn.under_sampling import AllKNN, EditedNearestNeighbours, NearMiss
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors

from core.neighbours.exact import ExactNeighbors


def labelled(copies: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return three overlapping classes of 150, 60 and 30 points, and copies of some."""
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1, 2], [150, 60, 30])
    points = rng.standard_normal((240, 6)) + codes[:, None]
    rows = np.concatenate([np.arange(240), np.arange(160, 160 + copies)])
    return points[rows].astype(np.float32), codes[rows]


# Pairs of a sampler as it comes and the same with our neighbours; a sampler counts the point
# itself among the neighbours of an object that it is given, bar NearMiss.
SAMPLERS: dict[str, tuple[Any, Any]] = {
    "SMOTE": (SMOTE(random_state=0), SMOTE(random_state=0, k_neighbors=ExactNeighbors(6))),
    "borderline": (
        BorderlineSMOTE(random_state=0),
        BorderlineSMOTE(
            random_state=0, k_neighbors=ExactNeighbors(6), m_neighbors=ExactNeighbors(11)
        ),
    ),
    "ADASYN": (ADASYN(random_state=0), ADASYN(random_state=0, n_neighbors=ExactNeighbors(6))),
    "ENN": (EditedNearestNeighbours(), EditedNearestNeighbours(n_neighbors=ExactNeighbors(4))),
    "AllKNN": (AllKNN(), AllKNN(n_neighbors=ExactNeighbors(4))),
    "SMOTE-ENN": (
        SMOTEENN(random_state=0),
        SMOTEENN(
            random_state=0,
            smote=SMOTE(random_state=0, k_neighbors=ExactNeighbors(6)),
            enn=EditedNearestNeighbours(sampling_strategy="all", n_neighbors=ExactNeighbors(4)),
        ),
    ),
    "SMOTE-Tomek": (
        SMOTETomek(random_state=0),
        SMOTETomek(random_state=0, smote=SMOTE(random_state=0, k_neighbors=ExactNeighbors(6))),
    ),
    "NearMiss 1": (NearMiss(), NearMiss(n_neighbors=ExactNeighbors(3))),
    "NearMiss 2": (NearMiss(version=2), NearMiss(version=2, n_neighbors=ExactNeighbors(3))),
}


@pytest.mark.parametrize("copies", [0, 20])
@pytest.mark.parametrize("name", SAMPLERS)
def test_samplers_make_the_same_with_our_neighbours(name: str, copies: int) -> None:
    points, codes = labelled(copies)
    theirs, ours = SAMPLERS[name]

    expected = theirs.fit_resample(points, codes)
    made = ours.fit_resample(points, codes)

    np.testing.assert_array_equal(made[0], expected[0])
    np.testing.assert_array_equal(made[1], expected[1])


def test_fitted_rows_come_first_among_their_copies() -> None:
    points = np.zeros((50, 3))

    positions = ExactNeighbors(4).fit(points).kneighbors(points.copy(), return_distance=False)

    assert positions[:, 0].tolist() == list(range(50))
    assert positions[20].tolist() == [20, 0, 1, 2]


def test_other_rows_find_the_fitted_ones() -> None:
    points, _ = labelled(0)
    asked = points[:40] + np.float32(0.25)

    distances, positions = ExactNeighbors(4).fit(points).kneighbors(asked)

    expected = NearestNeighbors(n_neighbors=4, algorithm="brute").fit(points).kneighbors(asked)
    np.testing.assert_allclose(distances, expected[0], rtol=1e-5)
    np.testing.assert_array_equal(positions, expected[1])


@pytest.mark.parametrize("mode", ["connectivity", "distance"])
def test_the_graph_is_that_of_scikit_learn(
    mode: Literal["connectivity", "distance"],
) -> None:
    points, _ = labelled(0)

    graph = ExactNeighbors(4).fit(points).kneighbors_graph(mode=mode)

    expected = NearestNeighbors(n_neighbors=4).fit(points).kneighbors_graph(mode=mode)
    np.testing.assert_allclose(graph.toarray(), expected.toarray(), rtol=1e-5)


def test_a_clone_is_not_fitted_and_has_the_settings() -> None:
    copy = clone(ExactNeighbors(7, metric="cosine").fit(np.eye(9)))

    assert (copy.n_neighbors, copy.metric) == (7, "cosine")
    assert not hasattr(copy, "n_samples_fit_")


def test_more_neighbours_than_points_are_refused() -> None:
    with pytest.raises(ValueError, match=r"n_neighbors <= n_samples_fit.* ask for 1 to 2"):
        ExactNeighbors(3).fit(np.eye(3)).kneighbors()


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="X has 2 columns; the fitted points have 3"):
        ExactNeighbors(1).fit(np.eye(3)).kneighbors(np.eye(2))
