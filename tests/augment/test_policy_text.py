"""What no page could show, or no parser follow, is refused where a policy is read."""

from typing import Any

import pytest

from core.augment import AugmentPolicy, make_step
from core.augment.policy import LARGEST_SEED
from core.errors import SettingError


def test_brackets_without_end_are_no_json() -> None:
    with pytest.raises(SettingError, match=r"What you pasted is not JSON: .* too deep"):
        AugmentPolicy.from_text("[" * 5_000, "What you pasted")


def test_half_a_character_is_no_label() -> None:
    data: Any = AugmentPolicy((make_step("rotate", except_labels=["b"]),)).to_json()
    data["steps"][0]["except_labels"] = ["\ud800"]

    with pytest.raises(
        SettingError, match=r"'steps\[0\].except_labels\[0\]' is .*text that can be shown"
    ):
        AugmentPolicy.from_json(data)


def test_a_seed_that_a_browser_would_round_is_refused() -> None:
    with pytest.raises(SettingError, match=f"take 0 to {LARGEST_SEED}"):
        AugmentPolicy((), seed=LARGEST_SEED + 1)


def test_another_version_is_told_before_its_other_names() -> None:
    with pytest.raises(
        SettingError, match="version 9 of its format, a newer one; this Evenset reads version 1"
    ):
        AugmentPolicy.from_json({"version": 9, "operations": []})
