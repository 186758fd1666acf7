"""Places on segments: where they lie, whom they may come from, and what changes nothing."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smote_sets import draw_from
from threadpoolctl import threadpool_limits

from core.errors import SettingError, TooFewImagesError
from core.neighbours import without_self
from core.randomness import stream
from core.resample.drawing import BORDERLINE_2, VARIANTS
from core.resample.searching import BlockSearch
from core.resample.segments import ClassReport, Segments, SmoteSettings
from core.resample.synthetic import interpolate

COUNTS = {0: 40, 1: 14, 2: 5, 3: 1}
OWN_CLASS = [variant for variant in VARIANTS if variant != BORDERLINE_2]


def points_of(counts: Mapping[int, int], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    codes = rng.permutation(np.repeat(list(counts), list(counts.values())))
    vectors = rng.standard_normal((len(codes), 4)) + codes[:, None] * 0.4
    return vectors.astype(np.float32), codes


def streams(seed: int = 0) -> Callable[[int], np.random.Generator]:
    return lambda code: stream(seed, "drawn", code)


def draw(
    add: Mapping[int, int], counts: Mapping[int, int] = COUNTS, **settings: object
) -> Segments:
    vectors, codes = points_of(counts)
    return draw_from(vectors, codes, add, SmoteSettings(**settings), rng_of=streams())


def same(first: Segments, second: Segments) -> bool:
    return all(
        np.array_equal(getattr(first, name), getattr(second, name))
        for name in ("base", "neighbor", "fraction", "codes")
    )


@given(
    variant=st.sampled_from(VARIANTS),
    k_neighbors=st.integers(1, 9),
    add=st.dictionaries(st.integers(0, 3), st.integers(0, 30)),
    is_even=st.booleans(),
    seed=st.integers(0, 9),
)
def test_every_point_lies_on_its_segment(
    variant: str, k_neighbors: int, add: dict[int, int], is_even: bool, seed: int
) -> None:
    vectors, codes = points_of(COUNTS, seed)
    settings = SmoteSettings(k_neighbors, 8, variant, uses_evenly=is_even)

    places = draw_from(vectors, codes, add, settings, rng_of=streams(seed))

    begins, ends = (vectors[side].astype(np.float64) for side in (places.base, places.neighbor))
    points = interpolate(vectors, places.base, places.neighbor, places.fraction)
    whole = np.linalg.norm(ends - begins, axis=1)
    parts = np.linalg.norm(points - begins, axis=1) + np.linalg.norm(ends - points, axis=1)
    assert np.allclose(parts, whole, atol=1e-5)
    assert ((places.fraction >= 0) & (places.fraction <= 1)).all()


@pytest.mark.parametrize("variant", OWN_CLASS)
def test_both_parents_have_the_label(variant: str) -> None:
    _, codes = points_of(COUNTS)

    places = draw({1: 50, 2: 50}, variant=variant)

    assert np.array_equal(codes[places.base], places.codes)
    assert np.array_equal(codes[places.neighbor], places.codes)


@given(add=st.dictionaries(st.integers(0, 2), st.integers(0, 40)), is_even=st.booleans())
def test_the_counts_are_those_asked_for(add: dict[int, int], is_even: bool) -> None:
    places = draw(add, uses_evenly=is_even)

    assert np.bincount(places.codes, minlength=3).tolist() == [
        add.get(code, 0) for code in range(3)
    ]


@given(k_neighbors=st.integers(1, 12), copies=st.integers(1, 3), seed=st.integers(0, 9))
def test_a_neighbour_is_one_of_the_nearest_of_the_class(
    k_neighbors: int, copies: int, seed: int
) -> None:
    vectors, codes = points_of({0: 7, 1: 9}, seed)
    vectors, codes = np.tile(vectors, (copies, 1)), np.tile(codes, copies)

    places = draw_from(vectors, codes, {1: 40}, SmoteSettings(k_neighbors), rng_of=streams(seed))

    own = np.flatnonzero(codes == 1)
    for base, neighbor in zip(places.base, places.neighbor, strict=True):
        distances = np.linalg.norm(vectors[own] - vectors[base], axis=1)[own != base]
        farthest = np.sort(distances)[min(k_neighbors, len(distances)) - 1]
        assert base != neighbor
        assert np.linalg.norm(vectors[neighbor] - vectors[base]) <= farthest + 1e-5


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("count", [3, 60])
def test_only_the_rows_given_become_parents(variant: str, count: int) -> None:
    vectors, codes = points_of({0: 80, 1: 30})
    rows = np.random.default_rng(0).permutation(110)[:70]
    settings = SmoteSettings(variant=variant)

    places = draw_from(
        BlockSearch(vectors, rows), codes[rows], {1: count}, settings, rng_of=streams()
    )

    alone = draw_from(vectors[rows], codes[rows], {1: count}, settings, rng_of=streams())
    assert np.isin([places.base, places.neighbor], rows).all()
    assert np.array_equal(places.base, rows[alone.base])
    assert np.array_equal(places.neighbor, rows[alone.neighbor])


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("count", [4, 300])
def test_memory_and_threads_change_nothing(variant: str, count: int) -> None:
    vectors, codes = points_of({0: 150, 1: 60})

    def places(memory_bytes: int) -> Segments:
        return draw_from(
            BlockSearch(vectors, memory_bytes=memory_bytes), codes, {1: count},
            SmoteSettings(variant=variant), rng_of=streams(),
        )  # fmt: skip

    with threadpool_limits(2):
        much = places(64_000_000)
    with threadpool_limits(1):
        little = places(20_000)
    assert same(much, little)


@pytest.mark.parametrize("variant", VARIANTS)
def test_another_classs_count_moves_no_point(variant: str) -> None:
    alone = draw({1: 20}, variant=variant)
    beside = draw({2: 33, 1: 20}, variant=variant)

    own = beside.codes == 1
    assert np.array_equal(alone.base, beside.base[own])
    assert np.array_equal(alone.neighbor, beside.neighbor[own])
    assert np.array_equal(alone.fraction, beside.fraction[own])


def test_every_class_has_a_stream_of_its_own() -> None:
    asked: list[int] = []
    vectors, codes = points_of(COUNTS)

    def rng_of(code: int) -> np.random.Generator:
        asked.append(code)
        return stream(0, code)

    draw_from(vectors, codes, {2: 3, 1: 3}, rng_of=rng_of)

    assert asked == [2, 1]


def test_a_point_that_copies_push_off_its_list_loses_the_last_of_them() -> None:
    found = np.array([[3, 1, 2], [0, 1, 2], [0, 1, 2]])

    assert without_self(found, np.array([1, 4, 0])).tolist() == [[3, 2], [0, 1], [1, 2]]


@pytest.mark.parametrize("variant", VARIANTS)
def test_copies_are_the_same_however_many_points_are_searched_for(variant: str) -> None:
    vectors, codes = np.ones((40, 3), np.float32), np.repeat([0, 1], 20)
    settings = SmoteSettings(variant=variant)

    few, many = (
        draw_from(vectors, codes, {1: count}, settings, rng_of=streams()) for count in (3, 90)
    )

    assert {told.note for told in (*few.report, *many.report)} <= {"", "plain"}
    assert (few.base != few.neighbor).all()
    assert (many.base != many.neighbor).all()


def test_every_point_can_be_a_base_and_every_neighbour_a_neighbour() -> None:
    places = draw({0: 3000}, {0: 6})

    assert len(set(zip(places.base.tolist(), places.neighbor.tolist(), strict=True))) == 30
    assert places.fraction.mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("variant", ["regular", "borderline-1", "safe-level"])
@pytest.mark.parametrize("count", [5, 14, 100])
def test_even_use_gives_each_base_its_share(variant: str, count: int) -> None:
    places = draw({1: count}, variant=variant, uses_evenly=True)

    bases = places.candidates.get(1, np.flatnonzero(points_of(COUNTS)[1] == 1))
    uses = np.bincount(places.base, minlength=60)[bases]
    assert set(uses) <= {count // len(bases), -(-count // len(bases))}


@pytest.mark.parametrize(
    ("on_small", "made", "note"),
    [("clamp", 9, "clamped"), ("duplicate", 9, "duplicated"), ("skip", 0, "skipped")],
)
def test_a_small_class_is_told_of(on_small: str, made: int, note: str) -> None:
    places = draw({2: 9}, on_small=on_small)

    k = 4 if note == "clamped" else 0
    assert places.report == (ClassReport(2, real=5, asked=9, made=made, k_neighbors=k, note=note),)


@pytest.mark.parametrize(
    ("on_small", "made", "note"),
    [("clamp", 0, "skipped"), ("duplicate", 9, "duplicated"), ("skip", 0, "skipped")],
)
def test_a_class_of_one_is_told_of(on_small: str, made: int, note: str) -> None:
    places = draw({3: 9}, on_small=on_small)

    assert [(told.made, told.note) for told in places.report] == [(made, note)]
    assert len(places) == made


def test_a_duplicate_lies_at_its_base() -> None:
    places = draw({2: 9}, on_small="duplicate")

    assert np.array_equal(places.base, places.neighbor)
    assert not places.fraction.any()


def test_a_small_class_can_be_refused_by_name() -> None:
    vectors, codes = points_of(COUNTS)

    with pytest.raises(TooFewImagesError, match=r"'rare' has 5 images; at least 6 are needed"):
        draw_from(
            vectors, codes, {2: 9}, SmoteSettings(on_small="raise"), rng_of=streams(),
            name_of={2: "rare"}.__getitem__,
        )  # fmt: skip


def test_a_class_without_points_is_skipped() -> None:
    assert [told.note for told in draw({9: 4}).report] == ["skipped"]


def test_a_ratio_caps_what_a_class_gets() -> None:
    places = draw({1: 99, 2: 8, 3: 7}, max_ratio=2.5, on_small="duplicate")

    assert [(told.asked, told.made, told.note) for told in places.report] == [
        (99, 35, "capped"),
        (8, 8, "duplicated"),
        (7, 2, "duplicated"),
    ]


def test_nothing_asked_gives_nothing() -> None:
    assert len(draw({})) == 0
    assert draw({1: 0}).report == ()


@pytest.mark.parametrize(
    "wrong", [{"variant": "svm"}, {"on_small": "pray"}, {"k_neighbors": 0}, {"m_neighbors": 0}]
)
def test_a_wrong_setting_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=rf"{next(iter(wrong))} .* Use "):
        SmoteSettings(**wrong)


def test_progress_rises_to_the_whole() -> None:
    told: list[tuple[str, int, int]] = []
    vectors, codes = points_of(COUNTS)

    draw_from(
        vectors, codes, {1: 9, 2: 9}, rng_of=streams(), progress=lambda *step: told.append(step)
    )

    done = [step[1] for step in told]
    assert {step[2] for step in told} == {14**2 + 5**2}
    assert done == sorted(done)
    assert done[-1] == 14**2 + 5**2
