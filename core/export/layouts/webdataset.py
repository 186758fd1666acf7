"""WebDataset: tars of pictures, each beside its label, read from first to last.

Source of the format: the WebDataset documentation; files that share a name up to its first dot
are one sample.
"""

import json
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import IO

from core.dataset import SPLITS, ImageDataset
from core.export.card import make_card, splits_at
from core.export.croissant import CROISSANT
from core.export.index_files import COMMON, MANIFEST, Written
from core.export.layouts.layout import Layout, Shard, Shards
from core.export.manifest import ManifestRow

_READERS = (
    'webdataset.WebDataset(sorted(glob.glob(FOLDER + "/train-*.tar")), shardshuffle=100)'
    '.shuffle(1000).decode("pil").to_tuple("jpg;png", "cls")',
    "datasets.load_dataset(FOLDER)",
)
_CAVEAT = (
    "Each sample has a picture, its class as a number (`cls`) and as a text with its origin "
    "(`json`). The pictures of a split stand in one shuffled order. In a set of several formats "
    "all are called jpg: readers go by the first bytes."
)
_LOSSLESS = frozenset({"PNG", "BMP"})


class _Tar:
    """A tar with three entries for each picture, the same bytes each time."""

    def __init__(self, opened: tarfile.TarFile, labels: Sequence[str]) -> None:
        self._opened = opened
        self._codes = {label: code for code, label in enumerate(labels)}

    def add(self, row: ManifestRow, content: bytes) -> None:
        name = row.path.rpartition("/")[2]
        key = name.partition(".")[0]
        told = {"label": row.label, "origin": row.origin, "parent": row.parent, "group": row.group}
        self._write(name, content)
        self._write(f"{key}.cls", str(self._codes[row.label]).encode())
        self._write(f"{key}.json", json.dumps(told).encode())

    def _write(self, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        self._opened.addfile(entry, BytesIO(content))


@contextmanager
def _open(file: IO[bytes], labels: Sequence[str]) -> Iterator[Shard]:
    with tarfile.open(fileobj=file, mode="w|", format=tarfile.USTAR_FORMAT) as opened:
        yield _Tar(opened, labels)


def _suffix(dataset: ImageDataset) -> str:
    """Return one suffix for all pictures: `datasets` takes each for a column of its own."""
    formats = set(dataset.table["format"].unique())
    return ".png" if formats <= _LOSSLESS else ".jpg"


def _front_matter(written: Written) -> list[str]:
    lines = ["configs:", "- config_name: default"]
    lines += splits_at(written, {split: f"{split}-*.tar" for split in SPLITS})
    return lines


WEBDATASET = Layout(
    name="webdataset",
    title="WebDataset",
    help="Shuffled tars of about 256 MB, to be read from first to last, also over a network.",
    shards=Shards("{split}-{number:06d}.tar", _open, _suffix),
    is_numbered=True,
    index=(MANIFEST, *COMMON, CROISSANT, make_card(_READERS, _CAVEAT, front_matter=_front_matter)),
    readers=_READERS,
    caveat=_CAVEAT,
)
