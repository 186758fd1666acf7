"""The last block of an encoder learns with the head, and only for the fold that it learned in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from comparisons import compare
from evaluate_sets import embedded
from image_sets import read_folder, write_files

from core.augment import Pictures
from core.dataset import ImageDataset
from core.embed import Embeddings, embed
from core.errors import SettingError
from core.evaluate import fine_tuning
from core.evaluate.fine_tuning import open_fine_tuning
from core.evaluate.head import Fit
from core.evaluate.heads import HEADS
from core.evaluate.picture_store import PictureStore, read_pictures
from core.evaluate.training import Training
from core.evaluate.training_set import TrainingSet
from core.pictures.encode import encode
from core.progress import silent


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    """Return 24 pictures of thin and 24 of thick rings, in noise."""
    down, across = np.mgrid[-24:24, -24:24]
    far = np.hypot(down, across)
    files = {}
    for number in range(48):
        rng = np.random.default_rng(number)
        ring = np.abs(far - rng.integers(8, 18)) < (1.5 if number % 2 else 3.5)
        grey = 120 + 70 * ring[..., None] + 25 * rng.standard_normal((48, 48, 3))
        content = encode(np.clip(grey, 0, 255).astype(np.uint8), "PNG")
        files[f"{'thin' if number % 2 else 'thick'}/{number:02d}.png"] = content
    return read_folder(write_files(tmp_path_factory.mktemp("rings") / "set", files))


def sides(dataset: ImageDataset) -> tuple[TrainingSet, np.ndarray]:
    """Return the first 36 images of the set to learn from, and the places of the others."""
    rows = np.random.default_rng(0).permutation(48)
    train, test = np.sort(rows[:36]), np.sort(rows[36:])
    ones = np.ones(36, np.intp)
    side = TrainingSet(train, dataset.codes[train], ones, train, np.ones(2), np.zeros(2), 36, 0)
    return side, test


@pytest.fixture(scope="module")
def ready(dataset: ImageDataset) -> tuple[Callable[..., object], Fit]:
    """Return the head, opened, and a fit that finds its pictures."""
    head = open_fine_tuning("efficientnet", "cpu")
    assert head.input is not None
    rows = np.arange(48)
    store = PictureStore(rows, read_pictures(dataset, rows, head.input, silent), {})
    return head.predict, Fit(2, 0, take=store.take)


def learn_with(
    monkeypatch: pytest.MonkeyPatch, predict: Callable[..., object], training: Training
) -> Callable[..., object]:
    monkeypatch.setattr(fine_tuning.fine_tune, "__defaults__", (training,))
    return predict


def test_learning_lowers_the_loss(
    dataset: ImageDataset, ready: tuple[Callable[..., object], Fit],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    predict, fit = ready
    training = Training(epochs=4, batch_size=12, learning_rate=1e-3, patience=0)

    found = learn_with(monkeypatch, predict, training)(*sides(dataset), fit)

    losses = [epoch.loss for epoch in found.curve]  # type: ignore[attr-defined]
    assert losses[-1] < losses[0]


def test_a_fold_begins_where_the_one_before_began(
    dataset: ImageDataset, ready: tuple[Callable[..., object], Fit]
) -> None:
    predict, fit = ready

    first, again = (predict(*sides(dataset), fit).scores for _ in range(2))  # type: ignore[attr-defined]

    assert np.array_equal(first, again)


def test_it_learns_from_all_images_of_the_training_side(
    dataset: ImageDataset, ready: tuple[Callable[..., object], Fit]
) -> None:
    predict, fit = ready
    side, test = sides(dataset)
    taken: set[int] = set()

    def take(places: np.ndarray) -> np.ndarray:
        taken.update(places.tolist())
        return fit.take(places)

    found = predict(side, test, replace(fit, take=take))

    assert taken - set(test.tolist()) == set(side.features.tolist())
    assert all(epoch.held_back is None for epoch in found.curve)  # type: ignore[attr-defined]


def test_a_fit_reports_as_many_steps_as_it_has_epochs() -> None:
    assert HEADS["fine_tuning"].steps == fine_tuning.TRAINING.epochs


def test_an_encoder_without_layers_is_refused_before_anything_is_read(
    dataset: ImageDataset,
) -> None:
    vectors = embedded(np.zeros((48, 1)))
    classical = Embeddings(vectors.vectors, vectors.rows, "classical", "digest", "cpu")

    with pytest.raises(SettingError, match="has no layers to fine-tune"):
        compare(dataset, classical, head="fine_tuning")


@pytest.mark.long
def test_strategies_are_compared(dataset: ImageDataset) -> None:
    report = compare(
        dataset,
        embed(dataset),
        head="fine_tuning",
        strategies=["augment:crop"],
        n_splits=2,
        repeats=1,
    )

    assert (report.head, report.repeats) == ("fine_tuning", 1)
    assert all(len(row.curves) == 2 for row in report.strategies[:-1])


def pictures_at(keys: list[tuple[int, int]]) -> Pictures:
    """Return pictures of these rows and repeats."""
    rows, repeats = np.array(keys, np.intp).reshape(-1, 2).T
    return Pictures(rows, repeats, np.zeros(len(keys), np.intp))


def test_pictures_are_found_again_by_their_places(tmp_path: Path) -> None:
    from core.evaluate.picture_cache import PictureCache

    real = np.arange(6, dtype=np.float16).reshape(3, 2)
    caches = {
        "empty": PictureCache(pictures_at([]), np.empty((0, 0), np.float32)),
        "first": PictureCache(
            pictures_at([(5, 1), (5, 2), (9, 1)]),
            10 + np.arange(6, dtype=np.float16).reshape(3, 2),
        ),
        "second": PictureCache(pictures_at([(5, 1)]), np.array([[90, 91]], np.float16)),
    }
    store = PictureStore(np.array([2, 5, 9]), real, caches)

    places = np.concatenate(
        [
            store.find_augmented("second", pictures_at([(5, 1)])),
            store.find(np.array([9, 2])),
            store.find_augmented("first", pictures_at([(9, 1), (5, 2)])),
        ]
    )

    assert store.take(places)[:, 0].tolist() == [90, 4, 0, 14, 12]
