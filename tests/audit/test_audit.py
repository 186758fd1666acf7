"""The audit's figures can be checked by hand, and each finding shows its rows."""

import json
from math import exp, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_sets import jpeg, png, read_folder, write_files

from core.audit import (
    CHECKS,
    AuditInput,
    AuditReport,
    Check,
    Finding,
    audit,
    measure_imbalance,
    measure_pictures,
)
from core.dataset import ImageDataset
from core.duplicates import duplicate_groups


def dataset_of(tmp_path: Path, files: dict[str, bytes]) -> ImageDataset:
    return read_folder(write_files(tmp_path / "set", files))


def numbered(label: str, count: int, first: int) -> dict[str, bytes]:
    return {f"{label}/{number:03d}.png": png(first + number) for number in range(count)}


def finding(report: AuditReport, id_: str) -> Finding:
    [found] = [found for found in report.findings if found.id == id_]
    return found


def test_figures_of_three_to_one() -> None:
    figures = measure_imbalance({"cat": 30, "dog": 10, "owl": 0})

    entropy = -(0.75 * log(0.75) + 0.25 * log(0.25))
    assert figures.ratio == 3
    assert figures.normalized_entropy == pytest.approx(entropy / log(2))
    assert figures.effective_classes == pytest.approx(exp(entropy))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"a": 7, "b": 7, "c": 7, "d": 7}, (1, 1, 4)),
        ({"a": 5}, (1, 1, 1)),
        ({}, (1, 1, 0)),
    ],
)
def test_figures_at_the_ends(counts: dict[str, int], expected: tuple[float, ...]) -> None:
    figures = measure_imbalance(counts)

    found = (figures.ratio, figures.normalized_entropy, figures.effective_classes)
    assert found == pytest.approx(expected)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=9))
def test_figures_stay_in_their_ranges(counts: list[int]) -> None:
    figures = measure_imbalance({str(place): count for place, count in enumerate(counts)})

    assert figures.ratio >= 1
    assert -1e-9 <= figures.normalized_entropy <= 1 + 1e-9
    assert 1 - 1e-9 <= figures.effective_classes <= len(counts) + 1e-9


def test_a_balanced_clean_set_has_no_findings(tmp_path: Path) -> None:
    report = audit(dataset_of(tmp_path, {**numbered("a", 10, 0), **numbered("b", 12, 50)}))

    assert report.findings == ()
    assert (report.images, report.classes) == (22, {"a": 10, "b": 12})


@pytest.mark.parametrize(
    ("few", "many", "severity"), [(10, 15, "low"), (10, 30, "medium"), (10, 100, "high")]
)
def test_imbalance_names_both_ends(tmp_path: Path, few: int, many: int, severity: str) -> None:
    dataset = dataset_of(tmp_path, {**numbered("big", many, 0), **numbered("small", few, 200)})

    found = finding(audit(dataset), "imbalance")

    assert found.severity == severity
    # How many times fewer that is stands in the answer.
    assert found.text == f"'small' has {few} training images, 'big' has {many}."
    assert found.rows.tolist() == dataset.rows_of("small").tolist()


def test_small_classes_are_told_by_what_follows_from_it(tmp_path: Path) -> None:
    files = {
        **numbered("a", 1, 0),
        **numbered("b", 1, 10),
        **numbered("c", 3, 20),
        **numbered("d", 9, 30),
        **numbered("e", 10, 50),
    }
    dataset = dataset_of(tmp_path, files)

    report = audit(dataset)

    single, few, unsure = (
        finding(report, id_) for id_ in ("single_image", "few_neighbours", "few_images")
    )
    assert single.text.startswith("'a' and 'b' have 1 training image each; SMOTE needs at least 2")
    assert few.text.startswith("'c' has 3 training images; SMOTE uses fewer than 5")
    assert unsure.text.startswith("'d' has 9 training images; scores")
    for told in (few, unsure):  # each is of one class
        assert "classes" not in f"{told.text} {told.remedy}"
    assert [dataset.label(row) for row in single.rows] == ["a", "b"]
    assert {dataset.label(row) for row in few.rows} == {"c"}
    assert len(unsure.rows) == 9


def test_one_class_cannot_be_balanced(tmp_path: Path) -> None:
    report = audit(dataset_of(tmp_path, numbered("cat", 12, 0)))

    assert finding(report, "one_class").text.startswith("There is only one class, 'cat'")


def test_a_class_that_is_held_out_only_is_told(tmp_path: Path) -> None:
    dataset = dataset_of(
        tmp_path,
        {"train/a/1.png": png(1), "train/b/1.png": png(2), "test/c/1.png": png(3)},
    )

    found = finding(audit(dataset), "missing_in_training")

    assert found.text == "'c' is in a held-out split but not in the training split."
    assert [dataset.path(row) for row in found.rows] == ["test/c/1.png"]


