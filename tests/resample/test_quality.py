"""Figures of synthetic points, each by hand on a line."""

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from placed_sets import placed
from resample_sets import points_of

from core.neighbours import SearchOptions
from core.resample.prdc import PointBlocks, measure_prdc
from core.resample.quality import ClassQuality, SyntheticQuality, measure_quality
from core.resample.synthetic import PointsBetween, SyntheticPoints


def points(
    parents: Sequence[Sequence[int]], fractions: Sequence[float], code: int = 0
) -> SyntheticPoints:
    return PointsBetween(
        np.array(parents, np.intp).reshape(-1, 2),
        np.array(fractions, np.float32),
        np.full(len(fractions), code, np.intp),
    )


def quality_of(
    labels: str, places: object, made: SyntheticPoints, **options: int
) -> SyntheticQuality:
    return measure_quality(*placed(labels, places), made, **options)


def class_of(labels: str, places: object, made: SyntheticPoints) -> ClassQuality:
    return quality_of(labels, places, made).classes["a"]


def drawn(counts: dict[str, int], each: int = 6, seed: int = 0) -> tuple:
    """Return a dataset, its vectors, and points between random images of each class."""
    dataset, embeddings = points_of(counts)
    rng = np.random.default_rng(seed)
    rows = [dataset.rows_of(label, "train") for label in dataset.classes]
    parents = [rng.choice(own, (each, 2)) for own in rows]
    labels = np.repeat(np.arange(len(rows)), each)
    fractions = rng.random(len(labels), np.float32)
    return dataset, embeddings, PointsBetween(np.concatenate(parents), fractions, labels)


def test_the_margin_is_how_much_farther_other_classes_are() -> None:
    # At 1: its class at 0, the other at 3. At 3: its class at 4, the other on it.
    quality = quality_of("aabb", [0, 4, 3, 9], points([[0, 1], [0, 1]], [0.25, 0.75]))

    assert quality.margin.tolist() == [2, 0]
    one = quality.classes["a"]
    assert (one.margin, one.near_others) == (1, 0.5)
    assert (one.images, one.points) == (2, 2)


def test_parents_do_not_say_whether_the_nearest_agrees() -> None:
    # Without the parents 0 and 4, the nearest to 1 is 'b' at 3, not 'a' at -2; to 0.4 it is 'a'.
    quality = quality_of("aaab", [0, 4, -2, 3], points([[0, 1], [0, 1]], [0.25, 0.1]))

    assert quality.agrees.tolist() == [False, True]
    assert quality.margin.tolist() == pytest.approx([2, 6.5])
    assert quality.classes["a"].agreement == 0.5


def test_a_class_of_two_has_its_parents_alone() -> None:
    quality = quality_of("aab", [0, 4, 100], points([[0, 1]], [0.5]))

    assert quality.agrees.tolist() == [True]
    assert quality.crosses.tolist() == [False]


def test_a_segment_through_another_class_crosses_it() -> None:
    # Between 0 and 8 lies 'b' at 6: at three quarters of the way it is the nearest.
    places = [0, 8, -1, 9, -3, 6]

    quality = quality_of("aaaaab", places, points([[0, 1], [1, 0], [0, 2]], [0.1, 0.9, 0.5]))

    assert quality.crosses.tolist() == [True, True, False]
    assert quality.agrees.tolist() == [True, True, True]
    assert quality.classes["a"].crossing == pytest.approx(2 / 3)


def test_any_of_the_three_makes_a_point_unsafe() -> None:
    quality = SyntheticQuality(
        {},
        np.array([2, 0.9, 2, 2]),
        np.array([True, True, False, True]),
        np.array([False, False, False, True]),
    )

    assert quality.is_unsafe.tolist() == [False, True, True, True]


def said_of(**unsafe: tuple[int, int]) -> str:
    """Return what is said of classes with so many unsafe points of so many."""
    classes, flags = {}, []
    for label, (count, whole) in unsafe.items():
        one = class_of("aabb", [0, 4, 3, 9], points([[0, 1]], [0.5]))
        classes[label] = replace(one, label=label, points=whole, unsafe=count / whole)
        flags += [True] * count + [False] * (whole - count)
    crosses = np.array(flags)
    return SyntheticQuality(classes, np.full(len(flags), 2.0), ~crosses, crosses).said


def test_unsafe_points_are_said_by_weight_not_by_rate() -> None:
    assert said_of(glass=(1, 1), metal=(9, 40), paper=(0, 359)).startswith(
        "10 of 400 points look unsafe, the most in 'metal' (9 of its 40): nearer to another class"
    )


def test_unsafe_points_of_one_class_are_said_as_all() -> None:
    assert said_of(glass=(1, 2), metal=(0, 40)).startswith(
        "1 of 42 points looks unsafe, in 'glass' (1 of its 2): "
    )
    assert "3 of 43 points look unsafe, all in 'glass' (3 of its 3)" in said_of(
        glass=(3, 3), metal=(0, 40)
    )
    assert said_of(glass=(0, 2)).startswith("No point looks unsafe: ")


def test_uses_of_each_image_as_a_base_are_counted() -> None:
    made = points([[0, 1], [0, 2], [0, 3], [2, 0]], [0.5] * 4)

    one = class_of("aaaab", [0, 1, 2, 3, 90], made)

    # 1 and 3 are never a base, 2 is once, 0 three times.
    assert one.uses.tolist() == [2, 1, 0, 1]
    assert one.never_used == 0.5


def test_points_at_the_ends_are_copies() -> None:
    made = points([[0, 1]] * 5, [0, 0.04, 0.06, 0.94, 0.96])

    assert class_of("aab", [0, 1, 90], made).copies == pytest.approx(3 / 5)


