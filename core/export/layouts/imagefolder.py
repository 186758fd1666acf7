"""Hugging Face's `imagefolder`: numbered pictures in a folder per split, and their metadata.

Numbers in place of names: `datasets` guesses splits from names anywhere in a path, so that a class
called 'test tube' would become a test split.
"""

from functools import partial
from io import BytesIO

import pyarrow as pa
from pyarrow import parquet

from core.dataset import SPLITS, ImageDataset
from core.export.card import label_names, make_card, splits_at
from core.export.croissant import CROISSANT
from core.export.index_files import COMMON, MANIFEST, IndexFile, Written, parquet_text
from core.export.layouts.layout import Layout
from core.resample import BalancePlan

_READERS = (
    "datasets.load_dataset(FOLDER)",
    'datasets.load_dataset("imagefolder", data_dir=FOLDER)',
)
_CAVEAT = "The first reads labels as classes with a number each, the second as texts."
_COLUMNS = ("label", "origin", "parent", "original_label", "group")


def _metadata(split: str, written: Written) -> bytes:
    """Return the metadata of a split: a row per picture, by the name of its file.

    Parquet, because `datasets` reads 'null' or '007' in a CSV as something else than a name.
    """
    rows = [row for row in written.rows if row.split == split]
    columns = {"file_name": [row.path.rpartition("/")[2] for row in rows]}
    for column in _COLUMNS:
        columns[column] = [parquet_text(getattr(row, column)) for row in rows]
    file = BytesIO()
    parquet.write_table(pa.table(columns), file, compression="zstd")
    return file.getvalue()


def _has(split: str, dataset: ImageDataset, plan: BalancePlan) -> bool:  # noqa: ARG001
    return split in dataset.splits


def _front_matter(written: Written) -> list[str]:
    lines = ["configs:", "- config_name: default"]
    lines += splits_at(written, {split: f"{split}/**" for split in SPLITS})
    lines += ["  features:", "  - name: image", "    dtype: image"]
    lines += label_names(written.labels, "  ")
    for column in _COLUMNS[1:]:
        lines += [f"  - name: {column}", "    dtype: string"]
    return lines


IMAGEFOLDER = Layout(
    name="imagefolder",
    title="Hugging Face imagefolder",
    help="Numbered pictures with metadata.parquet: labels, origins and groups as columns.",
    folder=lambda split, name: split,  # noqa: ARG005
    is_numbered=True,
    index=(
        MANIFEST,
        *(
            IndexFile(f"{split}/metadata.parquet", partial(_metadata, split), partial(_has, split))
            for split in SPLITS
        ),
        *COMMON,
        CROISSANT,
        make_card(_READERS, _CAVEAT, front_matter=_front_matter),
    ),
    readers=_READERS,
    caveat=_CAVEAT,
)
