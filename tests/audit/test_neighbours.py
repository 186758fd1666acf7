"""What the vectors show around images becomes findings, worst first, of all splits."""

from collections.abc import Sequence

import numpy as np
import pytest
from labelled_sets import embedded, images
from numpy.typing import NDArray

from core.audit import CHECKS, AuditInput, Finding, Insights
from core.resample.difficulty import measure_difficulty


def looked_at(
    labels: Sequence[str],
    points: NDArray[np.float64],
    *,
    splits: Sequence[str] | None = None,
    thresholds: dict[str, float] | None = None,
) -> AuditInput:
    """Return images at points, and what is around each."""
    dataset = images(labels, splits=splits)
    difficulty = measure_difficulty(dataset, embedded(points), {}, rows=dataset.present_rows)
    return AuditInput(
        dataset, insights=Insights(difficulty=difficulty), thresholds=thresholds or {}
    )


def only(given: AuditInput, check: str) -> Finding:
    [found] = CHECKS[check].find(given)
    return found


def clouds(counts: dict[str, int], apart: float) -> tuple[list[str], NDArray[np.float64]]:
    """Return labels and a round cloud of width 1 for each, `apart` from the next."""
    labels = [label for label, count in counts.items() for _ in range(count)]
    points = np.random.default_rng(0).standard_normal((len(labels), 6))
    points[:, 0] += apart * np.repeat(np.arange(len(counts)), list(counts.values()))
    return labels, points


CHECKS_OF_VECTORS = (
    "among_others",
    "class_overlap",
    "far_from_class",
    "hubs",
    "fewer_than_directions",
)


@pytest.mark.parametrize("name", CHECKS_OF_VECTORS)
def test_classes_apart_have_nothing_to_tell(name: str) -> None:
    labels, points = clouds({"a": 40, "b": 30, "c": 25}, apart=60)
    # Of round clouds a few images in a hundred lie twice the usual spread away.
    given = looked_at(labels, points, thresholds={"far_from_class": 5})

    assert CHECKS[name].find(given) == []


@pytest.mark.parametrize("name", CHECKS_OF_VECTORS)
@pytest.mark.parametrize("labels", ["a", "ab", "aab"])
def test_the_smallest_sets_have_nothing_to_tell(name: str, labels: str) -> None:
    points = np.random.default_rng(0).standard_normal((len(labels), 3))

    assert CHECKS[name].find(looked_at(labels, points)) == []


def test_images_among_others_come_worst_first_from_every_split() -> None:
    labels, points = clouds({"a": 30, "b": 30}, apart=60)
    points[[3, 8]] += [60, 0, 0, 0, 0, 0]  # two 'a' among the 'b'
    splits = ["test" if row == 8 else "train" for row in range(60)]

    found = only(looked_at(labels, points, splits=splits), "among_others")

    assert found.rows.tolist() == [3, 8]
    assert found.scores is not None
    assert found.scores.tolist() == [1, 1]
    assert found.labels == ("a",)
    assert found.text == (
        "2 images lie among images of other classes: 2 of 30 in 'a'. Of all images, 97% are safe, "
        "0% borderline, 0% rare, 3% outliers."
    )


def test_a_lower_threshold_names_more_images_among_others() -> None:
    given = clouds({"a": 40, "b": 40}, apart=2)

    named = [
        only(looked_at(*given, thresholds={"among_others": one}), "among_others")
        for one in (0.3, 0.7)
    ]

    assert set(named[1].rows.tolist()) < set(named[0].rows.tolist())
    for one in named:
        assert one.scores is not None
        assert (np.diff(one.scores) <= 0).all()


def test_a_class_of_few_images_is_not_said_to_lie_among_others() -> None:
    labels, points = clouds({"a": 40, "b": 5}, apart=0)

    found = only(looked_at(labels, points, thresholds={"among_others": 0.1}), "among_others")

    assert found.labels == ("a",)


def test_two_labels_of_one_cloud_overlap_and_can_be_merged() -> None:
    labels, points = clouds({"a": 60, "b": 40, "c": 50}, apart=60)
    points[:100] -= np.outer(np.repeat([0, 60], [60, 40]), np.eye(6)[0])  # 'b' onto 'a'
    given = looked_at(labels, points)

    found = only(given, "class_overlap")

    assert found.severity == "high"
    assert found.labels == ("b", "a")
    assert found.text.startswith("1 pair of classes overlaps, by the share of the nearest images")
    [remedy] = found.remedies
    assert remedy.title == "Merge 'b' into 'a': 40 images"
    [edit] = remedy.edits
    assert (edit.what, edit.value, edit.why) == ("label", "a", "class_overlap")
    assert edit.rows.tolist() == list(range(60, 100))
    # An image that has none of the other class around it does not show the overlap.
    assert found.scores is not None
    assert found.scores.min() > 0
    assert (np.diff(found.scores) <= 0).all()
    assert set(found.rows.tolist()) <= set(range(100))


