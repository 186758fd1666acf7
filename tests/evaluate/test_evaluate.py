"""A comparison of strategies: honest, repeatable, and without leaks."""

import json
from collections.abc import Callable
from itertools import count

import numpy as np
import pytest
from evaluate_sets import balanced_side, clusters, embedded, images

from core.dataset import ImageDataset
from core.embed import Embeddings
from core.errors import CancelledError, SettingError, TooFewClassesError
from core.evaluate import BASELINE, FLOOR, EvaluationReport, StrategyResult, evaluate, training_set
from core.evaluate.candidates import parse_candidate
from core.evaluate.compare import STAGE
from core.evaluate.features import VectorFeatures
from core.evaluate.folds import make_folds
from core.evaluate.preprocessing import preprocess_fold
from core.resample import STRATEGIES, TrainingSide, resample


def ticking() -> Callable[[], float]:
    """Return a clock on which every look takes a second."""
    seconds = count()
    return lambda: float(next(seconds))


def result(report: EvaluationReport, name: str) -> StrategyResult:
    return next(row for row in report.strategies if row.name == name)


def test_always_the_largest_class_is_as_good_as_its_share() -> None:
    dataset, embeddings = clusters({"a": 30, "b": 10}, apart=3)

    floor = result(evaluate(dataset, embeddings, strategies=[], repeats=1), FLOOR)

    assert floor.metrics["accuracy"].values == (0.75,) * 5
    assert floor.metrics["balanced_accuracy"].values == (0.5,) * 5
    assert floor.metrics["macro_f1"].mean == pytest.approx(12 / 14 / 2)
    assert floor.recall == {"a": 1.0, "b": 0.0}
    assert floor.confusion.tolist() == [[30, 0], [10, 0]]


def test_taking_class_sizes_out_of_the_scores_helps_a_small_class() -> None:
    data = clusters({"a": 1200, "b": 120}, apart=1.0)
    report = evaluate(*data, strategies=["logit_adjustment", "effective_weights"])

    adjusted, weighed = result(report, "logit_adjustment"), result(report, "effective_weights")
    for row in (adjusted, weighed):
        assert row.difference is not None
        assert row.difference["balanced_accuracy"].low > 0
    half = evaluate(
        *data, strategies=["logit_adjustment"], settings={"logit_adjustment": {"tau": 0.5}}
    )
    between = result(half, "logit_adjustment").recall["b"]
    assert result(report, BASELINE).recall["b"] < between < adjusted.recall["b"]


@pytest.mark.parametrize("strategy", [s for s in STRATEGIES if s != "augment"])
def test_every_strategy_that_can_be_compared_is(strategy: str) -> None:
    report = evaluate(*clusters({"a": 30, "b": 12}, apart=2), strategies=[strategy], repeats=1)

    row = result(report, strategy)
    assert 0.5 <= row.metrics["balanced_accuracy"].mean <= 1
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

    arc = training_set.fold_plan(dataset, fold, "smote", settings)
    made = resample(TrainingSide(dataset, arc, embeddings, rows=fold.train, seed=0))
    np.testing.assert_allclose(
        bent.features[len(fold.train) :],
        space.transform(made.points.materialize(embeddings)),
        atol=1e-5,
    )
    assert not np.allclose(straight.features, bent.features, atol=1e-4)


def test_clear_clusters_are_always_told_apart() -> None:
    report = evaluate(*clusters({"a": 60, "b": 20, "c": 10}, apart=12), repeats=1)

    for row in report.strategies:
        if row.name != FLOOR:
            assert row.metrics["balanced_accuracy"].mean == pytest.approx(1.0, abs=0.02)
    assert report.verdict.startswith("No measurable difference")


def test_labels_without_meaning_are_recognised_by_chance() -> None:
    dataset, embeddings = clusters({"a": 90, "b": 60, "c": 30}, apart=0)

    report = evaluate(dataset, embeddings, repeats=2)

    for row in report.strategies:
        assert 0.2 < row.metrics["balanced_accuracy"].mean < 0.47


def test_weights_help_a_small_class_that_overlaps_a_large_one() -> None:
    report = evaluate(*clusters({"a": 400, "b": 40}, apart=1.0), strategies=["class_weights"])

    row = result(report, "class_weights")
    assert row.difference is not None
    assert row.difference["balanced_accuracy"].low > 0.02
    assert row.recall["b"] > result(report, BASELINE).recall["b"]
    assert report.verdict.startswith("Use class weights: balanced accuracy rises by")


