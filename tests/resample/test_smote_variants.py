"""The variants of SMOTE: whom they begin from, and how far they go, checked by hand."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors
from smote_sets import clouds, draw_from

from core.randomness import stream
from core.resample.drawing import adasyn_counts, can_be_safe, in_danger, safe_fraction
from core.resample.segments import Segments, SmoteSettings

# On a line: a's own crowd, two points of a among b, one of them alone there.
LINE = np.array([0, 1, 2, 3, 10, 11, 12, 13, 14, 30, 31, 32, 33], np.float32)[:, None]
CODES = np.array([0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 1])


def draw_line(count: int = 200, code: int = 0, **settings: object) -> Segments:
    return draw_from(
        LINE, CODES, {code: count}, SmoteSettings(**settings),
        rng_of=lambda code: stream(0, code),
    )  # fmt: skip


def test_danger_is_half_or_more_but_not_all() -> None:
    assert in_danger(np.array([0, 1, 2, 3, 4]), 4).tolist() == [False, False, True, True, False]
    assert in_danger(np.array([0, 1, 2, 3]), 3).tolist() == [False, False, True, False]


@pytest.mark.parametrize("variant", ["borderline-1", "borderline-2"])
def test_borderline_begins_from_points_in_danger(variant: str) -> None:
    places = draw_line(variant=variant, k_neighbors=2, m_neighbors=2)

    # 10: 11, 12 (half foreign). 12: 11, 13 and 32: 31, 33 are all foreign: noise.
    assert set(places.base) == {4}
    assert {code: rows.tolist() for code, rows in places.candidates.items()} == {0: [4]}


def test_borderline_1_goes_to_its_own_class_alone() -> None:
    places = draw_line(variant="borderline-1", k_neighbors=2, m_neighbors=2)

    assert set(places.neighbor) == {6, 3}  # 12 and 3


def test_borderline_2_goes_at_most_half_way_abroad() -> None:
    places = draw_line(variant="borderline-2", k_neighbors=2, m_neighbors=2)

    abroad = CODES[places.neighbor] == 1
    assert set(places.neighbor) == {5, 6}  # 11 and 12
    assert 0.4 < places.fraction[abroad].max() < 0.5 < places.fraction[~abroad].max()


@pytest.mark.parametrize("variant", ["borderline-1", "borderline-2", "adasyn"])
def test_a_class_without_foreign_neighbours_gets_regular_smote(variant: str) -> None:
    apart = np.concatenate([np.arange(8), 100 + np.arange(8)]).astype(np.float32)[:, None]
    codes = np.repeat([0, 1], 8)

    def places(variant: str) -> Segments:
        return draw_from(
            apart, codes, {1: 20}, SmoteSettings(k_neighbors=3, m_neighbors=3, variant=variant),
            rng_of=lambda code: stream(0, code),
        )  # fmt: skip

    assert [told.note for told in places(variant).report] == ["plain"]
    assert np.array_equal(places(variant).base, places("regular").base)


def test_safe_level_leaves_out_pairs_of_noise() -> None:
    # 12 and 32 have no neighbour of their class among 2, so no point lies between them.
    places = draw_line(2000, variant="safe-level", k_neighbors=6, m_neighbors=2)

    noise = np.isin([places.base, places.neighbor], [6, 11])
    assert not noise.all(axis=0).any()
    assert noise.any()


def test_safe_level_copies_the_point_that_is_not_noise() -> None:
    places = draw_line(2000, variant="safe-level", k_neighbors=6, m_neighbors=2)

    assert (places.fraction[np.isin(places.base, [6, 11])] == 1).all()
    assert (places.fraction[np.isin(places.neighbor, [6, 11])] == 0).all()


def test_only_noise_gets_regular_smote() -> None:
    line = np.arange(6, dtype=np.float32)[:, None]

    places = draw_from(
        line, np.arange(6) % 2, {1: 9}, SmoteSettings(2, 1, "safe-level"),
        rng_of=lambda code: stream(0, code),
    )  # fmt: skip

    assert [(told.made, told.note) for told in places.report] == [(9, "plain")]


@pytest.mark.parametrize(
    ("level", "neighbor_level", "low", "high"),
    [(3, 3, 0, 1), (4, 2, 0, 0.5), (1, 4, 0.75, 1), (2, 0, 0, 0), (0, 2, 1, 1)],
)
def test_a_safe_fraction_lies_nearer_to_the_safer(
    level: int, neighbor_level: int, low: float, high: float
) -> None:
    ends = np.array([0, 1], np.float32)

    found = safe_fraction(np.full(2, level), np.full(2, neighbor_level), ends)

    assert found.tolist() == [low, high]


def test_a_pair_is_unsafe_only_if_both_are_noise() -> None:
    levels = np.array([[0, 1], [0, 2]])

    assert can_be_safe(np.array([0, 3]), levels).tolist() == [[False, True], [True, True]]


def test_adasyn_counts_by_hand() -> None:
    assert adasyn_counts(np.array([0, 1, 3]), 4, 10).tolist() == [0, 2, 8]  # 2.5 and 7.5 to even
    assert adasyn_counts(np.array([0, 0]), 4, 10).tolist() == [0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_adasyn_uses_each_base_as_often_as_imbalanced_learn(seed: int) -> None:
    vectors, labels = clouds({"a": 80, "b": 30, "c": 12}, seed=seed)
    codes = np.unique(labels, return_inverse=True)[1]

    places = draw_from(
        vectors, codes, {1: 50, 2: 68}, SmoteSettings(variant="adasyn"),
        rng_of=lambda code: stream(0, code),
    )  # fmt: skip

    for code, count in ((1, 50), (2, 68)):
        own = np.flatnonzero(codes == code)
        # imbalanced-learn 0.14, over_sampling/_adasyn.py
        nns = NearestNeighbors(n_neighbors=6).fit(vectors).kneighbors(vectors[own])[1][:, 1:]
        ratio_nn = np.sum(codes[nns] != code, axis=1) / 5
        ratio_nn /= np.sum(ratio_nn)
        n_samples_generate = np.rint(ratio_nn * count).astype(int)
        uses = np.bincount(places.base[places.codes == code], minlength=len(codes))[own]
        assert np.array_equal(uses, n_samples_generate)
