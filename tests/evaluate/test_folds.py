"""Folds are disjoint, whole, and of the training split alone."""

import numpy as np
import pytest
from evaluate_sets import images
from hypothesis import given, settings
from hypothesis import strategies as st

from core.duplicates import duplicate_groups
from core.errors import LeakError, TooFewClassesError
from core.evaluate import Fold, make_folds
from core.evaluate.folds import check_folds, draw_inner, scored_rows

picture_sets = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 12), st.sampled_from(["train", "test"])),
    min_size=8,
    max_size=60,
)


@settings(max_examples=60)
@given(picture_sets, st.integers(2, 6), st.integers(0, 3))
def test_folds_are_disjoint_whole_and_cover_each_scored_row_once(
    pictures: list[tuple[str, int, str]], n_splits: int, seed: int
) -> None:
    dataset = images(
        [label for label, _, _ in pictures],
        digests=[str(digest) for _, digest, _ in pictures],
        splits=[split for _, _, split in pictures],
    )
    groups = duplicate_groups(dataset)

    try:
        folds = make_folds(dataset, np.arange(len(dataset)), n_splits=n_splits, seed=seed)
    except TooFewClassesError:
        return

    for fold in folds:
        assert not set(groups[fold.train]) & set(groups[fold.test])
        assert set(fold.train) | set(fold.test) <= set(dataset.training_rows)
    tested = np.concatenate([fold.test for fold in folds])
    scored = scored_rows(dataset, np.arange(len(dataset)), groups)
    assert sorted(tested) == sorted(scored)
    assert 2 <= len(folds) <= n_splits


def test_the_same_seed_gives_the_same_folds_and_another_seed_others() -> None:
    dataset = images(["a"] * 30 + ["b"] * 10)
    rows = np.arange(40)

    first, again, other = (make_folds(dataset, rows, seed=seed) for seed in (3, 3, 4))

    assert [fold.test.tolist() for fold in first] == [fold.test.tolist() for fold in again]
    assert [fold.test.tolist() for fold in first] != [fold.test.tolist() for fold in other]


def test_the_smallest_class_does_not_decide_the_number_of_folds() -> None:
    dataset = images(["a"] * 30 + ["b"] * 3)

    folds = make_folds(dataset, np.arange(33), n_splits=5, seed=0)

    assert len(folds) == 5
    assert sorted((dataset.codes[fold.test] == 1).sum() for fold in folds) == [0, 0, 1, 1, 1]


def test_a_class_of_copies_of_one_picture_is_learned_from_and_never_scored() -> None:
    dataset = images(["a"] * 6 + ["b"] * 6 + ["c"] * 4, digests=[*"0123456789xy", *"cccc"])

    folds = make_folds(dataset, np.arange(16), seed=0)

    assert all((dataset.codes[fold.train] == 2).sum() == 4 for fold in folds)
    assert all(2 not in dataset.codes[fold.test] for fold in folds)


def test_a_picture_of_two_classes_is_not_learned_from_where_it_is_scored() -> None:
    # The only picture of 'c' is there again as an 'a'.
    dataset = images(["a"] * 6 + ["b"] * 6 + ["c"], digests=[*"0123456789xy", "0"])

    folds = make_folds(dataset, np.arange(13), seed=0)

    for fold in folds:
        assert (12 in fold.train) == (0 in fold.train)


def test_classes_are_dealt_alike_over_folds() -> None:
    dataset = images(["a"] * 52 + ["b"] * 23 + ["c"] * 7)

    folds = make_folds(dataset, np.arange(82), seed=1)

    counts = np.array([np.bincount(dataset.codes[fold.test], minlength=3) for fold in folds])
    assert (np.ptp(counts, axis=0) <= 1).all()
    assert np.ptp(counts.sum(axis=1)) <= 1


def test_what_is_held_back_inside_is_whole_groups_and_no_whole_class() -> None:
    dataset = images(["a"] * 40 + ["b"] * 3 + ["c"])
    groups = np.array([*np.repeat(np.arange(20), 2), 20, 21, 22, 23])

    held = draw_inner(dataset, np.arange(44), groups, seed=0)

    left = np.setdiff1d(np.arange(44), held)
    assert not set(groups[held]) & set(groups[left])
    assert np.bincount(dataset.codes[held]).tolist() == [8, 1]
    assert set(dataset.codes[left]) == {0, 1, 2}


def test_one_class_cannot_be_compared() -> None:
    dataset = images(["a"] * 6 + ["b"])

    with pytest.raises(TooFewClassesError, match=r"^1 class of 'drawn' can be scored.* at least 2"):
        make_folds(dataset, np.arange(7), seed=0)


def test_a_picture_on_both_sides_is_refused() -> None:
    fold = Fold(train=np.array([0, 1]), test=np.array([2]))

    with pytest.raises(LeakError):
        check_folds([fold], groups=np.array([7, 8, 7]))
