"""A picture is known again in another size or encoding, and two pictures stay two."""

from pathlib import Path

import numpy as np
import pytest
from detailed_pictures import compressed, detailed
from hypothesis import given, settings
from hypothesis import strategies as st
from image_sets import picture, read_folder, write_files

from core.audit import AuditInput, Need, audit, write_report
from core.dataset import ImageDataset
from core.duplicates import picture_groups
from core.duplicates.duplicates import are_alike
from core.duplicates.hamming import MOST_BITS, near_pairs
from core.duplicates.picture_hash import hash_picture
from core.errors import CancelledError
from core.pictures.decode import Pixels, resize
from core.pictures.encode import encode


def differing(first: Pixels, second: Pixels) -> int:
    hashes = [hash_picture(pixels) for pixels in (first, second)]
    assert hashes[0] is not None
    assert hashes[1] is not None
    shapes = [np.frombuffer(found[0], np.uint8) for found in hashes if found]
    return int(np.bitwise_count(shapes[0] ^ shapes[1]).sum())


CHANGES = {
    "encoded again": compressed,
    "half as large": lambda pixels: resize(pixels, width=80, height=60),
    "twice as large": lambda pixels: resize(pixels, width=320, height=240),
    "brighter": lambda pixels: np.clip(pixels.astype(int) + 20, 0, 255).astype(np.uint8),
    "cut at the edges": lambda pixels: pixels[1:-1, 1:-1],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_keeps_nearly_all_bits(change: str) -> None:
    for seed in range(5):
        assert differing(detailed(seed), CHANGES[change](detailed(seed))) <= MOST_BITS


def test_different_pictures_differ_in_many_bits() -> None:
    pictures = [detailed(seed) for seed in range(12)]

    nearest = min(
        differing(first, second)
        for place, first in enumerate(pictures)
        for second in pictures[:place]
    )

    assert nearest > 2 * MOST_BITS


def test_a_plain_picture_has_no_hash() -> None:
    assert hash_picture(np.full((40, 40, 3), 200, np.uint8)) is None


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(0, MOST_BITS))
def test_all_pairs_within_a_distance_are_found(seed: int, most_bits: int) -> None:
    rng = np.random.default_rng(seed)
    bits = rng.random((60, 256)) < 0.5
    for row in range(1, 60):  # some rows become copies of an earlier one but for a few bits
        if rng.random() < 0.6:
            bits[row] = bits[rng.integers(row)]
            bits[row, rng.choice(256, rng.integers(0, 30), replace=False)] ^= True
    hashes = np.packbits(bits, axis=1).view(np.uint64)

    pairs, distances = near_pairs(hashes, most_bits)

    apart = (bits[:, None] != bits[None]).sum(axis=2)
    expected = np.argwhere(np.triu(apart <= most_bits, k=1))
    assert pairs.tolist() == expected.tolist()
    assert distances.tolist() == apart[tuple(pairs.T)].tolist()


def shirts(tmp_path: Path, files: dict[str, Pixels]) -> ImageDataset:
    data = {name: encode(pixels, "PNG") for name, pixels in files.items()}
    return read_folder(write_files(tmp_path / "set", data))


def test_what_is_alike_to_one_of_a_group_belongs_to_it(tmp_path: Path) -> None:
    files = {
        "a/1.png": detailed(1),
        "a/2.png": compressed(detailed(1)),
        "a/3.png": resize(detailed(1), width=80, height=60),
        "b/1.png": detailed(2),
    }

    groups = picture_groups(shirts(tmp_path, files))

    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_one_shape_in_two_colours_is_two_pictures(tmp_path: Path) -> None:
    shape = detailed(3)[..., :1].astype(float)
    red, blue = (np.asarray(shape * tint, np.uint8) for tint in ([1, 0.6, 0.6], [0.6, 0.7, 1]))

    groups = picture_groups(shirts(tmp_path, {"a/1.png": red, "b/1.png": blue}))

    assert groups[0] != groups[1]


def test_plain_pictures_are_no_copies_of_each_other(tmp_path: Path) -> None:
    white, black = (np.full((30, 30, 3), value, np.uint8) for value in (255, 0))

    groups = picture_groups(shirts(tmp_path, {"a/1.png": white, "a/2.png": black}))

    assert groups[0] != groups[1]


def test_a_picture_that_is_gone_stands_alone(tmp_path: Path) -> None:
    dataset = shirts(tmp_path, {"a/1.png": detailed(70), "a/2.png": compressed(detailed(70))})
    (dataset.root / str(dataset.table["file"].iloc[1])).unlink()

    groups = picture_groups(dataset)

    assert groups[0] != groups[1]


def test_a_search_for_alike_pictures_can_be_cancelled(tmp_path: Path) -> None:
    dataset = shirts(tmp_path, {"a/1.png": picture(80), "a/2.png": picture(81)})

    def cancel(stage: str, done: int, total: int) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        picture_groups(dataset, cancel)


def test_near_copies_are_sorted_by_the_harm_they_do(tmp_path: Path) -> None:
    files = {
        "train/a/1.png": detailed(1),
        "test/a/1.png": compressed(detailed(1)),
        "train/a/2.png": detailed(2),
        "train/b/2.png": compressed(detailed(2)),
        "train/b/3.png": detailed(3),
        "train/b/4.png": compressed(detailed(3)),
    }
    dataset = shirts(tmp_path, files)

    found = {finding.id: finding for finding in audit(dataset).findings}

    assert [dataset.path(row) for row in found["near_split_leak"].rows] == [
        "test/a/1.png", "train/a/1.png",
    ]  # fmt: skip
    assert [dataset.path(row) for row in found["near_label_conflict"].rows] == [
        "train/a/2.png", "train/b/2.png",
    ]  # fmt: skip
    assert (
        found["near_duplicates"].text
        == "1 group of nearly the same picture stands in the same class."
    )


def test_pictures_that_were_not_looked_at_are_said_to_be_missing(tmp_path: Path) -> None:
    dataset = shirts(
        tmp_path,
        {"a/1.png": detailed(90), "a/2.png": compressed(detailed(90)), "b/1.png": detailed(91)},
    )

    report = write_report(AuditInput(dataset))

    assert "near_duplicates" not in {finding.id for finding in report.findings}
    assert report.missing["near_duplicates"] is Need.PICTURES
    assert "near_duplicates" in {finding.id for finding in audit(dataset).findings}


def test_the_less_sure_the_shape_the_more_alike_the_colours_must_be() -> None:
    distances = np.array([0, 16, 17, 23, 24, 0])
    apart = np.array([3.9, 3.9, 0.8, 0.7, 0.0, 4.1])

    assert are_alike(distances, apart).tolist() == [True, True, False, True, False, False]