def test_a_point_between_identical_images_is_a_copy() -> None:
    assert class_of("aab", [5, 5, 90], points([[0, 1]], [0.5])).copies == 1


def test_variance_is_compared_with_the_images() -> None:
    # The images -3 and 3 have variance 18, the points -1.5 and 1.5 have 4.5.
    one = class_of("aab", [-3, 3, 90], points([[0, 1], [1, 0]], [0.25, 0.25]))

    assert one.variance_ratio == pytest.approx(0.25)


def test_points_between_unrelated_images_vary_two_thirds_as_much() -> None:
    rng = np.random.default_rng(0)
    cloud = rng.standard_normal((3001, 4))
    parents = rng.integers(3000, size=(3000, 2))

    made = points(parents.tolist(), rng.random(3000).tolist())
    ratio = class_of("a" * 3000 + "b", cloud, made).variance_ratio

    assert ratio == pytest.approx(2 / 3, rel=0.03)


@pytest.mark.parametrize("places", [[0, 0, 9], [0, 5, 9]])
def test_no_variance_is_no_ratio(places: list[int]) -> None:
    one = class_of("aab", places, points([[0, 1]], [0.5]))

    assert one.variance_ratio is None
    assert one.prdc is None


def test_prdc_is_that_of_the_class_alone() -> None:
    dataset, embeddings, made = drawn({"cat": 12, "dog": 9}, each=20)

    quality = measure_quality(dataset, embeddings, made)

    real = embeddings.vectors[dataset.rows_of("cat", "train")]
    cats = made.only(made.codes == 0).materialize(embeddings)
    expected = measure_prdc(PointBlocks(12, real.__getitem__), PointBlocks(20, cats.__getitem__))
    assert quality.classes["cat"].prdc == expected


def test_identical_images_of_two_classes_are_as_near() -> None:
    quality = quality_of("aab", [5, 5, 5], points([[0, 1]], [0.5]))

    assert quality.margin.tolist() == [1]
    assert quality.agrees.tolist() == [True]


def test_without_another_class_nothing_is_near() -> None:
    quality = quality_of("aaa", [0, 1, 2], points([[0, 1], [1, 2]], [0.5, 0.5]))

    assert np.isinf(quality.margin).all()
    assert not quality.is_unsafe.any()
    assert json.loads(json.dumps(quality.to_json(), allow_nan=False))["a"]["margin"] is None


@pytest.mark.long
@given(
    counts=st.dictionaries(st.sampled_from(["ant", "bee", "cat"]), st.integers(1, 9), min_size=1),
    memory=st.sampled_from([500, 2_000, 64_000_000]),
    seed=st.integers(0, 9),
)
def test_memory_changes_no_figure(counts: dict[str, int], memory: int, seed: int) -> None:
    given_points = drawn(counts, seed=seed)

    whole = measure_quality(*given_points)
    parts = measure_quality(*given_points, options=SearchOptions(memory_bytes=memory))

    assert np.array_equal(whole.margin, parts.margin)
    assert np.array_equal(whole.agrees, parts.agrees)
    assert np.array_equal(whole.crosses, parts.crosses)
    for label, one in whole.classes.items():
        assert parts.classes[label].prdc == one.prdc
        if one.variance_ratio is not None:
            assert parts.classes[label].variance_ratio == pytest.approx(one.variance_ratio)


@pytest.mark.long
@given(
    counts=st.dictionaries(st.sampled_from(["ant", "bee", "cat"]), st.integers(2, 9), min_size=2),
    seed=st.integers(0, 9),
)
def test_figures_are_those_of_all_distances(counts: dict[str, int], seed: int) -> None:
    dataset, embeddings, made = drawn(counts, seed=seed)

    quality = measure_quality(dataset, embeddings, made)

    rows = dataset.training_rows

    def nearest_two(place: np.ndarray, point: int, left_out: np.ndarray) -> tuple[float, float]:
        """Return the distance to the nearest of the own class and of the others."""
        distances = np.linalg.norm(place - embeddings.vectors[rows].astype(np.float64), axis=1)
        is_own = dataset.codes[rows] == made.codes[point]
        kept = is_own & ~np.isin(rows, left_out)
        own = kept if kept.any() else is_own
        return distances[own].min(), distances[~is_own].min()

    for point, (base, neighbour) in enumerate(made.parents):
        start, end = (embeddings.vectors[row].astype(np.float64) for row in (base, neighbour))
        places = [start + (end - start) * f for f in (made.fractions[point], 0.25, 0.5, 0.75)]
        own, other = nearest_two(places[0], point, rows[:0])
        left, *along = (nearest_two(place, point, made.parents[point]) for place in places)
        if own > 0:
            assert quality.margin[point] == pytest.approx(other / own, rel=1e-4)
        assert quality.agrees[point] == (left[0] <= left[1])
        assert quality.crosses[point] == any(theirs < mine for mine, theirs in along)


def test_images_outside_the_rows_are_not_looked_at() -> None:
    dataset, embeddings = placed("aabb", [0, 4, 3, 9])

    quality = measure_quality(
        dataset, embeddings, points([[0, 1]], [0.5]), rows=np.array([0, 1, 3])
    )

    # 2 lies 2 from its class, and 7 from the 'b' at 9.
    assert quality.margin.tolist() == [3.5]


def test_no_points_have_no_figures() -> None:
    quality = quality_of("ab", [0, 1], points([], []))

    assert (len(quality.margin), dict(quality.classes), quality.to_json()) == (0, {}, {})
