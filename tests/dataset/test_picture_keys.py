"""What is made of a picture is kept under a name that hangs on its pixels, and on no more."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from image_sets import jpeg, read_folder, saved, write_files
from PIL import Image

from core.dataset import ImageDataset
from core.pictures.decoding import Decoding

FILES = {
    "cat/clear.png": saved(Image.new("RGBA", (20, 20), (9, 9, 9, 90)), "PNG"),
    "cat/deep.png": saved(Image.new("I;16", (20, 20), 999), "PNG"),
    "dog/deep.pgm": saved(Image.fromarray(np.full((20, 20), 9, np.uint16)), "PPM"),
    "dog/plain.jpg": jpeg(),
}


def mixed_set(tmp_path: Path) -> ImageDataset:
    """Return a transparent picture, two of 16 bits (PNG and PGM), and a JPEG."""
    return replace(read_folder(write_files(tmp_path / "set", FILES)), decoding=Decoding())


def changed(before: ImageDataset, after: ImageDataset) -> list[str]:
    """Return the paths of the pictures whose key differs."""
    rows = np.flatnonzero(before.picture_keys != after.picture_keys)
    return [before.path(int(row)) for row in rows]


def test_another_background_renames_transparent_pictures_alone(tmp_path: Path) -> None:
    dataset = mixed_set(tmp_path)

    other = replace(dataset, decoding=Decoding("grey"))

    assert changed(dataset, other) == ["cat/clear.png"]
    assert other.digest != dataset.digest


def test_another_white_level_renames_16_bit_pictures_that_tell_none(tmp_path: Path) -> None:
    dataset = mixed_set(tmp_path)

    other = replace(dataset, decoding=Decoding(white_level=4095))

    assert changed(dataset, other) == ["cat/deep.png"]
    assert other.digest != dataset.digest


def test_a_picture_that_hangs_on_no_choice_is_called_by_its_digest(tmp_path: Path) -> None:
    dataset = mixed_set(tmp_path)

    plain = [dataset.path(row).endswith((".jpg", ".pgm")) for row in range(len(dataset))]

    assert (dataset.picture_keys == dataset.table["digest"]).tolist() == plain
