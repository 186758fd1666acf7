"""A group, such as a patient, that stands in several splits is a finding with all its images."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audit import AuditInput, Finding, Severity, write_report
from core.audit.leaks import find_split_groups
from core.dataset import SPLITS, Choices, ImageDataset, build_table
from core.dataset.edits import Edits

ROWS = [("p1", "train"), ("p1", "test"), ("p2", "train"), ("p2", "train"), ("p3", "test")]


def dataset_of(
    rows: list[tuple[str, str]] = ROWS, *, column: str | None = "patient"
) -> ImageDataset:
    """Return images of (group, split), all different, that are nowhere on disk."""
    count = len(rows)
    table = build_table(
        {
            "path": [f"{row:03d}.png" for row in range(count)],
            "label": ["ab"[row % 2] for row in range(count)],
            "split": [split for _, split in rows],
            "group": [group for group, _ in rows],
            "width": [8] * count,
            "height": [8] * count,
            "format": ["PNG"] * count,
            "bytes": [64] * count,
            "digest": [f"{row:064x}" for row in range(count)],
            "file": [f"{row:03d}.png" for row in range(count)],
        }
    )
    return ImageDataset("drawn", Path(), table, choices=Choices(group_column=column))


def found_in(dataset: ImageDataset) -> Finding | None:
    return next(iter(find_split_groups(dataset)), None)


def test_a_patient_in_training_and_test_is_grave_and_named() -> None:
    report = write_report(AuditInput(dataset_of()))

    (finding,) = [one for one in report.findings if one.id == "group_leak"]
    assert finding.severity is Severity.HIGH
    assert finding.rows.tolist() == [0, 1]
    assert finding.text == (
        "1 group (column 'patient') is in two or more splits with 2 images, such as 'p1' in "
        "train and test: a model can know it from training."
    )


def test_several_groups_are_counted() -> None:
    rows = [*ROWS, ("p3", "train"), ("p3", "validation")]

    finding = found_in(dataset_of(rows, column=None))

    assert finding is not None
    assert finding.text.startswith("2 groups are in two or more splits with 5 images")


@pytest.mark.parametrize("rows", [ROWS[1:], [("", "train"), ("", "test"), ("p", "train")]])
def test_groups_in_one_split_and_rows_without_one_are_no_finding(
    rows: list[tuple[str, str]],
) -> None:
    assert found_in(dataset_of(rows)) is None


def test_an_image_that_is_left_out_counts_no_more() -> None:
    assert found_in(Edits().leave_out([1]).apply(dataset_of())) is None


def test_moving_an_image_to_the_split_of_its_group_ends_it_and_out_of_it_begins_it() -> None:
    mended = Edits().move([1], "train").apply(dataset_of())
    parted = Edits().move([3], "validation").apply(mended)

    assert found_in(mended) is None
    finding = found_in(parted)
    assert finding is not None
    assert finding.rows.tolist() == [2, 3]
    assert "'p2' in train and validation" in finding.text


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "p", "q", "r"]), st.sampled_from(SPLITS)),
        min_size=1,
        max_size=20,
    )
)
def test_the_rows_are_those_of_every_group_in_several_splits(rows: list[tuple[str, str]]) -> None:
    splits = {group: {split for one, split in rows if one == group} for group, _ in rows}

    finding = found_in(dataset_of(rows))

    expected = [row for row, (group, _) in enumerate(rows) if group and len(splits[group]) > 1]
    assert (finding.rows.tolist() if finding else []) == expected
