"""Files with 16-bit values to 8 bits, by the white level of the whole set.

Pillow cuts grey values off at 255 and keeps the upper half of colours; OpenCV gives them whole.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.errors import UnreadableImageError
from core.pictures.decoding import Decoding, strips
from core.pictures.header import ImageHeader, open_image
from core.pictures.opencv import read_with_opencv

_MIN_IS_WHITE = 0  # TIFF's photometric interpretation (TIFF 6.0, section 4)
_ASSOCIATED, _UNASSOCIATED = 1, 2  # its extra samples (section 18): opacity, multiplied in or not
_PHOTOMETRIC_TAG, _BITS_TAG, _EXTRA_SAMPLES_TAG = 262, 258, 338

Values = NDArray[np.uint16]


@dataclass(frozen=True)
class _Meaning:
    """What the values of a file mean."""

    is_negative: bool = False  # 0 is white
    opacity: int = 0  # TIFF's word for the last plane; 0: it is none
    transparent_grey: int | None = None  # the one value that is not seen


def read_values(content: bytes, header: ImageHeader) -> tuple[Values, Values | None]:
    """Return the values of a file as they stand there, and how opaque each pixel is.

    Returns:
        (H, W, 1) grey or (H, W, 3) RGB, and (H, W) opacity or None. Where the file says that 0 is
        white, it is so here.

    Raises:
        UnreadableImageError: neither library can read them.
        One of header.DAMAGE: what Pillow says of damaged files.
    """
    meaning = _meaning(content, header)
    values, opacity = _planes(content, header, meaning)
    if meaning.transparent_grey is not None:
        is_seen = values[..., 0] != meaning.transparent_grey
        opacity = np.where(is_seen, 65_535, 0).astype(np.uint16)
    return values, opacity


def decode_16_bits(content: bytes, header: ImageHeader, decoding: Decoding) -> NDArray[np.uint8]:
    """Return (H, W, 3) RGB.

    Raises:
        As `read_values`.
    """
    meaning = _meaning(content, header)
    values, opacities = _planes(content, header, meaning)
    levels = decoding.levels()
    pixels = np.empty((*values.shape[:2], 3), np.uint8)
    for strip in strips(*values.shape[:2]):
        colours = values[strip]
        opacity = None if opacities is None else opacities[strip]
        if opacity is not None and meaning.opacity == _ASSOCIATED:
            colours = _parted(colours, opacity)
        if meaning.is_negative:
            colours = np.maximum(decoding.white_level - colours.astype(np.int32), 0)
        if meaning.transparent_grey is not None:
            is_seen = values[strip][..., 0] != meaning.transparent_grey
            opacity = is_seen.astype(np.uint8) * np.uint8(255)
        shown = levels[colours]
        pixels[strip] = shown if opacity is None else decoding.fill(shown, opacity)
    return pixels


def _meaning(content: bytes, header: ImageHeader) -> _Meaning:
    with open_image(content) as image:
        if header.format == "PNG":
            value = image.info.get("transparency")
            is_grey = header.is_grey and isinstance(value, int)
            # Of colours, OpenCV makes the one that is not seen a plane of opacity.
            return _Meaning(opacity=_UNASSOCIATED, transparent_grey=value if is_grey else None)
        tags = image.tag_v2  # type: ignore[attr-defined]
        extra = tags.get(_EXTRA_SAMPLES_TAG, ())
        bits = tags.get(_BITS_TAG, ())
        if set(bits if isinstance(bits, tuple) else (bits,)) != {16} and not header.is_grey:
            raise UnreadableImageError("a TIFF whose planes have different numbers of bits")
        is_negative = tags.get(_PHOTOMETRIC_TAG) == _MIN_IS_WHITE
        return _Meaning(is_negative, extra[0] if len(extra) == 1 else 0)


def _planes(content: bytes, header: ImageHeader, meaning: _Meaning) -> tuple[Values, Values | None]:
    try:
        if header.is_damaged and header.format == "PNG":
            raise UnreadableImageError("truncated or damaged file")
        values = read_with_opencv(content, cv2.IMREAD_UNCHANGED)
        if values.dtype != np.uint16:
            raise UnreadableImageError("an unsupported kind of 16-bit values")
    except UnreadableImageError:
        # Pillow keeps 16 bits of grey alone.
        if not header.is_grey:
            raise
        with open_image(content) as image:
            image.load()
            values = np.asarray(image)
    planes: Values = values.astype(np.uint16, copy=False)
    if planes.ndim == 2:
        return planes[..., None], None
    has_opacity = planes.shape[2] == 4 and meaning.opacity in {_ASSOCIATED, _UNASSOCIATED}
    return planes[..., 2::-1], planes[..., 3] if has_opacity else None


def _parted(colours: Values, opacity: Values) -> Values:
    """Return colours as they were before opacity was multiplied in."""
    whole = np.maximum(opacity, 1).astype(np.uint32)[..., None]
    parted = (colours.astype(np.uint32) * 65_535 + whole // 2) // whole
    return np.asarray(np.minimum(parted, 65_535), np.uint16)
