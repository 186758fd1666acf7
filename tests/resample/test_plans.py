"""What each strategy would do, before anything is made."""

import json
from dataclasses import asdict

import pytest

from core.errors import SettingError
from core.resample import STRATEGIES, class_weights, find_strategy, parse_target
from core.resample.plan import Target
from core.resample.resample import plan_counts

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

    assert (plan.after, plan.target) == (COUNTS, None)


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
        ("smote", "smallest", r"SMOTE has no target 'smallest'\. Use largest, median, a share"),
        (
            "random_undersampling",
            "largest",
            r"Use smallest, median, a share such as 50%, or a number",
        ),
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
        plan_counts(COUNTS, "smote", settings={"k_neighbors": k_neighbors})


def test_texts_become_targets() -> None:
    texts = ("largest", "median", "smallest", "40", "12.5%")
    assert [parse_target(text) for text in texts] == ["largest", "median", "smallest", 40, "12.5%"]
    assert parse_target(["40"]) == 40
    assert parse_target(["cat=3", "a=b=12"]) == {"cat": 3, "a=b": 12}
    for text in ("most", "0", "-3", "1.5", "", "0%", "%", "-5%", "9" * 5000, "9" * 500 + "%"):
        with pytest.raises(SettingError, match="a number of images"):
            parse_target(text)
    for texts in (["cat=3", "median"], ["cat="], ["=3"], ["cat=-1"], ["cat=" + "9" * 5000]):
        with pytest.raises(SettingError, match="is not the target of a class"):
            parse_target(texts)


def test_a_share_is_one_of_the_largest_class() -> None:
    assert plan_counts(COUNTS, "smote", "45%").after == {"cat": 100, "dog": 45, "fox": 45, "owl": 0}


def test_each_class_can_have_its_own_number() -> None:
    target = {"dog": 60, "cat": 10}

    assert plan_counts(COUNTS, "smote", target).after == {"cat": 100, "dog": 60, "fox": 1, "owl": 0}
    assert plan_counts(COUNTS, "random_undersampling", target).after == {
        "cat": 10, "dog": 40, "fox": 1, "owl": 0,
    }  # fmt: skip
    with pytest.raises(SettingError, match="names class 'hen', which has no training image"):
        plan_counts(COUNTS, "smote", {"hen": 3})


@pytest.mark.parametrize("name", ["smote", "random_undersampling"])
@pytest.mark.parametrize("count", [0, -4])
def test_no_class_is_balanced_down_to_nothing(name: str, count: int) -> None:
    with pytest.raises(SettingError, match=rf"{count} images for class 'cat' is too small"):
        plan_counts(COUNTS, name, {"cat": count})


@pytest.mark.parametrize("target", [10**14, "99999999%", {"fox": 10**14}])
def test_a_target_beyond_all_measure_is_refused_before_anything_is_made(target: Target) -> None:
    with pytest.raises(SettingError, match=r"at most 100,000,000 can be made. Use a smaller"):
        plan_counts(COUNTS, "smote", target)


def test_a_set_without_training_images_is_left_as_it_is() -> None:
    assert plan_counts({"cat": 0}, "smote").after == {"cat": 0}


def test_what_is_made_of_an_image_can_be_limited() -> None:
    plan = plan_counts(COUNTS, "augment", most_per_image=2)

    assert plan.add == {"cat": 0, "dog": 60, "fox": 2, "owl": 0}
    with pytest.raises(SettingError, match="Use at least 1"):
        plan_counts(COUNTS, "augment", most_per_image=0)


def test_a_setting_that_a_strategy_does_not_have_is_refused() -> None:
    with pytest.raises(SettingError, match=r"SMOTE has no setting 'kneighbors'\. Its settings are"):
        plan_counts(COUNTS, "smote", settings={"kneighbors": 3})
    with pytest.raises(SettingError, match=r"None has no setting 'tau'\. It has none"):
        plan_counts(COUNTS, "none", settings={"tau": 1})
    with pytest.raises(SettingError, match="The options are: random, even"):
        plan_counts(COUNTS, "smote", settings={"bases": "odd"})


@pytest.mark.parametrize("value", [None, True, "3", [3]])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(SettingError, match="it must be a number"):
        plan_counts(COUNTS, "smote", settings={"k_neighbors": value})  # type: ignore[dict-item]


def test_a_whole_number_is_not_rounded() -> None:
    with pytest.raises(SettingError, match=r"Neighbours is 2\.5; it must be a whole number\."):
        plan_counts(COUNTS, "smote", settings={"k_neighbors": 2.5})


def test_texts_become_settings() -> None:
    smote = find_strategy("smote")

    assert smote.complete(smote.parse({"k_neighbors": "7", "bases": "even"})) == {
        "k_neighbors": 7, "bases": "even", "interpolation": "linear", "components": 0,
        "unsafe": "keep",
    }  # fmt: skip
    with pytest.raises(SettingError, match="Neighbours is 'many'; it must be a number"):
        smote.parse({"k_neighbors": "many"})


def test_counts_that_came_out_leave_the_request_as_it_was() -> None:
    plan = plan_counts(COUNTS, "smote_enn", "median")
    settled = plan.settled({**COUNTS, "cat": 90}, {**plan.add, "dog": 0})

    assert settled.total_left_out == 10
    assert settled.asks_as(plan)
    assert not settled.asks_as(plan_counts(COUNTS, "smote_enn", "largest"))


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_record_describes_itself(name: str) -> None:
    record = find_strategy(name)

    assert record.help.endswith(".")
    assert record.avoid_when.endswith(".")
    assert not record.targets or record.default_target in record.targets
    assert bool(record.source) == (name != "none")
