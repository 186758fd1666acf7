"""Parquet with the pictures inside: a table that `datasets`, pandas and Polars load."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import pyarrow as pa
from pyarrow import parquet

from core.dataset import SPLITS
from core.export.card import make_card, splits_at
from core.export.croissant import CROISSANT
from core.export.index_files import COMMON, MANIFEST, Written, parquet_text
from core.export.layouts.layout import Layout, Shard, Shards
from core.export.manifest import ManifestRow

_READERS = (
    "datasets.load_dataset(FOLDER)",
    'pandas.read_parquet(FOLDER + "/data")',
)
_CAVEAT = (
    "`image` holds the bytes of each picture's file and its name, `label` the number of its class, "
    "`class` its name. The pictures of a split stand in one shuffled order."
)
_TEXTS = ("class", "origin", "parent", "original_label", "group")
_ROWS = 100  # of a row group, all of which a reader holds at a time


class _Table:
    """A Parquet file that takes pictures a row group at a time."""

    def __init__(self, writer: Any, schema: Any, labels: Sequence[str]) -> None:  # noqa: ANN401
        self._writer, self._schema = writer, schema
        self._codes = {label: code for code, label in enumerate(labels)}
        self._rows: list[dict[str, object]] = []

    def add(self, row: ManifestRow, content: bytes) -> None:
        self._rows.append(
            {
                "image": {"bytes": content, "path": row.path.rpartition("/")[2]},
                "label": self._codes[row.label],
                "class": parquet_text(row.label),
                "origin": row.origin,
                "parent": parquet_text(row.parent),
                "original_label": parquet_text(row.original_label),
                "group": parquet_text(row.group),
            }
        )
        if len(self._rows) == _ROWS:
            self.flush()

    def flush(self) -> None:
        """Write the rows that are held."""
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


@contextmanager
def _open(file: IO[bytes], labels: Sequence[str]) -> Iterator[Shard]:
    schema = _schema(labels)
    # Pictures are compressed already; a dictionary of them would be searched in vain.
    codecs = {"image.bytes": "none", "image.path": "zstd", "label": "zstd"}
    codecs |= dict.fromkeys(_TEXTS, "zstd")
    with parquet.ParquetWriter(
        file, schema, compression=codecs, use_dictionary=list(_TEXTS)
    ) as writer:
        table = _Table(writer, schema, labels)
        yield table
        table.flush()


def _schema(labels: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the columns, with what `datasets` has to know of them in its own words."""
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    features: dict[str, object] = {
        "image": {"_type": "Image"},
        "label": {"names": [parquet_text(label) for label in labels], "_type": "ClassLabel"},
        **{name: {"dtype": "string", "_type": "Value"} for name in _TEXTS},
    }
    fields = [("image", image), ("label", pa.int64()), *((name, pa.string()) for name in _TEXTS)]
    told = json.dumps({"info": {"features": features}})
    return pa.schema(fields, metadata={"huggingface": told})


def _front_matter(written: Written) -> list[str]:
    places = {split: f"data/{split}-*.parquet" for split in SPLITS}
    return ["configs:", "- config_name: default", *splits_at(written, places)]


PARQUET = Layout(
    name="parquet",
    title="Parquet",
    help="Tables with the pictures inside: what Hugging Face and pandas load.",
    shards=Shards("data/{split}-{number:05d}-of-{of:05d}.parquet", _open),
    is_numbered=True,
    index=(MANIFEST, *COMMON, CROISSANT, make_card(_READERS, _CAVEAT, front_matter=_front_matter)),
    readers=_READERS,
    caveat=_CAVEAT,
)