def test_the_same_seed_gives_the_same_report_and_another_seed_another() -> None:
    dataset, embeddings = clusters({"a": 40, "b": 12}, apart=1)

    first, again, other = (
        json.dumps(evaluate(dataset, embeddings, seed=seed, repeats=1, clock=ticking()).to_json())
        for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_samplers_only_ever_see_a_training_side(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, embeddings = clusters({"a": 30, "b": 8}, apart=1)
    sides = {tuple(fold.train) for fold in make_folds(dataset, np.arange(38), seed=0)}
    seen, resample = [], training_set.resample

    def spy(side: TrainingSide) -> object:
        made = resample(side)
        seen.append((tuple(side.allowed), made.points))
        return made

    monkeypatch.setattr(training_set, "resample", spy)
    evaluate(dataset, embeddings, repeats=1, seed=0)

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

    report = evaluate(split, embeddings, repeats=1, clock=ticking())

    assert report.images == 32
    again = evaluate(split, embedded(vectors), repeats=1, clock=ticking())
    assert report.to_json() == again.to_json()


def test_an_image_without_a_vector_is_left_out_and_told() -> None:
    dataset, embeddings = clusters({"a": 30, "b": 10}, apart=1)
    fewer = Embeddings(embeddings.vectors[1:], embeddings.rows[1:], "drawn", "digest", "cpu")

    report = evaluate(dataset, fewer, strategies=[], repeats=1)

    assert report.images == 39
    assert "Left out because they have no vector: 1 image." in report.notes


def test_a_class_with_one_image_is_left_out_and_named() -> None:
    report = evaluate(*clusters({"a": 30, "b": 10, "rare": 1}, apart=3), repeats=1)

    assert report.classes == ("a", "b")
    assert any("2 different training images: 'rare'." in note for note in report.notes)
    assert result(report, "smote").confusion.shape == (2, 2)


def test_a_class_with_two_images_makes_two_folds_that_smote_leaves_alone() -> None:
    report = evaluate(*clusters({"a": 30, "b": 10, "rare": 2}, apart=3))

    assert (report.folds, report.repeats) == (2, 5)
    assert (
        "'rare' has 2 different images, so there are 2 folds instead of 5. Leave it out on Load "
        "for 5 and narrower intervals."
    ) in report.notes
    assert any("'rare', in up to 10 folds of 10." in note for note in report.notes)


def test_classes_with_fewer_images_than_neighbours_are_told() -> None:
    report = evaluate(*clusters({"a": 30, "b": 6}, apart=3), strategies=["smote"])

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
    told = evaluate(*clusters({"a": 30, "b": 6}, apart=3), strategies=["smote"]).notes
    [note] = [note for note in told if "SMOTE uses all of them" in note]

    report = evaluate(*clusters({"a": 30, "b": 6}, apart=3), strategies=[strategy])

    assert (note in report.notes) == is_told


def test_kin_with_the_same_to_tell_tell_it_once() -> None:
    strategies = ["smote", "safe_level_smote", "adasyn"]

    report = evaluate(*clusters({"a": 30, "b": 6}, apart=3), strategies=strategies)

    assert len([note for note in report.notes if "SMOTE uses all of them" in note]) == 1


def test_many_classes_of_two_images_can_be_compared() -> None:
    labels = [f"class{code:02d}" for code in range(25) for _ in range(2)]
    vectors = np.random.default_rng(0).standard_normal((50, 40))

    report = evaluate(images(labels), embedded(vectors), strategies=["random_undersampling"])

    assert report.folds == 2


def test_a_strategy_that_cleans_all_away_is_compared_all_the_same() -> None:
    report = evaluate(*clusters({"a": 4, "b": 4}, apart=0), strategies=["smote_enn"])

    assert result(report, "smote_enn").recall == {"a": 1.0, "b": 0.0}
    assert any("edited neighbours' gave every image to 'a'." in note for note in report.notes)


def test_a_strategy_that_leaves_one_class_answers_with_it() -> None:
    report = evaluate(*clusters({"a": 5, "b": 3}, apart=0), strategies=["edited_neighbours"])

    assert result(report, "edited_neighbours").recall == {"a": 0.0, "b": 1.0}


def test_one_class_is_refused() -> None:
    with pytest.raises(TooFewClassesError, match="at least 2 classes"):
        evaluate(*clusters({"a": 9}, apart=1))


@pytest.mark.parametrize(
    "settings",
    [
        {"n_splits": 1},
        {"repeats": 0},
        {"metric": "speed"},
        {"head": "brain"},
        {"strategies": ["smote+smote"]},
    ],
)
def test_what_cannot_be_compared_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(SettingError):
        evaluate(*clusters({"a": 9, "b": 9}, apart=1), **settings)  # type: ignore[arg-type]


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

    evaluate(dataset, embeddings, strategies=["smote"], repeats=1, progress=listen)

    assert heard == [(done, 10) for done in range(11)]
    with pytest.raises(CancelledError):
        evaluate(dataset, embeddings, repeats=1, progress=cancel)


def test_drawing_many_folds_can_be_cancelled() -> None:
    dataset, embeddings = clusters({"a": 10, "b": 5}, apart=1)

    def cancel(stage: str, done: int, total: int) -> None:
        if (stage, done, total) == ("drawing folds", 3, 40):
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        evaluate(dataset, embeddings, repeats=40, progress=cancel)


def test_a_report_holds_plain_values() -> None:
    report = evaluate(*clusters({"a": 20, "b": 10}, apart=1), repeats=1)

    plain = json.loads(json.dumps(report.to_json()))

    assert [row["name"] for row in plain["strategies"]][:1] == [BASELINE]
    assert plain["strategies"][0]["difference"] is None
    assert plain == report.to_json()


def test_arrays_of_a_report_cannot_be_changed() -> None:
    dataset: ImageDataset
    dataset, embeddings = clusters({"a": 20, "b": 10}, apart=1)

    report = evaluate(dataset, embeddings, strategies=[], repeats=1)

    with pytest.raises(ValueError, match="read-only"):
        report.strategies[0].confusion[0, 0] = 1
