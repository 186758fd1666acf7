"""Weights of classes and images, by hand and for any counts."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SettingError
from core.resample.weights import WEIGHT_KINDS, class_weights, log_priors

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 5000), min_size=1)


def test_balanced_weights_let_each_class_weigh_the_same() -> None:
    assert class_weights({"cat": 6, "dog": 2}) == {"cat": 8 / 12, "dog": 2.0}


def test_effective_weights_divide_by_the_effective_number() -> None:
    # With beta 1/2, 1 and 3 images are worth 1 and 1.75; 1/1 and 1/1.75 have mean
    # (1 x 1 + 3 x 4/7) / 4 = 19/28 over the four images.
    weights = class_weights({"dog": 1, "cat": 3}, "effective", beta=0.5)

    assert weights == pytest.approx({"dog": 28 / 19, "cat": 16 / 19})


def test_beta_goes_from_no_weights_to_balanced_ones() -> None:
    counts = {"cat": 60, "dog": 2}

    assert class_weights(counts, "effective", beta=0) == pytest.approx({"cat": 1.0, "dog": 1.0})
    assert class_weights(counts, "effective", beta=1 - 1e-9) == pytest.approx(
        class_weights(counts), rel=1e-5
    )


@pytest.mark.parametrize("kind", WEIGHT_KINDS)
@given(counts=COUNTS)
def test_the_mean_weight_of_an_image_is_one(kind: str, counts: dict[str, int]) -> None:
    weights = class_weights(counts, kind)

    total = sum(counts.values())
    assert sum(weights[label] * counts[label] for label in counts) == pytest.approx(total)


@given(counts=COUNTS, beta=st.floats(0, 0.99999))
def test_a_smaller_class_never_weighs_less(counts: dict[str, int], beta: float) -> None:
    weights = class_weights(counts, "effective", beta=beta)

    by_size = sorted(counts, key=counts.__getitem__)
    for small, large in itertools.pairwise(by_size):
        assert weights[small] >= weights[large] * (1 - 1e-9)


@pytest.mark.parametrize("kind", WEIGHT_KINDS)
def test_an_empty_class_gets_no_weight(kind: str) -> None:
    assert set(class_weights({"cat": 3, "owl": 0}, kind)) == {"cat"}
    assert class_weights({"owl": 0}, kind) == {}


@pytest.mark.parametrize("beta", [-0.1, 1, 1.5, math.nan])
def test_an_impossible_beta_is_refused(beta: float) -> None:
    with pytest.raises(SettingError, match=r"Beta is .* less than 1"):
        class_weights({"cat": 3}, "effective", beta=beta)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(SettingError, match=r"'square' are unknown\. Use 'balanced' or 'effective'"):
        class_weights({"cat": 3}, "square")


def test_log_priors_are_logarithms_of_shares() -> None:
    priors = log_priors({"cat": 3, "dog": 1, "owl": 0})

    assert priors == pytest.approx({"cat": math.log(0.75), "dog": math.log(0.25)})
