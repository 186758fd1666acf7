"""Draws the sample dataset "parts on a belt" and its cover pictures, the same bytes every time.

Run ``python sample_data/draw.py`` from the root of the project; it takes a few minutes.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from camera import photograph
from covers import compose_digits, compose_parts
from defects import DEFECTS, add_handling
from fields import Frame
from numpy.typing import NDArray
from PIL import Image
from shapes import draw_part

HERE = Path(__file__).resolve().parent
ZIP_DATE = (2024, 1, 1, 0, 0, 0)
USUAL_FRAME = Frame(144, 144)
SECOND_FRAME = Frame(160, 120)
COVER_FRAME = Frame(128, 120)


@dataclass(frozen=True)
class Settings:
    """Say how many pictures of each class there are, how they look, and what is wrong."""

    seed: int = 2024
    quality: int = 88
    usual: Frame = USUAL_FRAME
    second_camera: Frame = SECOND_FRAME
    second_camera_share: float = 0.12
    counts: Mapping[str, int] = field(
        default_factory=lambda: {"good": 420, "scratch": 130, "stain": 70, "dent": 38, "crack": 18}
    )
    strengths: Mapping[str, tuple[float, float]] = field(
        default_factory=lambda: {
            "scratch": (0.4, 1.0),
            "stain": (0.45, 1.0),
            "dent": (0.4, 1.0),
            "crack": (0.6, 1.0),
        }
    )
    copies: tuple[tuple[str, int, str, int], ...] = (
        ("good", 57, "good", 331),
        ("scratch", 18, "scratch", 97),
        ("stain", 9, "stain", 52),
        ("scratch", 41, "crack", 11),
    )
    broken: tuple[str, int] = ("stain", 37)
    kept_of_broken: float = 0.4
    cover: Frame = COVER_FRAME
    cover_columns: int = 5
    cover_tiles: tuple[tuple[str, int], ...] = (
        ("good", 1011),
        ("scratch", 1010),
        ("good", 1000),
        ("crack", 1010),
        ("stain", 1007),
        ("stain", 1011),
        ("good", 1004),
        ("dent", 1007),
        ("good", 1003),
        ("good", 1012),
        ("dent", 1005),
        ("crack", 1005),
        ("good", 1022),
        ("scratch", 1007),
        ("good", 1023),
    )
    digits_seed: int = 8
    cover_quality: int = 90


def draw_picture(settings: Settings, label: str, number: int, frame: Frame) -> NDArray[np.uint8]:
    """Draw one picture of a class; the same number always gives the same picture."""
    classes = sorted(settings.counts)
    generator = np.random.default_rng([settings.seed, classes.index(label), number])
    part = add_handling(generator, frame, draw_part(generator, frame))
    if label in DEFECTS:
        strength = generator.uniform(*settings.strengths[label])
        part = DEFECTS[label](generator, frame, part, strength)
    return photograph(generator, frame, part)


def encode(picture: NDArray[np.uint8], quality: int) -> bytes:
    """Encode an RGB picture as JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def choose_frame(settings: Settings, label: str, number: int) -> Frame:
    """Choose the camera that takes a picture."""
    classes = sorted(settings.counts)
    generator = np.random.default_rng([settings.seed, 100 + classes.index(label), number])
    second = generator.random() < settings.second_camera_share
    return settings.second_camera if second else settings.usual


def draw_files(settings: Settings) -> dict[tuple[str, int], bytes]:
    """Draw every file of the dataset, planted faults included."""
    files = {}
    for label, count in settings.counts.items():
        for number in range(count):
            frame = choose_frame(settings, label, number)
            files[label, number] = encode(
                draw_picture(settings, label, number, frame), settings.quality
            )
    for label, number, copy_label, copy_number in settings.copies:
        files[copy_label, copy_number] = files[label, number]
    whole = files[settings.broken]
    files[settings.broken] = whole[: int(settings.kept_of_broken * len(whole))]
    return files


def name_files(settings: Settings, files: Mapping[tuple[str, int], bytes]) -> dict[str, bytes]:
    """Give every file a running number that says nothing about its class."""
    generator = np.random.default_rng([settings.seed, 1000])
    numbers = generator.permutation(len(files)) + 1
    return {
        f"parts/{label}/part_{number:04d}.jpg": data
        for ((label, _), data), number in zip(files.items(), numbers, strict=True)
    }


def write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files to a ZIP whose bytes depend on nothing but the files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])


def draw_all(settings: Settings) -> None:
    """Draw the dataset and both covers next to this script."""
    cv2.setNumThreads(1)
    write_zip(HERE / "parts.zip", name_files(settings, draw_files(settings)))
    tiles = [draw_picture(settings, label, n, settings.cover) for label, n in settings.cover_tiles]
    parts = compose_parts(tiles, settings.cover_columns)
    digits = compose_digits(np.random.default_rng(settings.digits_seed))
    (HERE / "parts_cover.jpg").write_bytes(encode(parts, settings.cover_quality))
    (HERE / "digits_cover.jpg").write_bytes(encode(digits, settings.cover_quality))


if __name__ == "__main__":
    draw_all(Settings())
