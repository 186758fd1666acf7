"""The contract of every encoder."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.embed import ENCODERS, Encoder, find_encoder
from core.errors import SettingError

every_encoder = pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)


def pictures(encoder: Encoder, count: int = 5) -> NDArray[np.uint8]:
    """Return a read-only batch of different pictures: noise over ramps."""
    side = encoder.input_px
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 180, side)[:, None, None] * rng.random((count, 1, 1, 3))
    batch = (ramp + rng.integers(0, 60, (count, side, side, 3))).astype(np.uint8)
    batch.setflags(write=False)
    return batch


def flat(encoder: Encoder, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.full((1, encoder.input_px, encoder.input_px, 3), colour, np.uint8)


@every_encoder
def test_an_entry_is_found_under_its_own_name(encoder: Encoder) -> None:
    assert find_encoder(encoder.name) is encoder


@every_encoder
def test_people_can_read_what_an_encoder_does(encoder: Encoder) -> None:
    assert encoder.title
    assert encoder.help.endswith(".")
    assert encoder.source
    assert encoder.version


@every_encoder
def test_a_batch_gives_finite_float32_rows_of_the_promised_width(encoder: Encoder) -> None:
    vectors = encoder.open("cpu")(pictures(encoder))

    assert vectors.shape == (5, encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()


@every_encoder
def test_the_same_pictures_give_the_same_vectors(encoder: Encoder) -> None:
    first = encoder.open("cpu")(pictures(encoder))
    second = encoder.open("cpu")(pictures(encoder))

    np.testing.assert_array_equal(first, second)


@every_encoder
def test_different_pictures_give_different_vectors(encoder: Encoder) -> None:
    vectors = encoder.open("cpu")(pictures(encoder))

    distances = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    assert (distances[~np.eye(5, dtype=bool)] > 1e-2).all()


@every_encoder
def test_a_vector_does_not_depend_on_the_rest_of_the_batch(encoder: Encoder) -> None:
    encode = encoder.open("cpu")
    batch = pictures(encoder)

    together = encode(batch)
    alone = np.concatenate([encode(batch[i : i + 1]) for i in range(len(batch))])

    np.testing.assert_allclose(together, alone, atol=1e-5)


@every_encoder
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 30, 60)])
def test_a_picture_of_one_colour_has_a_finite_vector(
    encoder: Encoder, colour: tuple[int, int, int]
) -> None:
    assert np.isfinite(encoder.open("cpu")(flat(encoder, colour))).all()


@every_encoder
def test_a_grey_picture_has_a_finite_vector(encoder: Encoder) -> None:
    grey = np.repeat(pictures(encoder)[..., :1], 3, axis=-1)

    assert np.isfinite(encoder.open("cpu")(grey)).all()


def test_an_unknown_encoder_is_refused_with_the_known_names() -> None:
    with pytest.raises(SettingError, match=r"'resnet' is unknown.*classical"):
        find_encoder("resnet")
