"""An adapted encoder is a folder: opened like any other, refused where it is damaged."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from image_sets import picture, read_folder

from core.embed import ENCODERS, embed, find_encoder, read_embeddings, unadapted, write_embeddings
from core.embed.adapted import Adapted, write_adapted
from core.embed.cache import encoder_key
from core.embed.encoder import open_encoder
from core.errors import SettingError

BASE = ENCODERS["efficientnet-fast"]
RECORD = Adapted(BASE.name, BASE.version, "rings", "digest", {"thin": 2, "thick": 3}, 0, "")


def block(factor: float) -> dict[str, torch.Tensor]:
    """Return the weights of the last block, changed by a factor."""
    assert BASE.cut is not None
    return {name: factor * value for name, value in BASE.cut("cpu").block.state_dict().items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an encoder whose last block was changed."""
    write_adapted(tmp_path / "encoder", RECORD, block(1.2))
    return tmp_path / "encoder"


def squares(count: int) -> np.ndarray:
    return np.stack([BASE.square(picture(number)) for number in range(count)])


def test_it_gives_other_vectors_than_its_base(folder: Path) -> None:
    encoder = find_encoder(str(folder))

    vectors = encoder.open("cpu")(squares(3))

    assert vectors.shape == (3, BASE.dimension)
    assert np.abs(vectors - BASE.open("cpu")(squares(3))).max() > 0.01


def test_unchanged_weights_give_the_vectors_of_the_base(tmp_path: Path) -> None:
    write_adapted(tmp_path, RECORD, block(1.0))

    vectors = find_encoder(str(tmp_path)).open("cpu")(squares(3))

    np.testing.assert_allclose(vectors, BASE.open("cpu")(squares(3)), atol=0.01)


def test_a_vector_depends_on_its_picture_alone(folder: Path) -> None:
    encode = open_encoder(find_encoder(str(folder)), "cpu")

    together = encode(squares(5))

    assert np.array_equal(encode(squares(5)[3:4]), together[3:4])


def test_caches_of_two_adapted_encoders_never_mix(folder: Path) -> None:
    before = find_encoder(str(folder))
    write_adapted(folder, RECORD, block(1.1))

    after = find_encoder(str(folder))

    assert encoder_key(before, "cpu") != encoder_key(after, "cpu")


def test_it_says_what_it_was_and_what_it_learned_from(folder: Path) -> None:
    encoder = find_encoder(str(folder))

    assert (encoder.base, encoder.cut) == (BASE.name, None)
    assert "'rings'" in encoder.title
    assert "5 training images" in encoder.help


def test_vectors_remember_that_their_encoder_knows_labels(
    folder: Path, drawn_folder: Path, tmp_path: Path
) -> None:
    dataset = read_folder(drawn_folder)
    made = embed(dataset, encoder=str(folder), device="cpu")

    write_embeddings(tmp_path / "vectors", dataset, made)

    kept = read_embeddings(tmp_path / "vectors").embeddings()
    assert (made.base, kept.base) == (BASE.name, BASE.name)
    assert unadapted(dataset, kept).encoder == BASE.name
    assert unadapted(dataset, kept).base is None


def change_record(folder: Path, **values: object) -> None:
    place = folder / "adapted.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | values), "utf-8")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda place: (place / "adapted.json").write_text("{"), "is not JSON"),
        (lambda place: change_record(place, seed="a"), "'seed' is"),
        (lambda place: change_record(place, base="no-such"), "'no-such' is unknown"),
        (lambda place: change_record(place, base="classical"), "is another one in this version"),
        (lambda place: change_record(place, base_version="0"), "is another one in this version"),
        (lambda place: change_record(place, base=str(place)), "is adapted itself"),
    ],
)
def test_a_wrong_record_is_refused_when_it_is_named(
    folder: Path, damage: Callable[[Path], object], told: str
) -> None:
    damage(folder)

    with pytest.raises(SettingError, match=told):
        find_encoder(str(folder))


@pytest.mark.parametrize("content", [b"", b"other"])
def test_damaged_weights_are_refused_when_it_is_opened(folder: Path, content: bytes) -> None:
    (folder / "block.safetensors").write_bytes(content)

    with pytest.raises(SettingError, match="are damaged"):
        find_encoder(str(folder)).open("cpu")


def test_missing_weights_are_refused(folder: Path) -> None:
    (folder / "block.safetensors").unlink()

    with pytest.raises(SettingError, match="There is no file of weights"):
        find_encoder(str(folder)).open("cpu")


def test_weights_of_another_network_are_refused(folder: Path) -> None:
    write_adapted(folder, replace(RECORD), {"0": torch.zeros(3)})

    with pytest.raises(SettingError, match="do not fit"):
        find_encoder(str(folder)).open("cpu")
