"""What Evenset made stays with its original in every fold, and is no evidence of a comparison."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from comparisons import compare
from export_sets import exported
from hypothesis import given
from hypothesis import strategies as st
from image_sets import jpeg, read_folder, write_files
from labelled_sets import embedded, images

from core.dataset import AUGMENTED, COPY, ORIGINAL, ImageDataset, Take, select
from core.dataset.edits import Edits
from core.duplicates import find_copies, fold_groups
from core.embed import Embeddings
from core.errors import SettingError, TooFewClassesError
from core.evaluate import Experiment, make_folds
from core.evaluate.experiment import draw_design
from core.evaluate.split_off import split_off
from core.progress import silent

COUNTS = {"train/cat": 12, "train/dog": 5, "test/cat": 3, "test/dog": 3}


def files(counts: Mapping[str, int] = COUNTS) -> dict[str, bytes]:
    names = [f"{folder}/{n}.jpg" for folder, count in counts.items() for n in range(count)]
    return {name: jpeg(seed) for seed, name in enumerate(names)}


@pytest.fixture(scope="module")
def back(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    """Return 12 cats and 5 dogs, of which 7 augmented pictures were made, exported and loaded."""
    root = tmp_path_factory.mktemp("back")
    exported(read_folder(write_files(root / "set", files())), root / "out", "augment")
    return read_folder(root / "out")


def vectors(dataset: ImageDataset) -> Embeddings:
    return embedded(np.random.default_rng(0).standard_normal((len(dataset), 4)))


def test_no_fold_parts_a_made_picture_from_its_original_or_its_siblings(back: ImageDataset) -> None:
    design = draw_design(Experiment(back, vectors(back), repeats=3), silent)

    assert back.is_made.sum() == 7
    for fold in design.folds:
        assert not set(back.families[fold.train]) & set(back.families[fold.test])
    # What its pixels tell does not keep them together.
    copies = find_copies(back).groups
    assert any(len(set(copies[back.families == f].tolist())) > 1 for f in set(back.families))


def test_folds_that_are_asked_for_without_groups_keep_families_too(back: ImageDataset) -> None:
    for fold in make_folds(back, np.arange(len(back))):
        assert not set(back.families[fold.train]) & set(back.families[fold.test])


@pytest.mark.parametrize("on_test_split", [False, True])
def test_made_pictures_are_learned_from_and_never_scored(
    back: ImageDataset, on_test_split: bool
) -> None:
    experiment = Experiment(back, vectors(back), on_test_split=on_test_split, repeats=1)

    design = draw_design(experiment, silent)

    originals = (
        back.held_out_rows
        if on_test_split
        else back.training_rows[~back.is_made[back.training_rows]]
    )
    assert design.rows.tolist() == originals.tolist()
    assert set(np.flatnonzero(back.is_made)) <= set(design.whole)


def test_a_made_picture_in_the_test_split_is_not_scored(back: ImageDataset) -> None:
    made = np.flatnonzero(back.is_made)[:2]
    moved = Edits().move(made, "test").apply(back)

    design = draw_design(Experiment(moved, vectors(moved), on_test_split=True), silent)

    assert not moved.is_made[design.rows].any()


def test_the_report_says_what_is_learned_from_and_not_scored(back: ImageDataset) -> None:
    report = compare(back, vectors(back), strategies=[], repeats=1)

    assert (
        "Learned but not scored, because Evenset made them from other images: 7 pictures. Each "
        "stays on the side of its original."
    ) in report.notes


def test_siblings_stay_together_where_their_original_is_gone(back: ImageDataset) -> None:
    made = np.flatnonzero(back.is_made)
    parents = back.table["parent"].iloc[made].tolist()
    family = [parents.index(parent) for parent in parents]
    some = select(back, Take({"*": None}))
    without = Edits().leave_out(np.flatnonzero(back.table["path"].isin(parents))).apply(some)

    groups = fold_groups(without)

    assert [family.index(one) for one in family] == [
        groups[made].tolist().index(group) for group in groups[made]
    ]


# Label, picture, original that it was made from; '' for none.
made_sets = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.integers(0, 30), st.sampled_from(["", "", "x", "00000.png"])
    ),
    min_size=6,
    max_size=30,
)


@pytest.mark.long
@given(made_sets, st.integers(2, 5))
def test_whatever_was_made_of_what_no_fold_parts_a_family(
    rows: list[tuple[str, int, str]], n_splits: int
) -> None:
    labels, digests, parents = zip(*rows, strict=True)
    dataset = images(labels, digests=list(map(str, digests)))
    table = dataset.table.assign(
        parent=list(parents), origin=[AUGMENTED if parent else ORIGINAL for parent in parents]
    )
    dataset = ImageDataset(dataset.name, dataset.root, table)

    try:
        folds = make_folds(dataset, np.arange(len(dataset)), n_splits=n_splits)
    except (TooFewClassesError, SettingError):
        return

    for fold in folds:
        assert not set(dataset.families[fold.train]) & set(dataset.families[fold.test])
        assert not dataset.is_made[fold.test].any()


def test_a_copy_is_made_too(tmp_path: Path) -> None:
    few = files({"cat": 4, "dog": 2})
    exported(
        read_folder(write_files(tmp_path / "set", few)), tmp_path / "out", "random_oversampling"
    )

    again = read_folder(tmp_path / "out")

    assert set(again.table["origin"]) == {ORIGINAL, COPY}
    assert (
        again.digest
        != ImageDataset(
            again.name, again.root, again.table.assign(origin=ORIGINAL, parent="")
        ).digest
    )


def test_what_was_made_goes_with_its_original_into_a_validation_split(back: ImageDataset) -> None:
    rows = split_off(back, 0.4)

    rest = np.setdiff1d(back.training_rows, rows)
    assert back.is_made[rows].any()
    assert not set(back.families[rows]) & set(back.families[rest])
