"""Single pictures that show too little or are unlike the rest are found, each by its own check."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from detailed_pictures import detailed
from image_sets import read_folder, write_files

from core.audit import CHECKS, AuditInput, measure_pictures
from core.audit.check import Check
from core.dataset import ImageDataset
from core.dataset.edits import Change, Edits
from core.dataset.finding import Finding, Severity
from core.errors import SettingError
from core.pictures.decode import Pixels
from core.pictures.encode import encode

QUALITY = (
    *("blank", "dark", "bright", "low_contrast", "low_information", "blurred", "noisy"),
    *("odd_size", "odd_aspect", "grey", "colour"),
)


def sharp(seed: int) -> Pixels:
    """Return a picture with detail of all sizes and with sharp edges."""
    pixels, rng = detailed(seed).copy(), np.random.default_rng(seed)
    for _ in range(12):
        (top, left), (height, width) = rng.integers(0, (110, 150)), rng.integers(5, 40, 2)
        pixels[top : top + height, left : left + width] = rng.integers(0, 256, 3)
    return pixels


def plain(*colour: int) -> Pixels:
    return np.full((120, 160, 3), colour, np.uint8)


def scaled(pixels: Pixels, factor: float, middle: int) -> Pixels:
    return np.asarray(middle + (pixels.astype(float) - middle) * factor, np.uint8)


def marked() -> Pixels:
    pixels = plain(255)
    pixels[56:62, 70:86] = (20, 90, 160)
    return pixels


def with_noise(pixels: Pixels) -> Pixels:
    added = np.random.default_rng(0).normal(0, 30, pixels.shape)
    return np.asarray(np.clip(pixels + added, 0, 255), np.uint8)


def without_colour(pixels: Pixels) -> Pixels:
    return np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def drawing() -> Pixels:
    pixels = plain(255)
    for x in range(10, 150, 20):
        cv2.line(pixels, (x, 10), (150 - x, 110), (200, 0, 0), 1)
    return pixels


PLANTED: Mapping[str, list[Pixels]] = {
    "blank": [plain(0), plain(255), plain(30, 200, 90)],
    "dark": [scaled(sharp(60), 0.15, 0)],
    "bright": [scaled(sharp(61), 0.15, 255)],
    "low_contrast": [scaled(sharp(62), 0.2, 128)],
    "low_information": [marked()],
    "blurred": [np.asarray(cv2.GaussianBlur(sharp(63), (0, 0), 2), np.uint8)],
    "noisy": [with_noise(sharp(64))],
    "odd_size": [np.asarray(cv2.resize(sharp(65), (32, 24), interpolation=cv2.INTER_AREA))],
    "odd_aspect": [np.ascontiguousarray(np.tile(sharp(66), (1, 4, 1))[:60])],
    "grey": [without_colour(sharp(67))],
    "none": [drawing(), *(sharp(seed) for seed in range(40))],
}


def dataset_of(folder: Path, pictures: Mapping[str, Pixels]) -> ImageDataset:
    files = {path: encode(pixels, "PNG") for path, pixels in pictures.items()}
    return read_folder(write_files(folder / "set", files))


def found_by(name: str, given: AuditInput) -> Finding:
    (finding,) = CHECKS[name].find(given)
    return finding


def paths_of(given: AuditInput, finding: Finding) -> set[str]:
    return {given.dataset.path(row) for row in finding.rows.tolist()}


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> AuditInput:
    """Return a set with every fault in it, and what was measured of it."""
    pictures = {
        f"{'ab'[number % 2]}/{name}_{number}.png": pixels
        for name, planted in PLANTED.items()
        for number, pixels in enumerate(planted)
    }
    dataset = dataset_of(tmp_path_factory.mktemp("faults"), pictures)
    return AuditInput(dataset, measure_pictures(dataset))


@pytest.mark.parametrize("name", [name for name in PLANTED if name != "none"])
def test_a_fault_is_found_by_its_own_check_alone(name: str, given: AuditInput) -> None:
    expected = {f"{'ab'[number % 2]}/{name}_{number}.png" for number in range(len(PLANTED[name]))}

    by = {
        check: paths_of(given, finding) & expected
        for check in QUALITY
        for finding in CHECKS[check].find(given)
    }

    assert {check: paths for check, paths in by.items() if paths} == {name: expected}


def test_detailed_pictures_and_drawings_are_found_by_no_check(given: AuditInput) -> None:
    found = {
        path
        for name in QUALITY
        for one in CHECKS[name].find(given)
        for path in paths_of(given, one)
    }

    assert {path for path in found if "none" in path} == set()


def test_a_finding_says_what_how_many_and_where(given: AuditInput) -> None:
    blank, dark = found_by("blank", given), found_by("dark", given)

    assert blank.text == (
        "3 images of 53 are blank: no two parts differ by more than 3% in any colour. They lie in "
        "every class."
    )
    assert dark.text == (
        "1 image of 53 is dark: even the lightest points are below 25% of white. It lies in 'a'."
    )
    assert dark.remedy.startswith("Look at it, and leave out of training")
    assert found_by("odd_size", given).text.startswith(
        "1 image of 53 is of odd size: 3x smaller or larger than most, which have 139 px a side."
    )
    assert "most, which are 1.33 times as wide as high" in found_by("odd_aspect", given).text
    assert "is grey: " in found_by("grey", given).text


def test_rows_come_most_severe_first_with_their_scores(given: AuditInput) -> None:
    finding = found_by(
        "blurred", AuditInput(given.dataset, given.measures, thresholds={"blurred": 0.5})
    )

    assert finding.scores is not None
    assert len(finding.rows) > 1
    assert (np.diff(finding.scores) <= 0).all()
    assert "blurred_0" in given.dataset.path(int(finding.rows[0]))


def test_a_threshold_moves_what_is_found(given: AuditInput) -> None:
    def rows(threshold: float) -> set[int]:
        moved = AuditInput(given.dataset, given.measures, thresholds={"dark": threshold})
        return set(moved.beyond(CHECKS["dark"]).tolist())

    assert rows(5) < rows(25) < rows(60)
    with pytest.raises(SettingError):
        rows(61)


@pytest.mark.parametrize("name", QUALITY)
def test_every_check_of_pictures_scores_each_image(name: str, given: AuditInput) -> None:
    check = CHECKS[name]
    assert check.scores is not None and check.threshold is not None

    scores = check.scores(given)

    assert scores.shape == (len(given.dataset),)
    assert scores.dtype == np.float64
    assert check.threshold.check(check.threshold.default)


# --- Sets


def split_set(folder: Path) -> AuditInput:
    dark = {f"{split}/a/dark{number}.png": scaled(sharp(70 + number), 0.15, 0)
            for number, split in enumerate(("train", "train", "test"))}  # fmt: skip
    clean = {
        f"train/{label}/{number}.png": sharp(number)
        for label, number in zip("ab" * 3, range(6), strict=True)
    }
    dataset = dataset_of(folder, {**dark, **clean, "test/b/1.png": sharp(9)})
    return AuditInput(dataset, measure_pictures(dataset))


def test_one_click_leaves_out_of_training_and_never_out_of_a_test(tmp_path: Path) -> None:
    given = split_set(tmp_path)

    leave_out, review = found_by("dark", given).remedies

    assert leave_out.title == "Leave 2 images out of training"
    assert review.title == "Put 3 images on the review list"
    edited = Edits().followed_by(leave_out.edits, given.dataset).apply(given.dataset)
    assert edited.counts("test") == given.dataset.counts("test")
    assert edited.counts("train")["a"] == given.dataset.counts("train")["a"] - 2
    assert [edit.what for edit in review.edits] == [Change.REVIEW]
    assert leave_out.edits[0].why == "dark"


def test_images_that_are_left_out_are_not_found(tmp_path: Path) -> None:
    given = split_set(tmp_path)
    (leave_out, _) = found_by("dark", given).remedies

    edited = Edits().followed_by(leave_out.edits, given.dataset).apply(given.dataset)
    again = found_by("dark", AuditInput(edited, given.measures))

    assert [edited.path(row) for row in again.rows] == ["test/a/dark2.png"]
    assert [remedy.title for remedy in again.remedies] == ["Put 1 image on the review list"]


def test_a_class_that_is_dark_is_named_and_grave(tmp_path: Path) -> None:
    finding = found_by("dark", split_set(tmp_path))

    assert finding.severity is Severity.HIGH
    assert "3 of the 6 images of 'a' are among them: a model may know the class by that." in (
        finding.text
    )


def soft(number: int) -> Pixels:
    return np.asarray(cv2.GaussianBlur(sharp(number), (0, 0), 2), np.uint8)


def test_a_look_of_the_whole_set_is_no_fault_of_its_pictures(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path, {f"{'ab'[n % 2]}/{n}.png": soft(n) for n in range(6)})

    assert CHECKS["blurred"].find(AuditInput(dataset, measure_pictures(dataset))) == []


def test_a_set_that_is_blank_is_found_all_the_same(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path, {f"{'ab'[n % 2]}/{n}.png": plain(40 * n) for n in range(6)})

    assert len(found_by("blank", AuditInput(dataset, measure_pictures(dataset))).rows) == 6


def grey_set(folder: Path, count: int) -> AuditInput:
    grey = {f"a/{n}.png": without_colour(sharp(n)) for n in range(count)}
    dataset = dataset_of(folder, {**grey, "b/1.png": sharp(90)})
    return AuditInput(dataset, measure_pictures(dataset))


def test_colour_stands_out_in_a_grey_set(tmp_path: Path) -> None:
    given = grey_set(tmp_path, 20)

    finding = found_by("colour", given)

    assert paths_of(given, finding) == {"b/1.png"}
    assert finding.text.startswith("1 image of 21 is in colour: 95% of all images are grey.")
    assert CHECKS["grey"].find(given) == []


@pytest.mark.parametrize("check", [CHECKS[name] for name in ("odd_size", "grey", "colour")])
def test_of_a_few_images_nobody_can_tell_what_most_are_like(check: Check, tmp_path: Path) -> None:
    pictures = {
        "a/1.png": sharp(1),
        "a/2.png": without_colour(sharp(2)),
        "b/1.png": sharp(3)[:20, :20],
    }
    dataset = dataset_of(tmp_path, pictures)

    assert check.find(AuditInput(dataset, measure_pictures(dataset))) == []
