"""What comes out of every strategy: counts, seeds, parents, and no leak."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resample_sets import points_of

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.errors import LeakError, SettingError, TooFewClassesError
from core.resample import (
    STRATEGIES,
    Made,
    SyntheticPoints,
    TrainingSide,
    make_plan,
    oversampling,
    plan_counts,
    resample,
)

COUNTS = st.dictionaries(
    st.sampled_from(["ant", "bee", "cat", "dog"]), st.integers(1, 9), min_size=2
)
POINTS = sorted(name for name, strategy in STRATEGIES.items() if strategy.effect.adds_points)
CLEANING = sorted(name for name, strategy in STRATEGIES.items() if strategy.cleans)
FEWER = sorted(name for name, strategy in STRATEGIES.items() if strategy.effect.leaves_out)
# These make as many points as the plan adds, whatever the data.
EXACT = ("smote", "borderline_smote", "safe_level_smote", "random_oversampling")


def made_of(
    counts: Mapping[str, int], strategy: str, seed: int = 0, **options: object
) -> tuple[ImageDataset, Embeddings, Made]:
    dataset, embeddings = points_of(counts)
    plan = make_plan(dataset, strategy, **options)
    return dataset, embeddings, resample(TrainingSide(dataset, plan, embeddings, seed=seed))


def rows_with_counts(made: Made) -> tuple[list, ...]:
    points = made.points
    return (
        made.kept.tolist(),
        made.copies.tolist(),
        points.parents.tolist(),
        points.fractions.tolist(),
    )


@pytest.mark.long
@pytest.mark.parametrize("strategy", STRATEGIES)
@settings(max_examples=20)
@given(counts=COUNTS, seed=st.integers(0, 5))
def test_what_comes_out_is_made_of_training_images_and_adds_up(
    strategy: str, counts: dict[str, int], seed: int
) -> None:
    dataset, _, made = made_of(counts, strategy, seed)
    plan, points = make_plan(dataset, strategy), made.points

    assert np.isin(points.parents, dataset.training_rows).all()
    assert np.isin(made.kept, dataset.training_rows).all()
    assert (np.diff(made.kept) > 0).all()
    assert (dataset.codes[points.parents[:, 0]] == points.codes).all()
    alone = {label for label in counts if counts[label] == 1 and plan.add[label]}
    others = made.other_pictures.codes
    for code, label in enumerate(dataset.classes):
        of_points = int((points.codes == code).sum())
        of_copies = int((dataset.codes[made.copies] == code).sum())
        of_pictures = int((others == code).sum())
        assert made.plan.add[label] == of_points + of_copies + of_pictures
        if strategy in EXACT:
            assert made.plan.add[label] == plan.add[label]
        # What cleaning leaves out is the source of nothing.
        if strategy in POINTS and made.plan.keep[label]:
            assert of_pictures == (plan.add[label] if label in alone else 0)
        assert made.plan.keep[label] == (dataset.codes[made.kept] == code).sum()
    assert made.plan.asks_as(plan)
    assert np.isin(made.pictures.rows, dataset.training_rows).all()
    assert made.pictured == (len(points) if strategy in POINTS else 0)
    assert (made.pictures.rows[: made.pictured] == points.parents[: made.pictured, 0]).all()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_seed_alone_decides(strategy: str) -> None:
    counts = {"ant": 7, "cat": 29, "dog": 12}
    first, second = (made_of(counts, strategy, 1)[2] for _ in range(2))

    assert rows_with_counts(first) == rows_with_counts(second)
    if strategy in {*POINTS, "random_oversampling", "random_undersampling"}:
        assert rows_with_counts(first) != rows_with_counts(made_of(counts, strategy, 2)[2])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_given_rows_are_the_only_ones_used(strategy: str) -> None:
    dataset, embeddings = points_of({"ant": 12, "cat": 29, "dog": 16})
    rows = dataset.training_rows[::2]
    counts = np.bincount(dataset.codes[rows], minlength=3).tolist()
    plan = plan_counts(dict(zip(dataset.classes, counts, strict=True)), strategy)

    made = resample(TrainingSide(dataset, plan, embeddings, rows=rows))

    assert np.isin(made.points.parents, rows).all()
    assert np.isin(made.pictures.rows, rows).all()
    assert np.isin(made.copies, rows).all()
    assert np.isin(made.kept, rows).all()


@pytest.mark.parametrize("strategy", POINTS)
@settings(max_examples=20)
@given(counts=COUNTS, seed=st.integers(0, 5))
def test_vectors_lie_on_the_segment_of_their_parents(
    strategy: str, counts: dict[str, int], seed: int
) -> None:
    _, embeddings, made = made_of(counts, strategy, seed)
    points = made.points

    vectors = points.materialize(embeddings)

    base = embeddings.vectors[embeddings.positions_of(points.parents[:, 0])]
    neighbour = embeddings.vectors[embeddings.positions_of(points.parents[:, 1])]
    fractions = points.fractions[:, None]
    np.testing.assert_allclose(vectors, (1 - fractions) * base + fractions * neighbour, atol=1e-5)
    assert vectors.dtype == np.float32


def test_a_block_is_a_part_of_all_vectors() -> None:
    _, embeddings, made = made_of({"cat": 9, "dog": 3}, "smote")
    points = made.points

    assert np.array_equal(
        points.materialize(embeddings, slice(2, 5)), points.materialize(embeddings)[2:5]
    )


def test_points_on_the_arc_keep_the_length_of_their_parents() -> None:
    values = {"interpolation": "spherical"}
    dataset, drawn = points_of({"cat": 9, "dog": 3})
    lengths = np.linalg.norm(drawn.vectors, axis=1, keepdims=True)
    embeddings = Embeddings(drawn.vectors / lengths, drawn.rows, "drawn", "d", "cpu")

    made = resample(TrainingSide(dataset, make_plan(dataset, "smote", settings=values), embeddings))

    vectors = made.points.materialize(embeddings)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_neighbours_may_be_looked_for_in_fewer_components() -> None:
    made = made_of({"cat": 20, "dog": 9}, "smote", settings={"components": 2})[2]

    assert made.variance_kept is not None
    assert 0 < made.variance_kept < 1
    assert len(made.points) == 11


def test_even_use_starts_from_each_image_equally_often() -> None:
    made = made_of({"cat": 21, "dog": 7}, "smote", settings={"bases": "even"})[2]

    assert np.unique(made.points.parents[:, 0], return_counts=True)[1].tolist() == [2] * 7


def test_batches_tell_what_they_cost() -> None:
    made = made_of({"cat": 60, "dog": 20}, "batched_smote", settings={"batch_size": 16})[2]

    assert made.cost is not None
    assert made.cost.batches == 5
    assert made.cost.recall < 1


def test_copies_are_no_points() -> None:
    dataset, _, made = made_of({"cat": 9, "dog": 3}, "random_oversampling")

    assert dataset.codes[made.copies].tolist() == [1] * 6
    assert (len(made.points), len(made.pictures)) == (0, 0)


def test_another_class_changes_no_point_of_a_class() -> None:
    few = made_of({"cat": 9, "dog": 3}, "smote", target=20)
    many = made_of({"ant": 2, "cat": 9, "dog": 3, "owl": 1}, "smote", target=20)

    def cats(made: tuple[ImageDataset, Embeddings, Made]) -> tuple[list[str], list]:
        dataset, _, result = made
        mine = result.points.codes == dataset.classes.index("cat")
        paths = [dataset.path(row) for row in result.points.parents[mine].ravel()]
        return paths, result.points.fractions[mine].tolist()

    assert cats(few) == cats(many)


def test_more_neighbours_than_a_class_has_are_cut_down() -> None:
    dataset, _, made = made_of({"cat": 9, "dog": 2}, "smote", settings={"k_neighbors": 25})

    assert len(made.points) == 7
    parents = set(made.points.parents.ravel().tolist())
    assert parents == set(dataset.rows_of("dog", "train").tolist())
    assert [(report.k_neighbors, report.note) for report in made.report] == [(1, "clamped")]


@pytest.mark.parametrize("strategy", sorted({*POINTS, *CLEANING, *FEWER}))
def test_an_image_without_a_vector_becomes_no_parent_and_stays(strategy: str) -> None:
    dataset, embeddings = points_of({"cat": 9, "dog": 4})
    gone = int(dataset.rows_of("dog", "train")[0])
    left = np.delete(np.arange(len(dataset)), gone)
    fewer = Embeddings(embeddings.vectors[left], left, "drawn", "d", "cpu")

    made = resample(TrainingSide(dataset, make_plan(dataset, strategy), fewer))

    assert gone not in made.points.parents
    assert gone in made.kept or not STRATEGIES[strategy].needs_embeddings


def test_a_strategy_on_embeddings_asks_for_them() -> None:
    dataset, _ = points_of({"cat": 9, "dog": 4})

    with pytest.raises(SettingError, match="SMOTE works on embeddings"):
        resample(TrainingSide(dataset, make_plan(dataset, "smote")))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_held_out_rows_are_refused(strategy: str) -> None:
    dataset, embeddings = points_of({"cat": 9, "dog": 6})
    plan = make_plan(dataset, strategy)

    with pytest.raises(LeakError, match="never balanced"):
        resample(TrainingSide(dataset, plan, embeddings, rows=np.arange(len(dataset))))


def test_a_sampler_that_reaches_outside_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, embeddings = points_of({"cat": 9, "dog": 6})
    held_out = np.flatnonzero(dataset.table["split"] == "test")
    assert len(held_out)

    def leaking(rows: np.ndarray, codes: np.ndarray, add: object, *, seed: int) -> np.ndarray:
        return held_out[:1]

    monkeypatch.setattr(oversampling, "draw_copies", leaking)
    with pytest.raises(LeakError, match="outside the given rows"):
        resample(TrainingSide(dataset, make_plan(dataset, "random_oversampling"), embeddings))


@pytest.mark.long
@given(counts=COUNTS, seed=st.integers(0, 5))
def test_undersampling_keeps_what_its_plan_says(counts: dict[str, int], seed: int) -> None:
    dataset, _, made = made_of(counts, "random_undersampling", seed)
    plan = make_plan(dataset, "random_undersampling")

    for label, count in plan.keep.items():
        assert np.isin(made.kept, dataset.rows_of(label)).sum() == count


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_near_miss_keeps_no_more_than_its_plan_says(version: str) -> None:
    values = {"version": version}
    made = made_of({"ant": 5, "cat": 30, "dog": 12}, "near_miss", settings=values)[2]

    assert made.plan.keep["ant"] == 5
    assert 1 <= made.plan.keep["cat"] <= 5
    assert 1 <= made.plan.keep["dog"] <= 5


def test_cluster_centres_keep_real_images_of_each_class() -> None:
    made = made_of({"ant": 5, "cat": 30, "dog": 12}, "cluster_centroids")[2]

    assert made.plan.keep["ant"] == 5
    assert 3 <= made.plan.keep["cat"] <= 5


@pytest.mark.parametrize("strategy", sorted(set(STRATEGIES) - set(FEWER) - set(CLEANING)))
def test_strategies_that_remove_nothing_keep_every_row(strategy: str) -> None:
    dataset, _, made = made_of({"cat": 9, "dog": 6}, strategy)

    assert np.array_equal(made.kept, dataset.training_rows)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_one_class_alone_is_left_as_it_is(strategy: str) -> None:
    _, _, made = made_of({"cat": 5}, strategy)

    assert len(made.points) == 0
    assert len(made.kept) == 5


def test_copies_of_one_class_alone_are_refused() -> None:
    with pytest.raises(TooFewClassesError, match="There is only one class"):
        made_of({"cat": 5}, "random_oversampling", target=9)


def test_copies_beyond_the_largest_class_are_drawn() -> None:
    made = made_of({"cat": 5, "dog": 2}, "random_oversampling", target=9)[2]

    assert len(made.copies) == 11


def test_points_cannot_be_changed() -> None:
    points: SyntheticPoints = made_of({"cat": 5, "dog": 2}, "smote")[2].points

    for array in (points.parents, points.fractions, points.codes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
