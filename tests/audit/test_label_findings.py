"""Labels that look wrong are a list with the likelier label, and a click only where it is safe."""

from collections.abc import Mapping

import numpy as np
import pytest
from labelled_sets import clusters, embedded, images
from numpy.typing import NDArray

from core.audit import CHECKS, AuditInput, Finding, Insights, look_deeper, write_report
from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.evaluate.label_errors import LabelErrors

COUNTS = {"a": 40, "b": 30, "c": 20}


def swapped(
    swaps: Mapping[int, str], *, apart: float = 12, threshold: float | None = None
) -> AuditInput:
    """Return three clouds with some labels swapped, after a second look."""
    clean, vectors = clusters(COUNTS, apart=apart)
    labels = [swaps.get(row, clean.label(row)) for row in range(len(clean))]
    dataset = images(labels)
    thresholds = {} if threshold is None else {"label_errors": threshold}
    return AuditInput(dataset, insights=look_deeper(dataset, None, vectors), thresholds=thresholds)


def only(given: AuditInput) -> Finding:
    [found] = CHECKS["label_errors"].find(given)
    return found


def suggestions(dataset: ImageDataset, found: Finding) -> dict[int, str]:
    assert found.suggested is not None
    return {
        row: dataset.classes[code]
        for row, code in zip(found.rows.tolist(), found.suggested.tolist(), strict=True)
    }


def test_swapped_labels_are_named_with_what_they_look_like() -> None:
    given = swapped({3: "b", 5: "b", 45: "a"})

    found = only(given)

    assert suggestions(given.dataset, found) == {3: "a", 5: "a", 45: "b"}
    assert found.labels == ("b", "a")
    assert found.text == (
        "3 images of 90 have a label that looks wrong: 'b' (2) and 'a' (1). Most often 'b' looks "
        "like 'a' (2 images)."
    )
    assert found.scores is not None
    assert (np.diff(found.scores) >= 0).all()


def test_one_class_is_named_in_a_plain_sentence() -> None:
    assert only(swapped({3: "b"})).text == "'b' has 1 image whose label looks wrong."


def test_right_labels_of_classes_apart_are_no_finding() -> None:
    assert CHECKS["label_errors"].find(swapped({})) == []


def test_where_classes_are_told_apart_one_click_relabels_and_can_be_undone() -> None:
    given = swapped({3: "b", 5: "c", 45: "a"})

    review, leave_out, relabel = only(given).remedies

    assert relabel.title == "Relabel 3 images to 'a' and 'b'"
    edits = Edits().followed_by(relabel.edits, given.dataset)
    edited = edits.apply(given.dataset)
    assert [edited.label(row) for row in (3, 5, 45)] == ["a", "a", "b"]
    assert {edit.why for edit in edits.done} == {"label_errors"}
    assert leave_out.title == "Leave 3 images out of training"
    assert review.title == "Put 3 images on the review list"
    assert Edits().followed_by(leave_out.edits, given.dataset).left_out_rows.tolist() == [3, 5, 45]


def test_where_classes_overlap_no_click_relabels() -> None:
    found = only(swapped({3: "b", 5: "c", 45: "a"}, apart=2.2, threshold=0.2))

    assert [one.edits[0].what for one in found.remedies] == ["review", "leave_out"]


def ranked(scores: NDArray[np.float64], given: list[int]) -> AuditInput:
    """Return images of 'a' (0) and 'b' (1) whose labels are as likely as said, ascending."""
    codes = np.array(given)
    dataset = images(["ab"[code] for code in given])
    errors = LabelErrors(np.arange(len(codes)), codes, 1 - codes, scores, ("a", "b"))
    return AuditInput(dataset, insights=Insights(label_errors=errors))


def test_a_class_that_is_hardly_ever_recognised_is_not_doubted() -> None:
    scores = np.array([0.001, 0.001, 0.002, 0.3, 0.4, 0.45, 0.9, 0.95, 0.95, 0.95])
    codes = [1, 0, 1, 1, 0, 1, 1, 0, 0, 0]  # four of five 'b' look like 'a'

    found = only(ranked(scores, codes))

    assert found.rows.tolist() == [1]
    score = CHECKS["label_errors"].scores
    assert score is not None
    values = score(ranked(scores, codes))
    assert np.isnan(values[[0, 2, 3, 5, 6]]).all()


@pytest.mark.parametrize(("share", "severity"), [(0.02, "low"), (0.06, "medium"), (0.3, "medium")])
def test_doubts_are_never_of_the_gravest_kind(share: float, severity: str) -> None:
    scores = np.where(np.arange(200) < 200 * share, 0.001, 0.9)

    assert only(ranked(scores, [row % 2 for row in range(200)])).severity == severity


def test_classes_that_are_not_ranked_keep_their_codes() -> None:
    # 'a' has one picture alone, so 'b' and 'c' are the first two that are ranked.
    rng = np.random.default_rng(0)
    points = rng.standard_normal((61, 6))
    points[31:, 1] += 20
    points[5, 1] += 20
    dataset = images(["a", *["b"] * 30, *["c"] * 30])

    given = AuditInput(dataset, insights=look_deeper(dataset, None, embedded(points)))

    assert suggestions(dataset, only(given)) == {5: "c"}


def test_the_report_says_what_was_not_looked_at_without_vectors() -> None:
    dataset = images(list("aabb"))

    report = write_report(AuditInput(dataset, insights=look_deeper(dataset, None, None)))

    assert report.missing["label_errors"].value == "predictions from the embedding"
    assert report.missing["class_overlap"].value == "the embedding"
