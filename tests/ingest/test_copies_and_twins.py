"""Folders that lie in themselves once more, and masks that are known by what they show."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from image_sets import jpeg, png, write_files
from survey_sets import kinds

from core.ingest import Survey, preview_counts, read_survey, survey
from core.ingest.folder import list_folder
from core.pictures.encode import encode


def look(folder: Path, files: dict[str, bytes]) -> Survey:
    return survey(list_folder(write_files(folder / "set", files)))


def mask(number: int, *, height: int = 24, width: int = 32) -> bytes:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[4 : 8 + number % 9, 3 : 20 - number % 7] = 255
    return encode(pixels, "PNG")


PETS = {f"{c}/{n}.jpg": jpeg(10 * k + n) for k, c in enumerate(("cat", "dog")) for n in range(3)}
SPLIT = {
    f"{s}/{c}/{s}{n}.jpg": jpeg(20 * j + 10 * k + n)
    for j, s in enumerate(("train", "val", "test"))
    for k, c in enumerate(("cat", "dog"))
    for n in range(3)
}


@pytest.mark.parametrize(
    ("original", "copy"),
    [("", "pets/"), ("pets/", "pets/pets/"), ("pets/", "pets/PETS/"), ("pets/", "new/pets/")],
)
@pytest.mark.parametrize("files", [PETS, SPLIT], ids=["classes", "splits"])
def test_a_copy_in_itself_is_counted_once_and_said(
    tmp_path: Path, files: dict[str, bytes], original: str, copy: str
) -> None:
    twice = {f"{above}{path}": files[path] for above in (original, copy) for path in files}

    found = look(tmp_path, twice)

    assert kinds(found)["nested_copies"] == tuple(sorted(f"{copy}{path}" for path in files))
    assert preview_counts(found, {}) == {"cat": len(files) // 2, "dog": len(files) // 2}
    assert len(read_survey(found).table) == len(files)
    splits = 3 if files is SPLIT else 1
    assert len(found.chosen.evidence.splits) == splits


def test_what_differs_from_its_original_is_no_copy(tmp_path: Path) -> None:
    twice = {f"{above}{path}": PETS[path] for above in ("pets/", "pets/pets/") for path in PETS}

    found = look(tmp_path, twice | {"pets/pets/dog/2.jpg": jpeg(99)})

    assert "nested_copies" not in kinds(found)
    assert preview_counts(found, {}) == {"cat": 6, "dog": 6}


def test_a_copy_that_holds_more_adds_that(tmp_path: Path) -> None:
    twice = {f"{above}{path}": PETS[path] for above in ("pets/", "pets/pets/") for path in PETS}

    found = look(tmp_path, twice | {"pets/pets/dog/3.jpg": jpeg(99)})

    assert preview_counts(found, {}) == {"cat": 3, "dog": 4}


@pytest.mark.parametrize(
    "folders", [("train/cat", "test/cat"), ("cat/old", "dog/old"), ("site A/cat", "site B/cat")]
)
def test_equal_pictures_of_two_splits_or_classes_are_no_copy(
    tmp_path: Path, folders: Sequence[str]
) -> None:
    files = {f"{folder}/{n}.jpg": jpeg(n) for folder in folders for n in range(3)}

    assert "nested_copies" not in kinds(look(tmp_path, files))


@pytest.mark.parametrize(
    ("picture", "twin"),
    [
        ("MT_Break/Imgs/exp{}.jpg", "MT_Break/Imgs/exp{}.png"),
        ("{}.jpg", "{}.png"),
        ("cat/pictures/{}.jpg", "cat/outlines/{}.png"),
        ("cat/x/{}.jpg", "cat/y/{}.png"),
    ],
)
def test_masks_are_known_by_what_they_show(tmp_path: Path, picture: str, twin: str) -> None:
    files = {picture.format(n): jpeg(n) for n in range(6)}
    files |= {twin.format(n): mask(n) for n in range(6)}

    found = look(tmp_path, files)

    assert kinds(found)["companions"] == tuple(twin.format(n) for n in range(6))
    pair = [found.listing.paths[found.pictures[place]] for place in found.pairs[0]]
    assert pair == [twin.format(0), picture.format(0)]


def test_pictures_of_one_name_in_two_classes_are_no_masks(tmp_path: Path) -> None:
    files = {f"{c}/{n}.jpg": jpeg(10 * k + n) for k, c in enumerate("ab") for n in range(6)}

    assert kinds(look(tmp_path, files)) == {}


def test_pictures_saved_twice_are_no_masks(tmp_path: Path) -> None:
    files = {f"a/{n}.jpg": jpeg(n) for n in range(6)} | {f"a/{n}.png": png(n) for n in range(6)}

    assert "companions" not in kinds(look(tmp_path, files))


def test_classes_of_drawings_are_no_masks_of_each_other(tmp_path: Path) -> None:
    files = {f"{c}/{n}.png": mask(10 * k + n) for k, c in enumerate("ab") for n in range(6)}

    assert kinds(look(tmp_path, files)) == {}


def test_masks_of_another_size_than_their_pictures_are_none(tmp_path: Path) -> None:
    files = {f"{n}.jpg": jpeg(n) for n in range(6)}
    files |= {f"{n}.png": mask(n, height=50, width=60) for n in range(6)}

    assert "companions" not in kinds(look(tmp_path, files))


def test_a_damaged_twin_is_no_end(tmp_path: Path) -> None:
    files = {f"{n}.jpg": jpeg(n) for n in range(6)} | {f"{n}.png": mask(n) for n in range(6)}

    found = look(tmp_path, files | {"3.png": b"\x89PNG"})

    assert "companions" not in kinds(found)
    assert len(found.pictures) == 12


@pytest.mark.parametrize("junk", ["@eaDir", "#recycle", "$RECYCLE.BIN", "__MACOSX", "lost+found"])
def test_system_folders_hold_pictures_of_nobodys_class(tmp_path: Path, junk: str) -> None:
    files = {**PETS, f"{junk}/1.jpg": jpeg(90), f"cat/{junk}/0.jpg/THUMB_M.jpg": jpeg(91)}

    found = look(tmp_path, files)

    assert preview_counts(found, {}) == {"cat": 3, "dog": 3}
    assert found.mismatches == ()


@pytest.mark.parametrize("above", ["", "train/"])
def test_empty_class_folders_are_said_by_name(tmp_path: Path, above: str) -> None:
    files = {f"{above}{path}": content for path, content in PETS.items()}
    folder = write_files(tmp_path / "set", files)
    (folder / above / "owl").mkdir()
    (folder / above / "@eaDir").mkdir()

    found = survey(list_folder(folder))

    [mismatch] = found.mismatches
    assert mismatch.text == f"1 class folder without a picture: {above}owl"
    assert not found.needs_answer


def test_a_class_without_a_usable_picture_is_said_by_name(tmp_path: Path) -> None:
    found = look(tmp_path, {**PETS, "owl/1.jpg": b"", "owl/2.jpg": b"<html>"})

    dataset = read_survey(found)

    assert dataset.classes == ["cat", "dog"]
    [decided] = dataset.decided
    assert decided.text == "1 class without a usable picture: owl"
