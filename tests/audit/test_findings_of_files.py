"""Files that are damaged, skipped, or all of a class: told once, as grave as what follows."""

from pathlib import Path

import pytest
from image_sets import jpeg, read_folder, write_files

from core.audit import Finding, Severity, audit
from core.dataset import ImageDataset, Take, select
from core.dataset.choices import SkippedFile
from core.dataset.skipped import Reason, listed, reasons_of
from core.dataset.store import read_dataset, write_dataset

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


def with_surplus(seed: int) -> bytes:
    """Return a JPEG that libjpeg decodes and warns of."""
    content = jpeg(seed)
    return content[:-2] + bytes([7] * (99 + seed % 9)) + content[-2:]


def dataset_of(folder: Path, files: dict[str, bytes]) -> ImageDataset:
    return read_folder(write_files(folder / "set", files))


def found(dataset: ImageDataset, name: str) -> list[Finding]:
    return [one for one in audit(dataset).findings if one.id == name]


def sound(label: str, count: int, first: int = 0) -> dict[str, bytes]:
    return {f"{label}/{n:03d}.jpg": jpeg(first + n) for n in range(count)}


def test_a_class_that_lost_all_its_pictures_is_grave_and_named(tmp_path: Path) -> None:
    files = {**sound("a", 6), **sound("b", 6, 50), **{f"c/{n}.jpg": POINTER for n in range(12)}}
    dataset = dataset_of(tmp_path, files)

    [finding] = found(dataset, "lost_classes")

    assert dataset.lost == {"c": 12}
    assert finding.severity == Severity.HIGH
    assert finding.text.startswith("'c' has no image that can be used: a Git LFS pointer")
    assert finding.text.count("git lfs pull") == 1


def test_a_class_that_was_not_taken_is_not_lost(tmp_path: Path) -> None:
    files = {**sound("a", 3), **sound("b", 3, 50), "b/bad.jpg": b"", "c/bad.jpg": b""}
    dataset = dataset_of(tmp_path, files)

    smaller = select(dataset, Take({"a": None}))

    assert dataset.lost == {"c": 1}
    assert smaller.lost == {}


def test_many_files_with_one_reason_are_one_sentence(tmp_path: Path) -> None:
    pointers = {f"a/p{n:04d}.jpg": POINTER for n in range(300)}
    dataset = dataset_of(tmp_path, {**sound("a", 6), **sound("b", 6, 50), **pointers})

    [finding] = found(dataset, "skipped")

    assert finding.severity == Severity.HIGH
    assert finding.text == (
        "300 files could not be used. They are left out: a Git LFS pointer, not the picture: run "
        "'git lfs pull' where the set comes from (300)."
    )


@pytest.mark.parametrize(
    ("damaged", "whole", "severity"),
    [
        (1, 40, Severity.LOW),
        (3, 40, Severity.LOW),
        (8, 40, Severity.MEDIUM),
        (20, 40, Severity.HIGH),
        (1, 2, Severity.MEDIUM),
    ],
)
def test_damage_is_as_grave_as_its_share_of_a_class(
    tmp_path: Path, damaged: int, whole: int, severity: Severity
) -> None:
    files = {**sound("a", 40), **sound("b", whole - damaged, 100)}
    files |= {f"b/x{n}.jpg": with_surplus(200 + n) for n in range(damaged)}

    [finding] = found(dataset_of(tmp_path, files), "damaged")

    assert finding.severity == severity
    assert len(finding.rows) == damaged
    assert finding.text.count("extraneous bytes") == 1
    assert "in 'b' only" in finding.remedy


def test_a_set_without_damage_has_no_such_finding(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path, {**sound("a", 6), **sound("b", 6, 50)})

    assert (
        not found(dataset, "damaged") + found(dataset, "skipped") + found(dataset, "lost_classes")
    )


def test_files_that_are_no_pictures_are_no_grave_matter(tmp_path: Path) -> None:
    notes = {f"a/{n}.docx": b"words" for n in range(40)}

    [finding] = found(
        dataset_of(tmp_path, {**sound("a", 6), **sound("b", 6, 50), **notes}), "skipped"
    )

    assert finding.severity == Severity.LOW


def test_reasons_that_differ_in_numbers_are_one() -> None:
    skipped = [SkippedFile(f"{n}.jpg", f"too large: {n} Mpx, limit 50 Mpx") for n in (90, 1200)]

    reasons = reasons_of([SkippedFile("a.jpg", "empty file"), *skipped])

    assert reasons == [Reason("too large", 2, "90.jpg"), Reason("empty file", 1, "a.jpg")]
    assert listed(reasons, 1) == "too large (2); other reasons (1)"


def test_damage_and_lost_labels_come_back_from_disk(tmp_path: Path) -> None:
    files = {**sound("a", 3), "b/0.jpg": with_surplus(3), "c/0.jpg": b""}
    dataset = dataset_of(tmp_path, files)

    write_dataset(tmp_path / "index", dataset)
    again = read_dataset(tmp_path / "index")

    assert again.lost == dataset.lost == {"c": 1}
    assert again.is_damaged.tolist() == dataset.is_damaged.tolist() == [False] * 3 + [True]
