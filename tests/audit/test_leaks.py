"""Copies are told by the harm they do, how they differ, and what a click does about them."""

from pathlib import Path

import numpy as np
import pytest
from detailed_pictures import compressed, detailed
from image_sets import read_folder, write_files

from core.audit import AuditInput, Finding, Need, audit, measure_pictures, write_report
from core.dataset import ImageDataset
from core.dataset.edits import Change, Edits
from core.duplicates import picture_groups
from core.pictures.decode import Pixels, resize
from core.pictures.encode import encode


def dataset_of(tmp_path: Path, files: dict[str, Pixels]) -> ImageDataset:
    data = {name: encode(np.ascontiguousarray(pixels), "PNG") for name, pixels in files.items()}
    return read_folder(write_files(tmp_path / "set", data))


def near(dataset: ImageDataset) -> dict[str, Finding]:
    return {found.id: found for found in audit(dataset).findings if "near" in found.id}


def paths(dataset: ImageDataset, rows: np.ndarray) -> list[str]:
    return [dataset.path(int(row)) for row in rows]


def done(dataset: ImageDataset, found: Finding, place: int = 0) -> tuple[str, Change, list[str]]:
    remedy = found.remedies[place]
    (edit,) = remedy.edits
    assert edit.why == found.id
    Edits().followed_by(remedy.edits, dataset).apply(dataset)
    return remedy.title, edit.what, paths(dataset, edit.rows)


def test_near_copies_are_sorted_by_the_harm_they_do(tmp_path: Path) -> None:
    files = {
        "train/a/1.png": detailed(1),
        "test/a/1.png": compressed(detailed(1)),
        "train/a/2.png": detailed(2),
        "train/b/2.png": detailed(2)[:, ::-1],
        "train/b/3.png": detailed(3),
        "train/b/4.png": np.rot90(detailed(3)),
    }
    dataset = dataset_of(tmp_path, files)

    found = near(dataset)

    assert paths(dataset, found["near_split_leak"].rows) == ["test/a/1.png", "train/a/1.png"]
    assert paths(dataset, found["near_label_conflict"].rows) == ["train/a/2.png", "train/b/2.png"]
    assert paths(dataset, found["near_duplicates"].rows) == ["train/b/3.png", "train/b/4.png"]
    assert found["near_duplicates"].text.startswith(
        "1 group of nearly the same picture stands in the same class, turned."
    )
    assert found["near_label_conflict"].text.endswith("such as 'a' and 'b', mirrored.")


def test_the_kinds_of_copies_are_counted(tmp_path: Path) -> None:
    files = {f"a/{seed}.png": detailed(seed) for seed in range(12)}
    files |= {
        "a/0_mirrored.png": detailed(0)[:, ::-1],
        "a/1_mirrored.png": detailed(1)[:, ::-1],
        "a/1_again.png": compressed(detailed(1)),
        "a/2_cut.png": detailed(2)[6:],
        "b/1.png": detailed(20),
    }

    text = near(dataset_of(tmp_path, files))["near_duplicates"].text

    # Groups of 3, 2 and 2 and nine others: 16^2 / (9 + 4 + 4 + 9).
    assert text == (
        "3 groups of nearly the same picture stand in the same class: 2 mirrored, "
        "1 cut at the edges. 'a' has 16 images, as good as 10 different ones."
    )


def test_a_click_leaves_out_all_but_the_largest_copy(tmp_path: Path) -> None:
    files = {
        "a/1.png": detailed(1),
        "a/2.png": resize(detailed(1), width=320, height=240),
        "a/3.png": resize(detailed(1), width=80, height=60),
        "b/1.png": detailed(2),
    }
    dataset = dataset_of(tmp_path, files)

    title, change, left_out = done(dataset, near(dataset)["near_duplicates"])

    assert title == "Leave out 2 images, one of each stays"
    assert (change, left_out) == (Change.LEAVE_OUT, ["a/1.png", "a/3.png"])


