"""The heads learn what is there to learn, and nothing where there is nothing."""

import numpy as np
import pytest
from comparisons import compare
from image_sets import read_folder, write_files

from core.dataset import ImageDataset
from core.embed import Embeddings, embed
from core.errors import CancelledError
from core.evaluate import BASELINE, FLOOR, HEADS, Outcome
from core.evaluate.head import Fit
from core.evaluate.linear_model import Fitter, fit_discriminant, fit_logistic
from core.evaluate.network import train_network
from core.evaluate.training import Training
from core.evaluate.training_set import TrainingSet
from core.evaluate.vector_heads import predict_neighbors, predict_with
from core.pictures.encode import encode
from core.resample import STRATEGIES


def side(
    features: np.ndarray, codes: list[int], *, votes: list[int] | None = None, weight: float = 1.0
) -> TrainingSet:
    """Return a side of two classes; `weight` is that of the second."""
    count = len(codes)
    return TrainingSet(
        features,
        np.array(codes),
        np.array(votes or [1] * count),
        np.arange(count),
        np.array([1.0, weight, 1.0]),
        np.zeros(3),
        count,
        0,
    )


LINE = np.array([[0.0], [1.0], [2.0], [3.0], [10.0]], np.float32)


def test_neighbours_vote() -> None:
    scores = predict_neighbors(side(LINE, [0, 0, 0, 1, 1]), LINE[:1], Fit(3, 0)).scores

    assert scores[0, :2] == pytest.approx([3 / 5, 2 / 5], abs=1e-3)


def test_a_copy_is_a_neighbour_of_its_own() -> None:
    # The four nearest votes are those of 3; the fifth is that of 2.
    found = predict_neighbors(
        side(LINE, [0, 0, 0, 1, 1], votes=[1, 1, 1, 4, 1]), LINE[3:4], Fit(3, 0)
    )

    assert found.scores[0, :2] == pytest.approx([1 / 5, 4 / 5], abs=1e-3)


def test_weights_of_classes_weigh_votes() -> None:
    found = predict_neighbors(side(LINE, [0, 0, 0, 1, 1], weight=6), LINE[:1], Fit(3, 0))

    assert found.scores[0, :2] == pytest.approx([3 / 15, 12 / 15], abs=1e-3)


@pytest.mark.parametrize("fitter", [fit_logistic, fit_discriminant])
def test_a_class_that_is_not_learned_gets_no_score(fitter: Fitter) -> None:
    scores = predict_with(fitter)(side(LINE, [0, 0, 0, 1, 1]), LINE, Fit(3, 0)).scores

    assert scores[:, 2].max() == 0
    assert scores.sum(axis=1) == pytest.approx(1)


def stripes(count: int, seed: int) -> tuple[np.ndarray, list[int]]:
    """Return pictures of lying (0) and standing (1) stripes with noise, in turn."""
    rng = np.random.default_rng(seed)
    codes = [number % 2 for number in range(count)]
    wave = 60 * np.sin(np.arange(32) * np.pi / 4 + 0.3)
    pictures = [
        128 + (wave[None, :] if code else wave[:, None]) + 20 * rng.standard_normal((32, 32))
        for code in codes
    ]
    stacked = np.clip(np.stack(pictures), 0, 255).astype(np.uint8)
    return np.repeat(stacked[..., None], 3, axis=3), codes


FEW = Training(epochs=4, batch_size=16, patience=0)


def test_the_network_tells_stripes_apart_and_keeps_a_curve() -> None:
    pictures, codes = stripes(96, 0)
    unseen, wanted = stripes(40, 1)

    prediction = train_network(side(pictures, codes), unseen, Fit(3, 0), FEW)

    assert (prediction.scores.argmax(axis=1) == wanted).mean() > 0.9
    assert len(prediction.curve) == 4
    assert prediction.curve[-1].loss < prediction.curve[0].loss


def test_the_same_seed_trains_the_same_network() -> None:
    pictures, codes = stripes(48, 0)

    first, again, other = (
        train_network(side(pictures, codes), pictures[:8], Fit(3, seed), FEW).scores
        for seed in (1, 1, 2)
    )

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_training_stops_when_nothing_is_gained() -> None:
    pictures, _ = stripes(80, 0)
    rng = np.random.default_rng(0)
    training = Training(epochs=30, batch_size=16, patience=2, held_back=0.25)

    prediction = train_network(
        side(pictures, rng.integers(0, 2, 80).tolist()), pictures[:4], Fit(3, 0), training
    )

    assert len(prediction.curve) < 30
    assert all(epoch.held_back is not None for epoch in prediction.curve)


