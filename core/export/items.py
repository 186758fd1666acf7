"""Which pictures an export will hold, before one is written, and the bytes of each."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import numpy as np

from core.augment import DrawnStep, make_picture
from core.augment.draws import check_pictures
from core.dataset import AUGMENTED, COPY, ORIGINAL, ImageDataset, Rows, decoded, read_file
from core.errors import UnreadableImageError
from core.export.layouts import DEFAULT_LAYOUT, Layout, Shards
from core.export.manifest import ManifestRow
from core.export.names import class_folders, safe_name, stem_of, unused
from core.export.originals import (
    CONVERTED,
    COPIED,
    ENCODED,
    ENCODED_ANEW,
    changes_of,
    written_format,
)
from core.export.recipe import Recipe
from core.pictures.encode import encode_like
from core.pictures.header import SUFFIXES
from core.randomness import stream
from core.resample import Made

_SHARD_BYTES = 256_000_000  # as WebDataset and Hugging Face advise: large enough to be read at once


@dataclass(frozen=True)
class ExportItem:
    """One picture of the export."""

    stem: str  # its path in the export but for the suffix, parts divided by '/'
    row: int  # the image that it is, or was made from
    label: str
    split: str
    origin: str  # of ORIGINS: what this export makes of the image
    repeat: int = 0  # which of the copies or pictures made of that image, from 1
    code: int = 0  # of its label


def list_items(
    dataset: ImageDataset, made: Made, *, layout: Layout = DEFAULT_LAYOUT
) -> list[ExportItem]:
    """Return the pictures of the export: originals of every split, then those that are added.

    Augmented pictures stand in the order of `made.pictures`. What suffix a file gets is known when
    it is read. No two stems are alike, whatever their suffixes: labels files often drop the suffix.
    Of a layout without pictures there are none.

    Raises:
        SettingError: there is a class for which no step of the policy is left.
    """
    if not layout.has_pictures:
        return []
    check_pictures(dataset, made.policy, made.pictures)
    folders = class_folders(dataset.classes)
    used: set[str] = set()
    items: list[ExportItem] = []
    table = dataset.table
    splits = table["split"].tolist()
    paths, labels = table["path"].tolist(), table["label"].tolist()

    def add(row: int, ending: str, origin: str, code: int, repeat: int = 0) -> None:
        label = dataset.classes[code]
        stem = ""  # numbered below
        if not layout.is_numbered and layout.folder is not None:
            folder = layout.folder(splits[row], folders[label])
            stem = unused(f"{folder}/{stem_of(paths[row], labels[row])}{ending}", used)
        items.append(ExportItem(stem, row, label, splits[row], origin, repeat, code))

    codes = dataset.codes.tolist()
    for row in [*made.kept.tolist(), *dataset.held_out_rows.tolist()]:
        add(row, "", ORIGINAL, codes[row])
    for row, repeat in _numbered(made.copies):
        add(row, f"__copy{repeat:03d}", COPY, codes[row], repeat)
    pictures = made.pictures
    for row, repeat, code in zip(
        pictures.rows.tolist(), pictures.repeats.tolist(), pictures.codes.tolist(), strict=True
    ):
        add(row, f"__aug{repeat:03d}", AUGMENTED, code, repeat)
    return _numbered_items(dataset, items, layout) if layout.is_numbered else items


def _numbered_items(
    dataset: ImageDataset, items: Sequence[ExportItem], layout: Layout
) -> list[ExportItem]:
    """Return the items, in their order, with numbers for names; in shards the order is mixed.

    Who reads a shard from first to last would else see one class after the other.
    """
    stems = [""] * len(items)
    places = {split: [] for split in dataset.splits}  # type: dict[str, list[int]]
    for place, item in enumerate(items):
        places[item.split].append(place)
    number = 0
    for split, own in places.items():
        if layout.shards is None:
            assert layout.folder is not None, "its pictures lie somewhere"
            folders = [layout.folder(split, "")] * len(own)
        else:
            own = stream(0, "shards", split).permutation(own).tolist()
            folders = _shards_of(dataset, layout.shards, split, len(own))
        for place, folder in zip(own, folders, strict=True):
            stems[place] = f"{folder}/{number:09d}"
            number += 1
    return [replace(item, stem=stem) for item, stem in zip(items, stems, strict=True)]


def _shards_of(dataset: ImageDataset, shards: Shards, split: str, count: int) -> list[str]:
    """Return the shard of each of so many pictures, as many in each; by their usual size."""
    most = max(1, int(_SHARD_BYTES / max(1.0, float(dataset.shapes[:, 2].mean()))))
    of = -(-count // most)
    return [shards.name_of(split, place * of // count, of) for place in range(count)]


def list_rows(dataset: ImageDataset, made: Made) -> tuple[ManifestRow, ...]:
    """Return the images that an export without pictures points to, and how often each is drawn.

    A picture that would be made of an image counts as a draw of it, unless its class is another.
    """
    table = dataset.table
    paths, groups = table["path"].tolist(), table["group"].tolist()
    splits, labels = table["split"].tolist(), table["label"].tolist()
    origins, parents = table["origin"].tolist(), table["parent"].tolist()
    draws = np.zeros(len(dataset), np.intp)
    is_own = made.pictures.codes == dataset.codes[made.pictures.rows]
    for rows in (made.kept, dataset.held_out_rows, made.copies, made.pictures.rows[is_own]):
        np.add.at(draws, rows, 1)
    return tuple(
        ManifestRow(
            path=paths[row],
            label=labels[row],
            split=splits[row],
            origin=origins[row],
            parent=parents[row] or paths[row],
            operation="",
            values="",
            seed=made.policy.seed,
            original_label=dataset.original_labels.get(paths[row], ""),
            group=groups[row],
            repeats=int(draws[row]),
        )
        for row in np.flatnonzero(draws).tolist()
    )


def export_name(dataset: ImageDataset, strategy: str) -> str:
    """Return a file stem for an export of `dataset`: 'parts-smote'."""
    # Hugging Face takes brackets in the name of a folder for a pattern, and finds nothing.
    name = PurePosixPath(dataset.name).name.translate({ord("["): "(", ord("]"): ")"})
    return f"{safe_name(name)}-{strategy}"


@dataclass(frozen=True, eq=False)
class Rendered:
    """One picture of the export, ready to be written."""

    item: ExportItem
    path: str = ""
    content: bytes | None = None  # None: an earlier run wrote it
    written: str = ""  # COPIED, ENCODED, or CONVERTED and what was changed
    reason: str = ""  # why there is none
    drawn: tuple[DrawnStep, ...] = ()


def render(
    dataset: ImageDataset,
    item: ExportItem,
    recipe: Recipe,
    has: Callable[[str], bool],
    *,
    suffix: str | None = None,
) -> Rendered:
    """Return the bytes of one picture. Pure, so that threads and restarts change nothing.

    Args:
        dataset: The images.
        item: Which picture.
        recipe: How to augment, and how originals are written.
        has: Whether an earlier run wrote the file of this name.
        suffix: Of its name; that of its format unless given.
    """
    try:
        with read_file(dataset, item.row) as (content, header):
            format_ = written_format(content, header)
            path = item.stem + (suffix or SUFFIXES[format_])
            if item.origin == AUGMENTED:
                with decoded(dataset, content, header) as pixels:
                    changed, drawn = make_picture(
                        dataset, recipe.policy, item.row, item.repeat, item.code, pixels
                    )
                    if has(path):
                        return Rendered(item, path, None, ENCODED, drawn=drawn)
                    encoded = encode_like(changed, content, format_, header=header)
                return Rendered(item, path, encoded, ENCODED, drawn=drawn)
            changes = changes_of(content, header)
            is_anew = recipe.originals == ENCODED_ANEW
            written = f"{CONVERTED}: {changes}" if changes else ENCODED if is_anew else COPIED
            if has(path):
                return Rendered(item, path, None, written)
            if written == COPIED:
                return Rendered(item, path, content, written)
            with decoded(dataset, content, header) as pixels:
                encoded = encode_like(pixels, content, format_, header=header)
            return Rendered(item, path, encoded, written)
    except UnreadableImageError as error:
        return Rendered(item, reason=str(error))


def _numbered(rows: Rows) -> Iterator[tuple[int, int]]:
    """Yield each of `rows` with how often it has come, from 1."""
    found: Counter[int] = Counter()
    for row in rows.tolist():
        found[row] += 1
        yield row, found[row]
