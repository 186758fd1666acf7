"""Pictures before and after, as HTML: quick enough to follow a slider."""

import base64
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from threading import Lock

import cv2
import numpy as np

from app.shell.thumbnails import picture_html
from core.augment import OPERATIONS, DrawnStep, apply, at_scale
from core.augment.draws import JUDGED_PX
from core.dataset import ImageDataset, read_picture
from core.errors import UnreadableImageError
from core.pictures.decode import Pixels, shrink
from core.pictures.encode import encode

_SHOWN_PX = 256  # longer side of a picture on the page
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


def open_sources(dataset: ImageDataset, rows: Sequence[int]) -> list[Source | str]:
    """Return the sources of `rows`; for a file that cannot be used, its name and the reason."""
    return [_open(dataset, row) for row in rows]


def augmented_html(
    source: Source,
    changed: Pixels,
    drawn: Sequence[DrawnStep],
    *,
    shows_difference: bool = False,
    caption: str | None = None,
) -> str:
    """Return the figure of what `drawn` made of a source, with the values below it."""
    text = values_text(drawn)
    if shows_difference:
        # From mid grey: what became lighter is light, what became darker is dark.
        changed = np.asarray(
            cv2.addWeighted(changed, _DIFFERENCE_GAIN, source.pixels, -_DIFFERENCE_GAIN, 128),
            np.uint8,
        )
    alt = f"{source.name}, augmented with {text}"
    return picture_html(data_url(changed), alt=alt, caption=text if caption is None else caption)


def changed_by(source: Source, drawn: Sequence[DrawnStep]) -> Pixels:
    """Return what steps make of a source, at the size at which it is worked on."""
    return apply(source.pixels, at_scale(drawn, source.scale))


def original_html(source: Source) -> str:
    """Return the figure of a source with its name."""
    return picture_html(source.url, alt=f"{source.label}: {source.name}", caption=source.name)


def column_html(figures: Sequence[str]) -> str:
    """Return figures one below the other."""
    return f'<div class="column">{"".join(figures)}</div>'


def missing_html(reason: str) -> str:
    """Return what stands in the place of a file that cannot be used."""
    return f'<p class="quiet">{escape(reason)}.</p>'


def grid_html(columns: Sequence[str]) -> str:
    """Return columns beside each other."""
    return f'<div class="beforeafter">{"".join(columns)}</div>'


def row_html(figures: Sequence[str]) -> str:
    """Return many figures beside each other, small."""
    return f'<div class="sweep">{"".join(figures)}</div>'


def values_text(drawn: Sequence[DrawnStep]) -> str:
    """Return 'rotate -12 °, crop 0.87' for a caption."""
    parts = []
    for step in drawn:
        operation = OPERATIONS[step.operation]
        values = [
            f"{step.values[parameter.name]:.3g} {parameter.unit}".strip()
            for parameter in operation.parameters
        ]
        parts.append(" ".join([operation.title.lower(), *values]))
    return ", ".join(parts)


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
