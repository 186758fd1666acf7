"""A policy written as a program does what the policy does, and says what it cannot."""

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.augment import OPERATIONS, PRESETS, AugmentPolicy, Wanted, apply, draw, make_step
from core.augment.as_code import (
    CODE_FORMS,
    CodeForm,
    albumentations_code,
    evenset_code,
    torchvision_code,
)
from core.augment.equal import Equal

EVERYTHING = AugmentPolicy(tuple(make_step(name) for name in OPERATIONS))
HOSTILE = "a\"\n'); import os  # {x}"
AWKWARD = AugmentPolicy(
    (
        make_step("horizontal_flip", except_labels=[HOSTILE], swapped_labels=[("left", "right")]),
        make_step("rotate", {"degrees": (-7.25, 1 / 3)}, probability=0.1),
    ),
    seed=5,
    border="edge",
)


@pytest.mark.parametrize("policy", [*PRESETS.values(), EVERYTHING, AWKWARD])
def test_our_own_program_makes_the_very_pictures(policy: AugmentPolicy) -> None:
    space: dict[str, Any] = {}
    exec(evenset_code(policy), space)
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)

    assert space["policy"] == policy
    for repeat in range(1, 4):
        drawn = draw(policy, Wanted(digest="abc", repeat=repeat, label="cat"))
        made = space["augmented"](pixels, digest="abc", repeat=repeat, label="cat")
        np.testing.assert_array_equal(made, apply(pixels, drawn))


@pytest.mark.parametrize("form", CODE_FORMS.values(), ids=CODE_FORMS)
@pytest.mark.parametrize("policy", [*PRESETS.values(), EVERYTHING, AWKWARD])
def test_every_program_is_python_and_names_are_data(form: CodeForm, policy: AugmentPolicy) -> None:
    tree = ast.parse(form.write(policy))

    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert imported <= {"torch", "albumentations", "cv2"}


@pytest.mark.parametrize(
    ("write", "library"),
    [(torchvision_code, "torchvision"), (albumentations_code, "albumentations")],
)
def test_what_has_no_equal_is_named(write: Callable[[AugmentPolicy], str], library: str) -> None:
    missing = [one.title for one in OPERATIONS.values() if library not in one.equals]

    code = write(EVERYTHING)

    assert missing
    (line,) = [line for line in code.splitlines() if line.startswith("# Without an equal")]
    assert all(title in line for title in missing)
    assert {name for one in OPERATIONS.values() for name in one.equals} <= set(CODE_FORMS)


def test_an_operation_says_itself_what_does_the_same_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    toy = replace(
        OPERATIONS["grey"],
        name="toy",
        title="Toy",
        equals={"torchvision": Equal(lambda _, p: f"v2.Toy(p={p:g})", remark="only a toy.")},
    )
    monkeypatch.setitem(OPERATIONS, toy.name, toy)  # type: ignore[arg-type]
    policy = AugmentPolicy((make_step("toy", probability=0.25),))

    assert "steps.append(v2.Toy(p=0.25))" in torchvision_code(policy)
    assert "# Toy: only a toy." in torchvision_code(policy)
    assert "left out: Toy." in albumentations_code(policy)


def test_units_are_turned_into_theirs() -> None:
    policy = AugmentPolicy((make_step("gaussian_noise", {"sigma": (5.1, 25.5)}),
                            make_step("salt_and_pepper", {"amount": (1, 4)})))  # fmt: skip

    code = albumentations_code(policy)

    assert "std_range=(0.02, 0.1)" in code
    assert "amount=(0.01, 0.04)" in code


def test_classes_left_alone_are_left_alone_there_too() -> None:
    code = torchvision_code(AWKWARD)

    assert f"if label not in {sorted([HOSTILE, 'left', 'right'])!r}:" in code
    assert "not mirrored" in code
