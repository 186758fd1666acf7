"""Pictures before and after, in the grid of all pages: quick enough to follow a slider."""

import base64
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import cv2
import numpy as np

from app.review.board import Layout, Variant, Variants, review_board
from app.review.shown import ReviewList
from app.session.session import Session
from app.shell.page import quiet
from core.augment import DrawnStep, apply, at_scale
from core.augment.draws import JUDGED_PX
from core.augment.policy_text import values_text
from core.batches import run_ahead
from core.dataset import TRAIN, ImageDataset, read_picture
from core.errors import UnreadableImageError
from core.pictures.decode import Pixels, shrink
from core.pictures.encode import encode

_SHOWN_PX = 384  # longer side of a picture on the page
_MOST_KEPT = 48  # sources, at most 1.2 MB each
_DIFFERENCE_GAIN = 3

# By key of the picture and state of its file: (pixels, scale, address). The last ones used.
_KEPT: OrderedDict[tuple[str, ...], tuple[Pixels, float, str]] = OrderedDict()
_TURN = Lock()


@dataclass(frozen=True, eq=False)
class Source:
    """One image of the set as the page works on it."""

    row: int
    name: str
    label: str
    key: str  # its digest
    pixels: Pixels
    scale: float  # 1 where it is worked on at full size
    url: str


@dataclass(frozen=True, eq=False)
class Shown:
    """Images, what was made of each, and what both are."""

    sources: Sequence[Source | str]  # for a file that cannot be used, its name and the reason
    variants: Sequence[Sequence[Variant]]  # of each source that can be used
    text: str
    layout: Layout = Layout.COLUMNS


def rows_to_show(session: Session, label: str, count: int) -> list[int]:
    """Return the first training images of a class, with those left out or relabelled meanwhile.

    A picture that was left out here stays where it is, so that it can be taken back.
    """
    taken, dataset = session.taken, session.dataset
    assert taken is not None and dataset is not None
    rows = dataset.rows_of(label, TRAIN)
    if label in taken.classes:
        rows = np.union1d(rows, taken.rows_of(label, TRAIN))
    first: list[int] = rows[:count].tolist()
    return first


def make_of(
    sources: Sequence[Source | str], make: Callable[[Source], list[Variant]]
) -> list[list[Variant]]:
    """Return what `make` makes of each source that can be used."""
    usable = [source for source in sources if isinstance(source, Source)]
    # OpenCV lets go of Python's lock: the cores share the pictures.
    return list(run_ahead(make, usable))


def draw_pictures(session: Session, shown: Shown, *, title: str, key: str) -> None:
    """Draw images with what was made of them, in the grid where they can be decided about."""
    assert session.taken is not None
    rows = [source.row for source in shown.sources if isinstance(source, Source)]
    if rows:
        images = ReviewList(session.taken, np.array(rows, np.intp), title)
        variants = Variants(shown.variants, shown.layout)
        review_board(images, session.edits, key=key, variants=variants)
    for reason in (source for source in shown.sources if isinstance(source, str)):
        quiet(f"{reason}.")
    if shown.text:
        quiet(shown.text)


def open_sources(dataset: ImageDataset, rows: Sequence[int]) -> list[Source | str]:
    """Return the sources of `rows`; for a file that cannot be used, its name and the reason."""
    return [_open(dataset, row) for row in rows]


def variant_of(
    source: Source,
    changed: Pixels,
    drawn: Sequence[DrawnStep],
    *,
    shows_difference: bool = False,
    caption: str | None = None,
    is_marked: bool = False,
) -> Variant:
    """Return the picture that `drawn` made of a source, with the values unless told otherwise."""
    if shows_difference:
        # From mid grey: what became lighter is light, what became darker is dark.
        changed = np.asarray(
            cv2.addWeighted(changed, _DIFFERENCE_GAIN, source.pixels, -_DIFFERENCE_GAIN, 128),
            np.uint8,
        )
    return Variant(data_url(changed), values_text(drawn) if caption is None else caption, is_marked)


def changed_by(source: Source, drawn: Sequence[DrawnStep]) -> Pixels:
    """Return what steps make of a source, at the size at which it is worked on."""
    return apply(source.pixels, at_scale(drawn, source.scale))


def data_url(pixels: Pixels) -> str:
    """Return a picture as an address that holds it, no larger than it is shown."""
    small, _ = shrink(pixels, _SHOWN_PX)
    return "data:image/jpeg;base64," + base64.b64encode(encode(small, "JPEG", quality=88)).decode()


def _open(dataset: ImageDataset, row: int) -> Source | str:
    name = dataset.path(row).rsplit("/", 1)[-1]
    try:
        pixels, scale, url = _decoded(dataset, row)
    except UnreadableImageError as error:
        return f"{name} {error}"
    key = str(dataset.table["digest"].iloc[row])
    return Source(row, name, dataset.label(row), key, pixels, scale, url)


def _decoded(dataset: ImageDataset, row: int) -> tuple[Pixels, float, str]:
    """Return the pixels of a row, kept so that a slider decodes none again."""
    key = (str(dataset.picture_keys[row]), *_state_of_file(dataset, row))
    with _TURN:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
    with read_picture(dataset, row) as whole:
        pixels, scale = shrink(whole, JUDGED_PX)
    pixels.setflags(write=False)
    with _TURN:
        _KEPT[key] = pixels, scale, data_url(pixels)
        if len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
        return _KEPT[key]


def _state_of_file(dataset: ImageDataset, row: int) -> tuple[str, str, str]:
    """Return what is another when the file is gone or was changed since it was read."""
    path = dataset.root / str(dataset.table["file"].iloc[row])
    try:
        found = path.stat()
    except OSError:  # told when it is read
        return str(path), "", ""
    return str(path), str(found.st_mtime_ns), str(found.st_size)
