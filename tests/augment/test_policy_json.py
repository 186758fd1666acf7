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
        ([], r"The policy: found \[\]"),
        ({}, r"'version' is missing"),
        (spoiled(lambda d: d.update(version=2)), r"version 2; this program reads version 1"),
        (spoiled(lambda d: d.update(version=True)), r"version: found True.* whole number"),
        (spoiled(lambda d: d.update(colour=1)), r"'colour' is unknown"),
        (spoiled(lambda d: d.pop("seed")), r"'seed' is missing"),
        (spoiled(lambda d: d.update(seed="1")), r"seed: found '1'.* whole number"),
        (spoiled(lambda d: d.update(seed=1.0)), r"seed: found 1\.0"),
        (spoiled(lambda d: d.update(seed=-1)), r"seed is -1"),
        (spoiled(lambda d: d.update(pick=0)), r"0 steps a picture"),
        (spoiled(lambda d: d.update(border="white")), r"no border 'white'.* reflect, edge"),
        (spoiled(lambda d: d["steps"][1].update(swapped_labels=["ab"])), r"labels: found 'ab'"),
        (spoiled(lambda d: d["steps"][1].update(swapped_labels=[["a"]])), r"a pair is two labels"),
        (spoiled(lambda d: d.update(steps={})), r"steps: found \{\}.* list"),
        (spoiled(lambda d: d["steps"].append(3)), r"Step 3: found 3"),
        (spoiled(lambda d: d["steps"].append(d["steps"][0])), r"'crop' is in two steps"),
        (spoiled(lambda d: d["steps"][0].update(operation="melt")), r"no operation 'melt'"),
        (spoiled(lambda d: d["steps"][0].update(operation=1)), r"Step 1: the operation is 1"),
        (spoiled(lambda d: d["steps"][0].update(p=1)), r"Step 1: 'p' is unknown"),
        (spoiled(lambda d: d["steps"][0].pop("values")), r"Step 1: 'values' is missing"),
        (spoiled(lambda d: d["steps"][0].update(values=[])), r"Step 1 \(crop\): values: found"),
        (spoiled(lambda d: d["steps"][0].update(values={})), r"\(crop\).*'fraction' is missing"),
        (
            spoiled(lambda d: d["steps"][1].update(values={"speed": [0, 1]})),
            r"Step 2 \(horizontal_flip\).*'speed' is unknown",
        ),
        (spoiled(lambda d: d["steps"][0]["values"].update(fraction=0.9)), r"fraction: found 0\.9"),
        (spoiled(lambda d: d["steps"][0]["values"].update(fraction=[0.9])), r"two numbers"),
        (spoiled(lambda d: d["steps"][0]["values"].update(fraction=[0.4, 1])), r"Crop.* 0\.4 to 1"),
        (spoiled(lambda d: d["steps"][0]["values"].update(fraction=[1, 0.9])), r"must rise"),
        (spoiled(lambda d: d["steps"][0]["values"].update(fraction=[None, 1])), r"found None"),
        (
            spoiled(lambda d: d["steps"][0]["values"].update(fraction=[float("nan"), 1])),
            r"Crop.* nan to 1",
        ),
        (spoiled(lambda d: d["steps"][0]["values"].update(fraction=[0.9, 10**400])), r"a number"),
        (
            spoiled(lambda d: d["steps"][0].update(probability=1.5)),
            r"probability is 1\.5",
        ),
        (spoiled(lambda d: d["steps"][0].update(probability=True)), r"probability: found True"),
        (
            spoiled(lambda d: d["steps"][0].update(except_labels="cat")),
            r"labels: found 'cat'",
        ),
        (spoiled(lambda d: d["steps"][0].update(except_labels=[6])), r"holds 6"),
    ],
)
def test_a_fault_in_the_json_is_named(data: object, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        AugmentPolicy.from_json(data)
