"""A comparison of strategies: honest, repeatable, and without leaks."""

import json

import numpy as np
import pytest
from comparisons import compare
from evaluate_sets import balanced_side, clusters, embedded, images

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.errors import CancelledError, SettingError, TooFewClassesError
from core.evaluate import BASELINE, FLOOR, EvaluationReport, StrategyResult, balancing
from core.evaluate.candidates import parse_candidate
from core.evaluate.compare import STAGE
from core.evaluate.features import VectorFeatures, preprocess_fold
from core.evaluate.folds import make_folds
from core.evaluate.report import Done
from core.resample import STRATEGIES, TrainingSide, resample


def stopped() -> float:
    """Tell a time that stands still: folds are learned from side by side."""
    return 0.0


def result(report: EvaluationReport, name: str) -> StrategyResult:
    return next(row for row in report.strategies if row.name == name)


def test_always_the_largest_class_is_as_good_as_its_share() -> None:
    dataset, embeddings = clusters({"a": 30, "b": 10}, apart=3)

    floor = result(compare(dataset, embeddings, strategies=[], repeats=1), FLOOR)

    assert floor.metrics["accuracy"] == 0.75
    assert floor.metrics["balanced_accuracy"] == 0.5
    assert floor.metrics["macro_f1"] == pytest.approx(12 / 14 / 2)
    assert floor.recall == {"a": 1.0, "b": 0.0}
    assert floor.confusion.tolist() == [[30, 0], [10, 0]]


def test_taking_class_sizes_out_of_the_scores_helps_a_small_class() -> None:
    data = clusters({"a": 1200, "b": 120}, apart=1.0)
    report = compare(*data, strategies=["logit_adjustment", "effective_weights"])

    adjusted, weighed = result(report, "logit_adjustment"), result(report, "effective_weights")
    for row in (adjusted, weighed):
        assert row.difference is not None
        assert row.difference["balanced_accuracy"].low > 0
    half = compare(
        *data, strategies=["logit_adjustment"], settings={"logit_adjustment": {"tau": 0.5}}
    )
    between = result(half, "logit_adjustment").recall["b"]
    assert result(report, BASELINE).recall["b"] < between < adjusted.recall["b"]


def test_what_a_comparison_comes_to_is_what_its_report_says() -> None:
    heard: list[Done] = []
    data = clusters({"a": 60, "b": 12}, apart=1.0)
    report = compare(*data, strategies=["class_weights", "smote"], repeats=2, on_done=heard.append)

    found = heard[-1].conclusion("macro_f1")

    for one in found.standings:
        row = result(report, one.name).difference
        assert row is not None
        assert (one.gain.estimate, one.outcome) == (row["macro_f1"].mean, row["macro_f1"].outcome)


@pytest.mark.parametrize("strategy", [s for s in STRATEGIES if s != "augment"])
def test_every_strategy_that_can_be_compared_is(strategy: str) -> None:
    report = compare(*clusters({"a": 30, "b": 12}, apart=2), strategies=[strategy], repeats=1)

    row = result(report, strategy)
    assert 0.5 <= row.metrics["balanced_accuracy"] <= 1
    assert report.settings[strategy] == STRATEGIES[strategy].complete()


def test_points_on_the_arc_are_learned_where_they_lie() -> None:
    dataset, embeddings = clusters({"a": 30, "b": 12}, apart=2)
    fold = make_folds(dataset, np.arange(42), seed=0)[0]
    space = preprocess_fold(embeddings, fold)
    settings = {"interpolation": "spherical"}

    source = VectorFeatures(embeddings, fold, space, {})

    straight, bent = (
        balanced_side(
            dataset, embeddings, fold, source, parse_candidate("smote", {"smote": chosen})
        )
        for chosen in ({}, settings)
    )

    arc = balancing.fold_plan(dataset, fold, "smote", settings)
    made = resample(TrainingSide(dataset, arc, embeddings, rows=fold.train, seed=0))
    np.testing.assert_allclose(
        bent.features[len(fold.train) :],
        space.transform(made.points.materialize(embeddings)),
        atol=1e-5,
    )
    assert not np.allclose(straight.features, bent.features, atol=1e-4)


def test_clear_clusters_are_always_told_apart() -> None:
    report = compare(*clusters({"a": 60, "b": 20, "c": 10}, apart=12), repeats=1)

    for row in report.strategies:
        if row.name != FLOOR:
            assert row.metrics["balanced_accuracy"] == pytest.approx(1.0, abs=0.02)
    assert "Rebalancing changes the answer for no image here." in report.verdict


def test_labels_without_meaning_are_recognised_by_chance() -> None:
    dataset, embeddings = clusters({"a": 90, "b": 60, "c": 30}, apart=0)

    report = compare(dataset, embeddings, repeats=2)

    for row in report.strategies:
        assert 0.2 < row.metrics["balanced_accuracy"] < 0.47


