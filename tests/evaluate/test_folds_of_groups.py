"""Images of one group, such as a patient, never stand on both sides of a fold."""

import numpy as np
import pytest
from comparisons import compare
from evaluate_sets import embedded, images
from hypothesis import given
from hypothesis import strategies as st

from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.duplicates import duplicate_groups
from core.errors import LeakError, SettingError, TooFewClassesError
from core.evaluate import EvaluationReport, make_folds
from core.evaluate.folds import check_folds, kept_together, scored_rows
from core.evaluate.group_folds import count_missing_classes, reduce_missing_classes

# Label, patient ('' where nobody knows), picture, split.
grouped_sets = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(["", "p1", "p2", "p3", "p4", "p5", "p6"]),
        st.integers(0, 40),
        st.sampled_from(["train", "train", "train", "test"]),
    ),
    min_size=8,
    max_size=60,
)


def dataset_of(rows: list[tuple[str, str, int, str]]) -> ImageDataset:
    labels, groups, digests, splits = zip(*rows, strict=True)
    return images(labels, groups=groups, digests=list(map(str, digests)), splits=splits)


def sides(values: np.ndarray, dataset: ImageDataset, seed: int = 0) -> list[tuple[set, set]]:
    """Return the values of the training and the test side of each fold."""
    folds = make_folds(dataset, np.arange(len(dataset)), seed=seed)
    return [(set(values[fold.train].tolist()), set(values[fold.test].tolist())) for fold in folds]


def report_of(dataset: ImageDataset, **options: bool) -> EvaluationReport:
    vectors = np.random.default_rng(0).standard_normal((len(dataset), 4))
    return compare(dataset, embedded(vectors), strategies=[], repeats=1, **options)


@pytest.mark.long
@given(grouped_sets, st.integers(2, 6), st.integers(0, 3))
def test_neither_a_group_nor_a_copy_is_on_both_sides_and_every_class_can_be_learned(
    rows: list[tuple[str, str, int, str]], n_splits: int, seed: int
) -> None:
    dataset = dataset_of(rows)

    try:
        folds = make_folds(dataset, np.arange(len(dataset)), n_splits=n_splits, seed=seed)
    except (TooFewClassesError, SettingError):
        return

    scored = np.sort(np.concatenate([fold.test for fold in folds]))
    for fold in folds:
        for groups in (dataset.group_codes, duplicate_groups(dataset)):
            assert not set(groups[fold.train]) & set(groups[fold.test])
        assert set(dataset.codes[fold.train]) >= set(dataset.codes[scored])
        assert len(fold.test)
    assert len(set(scored)) == len(scored)
    groups = kept_together(dataset, duplicate_groups(dataset), np.arange(len(dataset)))
    assert set(scored) == set(scored_rows(dataset, np.arange(len(dataset)), groups))


def test_a_rare_class_of_two_patients_is_learned_in_every_fold() -> None:
    # Drawn by size alone, 'p1' and 'p0' land in one fold, and no 'b' is left to learn from.
    dataset = images("aab" + "b", groups=["p0", "p2", "p0", "p1"])

    for seed in range(10):
        for learned, _ in sides(dataset.codes, dataset, seed):
            assert learned == {0, 1}


def test_two_patients_who_share_a_picture_stay_together() -> None:
    groups = ["p1", "p1", "p2", "p2", *"cdefghij"]
    digests = ["0", "same", "same", "3", *map(str, range(4, 12))]
    dataset = images("ab" * 6, groups=groups, digests=digests)

    together = kept_together(dataset, duplicate_groups(dataset), np.arange(12))

    assert len(set(together[:4].tolist())) == 1
    assert len(set(together.tolist())) == 9


def test_a_picture_that_is_left_out_links_no_patients() -> None:
    groups = ["p1", "p1", "p2", "p2", *"cdefghij"]
    digests = ["0", "same", "same", "3", *map(str, range(4, 12))]
    dataset = images("ab" * 6, groups=groups, digests=digests)
    edited = Edits().leave_out([1]).apply(dataset)

    together = kept_together(edited, duplicate_groups(edited), np.arange(12))

    assert together[0] != together[2]
    assert together[2] == together[3]


