"""What more images would bring is measured with the folds and heads of a comparison."""

from dataclasses import replace

import numpy as np
import pytest
from comparisons import compare
from evaluate_sets import clusters

from core.errors import SettingError
from core.evaluate import Experiment, parse_candidate, parse_candidates
from core.evaluate.more_images import (
    EVERY_CLASS,
    default_labels,
    foretell_more_images,
    parse_labels,
    suitable_candidates,
)

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

    few, every = found.curve("few"), found.curve(EVERY_CLASS)
    assert few is not None
    assert every is not None
    # Three quarters of 16 images are learned from in a fold of four, and then parts of these.
    np.testing.assert_array_equal(few.counts, [3, 6, 9, 12])
    assert few.seen[0] < few.seen[-1] <= few.at(2).estimate
    assert every.counts[-1] > every.counts[0] > few.counts[0]
    assert "learning from parts of the images" in stages


def test_the_same_seed_foretells_the_same(experiment: Experiment) -> None:
    first, second = (
        foretell_more_images(experiment, parse_candidate("class_weights"), ["some"]).curve("some")
        for _ in range(2)
    )

    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.estimates, second.estimates)
    np.testing.assert_array_equal(first.lows, second.lows)


def test_a_rule_has_a_curve_too(experiment: Experiment) -> None:
    found = foretell_more_images(experiment, parse_candidate("lda"), ["few"])

    assert found.curve("few") is not None


@pytest.mark.parametrize("label", ["alone", "nobody"])
def test_a_class_that_is_not_scored_is_refused_with_those_that_are(
    experiment: Experiment, label: str
) -> None:
    with pytest.raises(SettingError, match=f"'{label}' is not scored.*few, many, some"):
        foretell_more_images(experiment, parse_candidate("none"), [label])


def test_what_learns_from_pictures_is_refused(experiment: Experiment) -> None:
    with pytest.raises(SettingError, match="'augment' learns from augmented pictures"):
        foretell_more_images(experiment, parse_candidate("augment"), ["few"])


def test_what_is_found_is_told_with_the_class_that_gains_most(experiment: Experiment) -> None:
    found = foretell_more_images(
        replace(experiment, margin=0.02), parse_candidate("none"), [EVERY_CLASS, "many", "few"]
    )

    every, many, few = found.found
    assert [one.images for one in found.found] == [147, 90, 16]
    assert few.sentence.startswith("With the 16 images of 'few', recall is ")
    assert found.most.startswith("By estimate 'few' gains most from more images of its own: 16 ")
    assert found.lines(0.5) == [
        found.most,
        *(f"{one.sentence} {one.needed(0.5)}" for one in (every, many, few)),
        found.note,
    ]
    plain = found.to_json(0.5)
    assert plain["candidate"] == "none"
    told = plain["classes"]
    assert isinstance(told, list)
    assert told[2]["sentence"] == few.sentence
    assert few.curve is not None
    assert told[2]["foretold"]["2"]["low"] == few.curve.at(2).low


def test_curves_are_offered_for_rows_that_learn_from_vectors_the_recommended_first() -> None:
    data = clusters({"a": 60, "b": 12}, apart=0.9)
    names = ["augment", "class_weights", "smote@50%+class_weights"]
    report = compare(*data, strategies=["class_weights"], repeats=1)
    settings = {one.name: one.settings for one in parse_candidates(names)}
    settings["smote@50%+class_weights"]["smote.k_neighbors"] = 3
    base = report.strategies[0]
    rows = [replace(base, name=name) for name in ["none", *names, "floor"]]
    verdict = replace(report.verdicts[report.metric], recommended="class_weights")
    report = replace(
        report, strategies=tuple(rows), settings=settings | {"none": {}},
        verdicts={report.metric: verdict},
    )  # fmt: skip

    found = suitable_candidates(report)

    assert [one.name for one in found] == ["class_weights", "none", "smote@50%+class_weights"]
    assert found[2].parts[0].settings["k_neighbors"] == 3


def test_the_smallest_scored_classes_are_asked_for_first(experiment: Experiment) -> None:
    scored = ["few", "many", "some"]

    assert default_labels(experiment.dataset, scored, most=2) == [EVERY_CLASS, "few", "some"]


@pytest.mark.parametrize(
    ("text", "labels"), [("all", None), ("few", ["few"]), ("few, some,few", ["few", "some"])]
)
def test_classes_are_named_or_all(
    experiment: Experiment, text: str, labels: list[str] | None
) -> None:
    assert parse_labels(text, experiment.dataset) == labels


def test_a_class_that_there_is_not_is_refused_with_those_that_there_are(
    experiment: Experiment,
) -> None:
    with pytest.raises(SettingError, match=r"no class 'fwe'.*alone, few, many, some"):
        parse_labels("some,fwe", experiment.dataset)


def test_progress_is_of_all_curves_together(experiment: Experiment) -> None:
    told: list[tuple[int, int]] = []

    foretell_more_images(
        experiment, parse_candidate("none"), ["few", "some"],
        progress=lambda stage, done, total: told.append((done, total))
        if stage == "learning from parts of the images"
        else None,
    )  # fmt: skip

    assert told == [(place, 160) for place in range(160)]
