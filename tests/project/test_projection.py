"""The map: exact where it says so, and still when strategies change."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from map_sets import between, embedded
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.decomposition import PCA

from core.dataset import ImageDataset, build_table
from core.errors import SettingError
from core.project import map_rows, project


def labelled(counts: dict[str, int]) -> ImageDataset:
    paths = [(f"{label}/{n:05d}", label) for label, count in counts.items() for n in range(count)]
    return ImageDataset(
        "drawn",
        None,  # type: ignore[arg-type]
        build_table(
            pd.DataFrame(
                {"path": path, "label": label, "split": "train", "width": 8, "height": 8}
                | {"format": "PNG", "bytes": 9, "digest": path, "file": path}
                for path, label in paths
            ).to_dict("list")
        ),
    )


@pytest.mark.parametrize(("count", "dimension"), [(60, 8), (12, 40)])
def test_synthetic_points_of_a_pca_lie_exactly_where_their_vectors_do(
    count: int, dimension: int
) -> None:
    rng = np.random.default_rng(0)
    embeddings = embedded(rng.standard_normal((count, dimension)), np.arange(count) * 2)
    synthetic = between([(0, 4), (6, 2), (8, 8), (22, 20)], [0.3, 0.9, 0.5, 0.0])

    placement = project(embeddings, embeddings.rows).place(synthetic)

    reference = PCA(min(50, count, dimension), svd_solver="full").fit(embeddings.vectors)
    expected = reference.transform(synthetic.materialize(embeddings))[:, :2]
    real = reference.transform(embeddings.vectors)[:, :2]
    signs = np.sign((real * project(embeddings, embeddings.rows).points).sum(axis=0))
    assert placement.is_exact
    assert_allclose(placement.points, expected * signs, atol=1e-4)
    assert placement.indices.tolist() == [0, 1, 2, 3]


def test_a_point_on_an_arc_has_no_exact_place_on_a_pca() -> None:
    embeddings = embedded(np.random.default_rng(0).standard_normal((9, 4)))
    synthetic = replace(between([(0, 1)], [0.5]), interpolation="spherical")

    assert not project(embeddings, embeddings.rows).place(synthetic).is_exact


def test_points_with_a_parent_off_the_map_are_left_out() -> None:
    embeddings = embedded(np.random.default_rng(0).standard_normal((9, 4)))
    synthetic = between([(0, 1), (0, 8), (7, 1), (2, 3)], [0.5, 0.5, 0.5, 0.5])

    placement = project(embeddings, np.arange(7)).place(synthetic)

    assert placement.indices.tolist() == [0, 3]
    assert placement.points.shape == (2, 2)


def test_real_points_do_not_move_when_synthetic_ones_are_placed() -> None:
    embeddings = embedded(np.random.default_rng(0).standard_normal((30, 6)))
    projection = project(embeddings, embeddings.rows)
    before = projection.points.copy()

    projection.place(between([(0, 1)], [0.5]))
    projection.place(between([], []))

    assert_array_equal(projection.points, before)
    assert_array_equal(project(embeddings, embeddings.rows).points, before)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("method", ["pca", "umap"])
def test_few_points_have_a_map(count: int, method: str) -> None:
    embeddings = embedded(np.random.default_rng(0).standard_normal((count, 4)))

    projection = project(embeddings, embeddings.rows, method=method)

    assert projection.points.shape == (count, 2)
    assert np.isfinite(projection.points).all()
    assert projection.method == "pca"
    assert 0 <= projection.trustworthiness <= 1
    assert 0 <= projection.continuity <= 1


@pytest.mark.parametrize("method", ["pca", "umap"])
def test_points_that_are_all_the_same_lie_in_one_place(method: str) -> None:
    embeddings = embedded(np.ones((20, 4)))

    projection = project(embeddings, embeddings.rows, method=method)

    assert (projection.points == 0).all()
    assert projection.method == "pca"


def test_vectors_of_one_number_have_a_map() -> None:
    embeddings = embedded(np.arange(20).reshape(-1, 1))

    points = project(embeddings, embeddings.rows).points

    assert (points[:, 1] == 0).all()
    assert_allclose(np.abs(np.diff(points[:, 0])), 1, atol=1e-4)


def test_a_umap_is_finite_and_the_same_for_the_same_seed() -> None:
    rng = np.random.default_rng(0)
    embeddings = embedded(np.vstack([rng.normal(0, 1, (20, 6)), rng.normal(9, 1, (20, 6))]))

    first, second = (project(embeddings, embeddings.rows, method="umap") for _ in range(2))

    assert first.method == "umap"
    assert np.isfinite(first.points).all()
    assert_array_equal(first.points, second.points)
    assert first.trustworthiness > 0.7
    placement = first.place(between([(0, 1)], [0.25]))
    assert not placement.is_exact
    assert_allclose(placement.points[0], 0.75 * first.points[0] + 0.25 * first.points[1], rtol=1e-4)


def test_an_unknown_map_is_refused() -> None:
    with pytest.raises(SettingError, match="no map 'tsne'"):
        project(embedded(np.eye(3)), np.arange(3), method="tsne")


def test_only_the_largest_classes_are_thinned() -> None:
    dataset = labelled({"cat": 50, "dog": 20, "fox": 3})
    embeddings = embedded(np.zeros((73, 2)))

    rows = map_rows(dataset, embeddings, limit=43)

    counts = [int(np.isin(rows, dataset.rows_of(label)).sum()) for label in dataset.classes]
    assert counts == [20, 20, 3]
    assert (np.diff(rows) > 0).all()
    assert_array_equal(rows, map_rows(dataset, embeddings, limit=43))
    assert len(map_rows(dataset, embeddings)) == 73


def test_rows_without_a_vector_are_not_drawn() -> None:
    dataset = labelled({"cat": 5})

    assert map_rows(dataset, embedded(np.zeros((2, 2)), np.array([1, 3]))).tolist() == [1, 3]
