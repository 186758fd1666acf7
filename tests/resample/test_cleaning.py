"""Leaving out what neighbours speak against, beside imbalanced-learn's rules."""

import numpy as np
import pytest
from imblearn.under_sampling import EditedNearestNeighbours, TomekLinks

from core.resample.undersampling import Vote, without_contradicted, without_tomek_links


def drawn(seed: int, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    codes = rng.choice(classes, 120, p=[0.6, 0.3, 0.1][:classes])
    return rng.normal(0, 1, (120, 6)).astype(np.float32) + codes[:, None] * 0.6, codes


@pytest.mark.parametrize("cleans_smallest", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_tomek_links_are_those_of_imbalanced_learn(seed: int, cleans_smallest: bool) -> None:
    points, codes = drawn(seed)
    sampler = TomekLinks(sampling_strategy="all" if cleans_smallest else "auto")
    sampler.fit_resample(points, codes)

    kept = without_tomek_links(points, codes, cleans_smallest=cleans_smallest)

    assert np.flatnonzero(kept).tolist() == sampler.sample_indices_.tolist()
    assert not kept.all()


@pytest.mark.parametrize("cleans_smallest", [False, True])
@pytest.mark.parametrize("kind_sel", ["all", "mode"])
@pytest.mark.parametrize("seed", range(3))
def test_edited_neighbours_are_those_of_imbalanced_learn(
    seed: int, kind_sel: str, cleans_smallest: bool
) -> None:
    points, codes = drawn(seed)
    sampler = EditedNearestNeighbours(
        sampling_strategy="all" if cleans_smallest else "auto", n_neighbors=3, kind_sel=kind_sel
    )
    sampler.fit_resample(points, codes)

    kept = without_contradicted(
        points, codes, vote=Vote(3, kind_sel), cleans_smallest=cleans_smallest
    )

    assert np.flatnonzero(kept).tolist() == sorted(sampler.sample_indices_.tolist())
    assert not kept.all()


def test_an_identical_image_of_another_class_speaks_against_both() -> None:
    points = np.array([[0, 0], [0, 0], [9, 9], [9, 8], [8, 9]], np.float32)
    codes = np.array([0, 1, 0, 0, 0])

    assert without_tomek_links(points, codes, cleans_smallest=True).tolist() == [
        False, False, True, True, True,
    ]  # fmt: skip


def test_a_point_alone_stays() -> None:
    point, code = np.zeros((1, 4), np.float32), np.zeros(1, np.intp)

    assert without_tomek_links(point, code, cleans_smallest=True).tolist() == [True]
    assert without_contradicted(point, code, cleans_smallest=True).tolist() == [True]