def test_folds_that_know_no_groups_are_caught() -> None:
    dataset = images("ab" * 20, groups=[f"p{row // 4}" for row in range(40)])
    blind = make_folds(dataset, np.arange(40), groups=np.arange(40))

    with pytest.raises(LeakError):
        check_folds(blind, dataset.group_codes)


def test_a_comparison_tells_what_it_kept_together() -> None:
    groups = [f"p{row // 4}" for row in range(40)] + [""] * 4

    report = report_of(images("ab" * 22, groups=groups))

    kept = "Kept on one side of every fold with their group (column 'patient'): 40 images of 10 "
    assert f"{kept}groups." in report.notes


def test_a_class_of_one_patient_is_not_scored() -> None:
    groups = [f"p{row // 4}" for row in range(24)] + ["p9"] * 6

    report = report_of(images("ab" * 12 + "c" * 6, groups=groups))

    assert report.classes == ("a", "b")
    assert (
        "Learned but not scored, because scoring needs training images of 2 groups: 'c'."
        in report.notes
    )


def test_there_are_no_more_folds_than_groups() -> None:
    report = report_of(images("ab" * 15, groups=[f"p{row // 10}" for row in range(30)]))

    assert report.folds == 3


def test_a_class_for_each_camera_is_refused_with_a_way_out() -> None:
    dataset = images("a" * 8 + "b" * 8, groups=["c1"] * 8 + ["c2"] * 8)

    with pytest.raises(TooFewClassesError, match=r"^0 classes .* 2 groups each \(column 'patient'"):
        report_of(dataset)


def test_a_group_that_holds_nearly_all_is_told() -> None:
    groups = ["p0"] * 60 + [f"q{row}" for row in range(10)]

    report = report_of(images("ab" * 35, groups=groups))

    (note,) = [note for note in report.notes if note.startswith("The folds are uneven")]
    assert "60 of 70 images have to stay together" in note


def test_a_class_that_some_folds_cannot_score_is_scored_in_others() -> None:
    # Of three groups each two share a class: no two folds have all classes on both sides.
    dataset = images("aabbcc", groups=["p0", "p1", "p1", "p2", "p2", "p0"])

    report = report_of(dataset)

    assert report.folds == 3
    assert report.strategies[0].confusion.sum(axis=1).tolist() == [2, 2, 2]


def test_groups_that_leave_nothing_to_learn_from_are_refused() -> None:
    dataset = images("aabbcc", groups=["p0", "p1", "p1", "p2", "p2", "p0"])

    with pytest.raises(
        SettingError, match=r"^With 2 folds, groups cannot .* another group column\.$"
    ):
        make_folds(dataset, np.arange(6), n_splits=2)


def test_groups_of_a_test_split_that_are_in_training_are_told() -> None:
    groups = [f"p{row // 4}" for row in range(16)]
    splits = ["train", "train", "train", "test"] * 2 + ["train"] * 4 + ["test"] * 4

    report = report_of(images("ab" * 8, groups=groups, splits=splits), on_test_split=True)

    assert (
        "2 test images are of 2 groups (column 'patient') with training images, so the scores are "
        "too high." in report.notes
    )


def test_a_test_split_needs_no_two_groups_of_a_class() -> None:
    groups = ["p1"] * 8 + ["p2"] * 8
    splits = ["train"] * 8 + ["test"] * 8

    report = report_of(images("ab" * 8, groups=groups, splits=splits), on_test_split=True)

    assert report.images == 8
    assert not any("groups" in note for note in report.notes)


def test_a_gap_is_mended_by_the_move_that_keeps_folds_alike() -> None:
    groups = np.repeat([0, 1, 2, 3], [2, 10, 1, 1])
    codes = np.array([0, 1, *[0] * 9, 1, 0, 0])  # both groups of class 1 are in fold 0
    fold_of = np.array([0, 0, 1, 1])

    mended = reduce_missing_classes(groups, codes, fold_of, 2)

    assert count_missing_classes(groups, codes, fold_of, 2) == (1, 1)
    assert count_missing_classes(groups, codes, mended, 2) == (0, 0)
    assert mended.tolist() == [1, 0, 1, 1]
