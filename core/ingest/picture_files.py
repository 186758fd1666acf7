"""Picture files, read once in threads: a table of those that can be used, a list of the others."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.batches import run_batches
from core.dataset import ORIGINS, SPLITS, SkippedFile, build_table
from core.errors import UnreadableImageError
from core.limits import Limits
from core.pictures.budget import room_to_decode, room_to_read
from core.pictures.decode import read_header
from core.pictures.measure import measure_file
from core.progress import Progress
from core.words import size_of

_MOST_AT_ONCE = 256
_BATCHES = 16  # at least, so that a few large pictures are shared among the cores, too
# Pictures of which most are smaller are read by one thread: so little of their time is spent
# outside of Python that two would wait for each other (CIFAR-10: 2.6 s by one, 4.0 s by two).
_TINY_BYTES = 4_000
_SAMPLE = 64
# No picture within the limit of pixels is larger: 16 bits of red, green, blue and opacity, and
# what cameras write beside them. A file is in memory as a whole.
_MOST_BYTES_PER_PIXEL = 8
_MOST_BYTES_BESIDE = 1 << 24


@dataclass(frozen=True, eq=False)
class PictureFiles:
    """P pictures that have a label, in order of path, and not yet looked into."""

    root: Path
    paths: Sequence[str]  # (P,)
    files: Sequence[str]  # (P,) relative to root
    labels: NDArray[np.intp]  # (P,) places in `classes`
    classes: Sequence[str]
    splits: NDArray[np.int8]  # (P,) places in SPLITS
    groups: NDArray[np.intp]  # (P,) places in `group_names`
    group_names: Sequence[str]
    origins: NDArray[np.int8]  # (P,) places in ORIGINS
    parents: NDArray[np.intp]  # (P,) places in `parent_names`
    parent_names: Sequence[str]


@dataclass(eq=False)
class _Columns:
    """What was found in some pictures; `places` says in which."""

    places: list[int] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    heights: list[int] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    conversions: list[str] = field(default_factory=list)
    vanishing: list[float] = field(default_factory=list)
    highest: list[int] = field(default_factory=list)
    damages: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)


def readable_name(name: str) -> str:
    """Return `name` with bytes that are no text, as some systems allow in names, spelled out.

    Such a name would break every table, file and page that it is written to.
    """
    return name.encode("utf-8", "backslashreplace").decode()


def read_picture_files(
    pictures: PictureFiles, *, limits: Limits, progress: Progress
) -> tuple[pd.DataFrame, list[SkippedFile]]:
    """Return the table of all pictures that can be read, and the others with the reason.

    Each picture is looked through once to be sure that it can be decoded, and measured on the way:
    what is damaged inside it, and what it says about how its set is best decoded, stand in columns,
    so that no question that comes later (which pictures would vanish, a part of the set, another
    start of the server) reads it again.
    """
    count = len(pictures.paths)
    read = _Columns()

    def inspect(places: Sequence[int]) -> _Columns:
        columns = _Columns()
        for place in places:
            _inspect(place, pictures, limits, columns)
        return columns

    for columns in run_batches(
        inspect, range(count), batch_size=max(1, min(_MOST_AT_ONCE, count // _BATCHES)),
        stage="reading images", progress=progress, workers=1 if _are_tiny(pictures) else None,
    ):  # fmt: skip
        for name in vars(read):
            getattr(read, name).extend(getattr(columns, name))
    places = np.asarray(read.places, np.intp)
    table = build_table(
        {
            "path": [pictures.paths[place] for place in read.places],
            "label": _categories(pictures.labels[places], pictures.classes),
            "split": _categories(pictures.splits[places], SPLITS),
            "group": _categories(pictures.groups[places], pictures.group_names),
            "origin": _categories(pictures.origins[places], ORIGINS),
            "parent": _categories(pictures.parents[places], pictures.parent_names),
            "width": np.asarray(read.widths),
            "height": np.asarray(read.heights),
            "format": read.formats,
            "conversion": read.conversions,
            "vanishing": np.asarray(read.vanishing, np.float32),
            "highest": np.asarray(read.highest, np.int32),
            "damage": read.damages,
            "bytes": np.asarray(read.sizes),
            "digest": read.digests,
            "file": [pictures.files[place] for place in read.places],
        }
    )
    return table, read.skipped


def _are_tiny(pictures: PictureFiles) -> bool:
    """Return whether most files are tiny, from a few of them."""
    step = max(1, len(pictures.files) // _SAMPLE)
    sizes = []
    for file in pictures.files[::step]:
        with suppress(OSError):
            sizes.append((pictures.root / file).stat().st_size)
    return bool(sizes) and median(sizes) < _TINY_BYTES


def _categories(codes: NDArray[np.integer], names: Sequence[str]) -> pd.Series:
    # Categories are of pandas' type of texts in every table, whatever it was made from.
    index = pd.Index(list(names), dtype="str")
    return pd.Series(pd.Categorical.from_codes(codes.tolist(), index))


def _inspect(place: int, pictures: PictureFiles, limits: Limits, columns: _Columns) -> None:
    """Add what one picture is to `columns`, or why it cannot be used."""
    try:
        _read(place, pictures, limits, columns)
    except UnreadableImageError as error:
        reason = str(error)
    except OSError as error:
        reason = f"cannot be opened ({error.strerror})"
    except MemoryError:
        reason = "takes more memory than is free"
    else:
        return
    label = pictures.classes[pictures.labels[place]]
    columns.skipped.append(SkippedFile(pictures.paths[place], reason, label))


def _read(place: int, pictures: PictureFiles, limits: Limits, columns: _Columns) -> None:
    """Add what one picture is to `columns`.

    Raises:
        UnreadableImageError: it cannot be decoded, or is too large.
        OSError: it cannot be opened.
        MemoryError: it needs more than there is.
    """
    # `Path` would take as long as all the rest.
    whole_path = os.path.join(pictures.root, pictures.files[place])  # noqa: PTH118
    with open(whole_path, "rb", buffering=0) as opened:  # noqa: PTH123
        size = os.fstat(opened.fileno()).st_size
        most = limits.image_pixels * _MOST_BYTES_PER_PIXEL + _MOST_BYTES_BESIDE
        if size > most:
            raise UnreadableImageError(f"too large: {size_of(size)}, limit {size_of(most)}")
        with room_to_read(whole_path, size, limits, at_least_px=1):
            content = opened.read()
            header = read_header(content, limits)
            with room_to_decode(header, size, at_least_px=1):
                measures = measure_file(content, header)
    columns.places.append(place)
    columns.widths.append(header.width)
    columns.heights.append(header.height)
    columns.formats.append(header.format)
    # Many files have room for transparency and make no use of it: nothing is filled in them.
    header = replace(header, has_transparency=False) if measures.is_opaque else header
    columns.conversions.append(header.conversion)
    columns.vanishing.append(measures.vanishing)
    columns.highest.append(measures.highest)
    columns.damages.append(measures.damage)
    columns.sizes.append(len(content))
    columns.digests.append(sha256(content).hexdigest())
