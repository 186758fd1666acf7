"""Draw sets whose files leave their pixels open: icons on transparency, few bits in 16."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from image_sets import saved, write_files
from PIL import Image

WHITE, DARK = (252, 254, 255), (30, 34, 60)


def icon(number: int, colour: tuple[int, int, int] = WHITE, *, size: int = 48) -> Image.Image:
    """Return an icon of one colour on transparency, with a soft edge; no other number gives it."""
    rng = np.random.default_rng(number)
    rows, columns = np.mgrid[0:size, 0:size] - size / 2
    angle, waves = np.arctan2(rows, columns), int(rng.integers(2, 7))
    radius = size / 3 + rng.uniform(2, 6) * np.cos(waves * angle + rng.uniform(0, 6))
    opacity = np.clip((radius - np.hypot(rows, columns)) / 2 + 0.5, 0, 1)
    pixels = np.empty((size, size, 4), np.uint8)
    pixels[..., :3] = colour
    pixels[..., 3] = (255 * opacity).astype(np.uint8)
    return Image.fromarray(pixels)


def scan(number: int, *, highest: int, size: int = 48) -> Image.Image:
    """Return 16-bit grey from 0 to `highest` that no other number gives."""
    rng = np.random.default_rng(number)
    rows, columns = np.mgrid[0:size, 0:size] / size
    waves = sum(np.sin(a * rows + b * columns + c) for a, b, c in rng.uniform(1, 9, (3, 3)))
    low, high = float(np.min(waves)), float(np.max(waves))
    return Image.fromarray(((waves - low) / (high - low) * highest).astype(np.uint16))


def write_icons(folder: Path, classes: Mapping[str, list[tuple[int, int, int]]]) -> Path:
    """Write a class of icons for each entry, an icon for each colour."""
    files, number = {}, 0
    for label, colours in classes.items():
        for colour in colours:
            files[f"{label}/{number:02d}.png"] = saved(icon(number, colour), "PNG")
            number += 1
    return write_files(folder, files)


def write_scans(folder: Path, classes: Mapping[str, list[int]], format_: str = "PNG") -> Path:
    """Write a class of 16-bit pictures for each entry, one for each highest value."""
    files, number = {}, 0
    suffix = {"PNG": "png", "TIFF": "tif"}[format_]
    for label, values in classes.items():
        for highest in values:
            content = saved(scan(number, highest=highest), format_)
            files[f"{label}/{number:02d}.{suffix}"] = content
            number += 1
    return write_files(folder, files)
