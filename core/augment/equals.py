"""What torchvision v2 and Albumentations 2 have that does the same as an operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil

from core.parameters import RangeValues


@dataclass(frozen=True)
class Equal:
    """The text of a call that does what an operation does."""

    write: Callable[[RangeValues, float], str]  # ranges and probability
    has_probability: bool = True  # the call takes the probability itself
    remark: str = ""  # what is otherwise


def _text(ends: tuple[float, float]) -> str:
    return f"({ends[0]:g}, {ends[1]:g})"


def _scaled(ends: tuple[float, float], factor: float) -> str:
    return f"({ends[0] * factor:.4g}, {ends[1] * factor:.4g})"


def _odd_ends(ends: tuple[float, float]) -> str:
    return f"({2 * int(ends[0] // 2) + 1}, {2 * int(ends[1] // 2) + 1})"


def _kernel(values: RangeValues) -> int:
    return 2 * max(1, ceil(3 * values["sigma"][1])) + 1


def _mean(ends: tuple[float, float]) -> float:
    return (ends[0] + ends[1]) / 2


def _squares(values: RangeValues) -> str:
    low, high = values["fraction"]
    return f"({low * low:.4g}, {high * high:.4g})"


def _farthest(ends: tuple[float, float]) -> float:
    return max(abs(ends[0]), abs(ends[1])) / 100


def _jitter(name: str, ends: tuple[float, float]) -> str:
    """Return Albumentations' ColorJitter with one of its four ranges, the others without effect."""
    ranges = {"brightness": "(1, 1)", "contrast": "(1, 1)", "saturation": "(1, 1)", "hue": "(0, 0)"}
    ranges[name] = _text(ends)
    return ", ".join(f"{key}={value}" for key, value in ranges.items())


_BLACK = "empty areas are black."

TORCHVISION: Mapping[str, Equal] = {
    "crop": Equal(
        lambda v, _: f"v2.RandomResizedCrop(SIZE, scale={_squares(v)}, ratio=(1, 1))",
        has_probability=False,
        remark="comes out at SIZE, not at the picture's size.",
    ),
    "resized_crop": Equal(
        lambda v, _: (
            f"v2.RandomResizedCrop(SIZE, scale={_text(v['scale'])}, ratio={_text(v['ratio'])})"
        ),
        has_probability=False,
        remark="comes out at SIZE, not at the picture's size.",
    ),
    "zoom": Equal(lambda v, _: f"v2.RandomAffine(0, scale={_text(v['factor'])})", False, _BLACK),
    "horizontal_flip": Equal(lambda _, p: f"v2.RandomHorizontalFlip(p={p:g})"),
    "vertical_flip": Equal(lambda _, p: f"v2.RandomVerticalFlip(p={p:g})"),
    "rotate": Equal(lambda v, _: f"v2.RandomRotation({_text(v['degrees'])})", False, _BLACK),
    "shift": Equal(
        lambda v, _: (
            f"v2.RandomAffine(0, translate=({_farthest(v['x']):g}, {_farthest(v['y']):g}))"
        ),
        False,
        _BLACK,
    ),
    "shear": Equal(
        lambda v, _: (
            f"v2.RandomAffine(0, shear=({', '.join(f'{e:g}' for e in (*v['x'], *v['y']))}))"
        ),
        False,
        _BLACK,
    ),
    "perspective": Equal(
        lambda v, p: f"v2.RandomPerspective(distortion_scale={v['distortion'][1]:g}, p={p:g})",
        remark="always as strong as the upper end; empty areas are black.",
    ),
    "brightness": Equal(lambda v, _: f"v2.ColorJitter(brightness={_text(v['factor'])})", False),
    "contrast": Equal(lambda v, _: f"v2.ColorJitter(contrast={_text(v['factor'])})", False),
    "saturation": Equal(lambda v, _: f"v2.ColorJitter(saturation={_text(v['factor'])})", False),
    "hue": Equal(lambda v, _: f"v2.ColorJitter(hue={_text(v['shift'])})", False),
    "grey": Equal(lambda _, p: f"v2.RandomGrayscale(p={p:g})"),
    "gaussian_blur": Equal(
        lambda v, _: (
            f"v2.GaussianBlur({_kernel(v)}, "
            f"sigma=({max(0.1, v['sigma'][0]):g}, {max(0.1, v['sigma'][1]):g}))"
        ),
        False,
    ),
    "sharpen": Equal(
        lambda v, p: f"v2.RandomAdjustSharpness({_mean(v['factor']):g}, p={p:g})",
        remark="always the middle of the range.",
    ),
    "jpeg": Equal(
        lambda v, _: (
            "v2.Compose([v2.ToDtype(torch.uint8, scale=True), "
            f"v2.JPEG({_whole(v['quality'])}), v2.ToDtype(torch.float32, scale=True)])"
        ),
        False,
    ),
    "cutout": Equal(
        lambda v, p: (
            f"v2.RandomErasing(p={p:g}, scale={_text(v['scale'])}, ratio={_text(v['ratio'])}, "
            "value=0.5)"
        )
    ),
    "gaussian_noise": Equal(
        lambda v, _: f"v2.GaussianNoise(sigma={_mean(v['sigma']) / 255:.4g})",
        False,
        "always the middle of the range.",
    ),
}

