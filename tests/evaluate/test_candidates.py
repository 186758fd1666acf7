"""Names of rows: strategies, one operation alone, targets, and several together."""

import numpy as np
import pytest
from comparisons import compare
from evaluate_sets import balanced_side, clusters

from core.errors import SettingError
from core.evaluate import augmentations, balancing, parse_candidate
from core.evaluate.candidates import check_targets
from core.evaluate.features import VectorFeatures, preprocess_fold
from core.evaluate.folds import make_folds
from core.resample import STRATEGIES


def balanced(name: str) -> tuple[balancing.TrainingSet, np.ndarray]:
    """Return what `name` makes of 64 and 16 training points, and how much each class counts."""
    dataset, embeddings = clusters({"a": 80, "b": 20}, apart=2)
    fold = make_folds(dataset, np.arange(100), seed=0)[0]
    source = VectorFeatures(embeddings, fold, preprocess_fold(embeddings, fold), {})
    side = balanced_side(dataset, embeddings, fold, source, parse_candidate(name))
    return side, np.bincount(side.codes, weights=side.weights)


def test_a_target_says_how_far_a_class_is_filled() -> None:
    side, _ = balanced("smote@50%")

    assert np.bincount(side.codes).tolist() == [64, 32]


def test_weights_are_those_of_the_counts_that_come_out() -> None:
    side, sums = balanced("smote@50%+class_weights")

    assert np.bincount(side.codes).tolist() == [64, 32]
    assert sums == pytest.approx([40, 40])


def test_the_order_of_weights_in_a_name_does_not_matter() -> None:
    assert balanced("class_weights+smote@50%")[1] == pytest.approx([40, 40])


def test_images_are_left_out_before_points_are_made() -> None:
    side, _ = balanced("random_undersampling@32+smote")

    assert np.bincount(side.codes).tolist() == [32, 32]
    assert (side.kept, side.change) == (48, -16)


def test_scores_are_shifted_by_the_counts_that_come_out() -> None:
    side, _ = balanced("random_oversampling@32+logit_adjustment")

    assert side.shift == pytest.approx(-np.log([64 / 96, 32 / 96]))


def test_titles_tell_what_is_done() -> None:
    titles = [
        parse_candidate(name).title
        for name in (
            "augment:horizontal_flip",
            "smote@50%+class_weights",
            "augment@300",
            "smote:pictures@50%",
        )
    ]

    assert titles == [
        "Augmented pictures: horizontal flip",
        "SMOTE to 50% + class weights",
        "Augmented pictures to 300",
        "SMOTE to 50% as pictures",
    ]


def test_operations_come_one_by_one_and_then_together() -> None:
    names = augmentations()

    assert names[0] == "augment:crop"
    assert names[-1] == "augment"
    assert all(len(parse_candidate(name).policies[0].steps) == 1 for name in names[:-1])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("magic", "no strategy 'magic'"),
        ("smote:crop", "Write smote:pictures"),
        ("augment:pictures", "'pictures'"),
        ("random_oversampling:pictures", "makes no augmented pictures"),
        ("augment:twirl", "'twirl'"),
        ("class_weights@50%", "has no target"),
        ("smote@nothing", "'nothing' is unknown"),
        ("smote+smote", "twice"),
        ("class_weights+logit_adjustment", "weighs classes twice"),
        ("smote+random_undersampling", "Put 'random_undersampling' first"),
    ],
)
def test_names_that_stand_for_nothing_are_refused(name: str, reason: str) -> None:
    with pytest.raises(SettingError, match=reason):
        parse_candidate(name)


def test_a_combination_has_a_row_with_the_settings_of_its_parts() -> None:
    data = clusters({"a": 40, "b": 10}, apart=1)

    report = compare(*data, strategies=["smote@50%+class_weights"], repeats=1)

    assert report.strategies[1].title == "SMOTE to 50% + class weights"
    assert report.settings["smote@50%+class_weights"]["smote.k_neighbors"] == 5
    assert report.strategies[1].files == 10


@pytest.mark.parametrize("name", [name for name in STRATEGIES if name != "augment"])
def test_no_strategy_learns_from_anything_but_the_training_side(name: str) -> None:
    dataset, embeddings = clusters({"a": 60, "b": 20, "c": 12}, apart=1.5)
    for fold in make_folds(dataset, np.arange(92), n_splits=3, seed=1):
        source = VectorFeatures(embeddings, fold, preprocess_fold(embeddings, fold), {})

        side = balanced_side(dataset, embeddings, fold, source, parse_candidate(name))

        assert set(side.bases) <= set(fold.train)
        assert len(side.features) == len(side.codes) == len(side.votes) == len(side.bases)
        assert side.weights.sum() == pytest.approx(side.kept)


@pytest.mark.parametrize("name", ["smote@9999999", "augment@100001", "smote@2000000%"])
def test_a_target_beyond_what_balance_lets_one_choose_is_refused(name: str) -> None:
    with pytest.raises(SettingError, match=r"images; a comparison makes at most 100,000 per class"):
        compare(*clusters({"a": 30, "b": 12}, apart=2), strategies=[name])


def test_a_target_below_that_is_not() -> None:
    candidates = [parse_candidate(name) for name in ("smote@100000", "random_undersampling@5")]

    check_targets(candidates, {"a": 30, "b": 12})
    check_targets([parse_candidate("none")], {"a": 3_000_000})
