"""A joint fit lies on the map that it is compared with."""

import numpy as np
import pytest
from map_sets import between, two_groups
from numpy.testing import assert_allclose, assert_array_equal

from core.errors import SettingError
from core.project import MapSettings, joint_fit, project
from core.project.joint import _laid_on


def test_synthetic_points_lie_among_the_images_of_their_group() -> None:
    embeddings = two_groups(20)
    projection = project(embeddings, embeddings.rows, method="umap")
    before = projection.points.copy()
    synthetic = between([(0, 1), (4, 5), (21, 22)], [0.5, 0.2, 0.9])

    fit = joint_fit(projection, embeddings, synthetic)

    middles = fit.projection.points.reshape(2, 20, 2).mean(axis=1)
    apart = np.linalg.norm(fit.placement.points[:, None] - middles, axis=2)
    assert apart.argmin(axis=1).tolist() == [0, 0, 1]
    assert fit.placement.way == "fitted together with the images"
    assert not fit.placement.is_exact
    assert_array_equal(projection.points, before)


def test_points_with_a_parent_off_the_map_have_no_place() -> None:
    embeddings = two_groups(20)
    projection = project(embeddings, np.arange(30), method="umap")

    fit = joint_fit(projection, embeddings, between([(0, 1), (2, 35), (3, 4)], [0.5] * 3))

    assert fit.placement.indices.tolist() == [0, 2]
    assert fit.placement.points.shape == (2, 2)


def test_a_map_is_turned_mirrored_scaled_and_shifted_onto_another() -> None:
    model = np.random.default_rng(0).standard_normal((9, 2)).astype(np.float32)
    moved = 3 * model @ np.array([[0, 1], [1, 0]]) + [5, -2]
    beyond = np.float32([[4, 4]])
    also = 3 * beyond @ np.array([[0, 1], [1, 0]]) + [5, -2]

    laid = _laid_on(np.vstack([moved, also]).astype(np.float32), model)

    assert_allclose(laid, np.vstack([model, beyond]), atol=1e-4)


def test_a_pca_has_no_joint_fit() -> None:
    embeddings = two_groups(5)

    with pytest.raises(SettingError, match="map is a PCA"):
        joint_fit(project(embeddings, embeddings.rows), embeddings, between([(0, 1)], [0.5]))


def test_more_points_than_a_umap_is_fitted_on_are_refused() -> None:
    embeddings = two_groups(10)
    settings = MapSettings(limit=21)
    projection = project(embeddings, embeddings.rows, method="umap", settings=settings)

    with pytest.raises(SettingError, match="22 points are more than 21"):
        joint_fit(projection, embeddings, between([(0, 1)] * 2, [0.5] * 2))
