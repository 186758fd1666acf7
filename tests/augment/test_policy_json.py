"""A policy survives JSON exactly, and a fault in the JSON is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.augment import OPERATIONS, AugmentPolicy, make_step
from core.errors import SettingError


def test_a_policy_survives_json_exactly() -> None:
    policy = AugmentPolicy(
        (
            make_step("rotate", {"degrees": (-7.5, 3)}, probability=0.25),
            make_step("horizontal_flip", except_labels=["b", "d", "ñ"]),
        ),
        seed=42,
    )

    again = AugmentPolicy.from_json(json.loads(json.dumps(policy.to_json())))

    assert again == policy
    assert again.to_json() == policy.to_json()


def test_pairs_border_and_pick_survive_json_exactly() -> None:
    flip = make_step("horizontal_flip", swapped_labels=[("left", "right"), ("b", "d")])
    policy = AugmentPolicy((flip, make_step("rotate")), pick=1, border="wrap")

    assert AugmentPolicy.from_json(json.loads(json.dumps(policy.to_json()))) == policy


def test_a_policy_written_before_there_were_pairs_is_read() -> None:
    policy = AugmentPolicy((make_step("rotate"),), seed=3)
    data: Any = policy.to_json()
    del data["pick"], data["border"], data["steps"][0]["swapped_labels"]

    assert AugmentPolicy.from_json(data) == policy


@given(
    seed=st.integers(0, 2**53 - 1),
    names=st.lists(st.sampled_from(list(OPERATIONS)), unique=True),
    probability=st.floats(0, 1),
    labels=st.frozensets(st.text()),
)
def test_any_policy_survives_json_exactly(
    seed: int, names: list[str], probability: float, labels: frozenset[str]
) -> None:
    policy = AugmentPolicy(
        tuple(make_step(name, probability=probability, except_labels=labels) for name in names),
        seed,
    )

    assert AugmentPolicy.from_json(json.loads(json.dumps(policy.to_json()))) == policy


def spoiled(change: Callable[[Any], object]) -> object:
    """Return the JSON of a good policy, with `change` done to it."""
    data: Any = AugmentPolicy((make_step("crop"), make_step("horizontal_flip"))).to_json()
    change(data)
    return data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], r"The policy is an empty list; it must be an object"),
        ({}, r"'version' is missing"),
        (spoiled(lambda d: d.update(version=2)), r"in version 2 .* newer .* reads version 1"),
        (spoiled(lambda d: d.update(version=True)), r"'version' is true.* whole number"),
        (spoiled(lambda d: d.update(colour=1)), r"'colour' is unknown"),
        (spoiled(lambda d: d.pop("steps")), r"'steps' is missing"),
        (spoiled(lambda d: d.update(seed="1")), r"'seed' is \"1\".* whole number"),
        (spoiled(lambda d: d.update(seed=1.0)), r"'seed' is 1\.0.* whole number"),
        (spoiled(lambda d: d.update(seed=-1)), r"seed is -1"),
        (spoiled(lambda d: d.update(pick=0)), r"0 steps a picture"),
        (spoiled(lambda d: d.update(border="white")), r"no border 'white'.* reflect, edge"),
        (
            spoiled(lambda d: d["steps"][1].update(swapped_labels=["ab"])),
            r"'steps\[1\]\.swapped_labels\[0\]' is \"ab\".* a list",
        ),
        (
            spoiled(lambda d: d["steps"][1].update(swapped_labels=[["a"]])),
            r"swapped_labels\[0\]' has too few values",
        ),
        (spoiled(lambda d: d.update(steps={})), r"'steps' is an object.* list"),
        (spoiled(lambda d: d["steps"].append(3)), r"'steps\[2\]' is 3; .* an object"),
        (spoiled(lambda d: d["steps"].append(d["steps"][0])), r"'crop' is in two steps"),
        (spoiled(lambda d: d["steps"][0].update(operation="melt")), r"no operation 'melt'"),
        (
            spoiled(lambda d: d["steps"][0].update(operation=1)),
            r"'steps\[0\]\.operation' is 1; .* text",
        ),
        (spoiled(lambda d: d["steps"][0].update(p=1)), r"'steps\[0\]\.p' is unknown"),
        (spoiled(lambda d: d["steps"][0].pop("values")), r"'steps\[0\]\.values' is missing"),
        (
            spoiled(lambda d: d["steps"][0].update(values=[])),
            r"'steps\[0\]\.values' is an empty list",
        ),
        (spoiled(lambda d: d["steps"][0].update(values={})), r"Crop.*'fraction' is missing"),
        (
            spoiled(lambda d: d["steps"][1].update(values={"speed": [0, 1]})),
            r"Horizontal flip.*'speed' is unknown",
        ),
        (
            spoiled(lambda d: d["steps"][0]["values"].update(fraction=0.9)),
            r"'steps\[0\]\.values\.fraction' is 0\.9; .* a list",
        ),
        (
            spoiled(lambda d: d["steps"][0]["values"].update(fraction=[0.9])),
            r"fraction' has too few values",
        ),
        (spoiled(lambda d: d["steps"][0]["values"].update(fraction=[0.4, 1])), r"Crop.* 0\.4 to 1"),
        (spoiled(lambda d: d["steps"][0]["values"].update(fraction=[1, 0.9])), r"must rise"),
        (
            spoiled(lambda d: d["steps"][0]["values"].update(fraction=[None, 1])),
            r"fraction\[0\]' is null.* a number",
        ),
        (
            spoiled(lambda d: d["steps"][0]["values"].update(fraction=[float("nan"), 1])),
            r"fraction\[0\]' is NaN.* a number",
        ),
        (
            spoiled(lambda d: d["steps"][0]["values"].update(fraction=[0.9, 10**400])),
            r"fraction\[1\]' is a number of many digits.* a number",
        ),
        (
            spoiled(lambda d: d["steps"][0].update(probability=1.5)),
            r"probability is 1\.5",
        ),
        (
            spoiled(lambda d: d["steps"][0].update(probability=True)),
            r"'steps\[0\]\.probability' is true.* a number",
        ),
        (
            spoiled(lambda d: d["steps"][0].update(except_labels="cat")),
            r"'steps\[0\]\.except_labels' is \"cat\".* a list",
        ),
        (
            spoiled(lambda d: d["steps"][0].update(except_labels=[6])),
            r"except_labels\[0\]' is 6; .* text",
        ),
    ],
)
def test_a_fault_in_the_json_is_named(data: object, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        AugmentPolicy.from_json(data)
