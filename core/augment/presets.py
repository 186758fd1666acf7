"""Policies that ship with the project, to start from."""

from collections.abc import Mapping

from core.augment.policy import AugmentPolicy, make_step

PRESET_HELP: Mapping[str, str] = {
    "standard": "For everyday photos: a small crop, mirror and rotation, sometimes a faint blur "
    "or noise. It mirrors left and right, so avoid it for text, digits or signs.",
    "gentle": "If side and direction matter: text, digits, signs, X-rays. A small crop, a small "
    "rotation and faint noise; never mirrors.",
    "light": "Mirror, small shift, small change of brightness: for large sets or short training.",
    "medium": "Crop, mirror, rotation, light and colour, sometimes blur or noise: for photos of "
    "objects.",
    "strong": "The same but stronger, with perspective, cutout and JPEG: for few photos and long "
    "training. Check the pictures first.",
    "randaugment": "Two of thirteen operations per picture, as RandAugment does.",
    "trivialaugment": "One of thirteen operations per picture, at any strength, as "
    "TrivialAugment does.",
    "tutorial": "The five operations of many tutorials, one per picture: a crop of 20 of 32, "
    "salt and pepper on 20 % of the pixels, a mirror, a 5 x 5 blur, a rotation of up to 25 "
    "degrees.",
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
    "light": AugmentPolicy(
        (
            make_step("horizontal_flip"),
            make_step("shift", {"x": (-5, 5), "y": (-5, 5)}),
            make_step("brightness", {"factor": (0.9, 1.1)}),
        )
    ),
    "medium": AugmentPolicy(
        (
            make_step("resized_crop", {"scale": (0.6, 1.0)}),
            make_step("horizontal_flip"),
            make_step("rotate"),
            make_step("brightness"),
            make_step("contrast"),
            make_step("saturation"),
            make_step("gaussian_blur", {"sigma": (0.3, 1.0)}, probability=0.2),
            make_step("gaussian_noise", {"sigma": (3, 10)}, probability=0.3),
        )
    ),
    "strong": AugmentPolicy(
        (
            make_step("resized_crop", {"scale": (0.4, 1.0)}),
            make_step("horizontal_flip"),
            make_step("rotate", {"degrees": (-30, 30)}),
            make_step("perspective", {"distortion": (0.1, 0.4)}),
            make_step("brightness", {"factor": (0.6, 1.4)}),
            make_step("contrast", {"factor": (0.6, 1.4)}),
            make_step("saturation", {"factor": (0.5, 1.5)}),
            make_step("hue", {"shift": (-0.05, 0.05)}),
            make_step("gaussian_blur", {"sigma": (0.3, 2.0)}, probability=0.3),
            make_step("jpeg", {"quality": (40, 90)}, probability=0.3),
            make_step("cutout", {"scale": (0.02, 0.2)}, probability=0.3),
            make_step("gaussian_noise", {"sigma": (4, 25)}, probability=0.4),
        )
    ),
    # Cubuk et al., arXiv:1909.13719, with N = 2 of the operations that both papers share, at most
    # as strong as magnitude 9 of 30. Posterize, solarize, equalize and invert are left out.
    "randaugment": AugmentPolicy(
        (
            make_step("horizontal_flip", probability=1),
            make_step("rotate", {"degrees": (-9, 9)}, probability=1),
            make_step("shift", {"x": (-14, 14), "y": (-14, 14)}, probability=1),
            make_step("shear", {"x": (-5, 5), "y": (-5, 5)}, probability=1),
            make_step("zoom", {"factor": (0.9, 1.2)}, probability=1),
            make_step("brightness", {"factor": (0.73, 1.27)}, probability=1),
            make_step("contrast", {"factor": (0.73, 1.27)}, probability=1),
            make_step("saturation", {"factor": (0.73, 1.27)}, probability=1),
            make_step("gamma", probability=1),
            make_step("sharpen", {"factor": (0.7, 1.9)}, probability=1),
            make_step("gaussian_blur", probability=1),
            make_step("jpeg", probability=1),
            make_step("cutout", probability=1),
        ),
        pick=2,
    ),
    # Mueller & Hutter, arXiv:2103.10158: one operation, from nothing to far.
    "trivialaugment": AugmentPolicy(
        (
            make_step("horizontal_flip", probability=1),
            make_step("rotate", {"degrees": (-135, 135)}, probability=1),
            make_step("shift", {"x": (-32, 32), "y": (-32, 32)}, probability=1),
            make_step("shear", {"x": (-30, 30), "y": (-30, 30)}, probability=1),
            make_step("zoom", {"factor": (0.6, 1.7)}, probability=1),
            make_step("brightness", {"factor": (0.1, 1.9)}, probability=1),
            make_step("contrast", {"factor": (0.1, 1.9)}, probability=1),
            make_step("saturation", {"factor": (0.01, 1.99)}, probability=1),
            make_step("gamma", {"gamma": (0.4, 2.5)}, probability=1),
            make_step("sharpen", {"factor": (0.01, 1.99)}, probability=1),
            make_step("gaussian_blur", {"sigma": (0, 3)}, probability=1),
            make_step("jpeg", {"quality": (10, 95)}, probability=1),
            make_step("cutout", {"scale": (0, 0.3)}, probability=1),
        ),
        pick=1,
    ),
    "tutorial": AugmentPolicy(
        (
            make_step("crop", {"fraction": (0.625, 0.625)}, probability=1),
            make_step("horizontal_flip", probability=1),
            make_step("rotate", {"degrees": (-25, 25)}, probability=1),
            make_step("box_blur", {"size": (5, 5)}, probability=1),
            make_step("salt_and_pepper", {"amount": (20, 20)}, probability=1),
        ),
        pick=1,
    ),
}
