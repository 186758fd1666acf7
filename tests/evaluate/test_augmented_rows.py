"""Augmented pictures in a comparison: made of the training side, and described as it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from evaluate_sets import balanced_side, prepared_albums
from image_sets import picture, read_folder, write_files

from core.augment import AugmentPolicy, apply, draw, make_step
from core.augment.draws import pictures_of
from core.dataset import ImageDataset
from core.embed import Embeddings, embed
from core.errors import LeakError
from core.evaluate import evaluate, learn, parse_contender
from core.evaluate.album import Album, fill_album
from core.evaluate.features import PlacesInGallery, Vectors, policy_key
from core.evaluate.folds import make_folds
from core.evaluate.gallery import Gallery, read_pictures
from core.evaluate.look import as_small, by_encoder
from core.evaluate.spaces import fit_space
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

    album = fill_album(
        dataset,
        pictures_of(dataset, crop, np.array([25, 25])),
        crop,
        by_encoder(embeddings),
        silent,
    )

    steps = draw(crop, digest=dataset.digests[25], repeat=2, label="b")
    second = apply(decode(dataset.read_bytes(25)), steps)
    look = by_encoder(embeddings)
    expected = look.encode(look.prepare(second)[None])
    wanted = album.pictures.only(album.pictures.repeats == 2)
    np.testing.assert_allclose(album.values[album.find(wanted)], expected, atol=1e-5)


def test_augmented_pictures_fill_the_training_side_and_come_from_it(
    dataset: ImageDataset, embeddings: Embeddings
) -> None:
    folds = make_folds(dataset, np.arange(28), n_splits=4, seed=0)
    contender = parse_contender("augment")
    albums = prepared_albums(dataset, embeddings, folds, contender)
    for fold in folds:
        source = Vectors(embeddings, fold, fit_space(embeddings, fold), albums)

        side = balanced_side(dataset, embeddings, fold, source, contender)

        assert np.bincount(side.codes).tolist() == [15, 15]
        assert set(side.bases) <= set(fold.train)


def test_a_picture_of_a_test_image_is_refused(
    dataset: ImageDataset, embeddings: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = make_folds(dataset, np.arange(28), n_splits=4, seed=0)[0]
    contender = parse_contender("augment")
    albums = prepared_albums(dataset, embeddings, [fold], contender)
    source = Vectors(embeddings, fold, fit_space(embeddings, fold), albums)
    steps = learn.carry_out(dataset, embeddings, fold.train, contender, seed=0)
    of_test = pictures_of(dataset, FLIP, fold.test)
    leaking = replace(steps[0], made=replace(steps[0].made, pictures=of_test))
    monkeypatch.setattr(Album, "has", lambda *_: np.ones(len(fold.test), bool))
    monkeypatch.setattr(Album, "find", lambda *_: np.zeros(len(fold.test), np.intp))

    with pytest.raises(LeakError):
        learn.balance(dataset, fold, source, contender, [leaking])


def test_operations_are_compared_one_by_one(dataset: ImageDataset, embeddings: Embeddings) -> None:
    names = ["augment:crop", "augment:horizontal_flip", "augment+class_weights"]

    report = evaluate(dataset, embeddings, strategies=names, n_splits=2, repeats=1)

    assert [row.name for row in report.strategies[1:-1]] == names
    assert [row.files for row in report.strategies[1:-1]] == [12, 12, 12]


def test_a_network_learns_the_augmented_base_of_each_synthetic_point(
    dataset: ImageDataset, embeddings: Embeddings
) -> None:
    fold = make_folds(dataset, np.arange(28), n_splits=4, seed=0)[0]
    contender = parse_contender("smote", policy=FLIP)
    albums = prepared_albums(dataset, embeddings, [fold], contender, as_small(8))
    small = read_pictures(dataset, embeddings.rows, as_small(8), silent)
    gallery = Gallery(embeddings.rows, small, albums)

    side = balanced_side(dataset, embeddings, fold, PlacesInGallery(gallery, fold), contender)

    mirrored = small[side.bases[side.kept :]][:, :, ::-1]
    assert len(mirrored) == 9
    learned = gallery.take(side.features[side.kept :])
    np.testing.assert_allclose(learned.astype(int), mirrored, atol=1)
    assert list(albums) == [policy_key(FLIP)]
