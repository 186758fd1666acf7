"""The learned encoders: their vectors, their fixed directions, and the card that tells of them."""

from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file

from core.embed import classical, efficientnet, halves
from core.errors import SettingError
from core.pictures.decode import decode, resize
from core.pictures.encode import encode as written

CARD = halves.DIRECTIONS.parent / "MODEL_CARD.md"

every_side = pytest.mark.parametrize("side_px", halves.SIDES_PX)


def scenes(side_px: int, count: int = 6) -> NDArray[np.uint8]:
    """Return read-only pictures with edges and colours: smoothed noise."""
    rng = np.random.default_rng(0)
    noise = rng.random((count, 96, 96, 3)) * 255
    smooth = np.stack([cv2.GaussianBlur(picture, (0, 0), 4) for picture in noise])
    pixels = np.clip((smooth - 127) * 8 + 127, 0, 255).astype(np.uint8)
    sized = np.stack([resize(picture, width=side_px, height=side_px) for picture in pixels])
    sized.setflags(write=False)
    return sized


@every_side
def test_each_picture_gets_a_vector_of_length_1(side_px: int) -> None:
    vectors = halves.open_encoder(side_px, "cpu")(scenes(side_px))

    assert vectors.shape == (6, halves.DIMENSION)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_a_half_counts_by_how_far_it_stands_out() -> None:
    def shares(learned: float, shapes: float) -> tuple[float, float]:
        axes = {
            "learned.mean": torch.zeros(2), "learned.directions": torch.eye(2),
            "classical.mean": torch.zeros(2), "classical.directions": torch.eye(2),
        }  # fmt: skip
        given = torch.tensor([[learned, 0.0]]), torch.tensor([[0.0, shapes]])
        squares = halves.join(*given, axes)[0].square()
        return float(squares[:2].sum()), float(squares[2:].sum())

    usual = halves.CLASSICAL_SHARE / (1 - halves.CLASSICAL_SHARE)
    for learned, shapes in ((1, 1), (1, 2), (0.5, 2), (3, 1)):
        first, second = shares(learned, shapes)
        assert first + second == pytest.approx(1)
        assert second / first == pytest.approx(usual * (shapes / learned) ** 4)


def test_a_picture_from_which_nothing_stands_out_has_a_vector_of_zeros() -> None:
    axes = {
        f"{half}.{what}": value
        for half in ("learned", "classical")
        for what, value in (("mean", torch.zeros(2)), ("directions", torch.eye(2)))
    }

    assert not halves.join(torch.zeros(1, 2), torch.zeros(1, 2), axes).any()


@every_side
def test_a_picture_written_again_stays_nearer_to_itself_than_to_any_other(side_px: int) -> None:
    pictures = scenes(side_px)
    again = np.stack([decode(written(picture, "JPEG", quality=70)) for picture in pictures])
    encode = halves.open_encoder(side_px, "cpu")

    likeness = encode(pictures) @ encode(again).T

    np.testing.assert_array_equal(likeness.argmax(axis=1), np.arange(len(pictures)))
    assert likeness.diagonal().min() > 0.8


@every_side
def test_the_directions_are_those_of_the_sides_and_of_this_network(side_px: int) -> None:
    stored = load_file(halves.DIRECTIONS)

    assert stored[f"{side_px}.mean"].shape == (efficientnet.DIMENSION,)
    assert stored[f"{side_px}.directions"].shape == (
        efficientnet.DIMENSION,
        halves.LEARNED_DIMENSION,
    )
    assert stored["classical.directions"].shape == (
        classical.DIMENSION,
        halves.CLASSICAL_DIMENSION,
    )
    assert all(np.isfinite(values).all() for values in stored.values())


def test_the_directions_are_small_enough_to_ship_and_the_card_names_them() -> None:
    content = halves.DIRECTIONS.read_bytes()
    card = CARD.read_text("utf-8")

    assert len(content) <= 2_000_000
    assert f"{len(content):,} bytes" in card
    assert sha256(content).hexdigest() in card


def test_other_directions_are_another_version() -> None:
    content = halves.DIRECTIONS.read_bytes()

    # Vectors that are kept under a version were made by these: change both together.
    assert (halves.VERSION, sha256(content).hexdigest()[:12]) == ("1", "5329e414c406")


@pytest.mark.parametrize("content", [None, b"", b"no directions"])
def test_directions_that_cannot_be_read_are_refused_in_words(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halves, "DIRECTIONS", tmp_path / "directions.safetensors")
    if content is not None:
        halves.DIRECTIONS.write_bytes(content)

    for opened in (halves.open_encoder, halves.cut_encoder):
        with pytest.raises(SettingError, match=r"cannot be read: .* Install Evenset again, or"):
            opened(128, "cpu")


def test_the_card_names_the_package_its_file_and_its_licence() -> None:
    card = CARD.read_text("utf-8")

    assert efficientnet.PACKAGE in card
    assert efficientnet.DIGEST in card
    assert "Apache" in card