def test_classes_that_touch_overlap_but_are_not_offered_to_be_merged() -> None:
    found = only(looked_at(*clouds({"a": 60, "b": 60}, apart=1.6)), "class_overlap")

    assert found.severity == "medium"
    assert found.remedies == ()


def test_a_few_of_a_small_class_among_a_large_one_are_no_overlap_of_both() -> None:
    labels, points = clouds({"a": 400, "b": 60}, apart=60)
    points[400:406] -= [60, 0, 0, 0, 0, 0]

    assert CHECKS["class_overlap"].find(looked_at(labels, points)) == []


def test_an_image_far_from_its_class_can_be_left_out() -> None:
    labels, points = clouds({"a": 30, "b": 30}, apart=60)
    points[4, 3] += 20
    points[40, 3] += 40

    splits = ["test" if row == 40 else "train" for row in range(60)]

    found = only(looked_at(labels, points, splits=splits), "far_from_class")

    assert set(found.rows[:2].tolist()) == {4, 40}
    assert found.text.startswith(f"{len(found.rows)} images lie far from all others of the class")
    review, leave_out = found.remedies
    assert review.edits[0].what == "review"
    assert review.edits[0].rows.tolist() == sorted(found.rows.tolist())
    # Leaving out an image that is scored would only make the score look better.
    assert leave_out.edits[0].what == "leave_out"
    assert set(leave_out.edits[0].rows.tolist()) == set(found.rows.tolist()) - {40}


def test_two_copies_of_an_outlier_do_not_hide_each_other() -> None:
    labels, points = clouds({"a": 30, "b": 30}, apart=60)
    points[4:6] = [0, 0, 0, 30, 0, 0]

    found = only(looked_at(labels, points), "far_from_class")

    assert set(found.rows[:2].tolist()) == {4, 5}


def test_a_class_too_small_or_of_copies_has_no_usual_distance() -> None:
    labels, points = clouds({"a": 9, "b": 30, "c": 30}, apart=60)
    points[39:] = points[39]
    check = CHECKS["far_from_class"]
    assert check.scores is not None

    scores = check.scores(looked_at(labels, points))

    assert np.isnan(scores[:9]).all()
    assert np.isnan(scores[39:]).all()
    assert np.median(scores[9:39]) == pytest.approx(0, abs=0.1)
    assert (scores[9:39] > 2).mean() < 0.1


def test_an_image_that_everything_is_near_to_is_a_hub() -> None:
    rng = np.random.default_rng(0)
    points = rng.standard_normal((200, 200))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    points[7] = 0  # in the middle of a sphere all others are far from each other
    labels = ["a"] * 100 + ["b"] * 100

    found = only(looked_at(labels, points), "hubs")

    assert found.rows[0] == 7
    assert found.scores is not None
    assert found.scores[0] == 199
    assert "up to 199 times" in found.text


def test_a_class_with_fewer_images_than_directions_is_told() -> None:
    rng = np.random.default_rng(0)
    labels = ["a"] * 300 + ["b"] * 9
    points = rng.standard_normal((309, 30))
    points[300:, 0] += 90

    found = only(looked_at(labels, points), "fewer_than_directions")

    assert found.labels == ("b",)
    assert found.rows.tolist() == list(range(300, 309))
    assert found.text.startswith("'b' has no more images than directions in which a class varies")


@pytest.mark.parametrize("name", ["among_others", "far_from_class"])
def test_what_has_no_vector_or_is_left_out_has_no_score(name: str) -> None:
    labels, points = clouds({"a": 30, "b": 30}, apart=3)
    dataset = images(labels, splits=["left out", *["train"] * 59])
    vectors = embedded(points[:59], np.arange(59))
    difficulty = measure_difficulty(dataset, vectors, {}, rows=dataset.present_rows)
    scores = CHECKS[name].scores
    assert scores is not None

    values = scores(AuditInput(dataset, insights=Insights(difficulty=difficulty)))

    assert np.flatnonzero(np.isnan(values)).tolist() == [0, 59]
