"""How each picture was made and what it looks like as a whole: what a model can know a class by.

None of these properties says what a picture shows.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.arrays import freeze
from core.dataset import SPLITS, ImageDataset
from core.pictures.decode import Pixels
from core.pictures.header import DAMAGE, ImageHeader, open_image

# The table of quantization of luminance for quality 50; IJG's library scales it by the quality
# (ITU-T T.81, table K.1; jpeg_quality_scaling of jcparam.c).
_STANDARD = np.array(
    [
        *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55),
        *(14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62),
        *(18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
        *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
    ],
    np.int64,
)
_QUALITIES = np.arange(100, 0, -1)  # the sums of their tables ascend

_SIDE_PX = 64  # of the small picture that is looked at
_RING_PX = 5  # of it, on each side: the outer 29 % of its area
_ALIKE_LEVELS = 8  # of 256: nearer than this, two points are of one tone
_EDGE_LEVELS = 48  # of 256 by which brightness changes over two points
_CAPTURED_TAG, _EXIF_IFD = 0x9003, 0x8769
_MAKER_TAG, _MODEL_TAG = 0x010F, 0x0110
_DAY_ONE = date(1970, 1, 1).toordinal()
_NAME_BITS = (1 << 24) - 1  # float32 holds whole numbers up to here


class Origin(StrEnum):
    """What gave a picture a property, and so what to do about it; the value is the remedy."""

    ENCODING = (
        "Get these pictures with the same compression as the others, or write all classes alike "
        "before training: what a stronger compression has left in the pixels stays in them."
    )
    SIZE = (
        "Scale and crop all pictures to one size before training, as most trainers do: then only "
        "how fine their details are still tells."
    )
    FRAME = (
        "Crop the borders or replace the background, or get pictures of this class from where "
        "the others come from."
    )
    LOOK = (
        "If it belongs to what the class shows, leave it; if not, get pictures of this class that "
        "look like the others, or make the others alike."
    )
    SOURCE = "Get pictures of each class from several sources, and keep each source in one fold."


@dataclass(frozen=True)
class Property:
    """One property of a picture."""

    name: str
    title: str  # as it stands in a sentence
    origin: Origin
    stays: bool  # after a trainer has scaled the picture and lost its file
    unit: str = ""  # '%': a share
    places: int = 0  # decimals that are said
    is_kind: bool = False  # its values are names, not numbers

    @property
    def is_of_file(self) -> bool:
        """Return whether it is how the file was made, not how the picture looks."""
        return self.origin in (Origin.ENCODING, Origin.SIZE, Origin.SOURCE)


# Those of MEASURED are of the decoded picture, `brightness` is a measure of its own, and the rest
# stand in the table of the set.
PROPERTIES: tuple[Property, ...] = (
    Property("format", "file format", Origin.ENCODING, False, is_kind=True),
    Property("bytes_per_pixel", "file size per pixel", Origin.ENCODING, False, " bytes", 2),
    Property("jpeg_quality", "JPEG quality", Origin.ENCODING, True),
    Property("jpeg_sampling", "colour subsampling of JPEG", Origin.ENCODING, False, is_kind=True),
    Property("width", "width", Origin.SIZE, False, " px"),
    Property("height", "height", Origin.SIZE, False, " px"),
    Property("aspect", "aspect ratio", Origin.SIZE, False, places=2),
    Property("folder", "source folder", Origin.SOURCE, False, is_kind=True),
    Property("camera", "camera", Origin.SOURCE, False, is_kind=True),
    Property("captured", "day of capture", Origin.SOURCE, False),
    Property("border_spread", "variation along the border", Origin.FRAME, True, "%"),
    Property("ring_brightness", "brightness of the outer part", Origin.FRAME, True, "%"),
    Property("ring_colour", "strength of colour in the outer part", Origin.FRAME, True, "%"),
    Property("ring_red", "red against green in the outer part", Origin.FRAME, True, "%"),
    Property("ring_blue", "blue against yellow in the outer part", Origin.FRAME, True, "%"),
    Property("ring_spread", "variation in the outer part", Origin.FRAME, True, "%"),
    Property("brightness", "brightness", Origin.LOOK, True, "%"),
    Property("colourfulness", "strength of colour", Origin.LOOK, True, "%"),
    Property("tonal_spread", "contrast", Origin.LOOK, True, "%"),
    Property("plain_share", "share of a single tone", Origin.LOOK, True, "%"),
    Property("edge_share", "share of edges", Origin.LOOK, True, "%"),
)
MEASURED = (
    *("jpeg_quality", "jpeg_sampling", "camera", "captured", "border_spread"),
    *("ring_brightness", "ring_colour", "ring_red", "ring_blue", "ring_spread"),
    *("colourfulness", "tonal_spread", "plain_share", "edge_share"),
)
_SAMPLINGS = {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}


def measure_properties(pixels: Pixels, content: bytes, header: ImageHeader) -> Sequence[float]:
    """Return a number for each name of MEASURED, NaN where the picture has no such property.

    Shares and levels run from 0 to 1 (`ring_red` and `ring_blue` from -1); `jpeg_quality` from 1 to
    100, `captured` is in days since 1970, `camera` a hash of its name.

    Args:
        pixels: (H, W, 3) RGB.
        content: The file.
        header: What it says of itself.
    """
    small = np.asarray(cv2.resize(pixels, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA))
    is_ring = np.ones(small.shape[:2], np.bool_)
    is_ring[_RING_PX:-_RING_PX, _RING_PX:-_RING_PX] = False
    ring = small[is_ring].astype(np.float32) / 255
    red, green, blue = ring.mean(axis=0)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    colour = (small.max(axis=2) - small.min(axis=2)) / 255
    camera, captured = _capture(content)
    return (
        np.nan if header.jpeg is None else jpeg_quality(header.jpeg.tables),
        # A grey JPEG has none; Pillow gives it a negative number.
        np.nan if header.jpeg is None or header.jpeg.sampling < 0 else header.jpeg.sampling,
        camera,
        captured,
        _border_spread(pixels),
        ring.mean(),
        colour[is_ring].mean(),
        red - green,
        blue - (red + green) / 2,
        ring.std(axis=0).mean(),
        colour.mean(),
        grey.std() / 255,
        _plain_share(grey),
        _edge_share(grey),
    )


def jpeg_quality(tables: Mapping[int, Sequence[int]]) -> int:
    """Return the quality, 1 to 100, whose table of luminance has about the sum of this one.

    It is exact for files of IJG's library and its kin, and a likeness for all others.
    """
    total = sum(tables[min(tables)])
    return int(_QUALITIES[np.abs(_sums() - total).argmin()])


def _sums() -> NDArray[np.int64]:
    scales = np.where(_QUALITIES < 50, 5000 // _QUALITIES, 200 - 2 * _QUALITIES)
    tables = ((_STANDARD * scales[:, np.newaxis] + 50) // 100).clip(1, 255)
    return np.asarray(tables.sum(axis=1), np.int64)


def _border_spread(pixels: Pixels) -> float:
    """Return the mean deviation of the outermost points from their mean; 0: a plain frame."""
    lines = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    return float(np.concatenate(lines).std(axis=0).mean()) / 255


def _plain_share(grey: NDArray[np.generic]) -> float:
    """Return the share of points that are of the tone that most are of."""
    counts = np.bincount(grey.ravel(), minlength=256)
    alike = np.convolve(counts, np.ones(2 * _ALIKE_LEVELS + 1), "same")
    return float(alike.max()) / grey.size


def _edge_share(grey: NDArray[np.generic]) -> float:
    """Return the share of points where brightness changes much."""
    levels = grey.astype(np.int16)
    across = np.abs(levels[1:-1, 2:] - levels[1:-1, :-2])
    down = np.abs(levels[2:, 1:-1] - levels[:-2, 1:-1])
    return float((np.maximum(across, down) > _EDGE_LEVELS).mean())


def _capture(content: bytes) -> tuple[float, float]:
    """Return a number for the camera and the day of capture, as EXIF has them; NaN for none."""
    if b"Exif" not in content[: 1 << 12] and b"eXIf" not in content:
        return np.nan, np.nan
    try:
        with open_image(content) as image:
            exif = image.getexif()
            names = [str(exif.get(tag, "")).strip("\0 ") for tag in (_MAKER_TAG, _MODEL_TAG)]
            captured = str(exif.get_ifd(_EXIF_IFD).get(_CAPTURED_TAG, ""))[:10]
    except DAMAGE:
        return np.nan, np.nan
    camera = " ".join(names).strip()
    try:
        day = float(date.fromisoformat(captured.replace(":", "-")).toordinal() - _DAY_ONE)
    except ValueError:
        day = np.nan
    return (float(zlib.crc32(camera.encode()) & _NAME_BITS) if camera else np.nan), day


@dataclass(frozen=True, eq=False)
class PropertyTable:
    """The properties of M images."""

    values: NDArray[np.float32]  # (M, P) in order of PROPERTIES; NaN: it has none
    kinds: Mapping[str, tuple[str, ...]]  # property -> the names that its values are places in

    def __post_init__(self) -> None:
        freeze(self, "values")

    @cached_property
    def bins(self) -> NDArray[np.int16]:
        """Return (M, P) which of a property's ranges each value lies in; see `into_bins`."""
        columns = [
            into_bins(column, is_kind=each.is_kind)
            for each, column in zip(PROPERTIES, self.values.T, strict=True)
        ]
        return np.column_stack(columns)


