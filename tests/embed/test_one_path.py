"""Originals, augmented pictures and working copies come to an encoder by one path of sizes."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_sets import picture, read_folder, saved, write_files
from numpy.testing import assert_array_equal
from PIL import Image

from core.augment import apply
from core.dataset import ImageDataset, read_picture
from core.embed import Encoder, embed
from core.embed.encoder import open_encoder
from core.embed.encoders import ENCODERS, find_encoder
from core.evaluate.inputs import encoder_input
from core.pictures.decode import block_means
from core.pictures.encode import encode


def photo(seed: int, *, width: int, height: int, orientation: int = 1) -> bytes:
    """Return a JPEG of a detailed picture."""
    rng = np.random.default_rng(seed)
    pixels = picture(seed, height=height, width=width).astype(int)
    noisy = np.clip(pixels + rng.integers(-40, 41, pixels.shape), 0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(Image.fromarray(noisy), "JPEG", quality=85, exif=exif)


FILES = {
    "a/small.jpg": photo(0, width=61, height=47),
    "a/medium.jpg": photo(1, width=411, height=305),
    "a/large.jpg": photo(2, width=1450, height=1103),
    "b/turned.jpg": photo(3, width=903, height=640, orientation=6),
    "b/wide.jpg": photo(4, width=1500, height=120),
    "b/plain.png": encode(picture(5, height=700, width=650), "PNG"),
}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    return read_folder(write_files(tmp_path_factory.mktemp("photos") / "set", FILES))


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the encoders, a pretrained one that crops among them."""
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("model")
    config = transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 12], depths=[1, 1], layer_type="basic"
    )
    transformers.ResNetForImageClassification(config).save_pretrained(folder)
    transformers.ViTImageProcessor(
        size={"shortest_edge": 80}, crop_size={"height": 64, "width": 64}, do_center_crop=True
    ).save_pretrained(folder)
    return {name: name for name in ENCODERS} | {"pretrained": str(folder)}


@pytest.mark.long
@pytest.mark.parametrize("kind", [*ENCODERS, "pretrained"])
def test_a_picture_to_which_nothing_is_done_has_the_vector_of_its_original(
    kind: str, photos: ImageDataset, names: dict[str, str]
) -> None:
    embeddings = embed(photos, encoder=names[kind], device="cpu")
    encoder, head_input = find_encoder(names[kind]), encoder_input(embeddings)

    for row in range(len(photos)):
        with read_picture(photos, row) as pixels:
            augmented = head_input.encode(head_input.prepare(apply(pixels, []))[None])
            copy, _ = encoder.working_copy(pixels)
        tried = open_encoder(encoder, "cpu")(encoder.square(apply(copy, []))[None])

        assert_array_equal(augmented[0], embeddings.vectors[row], photos.path(row))
        assert_array_equal(tried[0], embeddings.vectors[row], photos.path(row))


@given(st.integers(2, 2000), st.integers(2, 2000), st.sampled_from(sorted(ENCODERS)))
def test_the_working_copy_of_a_working_copy_is_itself(width: int, height: int, name: str) -> None:
    encoder = ENCODERS[name]
    pixels = np.zeros((height, width, 3), np.uint8)

    copy, scale = encoder.working_copy(pixels)

    assert encoder.working_copy(copy)[0] is copy
    assert encoder.working_copy(copy)[1] == 1
    assert copy.shape[:2] == (int(height * scale + 1e-9), int(width * scale + 1e-9))
    assert min(copy.shape[:2]) >= min(encoder.input_px, height, width)


def test_blocks_are_averaged_and_the_rest_is_cut_on_both_sides() -> None:
    pixels = np.zeros((7, 5, 3), np.uint8)
    pixels[2:4, 1:3] = [[[10, 0, 0], [20, 0, 0]], [[30, 0, 0], [40, 0, 0]]]

    means = block_means(pixels, 2)

    assert means.shape == (3, 2, 3)
    assert block_means(pixels[2:4, 1:3], 2)[0, 0, 0] == 25
    assert block_means(pixels, 1) is pixels


def detailed(count: int, side_px: int) -> np.ndarray:
    """Return pictures, smooth ones and noise."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (count // 2, side_px, side_px, 3), np.uint8)
    smooth = [picture(seed, height=side_px, width=side_px) for seed in range(count - len(noise))]
    return np.concatenate([noise, np.stack(smooth)])


@pytest.fixture(scope="module")
def opened() -> Callable[[str], tuple[Encoder, Callable[[np.ndarray], np.ndarray]]]:
    kept = {name: (encoder, open_encoder(encoder, "cpu")) for name, encoder in ENCODERS.items()}
    return kept.__getitem__


@pytest.mark.long
@settings(max_examples=12)
@given(data=st.data())
@pytest.mark.parametrize("name", sorted(ENCODERS))
def test_a_vector_is_the_same_in_every_batch(
    name: str,
    data: st.DataObject,
    opened: Callable[[str], tuple[Encoder, Callable[[np.ndarray], np.ndarray]]],
) -> None:
    encoder, encode_all = opened(name)
    pictures = detailed(40, encoder.input_px)
    together = encode_all(pictures)

    order = np.array(data.draw(st.permutations(range(40))))[: data.draw(st.integers(1, 40))]
    cuts = sorted(data.draw(st.lists(st.integers(1, len(order)), max_size=3)))
    parts = [part for part in np.split(order, cuts) if len(part)]

    vectors = np.concatenate([encode_all(pictures[part]) for part in parts])
    assert_array_equal(vectors, together[order])
