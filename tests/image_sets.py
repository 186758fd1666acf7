"""Draw small pictures, and lay them out as folders and zips."""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from core.dataset import ImageDataset
from core.ingest import list_archive, open_source, read_survey, survey
from core.limits import DEFAULT_LIMITS, Limits
from core.pictures.decode import Pixels
from core.pictures.encode import encode
from core.progress import Progress, silent


def picture(seed: int = 0, *, height: int = 24, width: int = 32) -> Pixels:
    """Return a smooth picture that no other seed gives."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width] / max(height, width)
    waves = [np.sin(a * rows + b * columns + c) for a, b, c in rng.uniform(1, 9, (3, 3))]
    return np.asarray(127 + 120 * np.stack(waves, axis=-1), np.uint8)


def png(seed: int = 0) -> bytes:
    """Return a PNG that no other seed gives."""
    return encode(picture(seed), "PNG")


def jpeg(seed: int = 0) -> bytes:
    """Return a JPEG that no other seed gives."""
    return encode(picture(seed), "JPEG")


def turned_jpeg(seed: int = 0, orientation: int = 6) -> bytes:
    """Return a JPEG whose EXIF tag asks viewers to turn it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(Image.fromarray(picture(seed)), "JPEG", quality=95, exif=exif)


def saved(image: Image.Image, format_: str, **options: object) -> bytes:
    """Return the file that Pillow writes."""
    buffer = BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def read_folder(folder: Path, **options: object) -> ImageDataset:
    """Return the dataset of a folder, as the command line reads it."""
    return open_source(str(folder), folder.parent / "unused", **options)  # type: ignore[arg-type]


def read_zip(
    archive: Path, folder: Path, *, name: str | None = None, limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
    decisions: Mapping[str, str] | None = None,
) -> ImageDataset:  # fmt: skip
    """Return the dataset of a zip or tar, unpacked into `folder`."""
    listing = list_archive(archive, folder, name=name, limits=limits, progress=progress)
    return read_survey(survey(listing), decisions, limits=limits, progress=progress)


def write_folder(folder: Path, counts: Mapping[str, int]) -> Path:
    """Write `counts` (sub-folder -> number) of pictures, all different, and return `folder`."""
    seed = 0
    for name, count in counts.items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            content, suffix = (png(seed), "png") if number % 2 else (jpeg(seed), "jpg")
            (place / f"{number:02d}.{suffix}").write_bytes(content)
            seed += 1
    return folder


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write `files` (path -> content) below `folder` and return it."""
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def write_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write a zip of `files` (name -> content) and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return path


def zipped(archive: Path) -> dict[str, bytes]:
    """Return name -> content of a zip."""
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def far(first: Pixels, second: Pixels) -> float:
    """Return the mean difference in grey levels; sizes must agree."""
    assert first.shape == second.shape
    return float(np.abs(first.astype(int) - second).mean())
