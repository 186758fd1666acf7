"""Policies that ship with the project, to start from."""

from collections.abc import Mapping

from core.augment.policy import AugmentPolicy, make_step

PRESET_HELP: Mapping[str, str] = {
    "standard": "For everyday photos: crop, mirror and turn a little; now and then soften or add "
    "faint noise. Mirrors left and right, so not for text, digits or signs.",
    "gentle": "Where side and direction matter: text, digits, signs, X-rays. A small crop, a small "
    "turn and faint noise; never mirrors.",
}

PRESETS: Mapping[str, AugmentPolicy] = {
    "standard": AugmentPolicy(
        (
            make_step("crop"),
            make_step("horizontal_flip", probability=0.5),
            make_step("rotate"),
            make_step("gaussian_blur", {"sigma": (0.3, 1.0)}, probability=0.2),
            make_step("gaussian_noise", {"sigma": (3, 10)}, probability=0.3),
        )
    ),
    "gentle": AugmentPolicy(
        (
            make_step("crop", {"fraction": (0.92, 1.0)}),
            make_step("rotate", {"degrees": (-5, 5)}, probability=0.7),
            make_step("gaussian_noise", {"sigma": (2, 6)}, probability=0.5),
        )
    ),
}
