"""Prepare pictures as a pretrained model was taught to expect them, by its own settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import SettingError
from core.pictures.decode import Pixels, resize

VERSION = "1"  # changes whenever the same settings would give other pixels or numbers

# The processor of ConvNeXt and ResNet crops for small sides only, and by this unless it is told.
_CROPS_BY_ITSELF = "ConvNext"
_SQUEEZED_FROM_PX = 384
_CROP_FRACTION = 224 / 256


@dataclass(frozen=True)
class Preparation:
    """How a picture becomes a square, and its values the numbers that the model takes."""

    side_px: int
    kept: float  # how much of the sides is kept, around the centre; 0 to 1
    is_squeezed: bool  # width and height are kept alike; else a square of the short side
    scale: float  # of the values 0 to 255
    mean: tuple[float, float, float]  # taken away after scaling
    std: tuple[float, float, float]  # divided by
    is_bgr: bool  # the model was taught with blue first; mean and std belong to that order

    def square(self, pixels: Pixels, side_px: int) -> Pixels:
        """Return the (side_px, side_px, 3) picture that the model sees of (H, W, 3)."""
        sides = np.array(pixels.shape[:2])
        window = sides if self.is_squeezed else np.full(2, sides.min())
        height, width = np.maximum(1, np.rint(window * self.kept)).astype(int)
        top, left = (sides - (height, width)) // 2
        # Cropped before it shrinks: the same picture, with fewer pixels to work on.
        centre = pixels[top : top + height, left : left + width]
        return resize(np.ascontiguousarray(centre), width=side_px, height=side_px)


def read_preparation(settings: Mapping[str, object], name: str) -> Preparation:
    """Read a preprocessor's settings.

    Args:
        settings: The content of preprocessor_config.json, or of processor_config.json.
        name: Of the model, for messages.

    Raises:
        SettingError: they cannot be followed.
    """
    inner = settings.get("image_processor")
    settings = inner if isinstance(inner, Mapping) else settings
    if settings.get("rescale_offset"):
        raise SettingError(_cannot_follow(name, "'rescale_offset'"))
    side_px, kept, is_squeezed = _geometry(settings, name)
    scale, mean, std = 1.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    if settings.get("do_rescale", True):
        scale = _number(settings.get("rescale_factor", 1 / 255)) or 0.0
    is_bgr = bool(settings.get("do_flip_channel_order", False))
    # The one processor that puts blue first says nothing of this, and does not.
    if settings.get("do_normalize", not is_bgr):
        mean = _three(settings.get("image_mean"), "'image_mean'", name)
        std = _three(settings.get("image_std"), "'image_std'", name)
    if scale <= 0 or min(std) <= 0:
        raise SettingError(_cannot_follow(name, "'rescale_factor' or 'image_std'"))
    return Preparation(side_px, kept, is_squeezed, scale, mean, std, is_bgr)


def _geometry(settings: Mapping[str, object], name: str) -> tuple[int, float, bool]:
    """Return the side, how much of the picture is kept, and whether it is squeezed."""
    size = settings.get("size")
    short = _side(size, ("shortest_edge",))
    square = _side(size, ("height", "width"))
    whole = short or square
    fraction = _number(settings.get("crop_pct"))
    if settings.get("do_center_crop", "crop_size" in settings):
        crop = _side(settings.get("crop_size"), ("height", "width"))
        if crop is None:
            raise SettingError(_cannot_follow(name, "'crop_size'"))
        kept = crop / whole * (fraction or 1.0) if whole else 1.0
        return crop, min(1.0, kept), short is None and square is not None
    if whole is None:
        raise SettingError(_cannot_follow(name, "'size'"))
    if fraction is None and _CROPS_BY_ITSELF in str(settings.get("image_processor_type")):
        fraction = _CROP_FRACTION
    if fraction is not None:
        is_large = whole >= _SQUEEZED_FROM_PX
        return whole, 1.0 if is_large else min(1.0, fraction), is_large
    # A bare number has always meant both sides, where nothing is cropped.
    return whole, 1.0, short is None or isinstance(size, int)


def _side(size: object, names: tuple[str, ...]) -> int | None:
    """Return the side that `size` gives under all of `names`, or as a bare number."""
    sides = {size.get(name) for name in names} if isinstance(size, Mapping) else {size}
    side = sides.pop() if len(sides) == 1 else None
    return side if isinstance(side, int) and side > 0 else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None


def _three(values: object, what: str, name: str) -> tuple[float, float, float]:
    if isinstance(values, Sequence) and len(values) == 3:
        first, second, third = values
        if all(isinstance(value, int | float) for value in values):
            return float(first), float(second), float(third)
    raise SettingError(_cannot_follow(name, what))


def _cannot_follow(name: str, what: str) -> str:
    return (
        f"The preprocessing of '{name}' is not supported: see {what} in its "
        "preprocessor_config.json. Choose another model."
    )
