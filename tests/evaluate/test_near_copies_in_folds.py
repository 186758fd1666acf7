"""A picture that is there again in another encoding never stands on both sides of a fold."""

from pathlib import Path

import numpy as np
import pytest
from comparisons import compare
from detailed_pictures import detailed
from image_sets import read_folder, write_files

from core.dataset import ImageDataset
from core.duplicates import duplicate_groups, picture_groups
from core.embed import embed
from core.errors import LeakError
from core.evaluate import make_folds
from core.evaluate.folds import check_folds
from core.pictures.decode import resize
from core.pictures.encode import encode


@pytest.fixture
def planted(tmp_path: Path) -> ImageDataset:
    """Return 24 pictures of which six are there again at another size, in another format."""
    files = {}
    for number in range(24):
        label = "a" if number < 16 else "b"
        files[f"{label}/{number:02d}.png"] = encode(detailed(number), "PNG")
        if number % 4 == 0:
            larger = resize(detailed(number), width=240, height=180)
            files[f"{label}/{number:02d}_again.jpg"] = encode(larger, "JPEG")
    return read_folder(write_files(tmp_path / "set", files))


def test_a_copy_planted_across_folds_is_caught(planted: ImageDataset) -> None:
    groups = picture_groups(planted)
    blind = make_folds(planted, np.arange(len(planted)), groups=duplicate_groups(planted))

    with pytest.raises(LeakError, match="also among the pictures to learn from"):
        check_folds(blind, groups)


def test_folds_over_pictures_keep_near_copies_together(planted: ImageDataset) -> None:
    groups = picture_groups(planted)

    folds = make_folds(planted, np.arange(len(planted)), groups=groups)

    check_folds(folds, groups)
    assert len(set(groups.tolist())) == 24


def test_a_comparison_tells_how_many_images_it_kept_together(planted: ImageDataset) -> None:
    report = compare(planted, embed(planted, encoder="classical"), strategies=[], repeats=1)

    assert "Kept on one side of every fold with their near-duplicates: 12 images." in report.notes
