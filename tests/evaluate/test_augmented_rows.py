"""Augmented pictures in a comparison: made of the training side, and described as it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from comparisons import compare
from evaluate_sets import balanced_side, prepared_caches
from image_sets import picture, read_folder, write_files

from core.augment import AugmentPolicy, Pictures, Wanted, apply, draw, make_step
from core.augment.draws import pictures_of
from core.dataset import ImageDataset
from core.embed import Embeddings, embed
from core.errors import LeakError
from core.evaluate import balancing, bench, parse_candidate
from core.evaluate.features import PictureFeatures, VectorFeatures, policy_key, preprocess_fold
from core.evaluate.folds import make_folds
from core.evaluate.inputs import encoder_input, pixel_input
from core.evaluate.picture_cache import PictureCache, fill_cache
from core.evaluate.picture_store import PictureStore, read_pictures
from core.evaluate.report import Done
from core.pictures.decode import decode
from core.pictures.encode import encode
from core.progress import silent

FLIP = AugmentPolicy((make_step("horizontal_flip", probability=1.0),))


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    """Return 20 pictures of 'a' and 8 of 'b'."""
    files = {
        f"{'a' if number < 20 else 'b'}/{number:02d}.png": encode(picture(number), "PNG")
        for number in range(28)
    }
    return read_folder(write_files(tmp_path / "set", files))


@pytest.fixture
def embeddings(dataset: ImageDataset) -> Embeddings:
    return embed(dataset, encoder="classical")


def test_an_album_holds_the_vectors_of_the_pictures_that_an_export_makes(
    dataset: ImageDataset, embeddings: Embeddings
) -> None:
    crop = AugmentPolicy((make_step("crop"),), seed=3)

    cache = fill_cache(
        dataset,
        pictures_of(dataset, crop, np.array([25, 25])),
        crop,
        encoder_input(embeddings),
        silent,
    )

    steps = draw(crop, Wanted(digest=dataset.digests[25], repeat=2, label="b"))
    second = apply(decode(dataset.read_bytes(25)), steps)
    head_input = encoder_input(embeddings)
    expected = head_input.encode(head_input.prepare(second)[None])
    wanted = cache.pictures.only(cache.pictures.repeats == 2)
    np.testing.assert_allclose(cache.values[cache.find(wanted)], expected, atol=1e-5)


def test_augmented_pictures_fill_the_training_side_and_come_from_it(
    dataset: ImageDataset, embeddings: Embeddings
) -> None:
    folds = make_folds(dataset, np.arange(28), n_splits=4, seed=0)
    candidate = parse_candidate("augment")
    caches = prepared_caches(dataset, embeddings, folds, candidate)
    for fold in folds:
        source = VectorFeatures(embeddings, fold, preprocess_fold(embeddings, fold), caches)

        side = balanced_side(dataset, embeddings, fold, source, candidate)

        assert np.bincount(side.codes).tolist() == [15, 15]
        assert set(side.bases) <= set(fold.train)


def test_a_picture_of_a_test_image_is_refused(
    dataset: ImageDataset, embeddings: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = make_folds(dataset, np.arange(28), n_splits=4, seed=0)[0]
    candidate = parse_candidate("augment")
    caches = prepared_caches(dataset, embeddings, [fold], candidate)
    source = VectorFeatures(embeddings, fold, preprocess_fold(embeddings, fold), caches)
    steps = balancing.apply_candidate(dataset, embeddings, fold.train, candidate, seed=0)
    of_test = pictures_of(dataset, FLIP, fold.test)
    leaking = replace(steps[0], made=replace(steps[0].made, pictures=of_test))
    monkeypatch.setattr(PictureCache, "has", lambda *_: np.ones(len(fold.test), bool))
    monkeypatch.setattr(PictureCache, "find", lambda *_: np.zeros(len(fold.test), np.intp))

    with pytest.raises(LeakError):
        balancing.balance(dataset, source, candidate, [leaking])


def test_operations_are_compared_one_by_one(dataset: ImageDataset, embeddings: Embeddings) -> None:
    names = ["augment:crop", "augment:horizontal_flip", "augment+class_weights"]

    report = compare(dataset, embeddings, strategies=names, n_splits=2, repeats=1)

    assert [row.name for row in report.strategies[1:-1]] == names
    assert [row.files for row in report.strategies[1:-1]] == [12, 12, 12]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Pictures]:
    """Return the pictures that are made and embedded, each list at one time."""
    found: list[Pictures] = []
    fill = bench.fill_cache

    def spy(dataset: ImageDataset, pictures: Pictures, *rest: object) -> PictureCache:
        cache = fill(dataset, pictures, *rest)  # type: ignore[arg-type]
        found.append(cache.pictures)
        return cache

    monkeypatch.setattr(bench, "fill_cache", spy)
    return found


def test_pictures_are_made_once_for_all_folds_after_the_rows_that_need_none(
    dataset: ImageDataset, embeddings: Embeddings, made: list[Pictures]
) -> None:
    known: list[tuple[list[str], int]] = []

    def hear(done: Done) -> None:
        known.append((list(done.predictions.scores), len(made)))

    compare(
        dataset, embeddings, strategies=["augment", "random_oversampling", "smote:pictures"],
        n_splits=2, repeats=2, on_done=hear,
    )  # fmt: skip

    first, whole = ["none", "random_oversampling"], list(known[-1][0])
    assert whole == ["none", "augment", "random_oversampling", "smote:pictures"]
    assert known == [(["none"], 0), (first, 0), (first, 0), (whole, 1)]
    pairs = list(zip(made[0].rows.tolist(), made[0].repeats.tolist(), strict=True))
    assert len(pairs) == len(set(pairs)) >= 12


def test_pictures_of_what_is_kept_are_not_made_again(
    dataset: ImageDataset, embeddings: Embeddings, made: list[Pictures], tmp_path: Path
) -> None:
    asked = {"n_splits": 2, "repeats": 1, "kept": tmp_path / "kept"}
    compare(dataset, embeddings, strategies=["random_oversampling", "augment:crop"], **asked)

    rows = ["random_oversampling", "augment:crop", "augment:rotate"]
    report = compare(dataset, embeddings, strategies=rows, **asked)

    assert len(made) == 2  # one policy each time
    assert any("Added to what was compared before" in note for note in report.notes)


def test_a_network_learns_the_augmented_base_of_each_synthetic_point(
    dataset: ImageDataset, embeddings: Embeddings
) -> None:
    fold = make_folds(dataset, np.arange(28), n_splits=4, seed=0)[0]
    candidate = parse_candidate("smote", policy=FLIP)
    caches = prepared_caches(dataset, embeddings, [fold], candidate, pixel_input(8))
    small = read_pictures(dataset, embeddings.rows, pixel_input(8), silent)
    store = PictureStore(embeddings.rows, small, caches)

    side = balanced_side(dataset, embeddings, fold, PictureFeatures(store, fold), candidate)

    mirrored = small[side.bases[side.kept :]][:, :, ::-1]
    assert len(mirrored) == 9
    learned = store.take(side.features[side.kept :])
    np.testing.assert_allclose(learned.astype(int), mirrored, atol=1)
    assert list(caches) == [policy_key(FLIP)]
