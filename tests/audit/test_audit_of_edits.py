"""The audit counts no image that a person has left out, and finds nothing in it."""

from pathlib import Path

import pytest
from image_sets import jpeg, png, read_folder, write_files

from core.audit import AuditReport, audit
from core.dataset import ImageDataset
from core.dataset.edits import Edits

FILES = {
    **{f"train/cat/{n}.png": png(n) for n in range(4)},
    **{f"train/dog/{n}.png": png(10 + n) for n in range(3)},
    "train/dog/copy.png": png(0),  # row 5: the picture of 'cat/0.png', row 1
    "train/fox/big.jpg": jpeg(20),
    "test/cat/0.png": png(30),
}


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    return read_folder(write_files(tmp_path / "set", FILES))


def audit_of(dataset: ImageDataset, edits: Edits) -> AuditReport:
    return audit(edits.apply(dataset))


def row_of(dataset: ImageDataset, path: str) -> int:
    return dataset.table["path"].tolist().index(path)


def test_counts_are_those_of_the_images_that_stay(dataset: ImageDataset) -> None:
    report = audit_of(dataset, Edits().leave_out([row_of(dataset, "train/cat/3.png")]))

    assert report.images == 9
    assert report.classes == {"cat": 4, "dog": 4, "fox": 1}
    assert report.splits["train"] == {"cat": 3, "dog": 4, "fox": 1}


def test_a_class_that_is_left_out_is_not_listed_and_not_missing(dataset: ImageDataset) -> None:
    report = audit_of(dataset, Edits().leave_out([row_of(dataset, "train/fox/big.jpg")]))

    assert "fox" not in report.classes
    assert set(report.splits["test"]) == {"cat", "dog"}
    assert report.overview.formats == {"PNG": 9}
    assert "missing_in_training" not in {finding.id for finding in report.findings}


def test_a_conflict_of_labels_ends_when_one_of_the_two_goes(dataset: ImageDataset) -> None:
    copy = row_of(dataset, "train/dog/copy.png")

    found = {finding.id for finding in audit(dataset).findings}
    after = {finding.id for finding in audit_of(dataset, Edits().leave_out([copy])).findings}

    assert found - after == {"label_conflict"}


def test_a_class_with_no_training_image_left_is_a_finding(dataset: ImageDataset) -> None:
    cats = dataset.rows_of("cat", "train")

    report = audit_of(dataset, Edits().leave_out(cats))

    (finding,) = [one for one in report.findings if one.id == "missing_in_training"]
    assert [dataset.path(row) for row in finding.rows] == ["test/cat/0.png"]
