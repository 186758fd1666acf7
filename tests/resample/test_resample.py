"""Synthetic points of whole datasets: counts, seeds, and no leak."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from resample_sets import points_of

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.errors import LeakError, TooFewClassesError
from core.resample import STRATEGIES, SyntheticPoints, keep_rows, make_plan, resample, synthetic

COUNTS = st.dictionaries(
    st.sampled_from(["ant", "bee", "cat", "dog"]), st.integers(1, 9), min_size=2
)


def made_of(
    counts: Mapping[str, int], strategy: str, seed: int = 0, **options: object
) -> tuple[ImageDataset, Embeddings, SyntheticPoints]:
    dataset, embeddings = points_of(counts)
    plan = make_plan(dataset, strategy, **options)
    return dataset, embeddings, resample(dataset, embeddings, plan, seed=seed)


@pytest.mark.parametrize("strategy", STRATEGIES)
@given(counts=COUNTS, seed=st.integers(0, 5))
def test_parents_are_training_images_of_the_same_class(
    strategy: str, counts: dict[str, int], seed: int
) -> None:
    dataset, _, points = made_of(counts, strategy, seed)
    plan = make_plan(dataset, strategy)

    assert np.isin(points.parents, dataset.training_rows).all()
    assert (dataset.codes[points.parents] == points.labels[:, None]).all()
    made = dict(
        zip(dataset.classes, np.bincount(points.labels, minlength=len(counts)), strict=True)
    )
    adds_points = strategy in {"smote", "random_oversampling"}
    for label in dataset.classes:
        wanted = plan.add[label] if adds_points and label not in points.too_small else 0
        assert made[label] == wanted
    alone = {label for label in counts if counts[label] == 1 and plan.add[label]}
    assert set(points.too_small) == (alone if strategy == "smote" else set())


@given(counts=COUNTS, seed=st.integers(0, 5))
def test_vectors_lie_on_the_segment_of_their_parents(counts: dict[str, int], seed: int) -> None:
    _, embeddings, points = made_of(counts, "smote", seed)

    vectors = points.materialize(embeddings)

    base = embeddings.vectors[embeddings.positions_of(points.parents[:, 0])]
    neighbour = embeddings.vectors[embeddings.positions_of(points.parents[:, 1])]
    fractions = points.fractions[:, None]
    np.testing.assert_allclose(vectors, (1 - fractions) * base + fractions * neighbour, atol=1e-5)
    assert vectors.dtype == np.float32


def test_a_block_is_a_part_of_all_vectors() -> None:
    _, embeddings, points = made_of({"cat": 9, "dog": 3}, "smote")

    assert np.array_equal(
        points.materialize(embeddings, slice(2, 5)), points.materialize(embeddings)[2:5]
    )


def test_copies_lie_on_their_image() -> None:
    _, embeddings, points = made_of({"cat": 9, "dog": 3}, "random_oversampling")

    assert (points.fractions == 0).all()
    positions = embeddings.positions_of(points.parents[:, 0])
    assert np.array_equal(points.materialize(embeddings), embeddings.vectors[positions])


@pytest.mark.parametrize("strategy", ["smote", "random_oversampling"])
def test_the_seed_alone_decides(strategy: str) -> None:
    first, second, other = (made_of({"cat": 9, "dog": 3}, strategy, seed)[2] for seed in (1, 1, 2))

    assert np.array_equal(first.parents, second.parents)
    assert np.array_equal(first.fractions, second.fractions)
    assert not np.array_equal(first.parents, other.parents)


def test_another_class_changes_no_point_of_a_class() -> None:
    few = made_of({"cat": 9, "dog": 3}, "smote", target=20)
    many = made_of({"ant": 2, "cat": 9, "dog": 3, "owl": 1}, "smote", target=20)

    def cats(made: tuple[ImageDataset, Embeddings, SyntheticPoints]) -> tuple[list[str], list]:
        dataset, _, points = made
        mine = points.labels == dataset.classes.index("cat")
        paths = [dataset.path(row) for row in points.parents[mine].ravel()]
        return paths, points.fractions[mine].tolist()

    assert cats(few) == cats(many)


def test_more_neighbours_than_a_class_has_are_cut_down() -> None:
    dataset, _, points = made_of({"cat": 9, "dog": 2}, "smote", k_neighbors=25)

    assert len(points) == 7
    assert set(points.parents.ravel().tolist()) == set(dataset.rows_of("dog", "train").tolist())


def test_an_image_without_a_vector_becomes_no_parent() -> None:
    dataset, embeddings = points_of({"cat": 9, "dog": 4})
    gone = int(dataset.rows_of("dog", "train")[0])
    left = np.delete(np.arange(len(dataset)), gone)
    fewer = Embeddings(embeddings.vectors[left], left, "drawn", "d", "cpu")

    points = resample(dataset, fewer, make_plan(dataset, "smote"))

    assert len(points) == 5
    assert gone not in points.parents


def test_given_rows_are_the_only_parents() -> None:
    dataset, embeddings = points_of({"cat": 9, "dog": 6})
    rows = dataset.training_rows[::2]

    points = resample(dataset, embeddings, make_plan(dataset, "smote"), rows=rows)

    assert len(points) == 3
    assert np.isin(points.parents, rows).all()


def test_a_sampler_that_reaches_outside_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, embeddings = points_of({"cat": 9, "dog": 6})
    held_out = np.flatnonzero(dataset.table["split"] == "test")
    assert len(held_out)

    def leaking(rows: np.ndarray, codes: np.ndarray, add: object, *, seed: int) -> tuple:
        return held_out[:1], dataset.codes[held_out[:1]]

    monkeypatch.setattr(synthetic, "draw_copies", leaking)
    with pytest.raises(LeakError, match="outside the rows that may be used"):
        resample(dataset, embeddings, make_plan(dataset, "random_oversampling"))


@given(counts=COUNTS, seed=st.integers(0, 5))
def test_undersampling_keeps_what_its_plan_says(counts: dict[str, int], seed: int) -> None:
    dataset, _ = points_of(counts)
    plan = make_plan(dataset, "random_undersampling")

    kept = keep_rows(dataset, plan, seed=seed)

    assert (np.diff(kept) > 0).all()
    assert np.isin(kept, dataset.training_rows).all()
    for label, count in plan.keep.items():
        assert np.isin(kept, dataset.rows_of(label)).sum() == count
    assert np.array_equal(kept, keep_rows(dataset, plan, seed=seed))


@pytest.mark.parametrize("strategy", sorted(set(STRATEGIES) - {"random_undersampling"}))
def test_the_other_strategies_keep_every_row(strategy: str) -> None:
    dataset, _ = points_of({"cat": 9, "dog": 6})

    assert np.array_equal(keep_rows(dataset, make_plan(dataset, strategy)), dataset.training_rows)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_one_class_alone_is_left_as_it_is(strategy: str) -> None:
    dataset, _, points = made_of({"cat": 5}, strategy)

    assert len(points) == 0
    assert len(keep_rows(dataset, make_plan(dataset, strategy))) == 5


def test_copies_of_one_class_alone_are_refused() -> None:
    with pytest.raises(TooFewClassesError, match="There is one class"):
        made_of({"cat": 5}, "random_oversampling", target=9)


def test_copies_beyond_the_largest_class_are_drawn() -> None:
    assert len(made_of({"cat": 5, "dog": 2}, "random_oversampling", target=9)[2]) == 11


def test_points_cannot_be_changed() -> None:
    _, _, points = made_of({"cat": 5, "dog": 2}, "smote")

    for array in (points.parents, points.fractions, points.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