def read_properties(
    dataset: ImageDataset, columns: Mapping[str, NDArray[np.float32]], rows: NDArray[np.intp]
) -> PropertyTable:
    """Return the properties of some images.

    Args:
        dataset: The images.
        columns: What was measured of all of them: name -> (N,).
        rows: (M,) which.
    """
    table = dataset.table.iloc[rows]
    width, height = (table[name].to_numpy(np.float32) for name in ("width", "height"))
    folders = pd.Categorical(_folders(dataset, rows))
    given = {
        "format": table["format"].cat.codes.to_numpy(),
        "bytes_per_pixel": table["bytes"].to_numpy(np.float32) / (width * height),
        "width": width,
        "height": height,
        "aspect": width / height,
        "folder": folders.codes,
        **{name: columns[name][rows] for name in ("brightness", *MEASURED)},
    }
    values = np.column_stack([given[each.name] for each in PROPERTIES]).astype(np.float32)
    kinds = {
        "format": tuple(table["format"].cat.categories),
        "folder": tuple(map(str, folders.categories)),
        "jpeg_sampling": tuple(_SAMPLINGS.values()),
    }
    return PropertyTable(values, kinds)


def _folders(dataset: ImageDataset, rows: NDArray[np.intp]) -> list[str]:
    """Return the folders of each image, less those that are its label or its split."""
    table = dataset.table.iloc[rows]
    level = dataset.choices.label_level
    known: dict[tuple[str, str], str] = {}
    folders = []
    for path, label in zip(table["path"].tolist(), table["label"].tolist(), strict=True):
        whole = path.rpartition("/")[0], dataset.original_labels.get(path, label)
        if whole not in known:
            parts = enumerate(whole[0].split("/"), start=1)
            names = [
                part for place, part in parts if part not in (whole[1], *SPLITS) and place != level
            ]
            known[whole] = "/".join(names)
        folders.append(known[whole])
    return folders


