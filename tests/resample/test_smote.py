"""The sampler SMOTE: imbalanced-learn's face, with parents, a report and limits."""

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE as THEIRS
from imblearn.pipeline import make_pipeline
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors
from smote_sets import clouds

from core.errors import TooFewImagesError
from core.resample.drawing import VARIANTS
from core.resample.synthetic import interpolate
from core.smote.sampler import SMOTE

COUNTS = {"cat": 30, "dog": 12, "fox": 4}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_parents_and_fractions_give_the_synthetic_rows(variant: str, dtype: type) -> None:
    vectors, labels = clouds(COUNTS)
    vectors = vectors.astype(dtype)
    sampler = SMOTE(variant=variant, random_state=0)

    resampled, new_labels = sampler.fit_resample(vectors, labels)

    made = sampler.provenance_
    again = interpolate(
        vectors, made["base"], made["neighbor"], made["fraction"], out=np.empty_like(resampled[46:])
    )
    assert resampled.dtype == dtype
    assert np.array_equal(resampled[:46], vectors)
    assert np.array_equal(resampled[46:], again)
    assert np.array_equal(new_labels[46:], labels[made["base"]])


@pytest.mark.parametrize(
    ("strategy", "counts"),
    [
        ("auto", {"cat": 30, "dog": 30, "fox": 30}),
        ("minority", {"cat": 30, "dog": 12, "fox": 30}),
        ("not minority", {"cat": 30, "dog": 30, "fox": 4}),
        ("all", {"cat": 30, "dog": 30, "fox": 30}),
        ({"fox": 9}, {"cat": 30, "dog": 12, "fox": 9}),
        (lambda labels: {"dog": Counter(labels)["cat"] - 1}, {"cat": 30, "dog": 29, "fox": 4}),
    ],
)
def test_every_form_of_strategy_gives_its_counts(strategy: object, counts: dict[str, int]) -> None:
    _, labels = SMOTE(sampling_strategy=strategy).fit_resample(*clouds(COUNTS))

    assert Counter(labels.tolist()) == counts


def test_a_ratio_of_two_classes_is_a_strategy() -> None:
    _, labels = SMOTE(sampling_strategy=0.5).fit_resample(*clouds({"cat": 30, "dog": 12}))

    assert Counter(labels.tolist()) == {"cat": 30, "dog": 15}


def test_the_report_tells_of_every_class_that_was_to_grow() -> None:
    sampler = SMOTE(max_ratio=3).fit(*clouds(COUNTS))
    sampler.fit_resample(*clouds(COUNTS))

    told = {str(label): (one.made, one.note) for label, one in sampler.report_.items()}
    assert told == {"dog": (18, ""), "fox": (12, "clamped")}


def test_a_small_class_can_be_refused_by_name() -> None:
    with pytest.raises(TooFewImagesError, match="'fox' has 4 images; at least 6"):
        SMOTE(on_small="raise").fit_resample(*clouds(COUNTS))


def test_one_seed_gives_one_result() -> None:
    first, second = (SMOTE(random_state=3).fit_resample(*clouds(COUNTS))[0] for _ in range(2))

    assert np.array_equal(first, second)


def test_a_random_state_moves_on() -> None:
    state = np.random.RandomState(0)

    first, second = (SMOTE(random_state=state).fit_resample(*clouds(COUNTS))[0] for _ in range(2))

    assert not np.array_equal(first, second)


def test_a_class_that_is_absent_moves_no_point_of_the_others() -> None:
    vectors, labels = clouds(COUNTS)
    sampler = SMOTE(random_state=0, sampling_strategy={"dog": 30})
    fewer = labels != "cat"

    with_cats = sampler.fit_resample(vectors, labels)[0][len(labels) :]
    without = sampler.fit_resample(vectors[fewer], labels[fewer])[0][fewer.sum() :]

    assert np.array_equal(with_cats, without)


def test_small_integers_do_not_wrap_around_as_imbalanced_learn_s_do() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.integers(0, 66, (60, 8)).astype(np.uint8)
    labels = np.repeat([0, 1], [45, 15])
    sampler = SMOTE(random_state=0)

    ours = sampler.fit_resample(vectors, labels)[0]
    theirs = THEIRS(random_state=0).fit_resample(vectors, labels)[0]

    exact = SMOTE(random_state=0).fit_resample(vectors.astype(np.float64), labels)[0]
    assert theirs.max() > 200  # nothing lies above 65
    assert ours.dtype == np.float32
    assert np.abs(ours - exact).max() < 1e-4


def test_large_integers_keep_their_digits() -> None:
    vectors = np.arange(16_777_217, 16_777_227)[:, None]

    resampled, _ = SMOTE().fit_resample(vectors, np.repeat([0, 1], [7, 3]))

    assert np.array_equal(resampled[:10], vectors)


