"""The sets that come with Evenset, ready to try."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import cv2
import numpy as np

from core.errors import SettingError
from core.ingest.archive import unpack_zip
from core.ingest.folder import list_folder
from core.ingest.listing import Listing
from core.limits import DEFAULT_LIMITS, Limits
from core.pictures.encode import encode
from core.progress import Progress, silent
from core.storage import write_bytes


@dataclass(frozen=True)
class Sample:
    """A set that needs no file of the person's."""

    name: str
    title: str
    text: str
    unpack: Callable[[Path, Limits, Progress], Listing]
    cover: str  # file name in sample_data

    def cover_path(self) -> Path:
        """Return the picture of its card."""
        return Path(str(resources.files("sample_data") / self.cover))


def list_sample(
    name: str,
    folder: Path,
    *,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> Listing:
    """Unpack or draw a sample into `folder` and list it.

    Raises:
        SettingError: there is no such sample.
    """
    if name not in SAMPLES:
        raise SettingError(f"There is no sample '{name}'. The samples are: {', '.join(SAMPLES)}.")
    return SAMPLES[name].unpack(folder, limits, progress)


def _unpack_parts(folder: Path, limits: Limits, progress: Progress) -> Listing:
    with resources.as_file(resources.files("sample_data") / "parts.zip") as archive:
        return unpack_zip(archive, folder, limits=limits, progress=progress)


def _draw_digits(folder: Path, limits: Limits, progress: Progress) -> Listing:
    """Write scikit-learn's digits as a long tail: each class keeps 0.62 of the one before it."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    grey = np.asarray(digits.images * (255 / 16), np.uint8)
    root = folder / "digits"
    for digit in range(10):
        rows = np.flatnonzero(digits.target == digit)
        for number, row in enumerate(rows[: max(4, round(170 * 0.62**digit))]):
            # 8 x 8 pixels are a mosaic to the eye; four times larger and smooth is the same data.
            large = cv2.resize(grey[row], (32, 32), interpolation=cv2.INTER_CUBIC)
            pixels = np.repeat(large[:, :, None], 3, axis=2)
            write_bytes(root / f"digit {digit}" / f"{number:03d}.png", encode(pixels, "PNG"))
        progress("drawing", digit + 1, 10)
    return list_folder(root, limits=limits, progress=progress)


SAMPLES: Mapping[str, Sample] = {
    "parts": Sample(
        name="parts",
        title="Parts on a belt",
        text="Machined parts under a camera: many good ones, few with a scratch, dent, stain or "
        "crack. Comes with a few faults to find.",
        unpack=_unpack_parts,
        cover="parts_cover.jpg",
    ),
    "digits": Sample(
        name="digits",
        title="Handwritten digits",
        text="Small grey pictures of 0 to 9 with a long tail: many zeros, very few nines.",
        unpack=_draw_digits,
        cover="digits_cover.jpg",
    ),
}
