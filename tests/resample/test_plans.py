"""What each strategy would do, before anything is made."""

import json
from dataclasses import asdict

import pytest

from core.errors import SettingError
from core.resample import STRATEGIES, class_weights, find_strategy, parse_target
from core.resample.plan import plan_counts

COUNTS = {"cat": 100, "dog": 40, "fox": 1, "owl": 0}


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_plan_adds_up(name: str) -> None:
    record = STRATEGIES[name]
    for target in (None, *record.targets, 1, 55, 500):
        plan = plan_counts(COUNTS, name, target)

        assert plan.strategy == name == record.name
        assert plan.before == COUNTS
        for label, count in COUNTS.items():
            assert 0 <= plan.keep[label] <= count
            assert plan.add[label] >= 0
            assert plan.after[label] == plan.keep[label] + plan.add[label]
        assert plan.after["owl"] == 0
        assert set(plan.weight) == {"cat", "dog", "fox"}
        assert json.loads(json.dumps(asdict(plan)))["target"] == plan.target


@pytest.mark.parametrize("name", ["random_oversampling", "augment", "smote"])
@pytest.mark.parametrize(
    ("target", "after"),
    [
        (None, {"cat": 100, "dog": 100, "fox": 100, "owl": 0}),
        ("largest", {"cat": 100, "dog": 100, "fox": 100, "owl": 0}),
        ("median", {"cat": 100, "dog": 40, "fox": 40, "owl": 0}),
        (60, {"cat": 100, "dog": 60, "fox": 60, "owl": 0}),
    ],
)
def test_small_classes_are_filled_up(
    name: str, target: str | int | None, after: dict[str, int]
) -> None:
    plan = plan_counts(COUNTS, name, target)

    assert plan.after == after
    assert plan.keep == COUNTS
    assert plan.total_added == sum(after.values()) - 141


@pytest.mark.parametrize(
    ("target", "after"),
    [
        (None, {"cat": 1, "dog": 1, "fox": 1, "owl": 0}),
        ("median", {"cat": 40, "dog": 40, "fox": 1, "owl": 0}),
        (20, {"cat": 20, "dog": 20, "fox": 1, "owl": 0}),
    ],
)
def test_undersampling_cuts_large_classes_down(
    target: str | int | None, after: dict[str, int]
) -> None:
    plan = plan_counts(COUNTS, "random_undersampling", target)

    assert plan.after == after
    assert plan.total_added == 0


@pytest.mark.parametrize("name", ["none", "class_weights"])
def test_what_has_no_target_changes_no_count(name: str) -> None:
    plan = plan_counts(COUNTS, name, "largest")

    assert (plan.after, plan.target) == (COUNTS, 0)


def test_class_weights_let_each_class_weigh_the_same() -> None:
    weights = class_weights(COUNTS)

    assert weights == {"cat": 141 / 300, "dog": 141 / 120, "fox": 47.0}
    assert plan_counts(COUNTS, "class_weights").weight == weights
    assert set(plan_counts(COUNTS, "smote").weight.values()) == {1.0}


@pytest.mark.parametrize(
    ("name", "target", "message"),
    [
        ("best", None, r"no strategy 'best'\. The strategies are: none, class_weights"),
        ("smote", 0, r"target of 0 images is too small"),
        ("smote", "smallest", r"SMOTE has no target 'smallest'\. Use largest or median"),
        ("random_undersampling", "largest", r"Use smallest or median, or a number"),
        ("augment", "all", r"no target 'all'"),
    ],
)
def test_an_impossible_plan_says_what_is_possible(
    name: str, target: str | int | None, message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        plan_counts(COUNTS, name, target)


@pytest.mark.parametrize("k_neighbors", [0, 26])
def test_neighbours_have_a_range(k_neighbors: int) -> None:
    with pytest.raises(SettingError, match=r"Neighbours is .* between 1 and 25"):
        plan_counts(COUNTS, "smote", k_neighbors=k_neighbors)


def test_texts_become_targets() -> None:
    assert [parse_target(text) for text in ("largest", "median", "smallest", "40")] == [
        "largest",
        "median",
        "smallest",
        40,
    ]
    for text in ("most", "0", "-3", "1.5", ""):
        with pytest.raises(SettingError, match="or a number of images"):
            parse_target(text)


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_record_describes_itself(name: str) -> None:
    record = find_strategy(name)

    assert record.help.endswith(".")
    assert record.bad_idea.endswith(".")
    assert not record.targets or record.default_target in record.targets
    assert bool(record.source) == (name != "none")
