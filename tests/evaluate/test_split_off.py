"""A validation split is made of what belongs together, and of every class where it can be."""

from pathlib import Path

import numpy as np
import pytest
from image_sets import jpeg, png, read_folder, saved, write_files
from PIL import Image

from core.dataset import TRAIN, VALIDATION, Choices, ImageDataset
from core.dataset.edits import Edits
from core.errors import SettingError
from core.evaluate.split_off import parse_share, split_off, split_off_sentence


def near(seed: int) -> bytes:
    """Return the picture of `jpeg(seed)` in another encoding."""
    from io import BytesIO

    with Image.open(BytesIO(jpeg(seed))) as image:
        return saved(image, "JPEG", quality=80)


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    """Return two classes, near copies of some images, and three files of one content."""
    files = {f"cat/{n}.jpg": jpeg(n) for n in range(40)}
    files |= {f"dog/{n}.jpg": jpeg(100 + n) for n in range(12)}
    files |= {f"cat/near{n}.jpg": near(n) for n in range(8)}
    files |= {f"fox/{n}.png": png(300) for n in range(3)}
    return read_folder(write_files(tmp_path / "set", files))


def test_no_copy_is_parted_and_shares_are_kept(dataset: ImageDataset) -> None:
    rows = split_off(dataset, 0.2)

    names = {dataset.path(row) for row in rows}
    for n in range(8):
        assert (f"cat/{n}.jpg" in names) == (f"cat/near{n}.jpg" in names)
    counts = np.bincount(dataset.codes[rows], minlength=3)
    assert 6 <= counts[0] <= 13
    assert 2 <= counts[1] <= 3
    assert counts[2] == 0  # one picture, which stays where it is learned from
    assert split_off_sentence(dataset, rows) == (
        f"{len(rows)} images of 63 become the validation split; too few images that differ to "
        "have some of 'fox' in it."
    )


def test_a_patient_is_on_one_side(tmp_path: Path) -> None:
    lines = ["image,label,patient"]
    lines += [f"{n}.jpg,{'ab'[n % 2]},p{n // 4}" for n in range(60)]
    files = {f"{n}.jpg": jpeg(n) for n in range(60)}
    files["labels.csv"] = "\n".join(lines).encode()
    dataset = read_folder(
        write_files(tmp_path / "set", files), choices=Choices(group_column="patient")
    )

    rows = split_off(dataset, 0.25)

    edited = Edits().move(rows, VALIDATION).apply(dataset)
    groups = edited.table["group"]
    sides = [set(groups[edited.table["split"] == split]) for split in (TRAIN, VALIDATION)]
    assert sides[0].isdisjoint(sides[1])
    assert len(sides[1]) == 4 or len(sides[1]) == 3


def test_the_same_seed_gives_the_same_rows(dataset: ImageDataset) -> None:
    assert split_off(dataset, 0.2, seed=3).tolist() == split_off(dataset, 0.2, seed=3).tolist()
    assert split_off(dataset, 0.2, seed=3).tolist() != split_off(dataset, 0.2, seed=4).tolist()


def test_a_split_that_is_there_is_not_made_again(dataset: ImageDataset) -> None:
    edited = Edits().move(split_off(dataset), VALIDATION).apply(dataset)

    with pytest.raises(SettingError, match="has a validation split already, of"):
        split_off(edited)


@pytest.mark.parametrize(("text", "share"), [("20%", 0.2), ("0.1", 0.1), (" 50 %", 0.5)])
def test_a_share_is_read(text: str, share: float) -> None:
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "0", "60%", "nan", "-5%", "many", "1e999"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="is no share of the training images"):
        parse_share(text)
