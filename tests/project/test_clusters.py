"""Groups found without labels."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from core.embed import Embeddings
from core.project import find_clusters
from core.project.clusters import MOST_CLUSTERS


def embedded(vectors: np.ndarray) -> Embeddings:
    rows = np.arange(0, 2 * len(vectors), 2)
    return Embeddings(np.asarray(vectors, np.float32), rows, "x", "x", "cpu")


def heaps(sizes: list[int]) -> np.ndarray:
    rng = np.random.default_rng(0)
    middles = 50 * rng.normal(size=(len(sizes), 8))
    return np.vstack([rng.normal(size=(n, 8)) + m for n, m in zip(sizes, middles, strict=True)])


def test_heaps_are_found_the_largest_first() -> None:
    found = find_clusters(embedded(heaps([10, 40, 25])), 3)

    assert_array_equal(found.codes, np.repeat([2, 0, 1], [10, 40, 25]))
    assert_array_equal(found.rows, np.arange(0, 150, 2))


def test_same_seed_same_groups() -> None:
    vectors = embedded(np.random.default_rng(1).normal(size=(60, 8)))

    assert_array_equal(find_clusters(vectors, 5).codes, find_clusters(vectors, 5).codes)


@pytest.mark.parametrize(("vectors", "asked", "count"), [
    (np.ones((6, 4)), 3, 1),
    (np.eye(4), 9, 4),
    (np.zeros((1, 4)), 2, 1),
    (np.random.default_rng(0).normal(size=(300, 4)), 900, MOST_CLUSTERS),
])  # fmt: skip
def test_there_are_never_more_groups_than_different_images(
    vectors: np.ndarray, asked: int, count: int
) -> None:
    found = find_clusters(embedded(vectors), asked)

    assert found.count == count
    assert found.codes.max() < count
