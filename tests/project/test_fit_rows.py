"""A map that is fitted on some images holds the others too."""

import numpy as np
import pytest
from map_sets import embedded, two_groups
from numpy.testing import assert_allclose, assert_array_equal

from core.project import Fit, MapSettings, project


@pytest.mark.parametrize("method", ["pca", "umap"])
def test_images_beyond_the_limit_are_placed(method: str) -> None:
    embeddings = two_groups(30)

    projection = project(embeddings, embeddings.rows, method=method, settings=MapSettings(limit=40))

    assert (len(projection.rows), len(projection.fit_rows), projection.placed) == (60, 40, 20)
    assert (np.diff(projection.fit_rows) > 0).all()
    assert np.isfinite(projection.points).all()


@pytest.mark.parametrize("method", ["pca", "umap"])
def test_images_that_are_placed_move_no_others(method: str) -> None:
    embeddings = two_groups(20)
    some = np.flatnonzero(embeddings.rows % 3)

    alone = project(embeddings, some, method=method)
    together = project(embeddings, embeddings.rows, method=method, fit=Fit(some))

    assert_array_equal(together.fit_rows, some)
    assert_array_equal(together.fitted_points, alone.points)


def test_a_copy_of_a_fitted_image_is_placed_on_it() -> None:
    vectors = two_groups(20).vectors
    embeddings = embedded(np.vstack([vectors, vectors[[3, 30]]]))

    projection = project(
        embeddings, embeddings.rows, method="umap", fit=Fit(np.arange(len(vectors)))
    )

    assert_allclose(projection.points[-2:], projection.points[[3, 30]], rtol=1e-6)


def test_placed_images_lie_on_a_pca_where_their_components_are() -> None:
    embeddings = two_groups(20)
    fit_rows = np.arange(0, 40, 2)

    projection = project(embeddings, embeddings.rows, fit=Fit(fit_rows))

    fitted = embeddings.vectors[fit_rows]
    _, _, axes = np.linalg.svd(fitted - fitted.mean(axis=0), full_matrices=False)
    expected = (embeddings.vectors - fitted.mean(axis=0)) @ axes[:2].T
    assert_allclose(np.abs(projection.points), np.abs(expected), atol=1e-3)


def test_a_row_that_is_not_drawn_cannot_be_fitted() -> None:
    embeddings = two_groups(5)

    with pytest.raises(ValueError, match="not among the rows to draw"):
        project(embeddings, np.arange(4), fit=Fit(np.array([2, 7])))
