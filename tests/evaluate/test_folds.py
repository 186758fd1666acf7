"""Folds are disjoint, whole, and of the training split alone."""

import numpy as np
import pytest
from evaluate_sets import images
from hypothesis import given, settings
from hypothesis import strategies as st

from core.duplicates import duplicate_groups
from core.errors import LeakError, TooFewClassesError
from core.evaluate import Fold, make_folds
from core.evaluate.folds import check_folds

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
    assert sorted(tested) == sorted(np.union1d(folds[0].train, folds[0].test))
    assert 2 <= len(folds) <= n_splits


def test_the_same_seed_gives_the_same_folds_and_another_seed_others() -> None:
    dataset = images(["a"] * 30 + ["b"] * 10)
    rows = np.arange(40)

    first, again, other = (make_folds(dataset, rows, seed=seed) for seed in (3, 3, 4))

    assert [fold.test.tolist() for fold in first] == [fold.test.tolist() for fold in again]
    assert [fold.test.tolist() for fold in first] != [fold.test.tolist() for fold in other]


def test_the_smallest_class_decides_the_number_of_folds() -> None:
    dataset = images(["a"] * 30 + ["b"] * 3)

    folds = make_folds(dataset, np.arange(33), n_splits=5, seed=0)

    assert len(folds) == 3
    assert all((dataset.codes[fold.test] == 1).sum() == 1 for fold in folds)


def test_a_class_of_copies_of_one_picture_is_left_out() -> None:
    dataset = images(["a"] * 6 + ["b"] * 6 + ["c"] * 4, digests=[*"0123456789xy", *"cccc"])

    folds = make_folds(dataset, np.arange(16), seed=0)

    assert all(2 not in dataset.codes[np.union1d(fold.train, fold.test)] for fold in folds)


def test_one_class_cannot_be_compared() -> None:
    dataset = images(["a"] * 6 + ["b"])

    with pytest.raises(TooFewClassesError, match=r"^1 class of 'drawn' can be scored.* at least 2"):
        make_folds(dataset, np.arange(7), seed=0)


def test_a_picture_on_both_sides_is_refused() -> None:
    fold = Fold(train=np.array([0, 1]), test=np.array([2]))

    with pytest.raises(LeakError):
        check_folds([fold], groups=np.array([7, 8, 7]))
