"""What a plan risks is said with its counts, and by weight: the class that most points are for."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from core.dataset.finding import Severity
from core.resample import plan_counts
from core.resample.difficulty import Difficulty
from core.resample.risks import risk_sentence, risks_of
from core.resample.smote_limits import Limit

COUNTS = {"many": 400, "few": 40, "tiny": 8}
PLAN = plan_counts(COUNTS, "smote", target=200)


def difficulty(limits: tuple[Limit, ...] = (), **safe: float) -> Difficulty:
    """Return what is known of classes of which such a share of the images is safe."""
    classes = {
        label: SimpleNamespace(images=COUNTS[label], safe=share) for label, share in safe.items()
    }
    return cast(Difficulty, SimpleNamespace(classes=classes, k=5, limits=limits))


def limit(kind: str, label: str) -> Limit:
    rows = np.arange(3)
    return Limit(kind, Severity.HIGH, rows, f"{kind} of '{label}'", "Look.", label=label)


def test_the_class_with_most_points_from_unsafe_images_is_named_with_its_counts() -> None:
    told = risk_sentence(difficulty(many=1.0, few=0.9, tiny=0.25), PLAN)

    assert told == (
        "192 of 352 points are for 'tiny', where 6 of 8 images are borderline, rare or outlying."
    )


def test_a_high_rate_of_a_class_that_gets_one_point_is_no_emphasis() -> None:
    plan = replace(PLAN, add={"many": 0, "few": 160, "tiny": 1})

    told = risk_sentence(difficulty(many=1.0, few=0.5, tiny=0.0), plan)

    assert told.startswith("160 of 161 points are for 'few', where 20 of 40 images are")


@pytest.mark.parametrize(
    ("few", "tiny", "told"),
    [
        (1.0, 1.0, "Each image that gets points is safe: it lies among its own class."),
        (1.0, 0.0, "192 of 352 points are for 'tiny', where all 8 images are borderline, rare or "
            "outlying."),
    ],
)  # fmt: skip
def test_none_and_all_are_said_as_such(few: float, tiny: float, told: str) -> None:
    assert risk_sentence(difficulty(many=1.0, few=few, tiny=tiny), PLAN) == told


def test_limits_of_classes_that_get_nothing_are_no_risks() -> None:
    limits = (limit("overlap", "many"), limit("overlap", "few"), limit("hubs", ""))

    risks = risks_of(difficulty(limits, many=1.0, few=1.0), PLAN)

    assert [one.text for one in risks] == ["overlap of 'few'", "hubs of ''"]


def test_the_same_limit_of_many_classes_is_one_risk_that_names_the_worst_first() -> None:
    three = {"many": 1, "few": 159, "tiny": 192}
    limits = tuple(limit("overlap", label) for label in ("many", "few", "tiny"))

    (risk,) = risks_of(difficulty(limits, many=1.0, few=1.0, tiny=1.0), replace(PLAN, add=three))

    assert risk.text.startswith("'tiny', 'few' and 'many': many of their images lie among")
    assert len(risk.rows) == 9
