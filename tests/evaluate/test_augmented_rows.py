"""Augmented pictures in a comparison: made of the training side, and described as it is."""

from pathlib import Path

import numpy as np
import pytest
from image_sets import picture, read_folder, write_files

from core.augment import AugmentPolicy, apply, draw, make_step
from core.dataset import ImageDataset
from core.embed import Embeddings, embed
from core.errors import LeakError
from core.evaluate import evaluate, learn, parse_contender
from core.evaluate.album import Album, fill_album
from core.evaluate.features import Pictures, Vectors, policy_key
from core.evaluate.folds import make_folds
from core.evaluate.gallery import Gallery, read_pictures
from core.evaluate.look import as_small, by_encoder
from core.evaluate.setting import fill_albums
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

    album = fill_album(dataset, {25: 2}, crop, by_encoder(embeddings), silent)

    steps = draw(crop, image_key=dataset.path(25), copy=2, label="b")
    second = apply(decode(dataset.read_bytes(25)), steps)
    look = by_encoder(embeddings)
    expected = look.encode(look.prepare(second)[None])
    taken = album.values[album.find(np.array([25, 25]), np.array([1, 3]))]
    np.testing.assert_allclose(taken, np.concatenate([expected, expected]), atol=1e-5)


def test_augmented_pictures_fill_the_training_side_and_come_from_it(
    dataset: ImageDataset, embeddings: Embeddings
) -> None:
    folds = make_folds(dataset, np.arange(28), n_splits=4, seed=0)
    contender = parse_contender("augment")
    albums = fill_albums(dataset, embeddings, folds, [contender], None, silent)
    for fold in folds:
        source = Vectors(embeddings, fold, fit_space(embeddings, fold), albums)

        side = learn.balance(dataset, embeddings, fold, source, contender, seed=0)

        assert np.bincount(side.codes).tolist() == [15, 15]
        assert set(side.bases) <= set(fold.train)


def test_a_picture_of_a_test_image_is_refused(
    dataset: ImageDataset, embeddings: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = make_folds(dataset, np.arange(28), n_splits=4, seed=0)[0]
    contender = parse_contender("augment")
    albums = fill_albums(dataset, embeddings, [fold], [contender], None, silent)
    source = Vectors(embeddings, fold, fit_space(embeddings, fold), albums)
    monkeypatch.setattr(learn, "_to_augment", lambda *_: (fold.test, np.zeros(7, np.intp)))
    monkeypatch.setattr(Album, "find", lambda *_: np.zeros(7, np.intp))

    with pytest.raises(LeakError):
        learn.balance(dataset, embeddings, fold, source, contender, seed=0)


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
    albums = fill_albums(dataset, embeddings, [fold], [contender], as_small(8), silent)
    small = read_pictures(dataset, embeddings.rows, as_small(8), silent)
    gallery = Gallery(embeddings.rows, small, albums)

    side = learn.balance(dataset, embeddings, fold, Pictures(gallery, fold), contender, seed=0)

    mirrored = small[side.bases[side.kept :]][:, :, ::-1]
    assert len(mirrored) == 9
    learned = gallery.take(side.features[side.kept :])
    np.testing.assert_allclose(learned.astype(int), mirrored, atol=1)
    assert list(albums) == [policy_key(FLIP)]
