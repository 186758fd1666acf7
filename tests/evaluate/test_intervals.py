"""Intervals against numbers worked out by hand."""

from math import sqrt

import pytest

from core.evaluate.intervals import mean_interval


def test_the_interval_is_nadeau_and_bengios() -> None:
    # Variance 0.02 / 3, times (1/4 + 0.25), root 0.057735; t of 3 degrees at 97.5% is 3.182446.
    mean, low, high = mean_interval([0.1, 0.2, 0.3, 0.2], test_share=0.25)

    assert mean == pytest.approx(0.2)
    assert low == pytest.approx(0.2 - 0.183739, abs=1e-6)
    assert high == pytest.approx(0.2 + 0.183739, abs=1e-6)


def test_equal_folds_leave_no_doubt() -> None:
    assert mean_interval([0.5, 0.5, 0.5], test_share=0.25) == (0.5, 0.5, 0.5)


def test_intervals_that_are_looked_at_together_are_wider() -> None:
    values = [0.1, 0.2, 0.3]

    alone = mean_interval(values, test_share=0.25)
    of_four = mean_interval(values, test_share=0.25, comparisons=4)

    # Student's t with 2 degrees of freedom: 4.303 at 97.5%, 8.860 at 99.375%.
    reach = sqrt((1 / 3 + 0.25) * 0.01)
    assert alone == pytest.approx((0.2, 0.2 - 4.303 * reach, 0.2 + 4.303 * reach), abs=1e-3)
    assert of_four == pytest.approx((0.2, 0.2 - 8.860 * reach, 0.2 + 8.860 * reach), abs=1e-3)


def test_other_test_images_add_to_the_variance_of_a_mean_over_seeds() -> None:
    values, gaps = [0.4, 0.5, 0.6], [0.03, -0.03]

    mean, low, high = mean_interval(values, test_share=0, gaps=gaps)

    reach = 4.303 * sqrt(0.01 / 3 + 0.0009)
    assert (mean, low, high) == pytest.approx((0.5, 0.5 - reach, 0.5 + reach), abs=1e-3)
