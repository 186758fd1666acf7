"""SMOTE inside batches: what it makes, and the laws of what it costs."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SettingError
from core.neighbours import nearest_others
from core.randomness import stream
from core.resample.batched import BatchedCost, draw_batched
from core.resample.class_difficulty import intrinsic_dimension
from core.resample.segments import Request, Segments


def rng_of(seed: int = 0) -> Callable[[int], np.random.Generator]:
    return lambda code: stream(seed, "batched", code)


def manifolds(
    counts: list[int], inner: int, width: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return classes that vary in `inner` directions, bent into `width` numbers."""
    rng = np.random.default_rng(seed)
    parts = []
    for count in counts:
        inside = rng.standard_normal((count, inner))
        turned = inside @ rng.standard_normal((inner, width)) / np.sqrt(inner)
        parts.append(np.maximum(turned + rng.standard_normal(width) / 2, 0))
    codes = np.repeat(np.arange(len(counts)), counts)
    return np.concatenate(parts).astype(np.float32), codes


def missing(codes: np.ndarray) -> dict[int, int]:
    counts = np.bincount(codes).tolist()
    return {code: max(counts) - count for code, count in enumerate(counts)}


def drawn(counts: list[int], batch_size: int, *, k: int = 5) -> tuple[Segments, BatchedCost]:
    vectors, codes = manifolds(counts, 4, 24)
    return draw_batched(
        vectors, codes, Request(missing(codes), rng_of()), k_neighbors=k, batch_size=batch_size
    )


@pytest.mark.parametrize(("inner", "width"), [(4, 64), (20, 128)])
@pytest.mark.parametrize("batches", [2, 5, 10])
def test_recall_and_distance_follow_their_laws(inner: int, width: int, batches: int) -> None:
    vectors, codes = manifolds([1600, 1200, 800, 400], inner, width)

    _, cost = draw_batched(
        vectors, codes, Request(missing(codes), rng_of()), batch_size=4000 // batches
    )

    assert (cost.batches, cost.clamped, cost.lost) == (batches, 0, {})
    assert cost.recall == pytest.approx(1 / batches, rel=0.1)
    directions = dimension_of(vectors, codes)
    assert directions == pytest.approx(inner, rel=0.25)
    assert cost.distance_ratio == pytest.approx(batches ** (1 / directions), rel=0.1)


def dimension_of(vectors: np.ndarray, codes: np.ndarray) -> float:
    found = []
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        near = nearest_others(vectors, 2, rows=rows)
        found.append(intrinsic_dimension(near.distances))
    return float(np.mean(found))


def test_one_batch_is_smote_itself() -> None:
    _, cost = drawn([60, 20, 3], 83)

    assert (cost.batches, cost.recall, cost.distance_ratio) == (1, 1, pytest.approx(1))
    assert cost.made == cost.asked == 97


def test_small_batches_lose_the_tail() -> None:
    _, large = drawn([400, 100, 20], 260)
    _, small = drawn([400, 100, 20], 13)

    assert large.lost == {}
    # Twenty images in forty batches: nowhere two together.
    assert small.lost == {2: 380}
    assert small.made == small.asked - 380


def test_a_share_of_the_batches_is_too_small() -> None:
    # Of 12 images each, every one of four batches has 3, and three neighbours need 4.
    assert drawn([40, 12], 13, k=3)[1].clamped == 1
    assert drawn([40, 12], 13, k=2)[1].clamped == 0
    # 10 images in four batches: 3, 3, 2 and 2.
    assert drawn([40, 10], 13, k=2)[1].clamped == 0.5


@given(
    counts=st.lists(st.integers(1, 25), min_size=1, max_size=4),
    batch_size=st.integers(2, 40),
    k=st.integers(1, 6),
    seed=st.integers(0, 9),
)
def test_every_pair_is_of_one_class_and_one_batch(
    counts: list[int], batch_size: int, k: int, seed: int
) -> None:
    vectors, codes = manifolds(counts, 2, 4)
    add = missing(codes)

    segments, cost = draw_batched(
        vectors, codes, Request(add, rng_of(seed)), k_neighbors=k, batch_size=batch_size
    )

    assert (codes[segments.base] == segments.codes).all()
    assert (codes[segments.neighbor] == segments.codes).all()
    assert (segments.base != segments.neighbor).all()
    assert ((segments.fraction >= 0) & (segments.fraction < 1)).all()
    made = np.bincount(segments.codes, minlength=len(counts))
    assert all(made[code] + cost.lost.get(code, 0) == add[code] for code in add)
    assert cost.asked == sum(add.values())
    assert cost.made == len(segments.base) == sum(report.made for report in segments.report)
    # Pairs never join members of two batches: a batch has at most so many of a class.
    for code, count in enumerate(counts):
        partners = _joined_groups(segments, code)
        assert max(map(len, partners), default=0) <= -(-count // cost.batches)


def _joined_groups(segments: Segments, code: int) -> list[set[int]]:
    groups: list[set[int]] = []
    own = segments.codes == code
    for pair in zip(segments.base[own].tolist(), segments.neighbor[own].tolist(), strict=True):
        touching = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if not group & set(pair)]
        groups.append(set(pair).union(*touching))
    return groups


def test_the_seed_alone_decides() -> None:
    vectors, codes = manifolds([30, 9], 2, 4)
    first, second, other = (
        draw_batched(vectors, codes, Request({1: 21}, rng_of(seed)), batch_size=10)[0]
        for seed in (1, 1, 2)
    )

    assert np.array_equal(first.base, second.base)
    assert np.array_equal(first.fraction, second.fraction)
    assert not np.array_equal(first.base, other.base)


def test_reports_tell_what_became_of_a_class() -> None:
    segments, _ = drawn([40, 12, 2], 27, k=5)

    by_code = {report.code: report for report in segments.report}
    assert (by_code[1].real, by_code[1].made, by_code[1].k_neighbors) == (12, 28, 5)
    assert (by_code[2].asked, by_code[2].made, by_code[2].note) == (38, 0, "skipped")


def test_identical_images_are_as_near_in_every_batch() -> None:
    vectors = np.ones((40, 3), np.float32)

    _, cost = draw_batched(vectors, np.zeros(40, int), Request({0: 10}, rng_of()), batch_size=10)

    assert cost.recall == 1
    assert np.isnan(cost.distance_ratio)


def test_nothing_asked_costs_nothing() -> None:
    segments, cost = drawn([5, 5], 4)

    assert len(segments.base) == cost.asked == cost.made == 0
    assert np.isnan(cost.recall)


def test_a_batch_of_one_is_refused() -> None:
    with pytest.raises(SettingError, match="A batch of 1 has no neighbours"):
        drawn([5, 5], 1)
