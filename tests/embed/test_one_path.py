"""Originals, augmented pictures and working copies come to an encoder by one path of sizes."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_sets import picture, read_folder, saved, write_files
from numpy.testing import assert_array_equal
from PIL import Image

from core.augment import apply
from core.augment.draws import scale_of
from core.dataset import ImageDataset
from core.embed import Encoder, embed, pipeline
from core.embed.encoder import open_encoder
from core.embed.encoders import ENCODERS, find_encoder
from core.evaluate.inputs import encoder_input
from core.pictures.decode import block_means
from core.pictures.encode import encode


def photo(
    seed: int, *, width: int, height: int, orientation: int = 1, mode: str = "RGB",
    **options: object,
) -> bytes:  # fmt: skip
    """Return a JPEG of a detailed picture."""
    rng = np.random.default_rng(seed)
    pixels = picture(seed, height=height, width=width).astype(int)
    noisy = np.clip(pixels + rng.integers(-40, 41, pixels.shape), 0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(noisy).convert(mode)
    return saved(image, "JPEG", quality=85, exif=exif, **options)


FILES = {
    "a/small.jpg": photo(0, width=61, height=47),
    "a/medium.jpg": photo(1, width=411, height=305),
    "a/large.jpg": photo(2, width=1500, height=1100),
    "a/odd.jpg": photo(6, width=1001, height=667),
    "a/huge.jpg": photo(7, width=2950, height=2203),
    "a/progressive.jpg": photo(8, width=1450, height=1103, progressive=True),
    "b/grey.jpg": photo(9, width=1450, height=1103, mode="L"),
    "b/inks.jpg": photo(10, width=1450, height=1103, mode="CMYK"),
    "b/turned.jpg": photo(3, width=903, height=640, orientation=6),
    "b/mirrored.jpg": photo(11, width=1450, height=1103, orientation=5),
    "b/wide.jpg": photo(4, width=1500, height=120),
    "b/plain.png": encode(picture(5, height=700, width=650), "PNG"),
}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    return read_folder(write_files(tmp_path_factory.mktemp("photos") / "set", FILES))


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return kind -> name of the encoders, a pretrained one that crops among them."""
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
        with head_input.read(photos, row) as pixels:
            augmented = head_input.encode(head_input.prepare(apply(pixels, []))[None])
        with encoder.read(photos, row) as pixels:
            copy = encoder.working_copy(pixels)
        tried = open_encoder(encoder, "cpu")(encoder.square(apply(copy, []))[None])

        assert_array_equal(augmented[0], embeddings.vectors[row], photos.path(row))
        assert_array_equal(tried[0], embeddings.vectors[row], photos.path(row))


@pytest.mark.parametrize("name", sorted(ENCODERS))
def test_a_large_jpeg_is_decoded_at_a_part_of_its_size(name: str, photos: ImageDataset) -> None:
    reduced = set()

    for row in range(len(photos)):
        with ENCODERS[name].read(photos, row) as pixels:
            if pixels.shape[:2] != tuple(photos.shapes[row, 1::-1]):
                reduced.add(photos.path(row))

    large = {path for path in FILES if path.endswith(("large.jpg", "huge.jpg", "sive.jpg"))}
    assert large | {"b/grey.jpg", "b/inks.jpg", "b/mirrored.jpg"} <= reduced
    assert not reduced & {"a/small.jpg", "a/medium.jpg", "b/wide.jpg", "b/plain.png"}


sides = st.integers(2, 2000)


@given(sides, sides, st.sampled_from(sorted(ENCODERS)), st.sampled_from([0.6, 0.875, 1.0]))
def test_what_a_decoder_leaves_is_enough_for_the_encoder(
    width: int, height: int, name: str, kept: float
) -> None:
    encoder = replace(ENCODERS[name], kept=kept)

    least = encoder.least_px(width, height)

    assert least * kept >= 2 * encoder.input_px
    # A working copy by block means alone has more than half of _WORKING_PX as well.
    assert least * max(width, height) >= 320 * min(width, height)


@given(sides, sides, st.sampled_from(sorted(ENCODERS)))
def test_the_working_copy_of_a_working_copy_is_itself(width: int, height: int, name: str) -> None:
    encoder = ENCODERS[name]
    pixels = np.zeros((height, width, 3), np.uint8)

    copy = encoder.working_copy(pixels)

    assert encoder.working_copy(copy) is copy
    factor = round(height / copy.shape[0])
    assert copy.shape[:2] == (height // factor, width // factor)
    assert min(copy.shape[:2]) >= min(encoder.input_px, height, width)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a/large.jpg", 1 / 4), ("b/mirrored.jpg", 1 / 4), ("b/plain.png", 1 / 2)],
)
def test_steps_know_the_scale_of_a_working_copy(
    path: str, expected: float, photos: ImageDataset
) -> None:
    row, encoder = sorted(FILES).index(path), ENCODERS["classical"]

    with encoder.read(photos, row) as pixels:
        copy = encoder.working_copy(pixels)

    assert scale_of(photos, row, copy) == pytest.approx(expected, rel=0.01)


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


@pytest.fixture(scope="module")
def alone(photos: ImageDataset) -> Callable[[str], np.ndarray]:
    kept = {name: embed(photos, encoder=name, device="cpu").vectors for name in ENCODERS}
    return kept.__getitem__


@pytest.mark.long
@settings(max_examples=6)
@given(data=st.data())
@pytest.mark.parametrize("name", sorted(ENCODERS))
def test_a_vector_is_the_same_whatever_batch_threads_rows_and_cache(
    name: str, data: st.DataObject, photos: ImageDataset, alone: Callable[[str], np.ndarray]
) -> None:
    all_rows = range(len(photos))
    rows = sorted(data.draw(st.sets(st.sampled_from(all_rows), min_size=1)))
    before = data.draw(st.sets(st.sampled_from(all_rows)))
    threads, batch = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 12))

    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(os, "cpu_count", lambda: threads)
        patch.setattr(pipeline, "_BATCH", batch)
        cache = Path(folder) if data.draw(st.booleans()) else None
        if before and cache is not None:
            embed(photos, encoder=name, device="cpu", cache=cache, rows=sorted(before))
        vectors = embed(photos, encoder=name, device="cpu", cache=cache, rows=rows).vectors

    assert_array_equal(vectors, alone(name)[rows])
