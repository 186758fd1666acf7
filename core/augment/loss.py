"""What a picture loses on its way: a part that is covered, detail that JPEG leaves out."""

from math import exp, log, sqrt

import cv2
import numpy as np

from core.augment.equal import Equal, ends_text, whole_ends
from core.augment.operation import (
    CORRUPTIONS,
    LOSS,
    Drawn,
    Operation,
    Picture,
    draw_between,
    top_of,
)
from core.parameters import Range, RangeValues

_LONGEST_JPEG_PX = 65_500  # the format ends at 65,535; OpenCV a little before


def draw_cutout(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the share of the area, how much wider than high it is, and the place."""
    narrow, wide = values["ratio"]
    ratio = exp(log(narrow) + (log(wide) - log(narrow)) * rng.random())
    return {
        "scale": draw_between(rng, values["scale"], at_least=0.01),
        "ratio": min(max(round(ratio, 4), narrow), wide),
        "x": draw_between(rng, (0.0, 1.0)),
        "y": draw_between(rng, (0.0, 1.0)),
    }


def cutout(pixels: Picture, drawn: Drawn) -> Picture:
    """Cover a rectangle with middle grey; at least one pixel, never all of a larger picture."""
    changed = pixels.copy()
    if drawn["scale"] <= 0:
        return changed
    height, width = pixels.shape[:2]
    columns = min(max(1, round(width * sqrt(drawn["scale"] * drawn["ratio"]))), width)
    rows = min(max(1, round(height * sqrt(drawn["scale"] / drawn["ratio"]))), height)
    left, top = round((width - columns) * drawn["x"]), round((height - rows) * drawn["y"])
    # The middle of what values can be stands for the mean, which the authors fill with.
    changed[top : top + rows, left : left + columns] = top_of(pixels) // 2 + 1
    return changed


def draw_jpeg(rng: np.random.Generator, values: RangeValues) -> dict[str, float]:
    """Draw the quality, a whole number where the range has one."""
    low, high = values["quality"]
    return {"quality": float(min(max(round(draw_between(rng, (low, high))), low), high))}


def jpeg(pixels: Picture, drawn: Drawn) -> Picture:
    """Encode as JPEG and decode again; 16 bits lose eight of theirs on the way.

    A picture too long for the format stays as it is.
    """
    if max(pixels.shape[:2]) > _LONGEST_JPEG_PX:
        return pixels.copy()
    if pixels.dtype != np.uint8:
        byte = np.rint(pixels / 257).astype(np.uint8)
        return np.asarray(
            jpeg(byte, drawn).reshape(pixels.shape).astype(np.uint16) * np.uint16(257)
        )
    quality = round(drawn["quality"])
    if pixels.shape[2] == 3:
        bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        return _through_jpeg(bgr, quality, cv2.IMREAD_COLOR_RGB)
    planes = [np.ascontiguousarray(pixels[..., channel]) for channel in range(pixels.shape[2])]
    decoded = [_through_jpeg(plane, quality, cv2.IMREAD_GRAYSCALE) for plane in planes]
    return np.stack(decoded, axis=2)


LOSSES = (
    Operation(
        name="jpeg",
        title="JPEG quality",
        help="Encode the picture as JPEG and decode it: adds blocks and pale colour edges.",
        warning="Fine texture disappears first.",
        source=f"{CORRUPTIONS}: JPEG compression",
        kind=LOSS,
        probability=0.2,
        draw=draw_jpeg,
        change=jpeg,
        parameters=(
            Range(
                name="quality",
                title="JPEG quality",
                unit="",
                low=5,
                high=95,
                step=1,
                default=(50, 90),
                help="Cameras use 90 or more; below 30, blocks are visible.",
            ),
        ),
        levels=(60, 30, 10),
        equals={
            "torchvision": Equal(
                lambda v, _: (
                    "v2.Compose([v2.ToDtype(torch.uint8, scale=True), "
                    f"v2.JPEG({whole_ends(v['quality'])}), v2.ToDtype(torch.float32, scale=True)])"
                ),
                False,
            ),
            "albumentations": Equal(
                lambda v, p: (
                    f"A.ImageCompression(quality_range={whole_ends(v['quality'])}, p={p:g})"
                )
            ),
        },
    ),
    Operation(
        name="cutout",
        title="Cutout",
        help="Cover a rectangle with grey, so that no single part decides the label.",
        warning="It may cover what the label names: small things, single marks.",
        source="DeVries & Taylor, arXiv:1708.04552; torchvision's RandomErasing",
        kind=LOSS,
        probability=0.2,
        draw=draw_cutout,
        change=cutout,
        parameters=(
            Range(
                name="scale",
                title="Share of the area covered",
                unit="",
                low=0.0,
                high=0.5,
                step=0.01,
                default=(0.02, 0.15),
                help="torchvision goes up to 0.33.",
            ),
            Range(
                name="ratio",
                title="Width to height",
                unit="",
                low=0.3,
                high=3.3,
                step=0.1,
                default=(0.5, 2.0),
                help="Proportions of the rectangle relative to the picture.",
            ),
        ),
        idle={"scale": 0.0},
        levels=(0.05, 0.2, 0.5),
        equals={
            "torchvision": Equal(
                lambda v, p: (
                    f"v2.RandomErasing(p={p:g}, scale={ends_text(v['scale'])}, "
                    f"ratio={ends_text(v['ratio'])}, "
                    "value=0.5)"
                )
            ),
            "albumentations": Equal(
                lambda v, p: (
                    f"A.Erasing(scale={ends_text(v['scale'])}, ratio={ends_text(v['ratio'])}, "
                    f"fill=128, p={p:g})"
                )
            ),
        },
    ),
)


def _through_jpeg(pixels: Picture, quality: int, flag: int) -> Picture:
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(encoded, flag)
    assert decoded is not None, "OpenCV reads what it has written"
    return decoded