def test_weights_help_a_small_class_that_overlaps_a_large_one() -> None:
    report = compare(*clusters({"a": 400, "b": 40}, apart=1.0), strategies=["class_weights"])

    row = result(report, "class_weights")
    assert row.difference is not None
    assert row.difference["balanced_accuracy"].low > 0.02
    assert row.recall["b"] > result(report, BASELINE).recall["b"]
    assert "Use class weights: balanced accuracy rises by" in report.verdict


def test_the_same_seed_gives_the_same_report_and_another_seed_another() -> None:
    dataset, embeddings = clusters({"a": 40, "b": 12}, apart=1)

    first, again, other = (
        json.dumps(compare(dataset, embeddings, seed=seed, repeats=1, clock=stopped).to_json())
        for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_samplers_only_ever_see_a_training_side(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, embeddings = clusters({"a": 30, "b": 8}, apart=1)
    sides = {tuple(fold.train) for fold in make_folds(dataset, np.arange(38), seed=0)}
    seen, resample = [], balancing.resample

    def spy(side: TrainingSide) -> object:
        made = resample(side)
        seen.append((tuple(side.allowed), made.points))
        return made

    monkeypatch.setattr(balancing, "resample", spy)
    compare(dataset, embeddings, repeats=1, seed=0)

    assert {rows for rows, _ in seen} == sides
    assert sum(len(points) for _, points in seen) > 0
    assert all(set(points.parents.ravel()) <= set(rows) for rows, points in seen)


def test_nothing_is_fitted_to_the_test_side() -> None:
    dataset, embeddings = clusters({"a": 30, "b": 30}, apart=1)
    fold = make_folds(dataset, np.arange(60), seed=0)[0]
    vectors = embeddings.vectors.copy()
    vectors[fold.test] = vectors[fold.test] * 50 + 7

    before, after = preprocess_fold(embeddings, fold), preprocess_fold(embedded(vectors), fold)

    assert np.array_equal(before.train, after.train)
    assert not np.allclose(before.test, after.test)


def test_held_out_splits_change_nothing() -> None:
    dataset, embeddings = clusters({"a": 30, "b": 10}, apart=1)
    splits = ["test" if row % 5 == 0 else "train" for row in range(40)]
    split = images(dataset.table["label"].tolist(), splits=splits)
    vectors = embeddings.vectors.copy()
    vectors[::5] = 1e6

    report = compare(split, embeddings, repeats=1, clock=stopped)

    assert report.images == 32
    again = compare(split, embedded(vectors), repeats=1, clock=stopped)
    assert report.to_json() == again.to_json()


def test_an_image_without_a_vector_is_left_out_and_told() -> None:
    dataset, embeddings = clusters({"a": 30, "b": 10}, apart=1)
    fewer = Embeddings(embeddings.vectors[1:], embeddings.rows[1:], "drawn", "digest", "cpu")

    report = compare(dataset, fewer, strategies=[], repeats=1)

    assert report.images == 39
    assert "Left out because they have no vector: 1 image." in report.notes


def test_a_class_with_one_image_is_learned_and_not_scored() -> None:
    dataset, embeddings = clusters({"a": 30, "b": 10, "rare": 1}, apart=3)

    report = compare(dataset, embeddings, repeats=1)

    assert report.classes == ("a", "b")
    assert any("2 different training images: 'rare'." in note for note in report.notes)
    assert all(40 in fold.train for fold in make_folds(dataset, np.arange(41)))
    assert result(report, "smote").confusion.shape == (2, 2)


def test_a_class_with_two_images_makes_no_fewer_folds_and_no_advice_to_drop_it() -> None:
    report = compare(*clusters({"a": 30, "b": 10, "rare": 2}, apart=3), strategies=["smote"])

    assert (report.folds, report.repeats) == (5, 10)
    assert report.classes == ("a", "b", "rare")
    assert not any("Leave it out" in note for note in report.notes)
    # On the training side of three folds both of its images stand, in two folds one.
    assert any("'rare', in up to 20 folds of 50." in note for note in report.notes)


def test_classes_with_fewer_images_than_neighbours_are_told() -> None:
    report = compare(*clusters({"a": 30, "b": 6}, apart=3), strategies=["smote"])

    assert any(note.startswith("'b' has 5 training images or fewer") for note in report.notes)


@pytest.mark.parametrize(
    ("strategy", "is_told"),
    [
        ("smote@80%", True),
        ("smote+class_weights", True),
        ("safe_level_smote", True),
        ("smote_enn", True),
        ("random_oversampling", False),
    ],
)
def test_small_classes_are_told_of_whatever_looks_for_neighbours(
    strategy: str, is_told: bool
) -> None:
    told = compare(*clusters({"a": 30, "b": 6}, apart=3), strategies=["smote"]).notes
    [note] = [note for note in told if "SMOTE uses all of them" in note]

    report = compare(*clusters({"a": 30, "b": 6}, apart=3), strategies=[strategy])

    assert (note in report.notes) == is_told


def test_kin_with_the_same_to_tell_tell_it_once() -> None:
    strategies = ["smote", "safe_level_smote", "adasyn"]

    report = compare(*clusters({"a": 30, "b": 6}, apart=3), strategies=strategies)

    assert len([note for note in report.notes if "SMOTE uses all of them" in note]) == 1


def test_many_classes_of_two_images_can_be_compared() -> None:
    labels = [f"class{code:02d}" for code in range(25) for _ in range(2)]
    vectors = np.random.default_rng(0).standard_normal((50, 40))

    report = compare(images(labels), embedded(vectors), strategies=["random_undersampling"])

    assert report.folds == 5


def test_a_strategy_that_cleans_all_away_is_compared_all_the_same() -> None:
    report = compare(*clusters({"a": 4, "b": 4}, apart=0), strategies=["smote_enn"])

    assert result(report, "smote_enn").recall["a"] > 0.5


def test_a_strategy_that_leaves_one_class_answers_with_it() -> None:
    report = compare(*clusters({"a": 5, "b": 3}, apart=0), strategies=["edited_neighbours"])

    assert result(report, "edited_neighbours").recall == {"a": 0.0, "b": 1.0}


def test_one_class_is_refused() -> None:
    with pytest.raises(TooFewClassesError, match="at least 2 classes"):
        compare(*clusters({"a": 9}, apart=1))


@pytest.mark.parametrize(
    "settings",
    [
        {"n_splits": 1},
        {"repeats": 0},
        {"metric": "speed"},
        {"margin": 0.0},
        {"margin": 0.6},
        {"head": "brain"},
        {"strategies": ["smote+smote"]},
    ],
)
def test_what_cannot_be_compared_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(SettingError):
        compare(*clusters({"a": 9, "b": 9}, apart=1), **settings)  # type: ignore[arg-type]


def test_copies_weigh_as_if_they_were_there_twice() -> None:
    """Oversampling fits images with votes; the labels are those of real repeated points."""
    dataset, embeddings = clusters({"a": 40, "b": 10}, apart=1)
    fold = make_folds(dataset, np.arange(50), seed=0)[0]
    space = preprocess_fold(embeddings, fold)
    source, candidate = (
        VectorFeatures(embeddings, fold, space, {}),
        parse_candidate("random_oversampling"),
    )

    side = balanced_side(dataset, embeddings, fold, source, candidate)

    per_class = np.bincount(side.codes, weights=side.weights)
    assert per_class == pytest.approx([20, 20])
    assert len(side.features) == 40
    assert side.change == 24


def test_progress_is_told_once_per_fold_and_row_and_can_cancel() -> None:
    dataset, embeddings = clusters({"a": 20, "b": 10}, apart=1)
    heard: list[tuple[int, int]] = []

    def listen(stage: str, done: int, total: int) -> None:
        if stage == STAGE:
            heard.append((done, total))

    def cancel(stage: str, done: int, total: int) -> None:
        if stage == STAGE and done == 3:
            raise CancelledError

    compare(dataset, embeddings, strategies=["smote"], repeats=1, progress=listen)

    assert sorted(set(heard)) == [(done, 10) for done in range(11)]
    assert heard == sorted(heard)
    with pytest.raises(CancelledError):
        compare(dataset, embeddings, repeats=1, progress=cancel)


def test_drawing_many_folds_can_be_cancelled() -> None:
    dataset, embeddings = clusters({"a": 10, "b": 5}, apart=1)

    def cancel(stage: str, done: int, total: int) -> None:
        if (stage, done, total) == ("drawing folds", 3, 40):
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        compare(dataset, embeddings, repeats=40, progress=cancel)


def test_a_report_holds_plain_values() -> None:
    report = compare(*clusters({"a": 20, "b": 10}, apart=1), repeats=1)

    plain = json.loads(json.dumps(report.to_json()))

    assert [row["name"] for row in plain["strategies"]][:1] == [BASELINE]
    assert plain["strategies"][0]["difference"] is None
    assert plain == report.to_json()


def test_arrays_of_a_report_cannot_be_changed() -> None:
    dataset: ImageDataset
    dataset, embeddings = clusters({"a": 20, "b": 10}, apart=1)

    report = compare(dataset, embeddings, strategies=[], repeats=1)

    with pytest.raises(ValueError, match="read-only"):
        report.strategies[0].confusion[0, 0] = 1