def test_a_missing_value_is_refused() -> None:
    vectors, labels = clouds(COUNTS)
    vectors[3, 2] = np.nan

    with pytest.raises(ValueError, match="contains NaN"):
        SMOTE().fit_resample(vectors, labels)


def test_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 1 class"):
        SMOTE().fit_resample(*clouds({"cat": 9}))


def test_constant_columns_stay_constant() -> None:
    vectors, labels = clouds(COUNTS)
    vectors[:, 1] = 0.1

    assert (SMOTE().fit_resample(vectors, labels)[0][:, 1] == np.float32(0.1)).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_neighbours_object_finds_the_same(variant: str) -> None:
    vectors, labels = clouds({"cat": 30, "dog": 12, "fox": 8})
    given = NearestNeighbors(n_neighbors=5)

    with_object = SMOTE(variant=variant, random_state=0, k_neighbors=given)
    with_number = SMOTE(variant=variant, random_state=0, k_neighbors=4)

    assert np.array_equal(
        with_object.fit_resample(vectors, labels)[0], with_number.fit_resample(vectors, labels)[0]
    )
    assert not hasattr(given, "n_samples_fit_")


def test_a_neighbours_object_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"of NearestNeighbors is 1\. Use at least 2"):
        SMOTE(k_neighbors=NearestNeighbors(n_neighbors=1)).fit_resample(*clouds(COUNTS))


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array])
def test_sparse_vectors_stay_sparse(form: type) -> None:
    vectors, labels = clouds(COUNTS)
    vectors[vectors < 0.5] = 0

    resampled = SMOTE(random_state=0).fit_resample(form(vectors), labels)[0]

    dense = SMOTE(random_state=0).fit_resample(vectors, labels)[0]
    assert resampled.format == form(vectors).format
    assert resampled.dtype == np.float32
    assert np.allclose(resampled.toarray(), dense, atol=1e-6)


def test_sparse_vectors_have_no_arcs() -> None:
    vectors, labels = clouds(COUNTS)

    with pytest.raises(ValueError, match="use interpolation='linear'"):
        SMOTE(interpolation="spherical").fit_resample(sparse.csr_matrix(vectors), labels)


def test_a_data_frame_comes_back_as_one() -> None:
    vectors, labels = clouds(COUNTS)
    frame = pd.DataFrame(vectors, columns=list("wxyz"))

    resampled, new_labels = SMOTE().fit_resample(frame, pd.Series(labels, name="animal"))

    assert resampled.columns.tolist() == list("wxyz")
    assert new_labels.name == "animal"


def test_what_was_only_drawn_is_made_block_by_block() -> None:
    vectors, labels = clouds(COUNTS)
    sampler = SMOTE(random_state=0, interpolation="spherical")

    drawn = sampler.draw(vectors, labels)
    blocks = [drawn.materialize(slice(at, at + 7)) for at in range(0, 44, 7)]

    whole = clone(sampler).fit_resample(vectors, labels)[0]
    assert np.array_equal(np.concatenate(blocks), whole[46:])


def test_the_plan_tells_rows_and_bytes_before_anything_runs() -> None:
    vectors, labels = clouds(COUNTS)
    sampler = SMOTE(max_ratio=3)

    plan = sampler.plan(vectors, labels)

    resampled, _ = SMOTE(max_ratio=3).fit_resample(vectors, labels)
    assert (plan.rows, plan.bytes) == (len(resampled), resampled.nbytes)
    assert plan.operations == 2 * 4 * (12 * 12 // 2 + 4 * 4 // 2)
    assert plan.seconds > 0
    assert not hasattr(sampler, "sampling_strategy_")
    assert sampler.plan((46, 4), labels).bytes == plan.bytes


def test_the_plan_of_a_variant_counts_the_search_in_all_classes() -> None:
    labels = np.repeat([0, 1], [90, 10])

    plan = SMOTE(variant="borderline-1").plan((100, 4), labels)

    assert plan.operations == 2 * 4 * (10 * 10 // 2 + 10 * 100)


def test_it_runs_inside_a_pipeline() -> None:
    model = make_pipeline(SMOTE(random_state=0), LogisticRegression())

    assert model.fit(*clouds(COUNTS)).predict(clouds(COUNTS)[0]).shape == (46,)


@pytest.mark.parametrize("unfit", [{"variant": "adasyn"}, {"variant": "safe-level"}])
def test_parity_is_for_what_imbalanced_learn_can_tell(unfit: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="With parity=True, variant is 'regular'"):
        SMOTE(parity=True, **unfit).fit_resample(*clouds(COUNTS))


def test_parity_draws_nothing_alone() -> None:
    with pytest.raises(ValueError, match="use fit_resample, or parity=False"):
        SMOTE(parity=True).draw(*clouds(COUNTS))
