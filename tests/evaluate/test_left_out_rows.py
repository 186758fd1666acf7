"""An image that a person has left out is never learned from and never scored."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from comparisons import compare
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset import ImageDataset, build_table
from core.dataset.edits import Edits
from core.embed import Embeddings
from core.errors import LeakError
from core.evaluate.folds import make_folds
from core.resample import TrainingSide, make_plan, resample

COUNT = 30  # 20 'cat' (rows 0 to 19), 10 'dog'


@cache
def drawn() -> ImageDataset:
    labels = ["cat"] * 20 + ["dog"] * 10
    table = build_table(
        {
            "path": [f"{label}/{row:02d}.png" for row, label in enumerate(labels)],
            "label": labels,
            "split": ["train"] * COUNT,
            "width": [8] * COUNT,
            "height": [8] * COUNT,
            "format": ["PNG"] * COUNT,
            "bytes": [100] * COUNT,
            "digest": [f"{row:064x}" for row in range(COUNT)],
            "file": [f"{row}.png" for row in range(COUNT)],
        }
    )
    return ImageDataset("pets", Path(), table)


@cache
def vectors() -> Embeddings:
    """Return a vector for every row, those that are left out included, as the app keeps them."""
    points = np.random.default_rng(0).normal(size=(COUNT, 4)).astype(np.float32)
    return Embeddings(points, np.arange(COUNT), "classical", "abc", "cpu")


some_rows = st.sets(st.integers(0, COUNT - 1), min_size=1, max_size=6).map(sorted)


@settings(max_examples=20)
@given(some_rows)
def test_no_fold_holds_a_row_that_is_left_out(rows: list[int]) -> None:
    edited = Edits().leave_out(rows).apply(drawn())

    folds = make_folds(edited, vectors().rows, n_splits=3)

    seen = np.concatenate([np.concatenate([fold.train, fold.test]) for fold in folds])
    assert not np.isin(rows, seen).any()
    assert set(seen.tolist()) == set(edited.present_rows.tolist())


@settings(max_examples=20)
@given(some_rows, st.sampled_from(["smote", "adasyn", "random_oversampling", "near_miss"]))
def test_no_point_has_a_parent_that_is_left_out(rows: list[int], strategy: str) -> None:
    edited = Edits().leave_out(rows).apply(drawn())

    made = resample(TrainingSide(edited, make_plan(edited, strategy), vectors(), seed=0))

    assert not np.isin(rows, made.kept).any()
    assert not np.isin(made.points.parents, rows).any()


def test_a_row_that_is_left_out_cannot_be_given_to_a_sampler() -> None:
    edited = Edits().leave_out([3]).apply(drawn())

    with pytest.raises(LeakError):
        resample(TrainingSide(edited, make_plan(edited, "smote"), vectors(), rows=np.arange(COUNT)))


def test_a_comparison_counts_the_images_that_stay() -> None:
    edited = Edits().leave_out([3, 25]).relabel([4], "dog").apply(drawn())

    report = compare(edited, vectors(), strategies=["smote"], n_splits=2, repeats=1)

    assert report.images == 28
