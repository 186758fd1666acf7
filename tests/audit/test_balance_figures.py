"""The figures of balance, by hand and against other libraries; and the sentences that follow."""

import json
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled_sets import images
from scipy.stats import entropy
from sklearn.dummy import DummyClassifier

from core.audit import measure_balance
from core.audit.balance_figures import Part
from core.dataset import ImageDataset


def labelled(**counts: int) -> ImageDataset:
    return images([label for label, count in counts.items() for _ in range(count)])


def test_figures_of_nine_to_three() -> None:
    [split] = measure_balance(labelled(cat=9, dog=3), beta=0.5).splits

    cat, dog = split.classes
    assert (cat.label, cat.count, cat.share, cat.ratio) == ("cat", 9, 0.75, 1)
    assert (dog.label, dog.count, dog.share, dog.ratio) == ("dog", 3, 0.25, 3)
    assert dog.effective_number == 1 + 0.5 + 0.25
    assert split.held_by_largest == (0.75, 1)
    assert split.entropy == pytest.approx(-(0.75 * log(0.75) + 0.25 * log(0.25)))
    assert split.imbalance.effective_classes == pytest.approx(exp(split.entropy))
    assert not split.is_equal


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6))
def test_entropy_is_scipys_and_the_curve_climbs_to_one(counts: list[int]) -> None:
    dataset = labelled(**{f"c{place}": count for place, count in enumerate(counts)})

    [split] = measure_balance(dataset).splits

    assert split.entropy == pytest.approx(entropy(counts), abs=1e-12)
    assert split.held_by_largest[-1] == pytest.approx(1)
    steps = np.diff([0, *split.held_by_largest])
    assert (np.diff(steps) <= 1e-12).all()  # the largest come first
    assert [one.count for one in split.classes] == sorted(counts, reverse=True)


def test_each_split_has_its_own_figures_and_what_is_left_out_none() -> None:
    labels = list("aaaabbbbc")
    splits = ["train", "train", "test", "left out", "train", "test", "test", "test", "left out"]

    training, test = measure_balance(images(labels, splits=splits)).splits

    assert [(one.label, one.count) for one in training.classes] == [("a", 2), ("b", 1)]
    assert [(one.label, one.count) for one in test.classes] == [("b", 3), ("a", 1)]
    assert training.classes[0].part is Part.TAIL
    assert test.classes[0].part is None


def test_a_class_that_a_split_lacks_has_no_ratio_there() -> None:
    training, test = measure_balance(images(list("aab"), splits=["train", "test", "train"])).splits

    assert (test.classes[1].label, test.classes[1].count, test.classes[1].ratio) == ("b", 0, None)
    assert test.classes[1].effective_number == 0
    assert test.imbalance.effective_classes == pytest.approx(1)
    assert training.is_equal


@pytest.mark.parametrize(
    ("count", "part"),
    [(101, Part.HEAD), (100, Part.MEDIUM), (20, Part.MEDIUM), (19, Part.TAIL)],
)
def test_head_medium_and_tail_begin_where_the_field_says(count: int, part: Part) -> None:
    [split] = measure_balance(labelled(a=count)).splits

    assert split.classes[0].part is part
    assert split.part(part) == split.classes


def test_effective_images_count_copies_by_kish() -> None:
    dataset = labelled(a=4, b=4, c=3)
    # 'a' has no copies, 'b' four of one picture, 'c' two of one and one more.
    groups = np.array([0, 1, 2, 3, 4, 4, 4, 4, 5, 5, 6])

    figures = measure_balance(dataset, groups)

    found = {one.label: one.effective_images for one in figures.splits[0].classes}
    assert found == pytest.approx({"a": 4, "b": 1, "c": 9 / 5})
    assert figures.copies == (
        "Copies and near-copies leave 'b' with as much to learn from as 1 different image in place "
        "of 4; fewer than it seems are in 'c', too."
    )
    assert measure_balance(dataset).splits[0].classes[0].effective_images is None
    assert measure_balance(dataset).copies == ""


def test_copies_across_splits_do_not_count_together() -> None:
    dataset = images(list("aabb"), splits=["train", "test", "train", "test"])

    training, test = measure_balance(dataset, np.array([0, 0, 1, 2])).splits

    assert [one.effective_images for one in (*training.classes, *test.classes)] == [1, 1, 1, 1]


def test_the_cost_of_two_classes_names_what_is_missed() -> None:
    assert measure_balance(labelled(good=94, crack=6)).cost == (
        "A model that always says 'good' is right 94% of the time and finds no 'crack': look at "
        "the recall of each class, not at accuracy."
    )


def test_the_cost_is_what_scikit_learns_dummy_scores() -> None:
    counts = {"a": 37, "b": 8, "c": 5}
    labels = [label for label, count in counts.items() for _ in range(count)]
    dummy = DummyClassifier(strategy="most_frequent").fit(np.zeros((50, 1)), labels)

    figures = measure_balance(labelled(**counts))

    assert dummy.score(np.zeros((50, 1)), labels) == figures.splits[0].classes[0].share == 0.74
    assert "is right 74% of the time and finds nothing of the other 2 classes" in figures.cost


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"a": 999, "b": 1}, "is right more than 99% of the time"),
        ({"a": 10, "b": 9}, "is right 53% of the time: counts of these sizes favour no class."),
    ],
)
def test_the_cost_never_overstates(counts: dict[str, int], words: str) -> None:
    assert words in measure_balance(labelled(**counts)).cost


def test_one_class_costs_nothing() -> None:
    figures = measure_balance(labelled(a=5))

    assert (figures.cost, figures.tail) == ("", "")


def test_the_tail_says_who_holds_half_and_how_many_have_few() -> None:
    figures = measure_balance(labelled(a=120, b=110, c=50, d=30, e=19, f=1))

    assert figures.tail == (
        "2 of 6 classes hold 70% of the images. Classes by training images: 2 with more than 100, "
        "2 with 20 to 100, 2 with fewer than 20."
    )
    assert measure_balance(labelled(a=9, b=1)).tail.startswith(
        "'a' alone, of 2 classes, holds 90% of the images."
    )


def test_equal_classes_have_no_tail() -> None:
    figures = measure_balance(labelled(a=9, b=9))

    assert figures.splits[0].is_equal
    assert figures.tail == ""


def test_the_figures_are_plain_values_as_json() -> None:
    figures = measure_balance(labelled(a=2, b=1), np.array([0, 0, 1]))

    data = json.loads(json.dumps(figures.to_json()))

    assert data["splits"][0]["classes"][0] == {
        "label": "a",
        "count": 2,
        "share": pytest.approx(2 / 3),
        "ratio": 1.0,
        "effective_number": pytest.approx(1.999),
        "effective_images": 1.0,
        "part": "tail",
    }
    assert data["splits"][0]["imbalance"]["ratio"] == 2
    assert data["cost"] == figures.cost