def test_a_click_takes_out_of_training_what_is_tested(tmp_path: Path) -> None:
    files = {
        "train/a/1.png": detailed(1),
        "train/a/2.png": compressed(detailed(1)),
        "train/b/3.png": detailed(3),
        "test/a/1.png": detailed(1)[:, ::-1],
    }
    dataset = dataset_of(tmp_path, files)

    title, change, left_out = done(dataset, near(dataset)["near_split_leak"])

    assert title == "Leave out 2 images of the training split"
    assert (change, left_out) == (Change.LEAVE_OUT, ["train/a/1.png", "train/a/2.png"])


def test_a_copy_that_is_only_held_out_stays_where_it_is_tested(tmp_path: Path) -> None:
    files = {
        "train/a/1.png": detailed(4),
        "train/b/3.png": detailed(3),
        "test/a/1.png": detailed(1),
        "validation/a/1.png": detailed(1),
    }
    dataset = dataset_of(tmp_path, files)
    (found,) = [one for one in audit(dataset).findings if one.id == "split_leak"]

    title, _, left_out = done(dataset, found)

    assert title == "Leave out 1 image, not the tested"
    assert left_out == ["validation/a/1.png"]


def test_two_labels_of_one_picture_are_for_a_person_to_decide(tmp_path: Path) -> None:
    files = {"a/1.png": detailed(1), "b/1.png": detailed(1), "b/2.png": detailed(2)}
    dataset = dataset_of(tmp_path, files)
    (found,) = [one for one in audit(dataset).findings if one.id == "label_conflict"]

    title, change, rows = done(dataset, found)

    assert title == "Put 2 images on the review list"
    assert (change, rows) == (Change.REVIEW, ["a/1.png", "b/1.png"])
    assert found.remedies[1].title == "Leave out 2 images"


@pytest.mark.parametrize(("is_mirrored", "severity"), [(True, "low"), (False, "medium")])
def test_two_labels_of_mirrored_pictures_may_be_right(
    tmp_path: Path, is_mirrored: bool, severity: str
) -> None:
    again = detailed(1)[:, ::-1] if is_mirrored else compressed(detailed(1))
    files = {"left/1.png": detailed(1), "right/1.png": again, "left/2.png": detailed(2)}
    if not is_mirrored:  # in its group are mirrored ones, too, but of one label
        files["left/1_mirrored.png"] = detailed(1)[6:, ::-1]

    found = near(dataset_of(tmp_path, files))["near_label_conflict"]

    assert found.severity.value == severity
    assert ("which way a thing points" in found.remedy) is is_mirrored


def test_what_copies_cost_a_class_is_said_and_decides_how_grave_it_is(tmp_path: Path) -> None:
    few = {f"a/{seed}.png": detailed(seed) for seed in range(30)} | {"a/x.png": detailed(0)[5:]}
    many = {f"a/{seed}_{cut}.png": detailed(seed)[cut:] for seed in range(3) for cut in range(4)}

    found = [
        near(dataset_of(tmp_path / name, {**files, "b/1.png": detailed(40)}))["near_duplicates"]
        for name, files in (("few", few), ("many", many))
    ]

    assert [one.severity.value for one in found] == ["low", "high"]
    assert "as good as" not in found[0].text
    assert found[1].text.endswith("'a' has 12 images, as good as 3 different ones.")


def test_pictures_that_were_not_looked_at_are_said_to_be_missing(tmp_path: Path) -> None:
    dataset = dataset_of(
        tmp_path,
        {"a/1.png": detailed(90), "a/2.png": compressed(detailed(90)), "b/1.png": detailed(91)},
    )

    report = write_report(AuditInput(dataset))

    assert "near_duplicates" not in {finding.id for finding in report.findings}
    assert report.missing["near_duplicates"] is Need.PICTURES
    assert "near_duplicates" in near(dataset)


def test_what_the_audit_has_seen_is_not_read_again(tmp_path: Path) -> None:
    files = {"a/1.png": detailed(92), "a/2.png": detailed(92)[:, ::-1], "b/1.png": detailed(93)}
    dataset = dataset_of(tmp_path, files)
    measures = measure_pictures(dataset)

    for file in dataset.table["file"]:
        (dataset.root / str(file)).unlink()

    assert picture_groups(dataset).tolist() == measures.groups.tolist() == [0, 0, 1]
