"""With parity, the sampler gives imbalanced-learn's result bit for bit, and knows the parents."""

from typing import Any

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE as THEIRS
from imblearn.over_sampling import BorderlineSMOTE
from scipy import sparse
from sklearn.neighbors import NearestNeighbors
from smote_sets import comparison_sets

from core.smote.sampler import SMOTE

SETS = comparison_sets()
KINDS = ["regular", "borderline-1", "borderline-2"]


def theirs(kind: str, **settings: object) -> THEIRS | BorderlineSMOTE:
    return THEIRS(**settings) if kind == "regular" else BorderlineSMOTE(kind=kind, **settings)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SETS)
def test_the_result_is_that_of_imbalanced_learn(name: str, kind: str) -> None:
    ours = SMOTE(variant=kind, parity=True, random_state=5).fit_resample(*SETS[name])

    vectors, labels = theirs(kind, random_state=5).fit_resample(*SETS[name])
    assert ours[0].dtype == vectors.dtype
    assert np.array_equal(ours[0], vectors)
    assert np.array_equal(ours[1], labels)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["float32", "copies, float64", "grid, float32", "six classes"])
def test_parents_and_fractions_give_the_synthetic_rows(name: str, kind: str) -> None:
    vectors, labels = SETS[name]
    sampler = SMOTE(variant=kind, parity=True, random_state=5)

    resampled, new_labels = sampler.fit_resample(vectors, labels)

    made = sampler.provenance_
    begins, ends = vectors[made["base"]], vectors[made["neighbor"]]
    again = begins + made["fraction"][:, None] * (ends - begins)
    assert len(again) == len(resampled) - len(vectors) > 0
    assert np.allclose(resampled[len(vectors) :], again, atol=1e-5)
    assert np.array_equal(labels[made["base"]], new_labels[len(labels) :])


@pytest.mark.parametrize(
    "settings",
    [
        {"k_neighbors": NearestNeighbors(n_neighbors=4)},
        {"k_neighbors": 2, "sampling_strategy": {"b": 31}},
        {"sampling_strategy": "minority"},
    ],
)
def test_settings_are_those_of_imbalanced_learn(settings: dict[str, Any]) -> None:
    ours = SMOTE(parity=True, random_state=5, **settings).fit_resample(*SETS["float64"])

    assert np.array_equal(
        ours[0], THEIRS(random_state=5, **settings).fit_resample(*SETS["float64"])[0]
    )


def test_a_random_state_is_used_as_imbalanced_learn_does() -> None:
    ours = SMOTE(parity=True, random_state=np.random.RandomState(1)).fit_resample(*SETS["float64"])

    expected = THEIRS(random_state=np.random.RandomState(1)).fit_resample(*SETS["float64"])
    assert np.array_equal(ours[0], expected[0])


# imbalanced-learn 0.14's borderline-2 cannot do sparse matrices.
@pytest.mark.parametrize("kind", KINDS[:2])
def test_sparse_vectors_give_the_same_sparse_result(kind: str) -> None:
    vectors, labels = SETS["float64"]
    rows = sparse.csr_matrix(np.where(vectors > 0, vectors, 0))

    ours = SMOTE(variant=kind, parity=True, random_state=5).fit_resample(rows, labels)[0]

    expected = theirs(kind, random_state=5).fit_resample(rows, labels)[0]
    assert (ours != expected).nnz == 0


def test_without_parity_the_neighbours_are_the_same() -> None:
    # On untied float32 points the nearest are the nearest, whoever finds them.
    vectors, labels = SETS["float32"]
    ours = SMOTE(random_state=5)
    ours.fit_resample(vectors, labels)

    for label in ("b", "c"):
        own = np.flatnonzero(labels == label)
        search = NearestNeighbors(n_neighbors=5).fit(vectors[own])
        nearest = own[search.kneighbors(return_distance=False)]
        made = ours.provenance_[np.isin(ours.provenance_["base"], own)]
        place = np.searchsorted(own, made["base"])
        assert (nearest[place] == made["neighbor"][:, None]).any(axis=1).all()
