"""The built-in learned encoder: its vectors, and that its weights, log and card belong together."""

import json
from hashlib import sha256

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.embed import network
from core.embed.builtin import DIMENSION, INPUT_PX, WEIGHTS, open_encoder
from core.embed.train_encoder import LOG, golden_pictures
from core.pictures.decode import decode
from core.pictures.encode import encode as written

CARD = WEIGHTS.parent / "MODEL_CARD.md"


def scenes(count: int = 6) -> NDArray[np.uint8]:
    """Return read-only pictures with edges and colours: smoothed noise."""
    rng = np.random.default_rng(0)
    noise = rng.random((count, INPUT_PX, INPUT_PX, 3)) * 255
    smooth = np.stack([cv2.GaussianBlur(picture, (0, 0), 4) for picture in noise])
    pixels = np.clip((smooth - 127) * 8 + 127, 0, 255).astype(np.uint8)
    pixels.setflags(write=False)
    return pixels


def test_each_picture_gets_a_vector_of_length_1() -> None:
    vectors = open_encoder("cpu")(scenes())

    assert vectors.shape == (6, DIMENSION)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_picture_of_one_shade_has_a_finite_vector(shade: int) -> None:
    flat = np.full((1, INPUT_PX, INPUT_PX, 3), shade, np.uint8)

    assert np.isfinite(open_encoder("cpu")(flat)).all()


def test_opened_twice_it_gives_the_same_vectors() -> None:
    np.testing.assert_array_equal(open_encoder("cpu")(scenes()), open_encoder("cpu")(scenes()))


def test_a_vector_does_not_depend_on_the_rest_of_the_batch() -> None:
    encode = open_encoder("cpu")

    together = encode(scenes())
    alone = np.concatenate([encode(picture[None]) for picture in scenes()])

    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_picture_written_again_stays_nearer_to_itself_than_to_any_other() -> None:
    pictures = scenes()
    again = np.stack([decode(written(picture, "JPEG", quality=70)) for picture in pictures])
    encode = open_encoder("cpu")

    likeness = encode(pictures) @ encode(again).T

    np.testing.assert_array_equal(likeness.argmax(axis=1), np.arange(len(pictures)))
    assert likeness.diagonal().min() > 0.8


def test_drawn_pictures_have_the_vectors_that_the_log_keeps() -> None:
    golden = json.loads(LOG.read_text("utf-8"))["golden"]

    vectors = open_encoder("cpu")(golden_pictures())

    np.testing.assert_allclose(vectors[:, ::16], golden, atol=5e-3)


def test_the_weights_are_small_enough_to_ship() -> None:
    assert WEIGHTS.stat().st_size <= 5_000_000


def test_log_and_card_name_the_weights_that_are_there() -> None:
    digest = sha256(WEIGHTS.read_bytes()).hexdigest()

    assert json.loads(LOG.read_text("utf-8"))["weights"] == digest
    assert digest in CARD.read_text("utf-8")


def test_the_card_names_the_data_of_the_log() -> None:
    card = CARD.read_text("utf-8")

    for name, digest in json.loads(LOG.read_text("utf-8"))["data"].items():
        assert name in card
        assert digest in card


def test_norms_folded_into_convolutions_change_nothing() -> None:
    import torch

    generator = torch.Generator().manual_seed(0)
    layers = network.trainable_layers(generator)
    for layer in network.LAYERS:
        norm = layers[layer][1]
        for values in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
            values.data.uniform_(0.5, 1.5, generator=generator)
    layers.eval()
    pixels = torch.rand(2, 3, 64, 64, generator=generator)

    with torch.inference_mode():
        apart = network.describe(pixels, lambda name, maps: layers[name](maps))
        weights = network.fused_weights(layers)
        folded = network.describe(pixels, network.convolutions(weights))

    torch.testing.assert_close(folded, apart, rtol=1e-3, atol=1e-3)
