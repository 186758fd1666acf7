"""Curves foretell what more images would bring, and say how far that can be trusted."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from core.dataset import Rows
from core.evaluate.curve_cells import (
    FRACTIONS,
    CurveCells,
    PartsDesign,
    measure_cells,
    nested_parts,
)
from core.evaluate.curve_text import describe_curve, describe_needed
from core.evaluate.curves import (
    FAMILIES,
    MOST,
    LearningCurve,
    Needed,
    Reading,
    _extend,
    find_needed,
    fit_curve,
)
from core.evaluate.folds import Fold

SHARES = np.array(FRACTIONS)
CODES = np.repeat([0, 1], [30, 12])
GROUPS = np.arange(42) // 2  # pairs stay together


def folds_of(repeat: int) -> list[Fold]:
    """Return three folds of pairs."""
    fold_of = (np.arange(42) // 2 + repeat) % 3
    return [Fold(np.flatnonzero(fold_of != n), np.flatnonzero(fold_of == n)) for n in range(3)]


REPEATS = [folds_of(0), folds_of(1)]


def always_one(train: Rows, test: Rows) -> NDArray[np.float64]:
    """Return the second class for every image."""
    return np.tile([0.25, 0.75], (len(test), 1))


def test_parts_are_nested_whole_in_groups_and_leave_other_classes_alone() -> None:
    train = REPEATS[0][0].train

    parts = nested_parts(train, CODES, GROUPS, 1, np.random.default_rng(0))

    # Eight images of the class, in four pairs.
    assert [int((CODES[part] == 1).sum()) for part in parts] == [2, 4, 6, 8]
    for smaller, larger in pairwise(parts):
        assert np.isin(smaller, larger).all()
    for part in parts:
        assert_array_equal(part[CODES[part] == 0], train[CODES[train] == 0])
        assert not np.isin(GROUPS[np.setdiff1d(train, part)], GROUPS[part]).any()
    assert_array_equal(parts[-1], train)


def test_one_group_of_a_class_always_stays() -> None:
    parts = nested_parts(np.arange(42), CODES, CODES, None, np.random.default_rng(0))

    assert [len(part) for part in parts] == [42, 42, 42, 42]


@pytest.mark.parametrize("code", [None, 1])
def test_no_image_is_scored_that_was_learned_from(code: int | None) -> None:
    seen: list[tuple[Rows, Rows]] = []

    def note(train: Rows, test: Rows) -> NDArray[np.float64]:
        seen.append((train, test))
        return always_one(train, test)

    cells = measure_cells(PartsDesign(CODES, CODES, GROUPS, REPEATS), note, code=code)

    assert len(seen) == 4 * 3 * 2
    assert not any(np.isin(GROUPS[test], GROUPS[train]).any() for train, test in seen)
    assert_array_equal(cells.codes, CODES if code is None else CODES[CODES == 1])
    assert (cells.runs >= 0).all()
    assert_array_equal(cells.right.mean(axis=(0, 1)), cells.codes)


def test_more_repeats_leave_the_first_ones_as_they_are() -> None:
    learned: list[list[Rows]] = []
    for repeats in (REPEATS[:1], REPEATS):
        rows: list[Rows] = []

        def note(train: Rows, test: Rows, rows: list[Rows] = rows) -> NDArray[np.float64]:
            rows.append(train)
            return always_one(train, test)

        measure_cells(PartsDesign(CODES, CODES, GROUPS, repeats, 3), note, code=0)
        learned.append(rows)

    for before, after in zip(learned[0], learned[1], strict=False):
        assert_array_equal(before, after)


def test_images_are_scored_by_the_labels_they_had_and_thinned_by_those_they_have() -> None:
    edited = CODES.copy()
    edited[28:30] = 1

    cells = measure_cells(PartsDesign(edited, CODES, GROUPS, REPEATS), always_one, code=1)

    assert len(cells.codes) == 12
    assert cells.counts[-1] == pytest.approx(14 * 2 / 3)


@pytest.mark.parametrize("name", FAMILIES)
def test_each_family_extends_a_curve_of_its_own_exactly(name: str) -> None:
    family = FAMILIES[name]

    def curve(shares: NDArray[np.float64]) -> NDArray[np.float64]:
        found = 0.6 - 0.2 * family.falling(shares)
        return 1 / (1 + np.exp(-found)) if family.is_logit else found

    wanted = np.array([1.0, 2.0, 4.0])

    assert_allclose(_extend(family, curve(SHARES)[None], SHARES, wanted, 1e-6)[0], curve(wanted))


@pytest.mark.parametrize("name", FAMILIES)
def test_no_family_falls(name: str) -> None:
    points = np.array([[0.9, 0.8, 0.7, 0.6]])

    found = _extend(FAMILIES[name], points, SHARES, np.array([1.0, 2.0, 4.0]), 0.01)

    assert_allclose(found, 0.6)


def drawn(
    rng: np.random.Generator, count: int, curve: NDArray[np.float64], repeats: int = 4
) -> CurveCells:
    """Return cells of images of which some are hard, and chance decides on the others."""
    hardness = rng.random((1, 1, count))
    chance = rng.random((4, repeats, count))
    levels = curve[:, None, None]
    # Half of what is recognised hangs on the image alone; the share of all is the curve.
    right = np.where(rng.random((1, 1, count)) < 0.5, hardness < levels, chance < levels)
    folds = np.stack([rng.permutation(np.arange(count) % 5) for _ in range(repeats)])
    zeros = np.zeros(count, np.intp)
    return CurveCells(SHARES * count * 0.8, right, zeros, np.arange(count), folds.astype(np.int16))


@pytest.mark.long
@pytest.mark.parametrize("name", FAMILIES)
def test_intervals_hold_the_truth_about_as_often_as_they_say(name: str) -> None:
    rng, shares = np.random.default_rng(0), np.array([*FRACTIONS, 2.0])
    falling = FAMILIES[name].falling(shares)
    whole = 0.6 - 0.3 * (falling - falling[3]) / (falling[0] - falling[3])
    found = [fit_curve(drawn(rng, 60, whole[:4])) for _ in range(200)]

    twice = [curve.at(2) for curve in found if curve is not None]

    holds = np.mean([one.low <= whole[4] <= one.high for one in twice])
    assert 0.84 <= holds <= 0.965
    assert np.median([one.high - one.low for one in twice]) < 0.27


def test_what_rises_no_more_is_flat_and_a_few_right_ones_are_not() -> None:
    rng = np.random.default_rng(0)
    many, few = (
        fit_curve(CurveCells(SHARES, np.ones((4, 3, count), bool), *layout(rng, count)))
        for count in (1000, 40)
    )

    assert many is not None
    assert few is not None
    assert many.is_flat(0.01)
    assert few.gain.estimate == pytest.approx(0, abs=1e-12)
    assert not few.is_flat(0.01)
    assert few.at(2).low > 0.9


def layout(
    rng: np.random.Generator, count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int16]]:
    """Return codes, groups and folds of three repeats of one class."""
    folds = np.stack([rng.permutation(np.arange(count) % 5) for _ in range(3)])
    return np.zeros(count, np.intp), np.arange(count), folds.astype(np.int16)


def test_an_interval_widens_where_the_half_does_not_foretell_the_whole() -> None:
    rng = np.random.default_rng(0)
    smooth = drawn(rng, 400, np.array([0.40, 0.50, 0.55, 0.58]))
    jump = drawn(rng, 400, np.array([0.40, 0.41, 0.42, 0.58]))

    first, second = fit_curve(smooth), fit_curve(jump)

    assert first is not None
    assert second is not None
    assert abs(second.back_test) > 0.1 > abs(first.back_test)
    assert second.at(2).high - second.at(2).low > 1.5 * (first.at(2).high - first.at(2).low)


def test_groups_count_and_not_their_images() -> None:
    rng = np.random.default_rng(0)
    alone = drawn(rng, 40, np.array([0.4, 0.5, 0.55, 0.6]))
    fivefold = CurveCells(
        alone.counts,
        np.repeat(alone.right, 5, axis=2),
        np.repeat(alone.codes, 5),
        np.repeat(alone.groups, 5),
        np.repeat(alone.runs, 5, axis=1),
    )

    first, second = fit_curve(alone), fit_curve(fivefold)

    assert first is not None
    assert second is not None
    widths = [one.at(2).high - one.at(2).low for one in (first, second)]
    assert widths[1] == pytest.approx(widths[0], rel=0.1)


def test_seven_images_have_no_curve() -> None:
    cells = drawn(np.random.default_rng(0), 7, np.array([0.4, 0.5, 0.55, 0.6]))

    assert fit_curve(cells) is None
    assert describe_curve(None, label="crack", images=7, margin=0.01) == (
        "'crack' has too few images that can be scored to say what more would bring: 8 different "
        "ones are needed."
    )


@pytest.fixture
def rising() -> LearningCurve:
    """Return a curve of a class with 200 images."""
    cells = drawn(np.random.default_rng(1), 200, np.array([0.40, 0.50, 0.55, 0.58]))
    curve = fit_curve(cells)
    assert curve is not None
    return curve


def test_what_is_wanted_takes_more_the_more_is_wanted(rising: LearningCurve) -> None:
    now = float(rising.seen[-1])

    needs = [find_needed(rising, wanted) for wanted in (now - 0.2, now, now + 0.05, 0.99)]

    assert needs[0] == Needed(1, 1, 1)
    assert needs[1].estimate == 1
    assert needs[2].estimate is not None
    assert 1 < needs[2].estimate < MOST
    assert needs[3] == Needed(None, None, None)
    assert not needs[3].is_bounded


def test_a_curve_is_told_with_its_intervals(rising: LearningCurve) -> None:
    half, twice = rising.at(1.5), rising.at(2)

    text = describe_curve(rising, label="crack", images=200, margin=0.01)

    assert text == (
        f"With the 200 images of 'crack', recall is {rising.seen[-1]:.0%}. About 1.5x as many "
        f"(300) would give {half.estimate:.0%} ({100 * half.low:.0f} to {100 * half.high:.0f}), "
        f"2x as many (400) would give {twice.estimate:.0%} ({100 * twice.low:.0f} to "
        f"{100 * twice.high:.0f}) (90% intervals)."
    )


def test_that_more_will_not_help_is_said_only_below_the_margin(rising: LearningCurve) -> None:
    flat = replace(rising, gain=Reading(0.001, 0.0, 0.008))

    told = describe_curve(flat, label=None, images=200, margin=0.01)

    assert "More images of these kinds will not help: twice as many would bring at most" in told
    assert told.endswith("0.8 points. Look at the labels or the encoder.")
    assert "will not help" not in describe_curve(flat, label=None, images=200, margin=0.005)


@pytest.mark.parametrize(
    ("needed", "told"),
    [
        (Needed(None, None, None), "80% would take more than 4x as many images."),
        (Needed(1, 1, 1), "80% is reached with the images there are."),
        (
            Needed(2.5, 1.5, None),
            "80% would take about 60 more images: between 20 more images and more than 4x as many "
            "images (90% interval).",
        ),
        (
            Needed(None, 3, None),
            "80% would probably take more than 4x as many images: between 80 more images and more "
            "than 4x as many images (90% interval).",
        ),
        (
            Needed(1, 1, 2),
            "80% may be reached with the images there are: between no more images and 40 more "
            "images (90% interval).",
        ),
    ],
)
def test_no_number_is_told_beyond_four_times_as_many(needed: Needed, told: str) -> None:
    assert describe_needed(needed, wanted=0.8, images=40) == told