ALBUMENTATIONS: Mapping[str, Equal] = {
    "crop": Equal(
        lambda v, p: f"A.RandomResizedCrop(SIZE, scale={_squares(v)}, ratio=(1, 1), p={p:g})",
        remark="comes out at SIZE, not at the picture's size.",
    ),
    "resized_crop": Equal(
        lambda v, p: (
            f"A.RandomResizedCrop(SIZE, scale={_text(v['scale'])}, ratio={_text(v['ratio'])}, "
            f"p={p:g})"
        ),
        remark="comes out at SIZE, not at the picture's size.",
    ),
    "zoom": Equal(
        lambda v, p: f"A.Affine(scale={_text(v['factor'])}, border_mode=BORDER, p={p:g})"
    ),
    "horizontal_flip": Equal(lambda _, p: f"A.HorizontalFlip(p={p:g})"),
    "vertical_flip": Equal(lambda _, p: f"A.VerticalFlip(p={p:g})"),
    "rotate": Equal(lambda v, p: f"A.Rotate({_text(v['degrees'])}, border_mode=BORDER, p={p:g})"),
    "shift": Equal(
        lambda v, p: (
            f"A.Affine(translate_percent={{'x': {_scaled(v['x'], 0.01)}, "
            f"'y': {_scaled(v['y'], 0.01)}}}, border_mode=BORDER, p={p:g})"
        )
    ),
    "shear": Equal(
        lambda v, p: (
            f"A.Affine(shear={{'x': {_text(v['x'])}, 'y': {_text(v['y'])}}}, "
            f"border_mode=BORDER, p={p:g})"
        )
    ),
    "perspective": Equal(
        lambda v, p: (
            f"A.Perspective(scale={_scaled(v['distortion'], 0.5)}, fit_output=True, "
            f"border_mode=BORDER, p={p:g})"
        ),
        remark="draws corners from a bell curve.",
    ),
    "brightness": Equal(
        lambda v, p: f"A.ColorJitter({_jitter('brightness', v['factor'])}, p={p:g})"
    ),
    "contrast": Equal(lambda v, p: f"A.ColorJitter({_jitter('contrast', v['factor'])}, p={p:g})"),
    "gamma": Equal(lambda v, p: f"A.RandomGamma({_scaled(v['gamma'], 100)}, p={p:g})"),
    "saturation": Equal(
        lambda v, p: f"A.ColorJitter({_jitter('saturation', v['factor'])}, p={p:g})"
    ),
    "hue": Equal(lambda v, p: f"A.ColorJitter({_jitter('hue', v['shift'])}, p={p:g})"),
    "grey": Equal(lambda _, p: f"A.ToGray(p={p:g})"),
    "gaussian_blur": Equal(
        lambda v, p: f"A.GaussianBlur(blur_limit=0, sigma_limit={_text(v['sigma'])}, p={p:g})"
    ),
    "box_blur": Equal(lambda v, p: f"A.Blur(blur_limit={_odd_ends(v['size'])}, p={p:g})"),
    "median_blur": Equal(lambda v, p: f"A.MedianBlur(blur_limit={_odd_ends(v['size'])}, p={p:g})"),
    "motion_blur": Equal(
        lambda v, p: (
            f"A.MotionBlur(blur_limit={_odd_ends(v['size'])}, angle_range={_text(v['angle'])}, "
            f"direction_range=(0, 0), p={p:g})"
        )
    ),
    "jpeg": Equal(
        lambda v, p: f"A.ImageCompression(quality_range={_whole(v['quality'])}, p={p:g})"
    ),
    "cutout": Equal(
        lambda v, p: (
            f"A.Erasing(scale={_text(v['scale'])}, ratio={_text(v['ratio'])}, fill=128, p={p:g})"
        )
    ),
    "gaussian_noise": Equal(
        lambda v, p: (
            f"A.GaussNoise(std_range={_scaled(v['sigma'], 1 / 255)}, noise_scale_factor=1, p={p:g})"
        )
    ),
    "salt_and_pepper": Equal(
        lambda v, p: (
            f"A.SaltAndPepper(amount={_scaled(v['amount'], 0.01)}, salt_vs_pepper=(0.5, 0.5), "
            f"p={p:g})"
        )
    ),
}


def _whole(ends: tuple[float, float]) -> str:
    return f"({round(ends[0])}, {round(ends[1])})"
