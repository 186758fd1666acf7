"""Draw a layout of files in small, and say what a careful person reads there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import PurePosixPath
from zlib import crc32

import numpy as np
from PIL import Image

# path -> label and split of an image
Truth = Mapping[str, tuple[str, str]]
# name and label of each picture, as a table has them
Rows = list[tuple[str, str]]

LABELS = ("heron", "ibis", "stork")

_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".bmp": "BMP", ".ppm": "PPM"}
_FORMATS |= {".tif": "TIFF", ".gif": "GIF"}


@dataclass(frozen=True)
class Layout:
    """A set as it is downloaded, and what is right to read there.

    `truths` are all readings that are right; the first is what most people mean. Where there are
    several, the sentence must name what else could be read.
    """

    about: str  # what lies there, in a few words
    files: Mapping[str, bytes]
    truths: tuple[Truth, ...]  # () where a picture has no single label, and that is to be said
    groups: Mapping[str, str]  # path -> group, {} where nothing says any
    said: tuple[str, ...]  # patterns, each of which is found in what is said
    unlabelled: tuple[str, ...] = ()  # folders whose pictures have no labels


class Sketch:
    """A layout while it is drawn: files, and the label, split and group of each image."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.images: dict[str, tuple[str, str]] = {}
        self.groups: dict[str, str] = {}

    def draw(
        self, path: str, label: str | None = None, split: str = "train", *, group: str = ""
    ) -> None:
        """Draw a picture that no other path gives; without a label it is no image of the set."""
        self.files[path] = small_picture(path)
        if label is not None:
            self.images[path] = (label, split)
        if group:
            self.groups[path] = group

    def draw_mask(self, path: str) -> None:
        """Draw a picture of two values, of the size of all others."""
        self.files[path] = small_mask(path)

    def write(self, path: str, *lines: str, encoding: str = "utf-8") -> None:
        """Write a text of lines."""
        self.files[path] = "".join(f"{line}\n" for line in lines).encode(encoding)

    def copy(self, path: str, to: str) -> None:
        """Put the bytes of a file into another place, too."""
        self.files[to] = self.files[path]

    def layout(
        self,
        about: str,
        *,
        also: Iterable[Truth] = (),
        said: Iterable[str] = (),
        unlabelled: Iterable[str] = (),
    ) -> Layout:
        """Return the layout; `also` are other readings that are right as well."""
        truths = (self.images, *also)
        return Layout(about, self.files, truths, self.groups, tuple(said), tuple(unlabelled))

    def layout_without_labels(self, about: str, *, said: Iterable[str]) -> Layout:
        """Return the layout in which no picture has a single label."""
        return Layout(about, self.files, (), {}, tuple(said))


def flat_set(labels: Sequence[str] = LABELS, *, least: int = 6) -> tuple[Sketch, Rows]:
    """Return pictures in one folder, and name and label of each."""
    sketch, rows = Sketch(), []
    for label, number in sizes(labels, least=least):
        name = f"b{code_of(label, number)}.jpg"
        sketch.draw(f"images/{name}", label)
        rows.append((name, label))
    return sketch, rows


def lines(rows: Rows, separator: str = ",") -> list[str]:
    return [separator.join(row) for row in rows]


def in_splits(truth: Truth, split_of: Callable[[str], str]) -> Truth:
    """Return the same labels in other splits, by the path of each image."""
    return {path: (label, split_of(path)) for path, (label, _) in truth.items()}


def renamed(truth: Truth, name_of: Callable[[str], str]) -> Truth:
    """Return the same images under other names of the labels."""
    return {path: (name_of(label), split) for path, (label, split) in truth.items()}


def sizes(labels: Iterable[str], *, least: int = 4) -> Iterable[tuple[str, int]]:
    """Yield label and a number of each of its images, from 1; the classes differ in size."""
    for place, label in enumerate(labels):
        for number in range(1, least + place % 4 + 1):
            yield label, number


def code_of(*parts: object, digits: int = 8) -> str:
    """Return hexadecimal digits as downloads have them in names; other parts give others."""
    text = "-".join(map(str, parts))
    return "".join(f"{crc32(f'{text}{turn}'.encode()):08x}" for turn in range(3))[:digits]


@cache
def small_picture(name: str) -> bytes:
    """Return a picture of 8 x 8 pixels in the format of the suffix of `name`, JPEG without one."""
    pixels = np.random.default_rng(crc32(name.encode())).integers(0, 256, (8, 8, 3), np.uint8)
    return _saved(pixels, name)


@cache
def small_mask(name: str) -> bytes:
    """Return a picture of 8 x 8 black and white pixels."""
    rng = np.random.default_rng(crc32(name.encode()))
    return _saved(np.where(rng.random((8, 8)) < 0.5, 0, 255).astype(np.uint8), name)


def _saved(pixels: np.ndarray, name: str) -> bytes:
    buffer = BytesIO()
    format_ = _FORMATS.get(PurePosixPath(name).suffix.lower(), "JPEG")
    Image.fromarray(pixels).save(buffer, format_)
    return buffer.getvalue()