def test_the_network_learns_from_a_single_picture_that_cleaning_has_left() -> None:
    pictures, _ = stripes(1, 0)

    prediction = train_network(side(pictures, [1]), pictures, Fit(3, 0), FEW)

    assert np.isfinite([epoch.loss for epoch in prediction.curve]).all()


def test_nothing_made_of_a_held_back_image_is_learned() -> None:
    pictures, codes = stripes(40, 0)
    alone = side(pictures, codes)
    # Each picture twice, the second time as one made of the first, under the other label.
    again = np.concatenate([pictures, np.full_like(pictures, 255)])
    doubled = TrainingSet(
        again,
        np.array([*codes, *codes]),
        np.ones(80, int),
        np.array([*range(40), *range(40)]),
        alone.class_weight,
        alone.shift,
        40,
        40,
    )
    watched = Training(epochs=1, batch_size=2, held_back=0.5)

    seen: list[int] = []
    train_network(
        doubled, pictures[:4], Fit(3, 0, tell=lambda done, total: seen.append(done)), watched
    )

    # 20 images and 20 pictures of them are 20 batches: one report. With the pictures of those
    # that are held back there would be another.
    assert len(seen) == 1


def test_a_network_with_one_picture_to_learn_from_still_answers() -> None:
    pictures, _ = stripes(4, 0)

    prediction = train_network(side(pictures[:1], [1]), pictures, Fit(3, 0), FEW)

    assert prediction.scores.shape == (4, 3)
    assert np.isfinite(prediction.scores).all()


def test_training_can_be_cancelled() -> None:
    pictures, codes = stripes(32, 0)

    def cancel(done: int, total: int) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        train_network(side(pictures, codes), pictures, Fit(3, 0, tell=cancel), FEW)


@pytest.fixture(scope="module")
def mixed_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[ImageDataset, Embeddings]:
    """Return 40 pictures of 'b' and 20 of 'a' with labels that say nothing of what they show."""
    pictures, _ = stripes(60, 0)
    files = {
        f"{'b' if number % 3 else 'a'}/{number:02d}.png": encode(picture, "PNG")
        for number, picture in enumerate(pictures)
    }
    dataset = read_folder(write_files(tmp_path_factory.mktemp("mixed") / "set", files))
    return dataset, embed(dataset)


# A network learns for seconds: `make test` gives it what repeats pictures and what makes new ones.
ON_PICTURES = [head for head in HEADS if HEADS[head].learns_from_pictures]
CHANCES = [
    *((head, list(STRATEGIES)) for head in HEADS if head not in ON_PICTURES),
    ("network", ["random_oversampling", "augment"]),
    *(pytest.param(head, list(STRATEGIES), marks=pytest.mark.release) for head in ON_PICTURES),
]


@pytest.mark.long
@pytest.mark.parametrize(("head", "strategies"), CHANCES)
def test_labels_without_meaning_give_chance_under_every_strategy_and_head(
    head: str, strategies: list[str], mixed_up: tuple[ImageDataset, Embeddings]
) -> None:
    is_slow = HEADS[head].repeats == 1

    report = compare(
        *mixed_up,
        head=head,
        strategies=strategies,
        n_splits=3 if is_slow else 5,
        repeats=1 if is_slow else 2,
    )

    assert [row.name for row in report.strategies[:-1]] == [
        BASELINE, *(name for name in strategies if name != BASELINE)
    ]  # fmt: skip
    for row in report.strategies:
        # Three standard errors of guesses at 20 and 40 images.
        assert abs(row.metrics["balanced_accuracy"] - 0.5) < 0.2
        assert bool(row.curves) == (HEADS[head].learns_from_pictures and row.name != FLOOR)
        # With no truth to find, hardly anything may be said to be better.
        assert row.outcome("balanced_accuracy") is not Outcome.BETTER


def test_a_comparison_of_networks_says_what_learned(
    mixed_up: tuple[ImageDataset, Embeddings],
) -> None:
    report = compare(*mixed_up, head="network", strategies=[], n_splits=2)

    assert (report.head, report.folds, report.repeats) == ("network", 2, 1)
    assert len(report.strategies[0].curves) == 2