def test_repeated_pictures_are_told_by_what_they_spoil(tmp_path: Path) -> None:
    dataset = dataset_of(
        tmp_path,
        {
            **numbered("train/a", 3, 0),
            **numbered("train/b", 3, 10),
            "train/a/copy.png": png(0),
            "train/a/copy2.png": png(0),
            "train/b/conflict.png": png(1),
            "test/b/leak.png": png(12),
        },
    )

    report = audit(dataset)

    paths = {
        found.id: [dataset.path(row) for row in found.rows]
        for found in report.findings
        if found.id in {"duplicates", "label_conflict", "split_leak"}
    }
    assert paths == {
        "duplicates": ["train/a/000.png", "train/a/copy.png", "train/a/copy2.png"],
        "label_conflict": ["train/a/001.png", "train/b/conflict.png"],
        "split_leak": ["test/b/leak.png", "train/b/002.png"],
    }
    assert "(2 files extra)" in finding(report, "duplicates").text
    assert "such as 'a' and 'b'" in finding(report, "label_conflict").text
    groups = duplicate_groups(dataset)
    assert len(set(groups.tolist())) == len(dataset) - 4


def test_skipped_files_are_told(tmp_path: Path) -> None:
    files = {**numbered("a", 10, 0), **numbered("b", 10, 20), "a/bad.jpg": jpeg()[:-200]}

    report = audit(dataset_of(tmp_path, files))

    text = finding(report, "skipped").text
    assert text.startswith("1 file could not be used. It is left out: truncated or damaged file")
    assert [skip.path for skip in report.skipped] == ["a/bad.jpg"]


def test_findings_come_gravest_first_and_say_what_to_do(tmp_path: Path) -> None:
    files = {**numbered("a", 40, 0), **numbered("b", 1, 50), "b/bad.jpg": b"", "a/x.png": png(0)}

    report = audit(dataset_of(tmp_path, files))

    order = ["high", "medium", "low"]
    ranks = [order.index(found.severity) for found in report.findings]
    assert ranks == sorted(ranks)
    assert len(ranks) == 4
    assert all(found.remedy.endswith(".") for found in report.findings)
    assert all(found.text.endswith(".") for found in report.findings)


def test_the_json_holds_the_whole_report(tmp_path: Path) -> None:
    files = {**numbered("train/a", 12, 0), **numbered("test/b", 2, 50), "train/b/1.jpg": jpeg()}
    dataset = dataset_of(tmp_path, {**files, "train/b/bad.jpg": b""})

    data = json.loads(json.dumps(audit(dataset).to_json(dataset)))

    assert data["images"] == sum(data["classes"].values()) == 15
    assert data["splits"] == {"train": {"a": 12, "b": 1}, "test": {"a": 0, "b": 2}}
    assert data["skipped"] == [{"path": "train/b/bad.jpg", "reason": "empty file", "label": "b"}]
    assert data["imbalance"]["ratio"] == 12
    assert data["overview"]["formats"] == {"PNG": 14, "JPEG": 1}
    assert data["overview"]["smallest"] == [32, 24]
    for found in data["findings"]:
        assert len(found["rows"]) == len(found["paths"])


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_every_check_says_what_it_looks_at_and_names_rows_that_are_there(
    check: Check, tmp_path: Path
) -> None:
    files = {**numbered("train/a", 40, 0), "train/b/1.png": png(50), "train/b/2.png": png(50)}
    files |= {"test/c/1.png": png(0), "train/a/bad.jpg": b"", "train/a/wide.png": png(1)}
    dataset = dataset_of(tmp_path, files)

    given = AuditInput(dataset, measure_pictures(dataset))
    found = check.find(given) if given.has(check.need) else []

    assert check.title
    assert check.help.endswith(".")
    for one in found:
        assert one.text.endswith(".") and one.remedy.endswith(".")
        assert set(one.rows.tolist()) <= set(range(len(dataset)))


def test_an_audit_holds_what_its_checks_find(tmp_path: Path) -> None:
    files = {**numbered("train/a", 40, 0), "train/b/1.png": png(50), "test/c/1.png": png(0)}
    dataset = dataset_of(tmp_path, files)
    given = AuditInput(dataset, measure_pictures(dataset))

    report = audit(dataset)

    each = [
        one.id for check in CHECKS.values() if given.has(check.need) for one in check.find(given)
    ]
    assert sorted(one.id for one in report.findings) == sorted(each)
    assert len(set(each)) == len(each)