_MOST_BINS = 10
_HEAVY = 0.05  # of the images: a number that so many have is a range of its own


def into_bins(values: NDArray[np.float32], *, is_kind: bool) -> NDArray[np.int16]:
    """Return (M,) the range of each value: 0 for NaN, else one of about ten with as many images.

    A number that one image in twenty has, such as one JPEG quality, is a range of its own. Of
    names, the most frequent ones are, and all others are one.
    """
    bins = np.zeros(len(values), np.int16)
    known = ~np.isnan(values)
    if is_kind:
        _, places, counts = np.unique(values[known], return_inverse=True, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        ranks = np.empty(len(counts), np.int16)
        ranks[order] = np.minimum(np.arange(len(counts)), _MOST_BINS - 1)
        bins[known] = 1 + ranks[places]
    elif known.any():
        ordered = np.sort(values[known])
        numbers, counts = np.unique(ordered, return_counts=True)
        edges = ordered[np.arange(1, _MOST_BINS) * len(ordered) // _MOST_BINS]
        heavy = numbers[counts >= _HEAVY * len(ordered)]
        after = np.nextafter(heavy, np.float32(np.inf))
        edges = np.unique(np.concatenate([edges, heavy, after]))
        bins[known] = 1 + np.searchsorted(edges, values[known], side="right")
    return bins
