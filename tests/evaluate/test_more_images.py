"""What more images would bring is measured with the folds and heads of a comparison."""

import numpy as np
import pytest
from evaluate_sets import clusters

from core.errors import SettingError
from core.evaluate import Experiment, parse_candidate
from core.evaluate.more_images import EVERY_CLASS, foretell_more_images

COUNTS = {"many": 90, "some": 40, "few": 16, "alone": 1}


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    return Experiment(*clusters(COUNTS, apart=1.6), n_splits=4)


def test_each_class_asked_for_has_a_curve_and_all_together(experiment: Experiment) -> None:
    stages: list[str] = []

    found = foretell_more_images(
        experiment, parse_candidate("none"), ["few", EVERY_CLASS],
        progress=lambda stage, *_: stages.append(stage),
    )  # fmt: skip

    few, every = found["few"], found[EVERY_CLASS]
    assert few is not None
    assert every is not None
    # Three quarters of 16 images are learned from in a fold of four, and then parts of these.
    np.testing.assert_array_equal(few.counts, [3, 6, 9, 12])
    assert few.seen[0] < few.seen[-1] <= few.at(2).estimate
    assert every.counts[-1] > every.counts[0] > few.counts[0]
    assert "learning from parts of the images" in stages


def test_the_same_seed_foretells_the_same(experiment: Experiment) -> None:
    first, second = (
        foretell_more_images(experiment, parse_candidate("class_weights"), ["some"])["some"]
        for _ in range(2)
    )

    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.estimates, second.estimates)
    np.testing.assert_array_equal(first.lows, second.lows)


def test_a_rule_has_a_curve_too(experiment: Experiment) -> None:
    assert foretell_more_images(experiment, parse_candidate("lda"), ["few"])["few"] is not None


@pytest.mark.parametrize("label", ["alone", "nobody"])
def test_a_class_that_is_not_scored_is_refused_with_those_that_are(
    experiment: Experiment, label: str
) -> None:
    with pytest.raises(SettingError, match=f"'{label}' is not scored.*few, many, some"):
        foretell_more_images(experiment, parse_candidate("none"), [label])


def test_what_learns_from_pictures_is_refused(experiment: Experiment) -> None:
    with pytest.raises(SettingError, match="'augment' learns from augmented pictures"):
        foretell_more_images(experiment, parse_candidate("augment"), ["few"])
