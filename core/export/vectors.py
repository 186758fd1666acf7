"""The vectors of an export, real and synthetic, as .npz and as Parquet: a block at a time."""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray
from pyarrow.parquet import ParquetWriter

from core.dataset import ImageDataset, Rows
from core.embed import Embeddings
from core.resample import SyntheticPoints
from core.resample.synthetic import LINEAR, SPHERICAL

VECTORS, CLASS_NAMES, INTERPOLATION = "vectors", "class_names", "interpolation"

_BLOCK_BYTES = 16_000_000  # of vectors at a time; a row group of the Parquet file


@dataclass(frozen=True, eq=False)
class VectorTable:
    """N vectors of D numbers, made when asked for, and what is known of each."""

    dimension: int
    make: Callable[[slice], NDArray[np.float32]]  # a block of rows -> its (B, D) vectors
    codes: NDArray[np.intp]  # (N,) of `classes`
    classes: tuple[str, ...]
    columns: Mapping[str, NDArray[Any]]  # (N,) each
    interpolation: str | None = None  # between parents; None: there are none

    def __len__(self) -> int:
        """Return N."""
        return len(self.codes)

    def counts(self, chosen: NDArray[np.bool_] | None = None) -> tuple[int, ...]:
        """Return how many vectors each class has, among those where `chosen`, (N,), is true."""
        codes = self.codes if chosen is None else self.codes[chosen]
        return tuple(np.bincount(codes, minlength=len(self.classes)).tolist())

    def blocks(self) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Yield the vectors in order, as many at a time as fit a block."""
        length = max(1, _BLOCK_BYTES // (4 * self.dimension))
        for start in range(0, len(self), length):
            block = slice(start, min(start + length, len(self)))
            yield block, self.make(block)


@dataclass(frozen=True, eq=False)
class ExportedVectors:
    """What the vectors of an export are of."""

    dataset: ImageDataset
    embeddings: Embeddings
    points: SyntheticPoints
    classes: tuple[str, ...]  # in order of code
    originals: Mapping[int, str]  # row of each original that was written -> its path
    pictures: Sequence[str]  # path of the picture beside each point; '' where there is none

    def codes_of(self, codes: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the places in `classes` of codes of the dataset."""
        place = {label: code for code, label in enumerate(self.classes)}
        known = np.array([place.get(label, -1) for label in self.dataset.classes], np.intp)
        return known[codes]

    def texts(self, column: str, rows: Rows) -> NDArray[np.str_]:
        """Return what a column of the dataset says of rows."""
        return np.array(self.dataset.table[column].iloc[rows].tolist(), np.str_)


def real_vectors(exported: ExportedVectors) -> VectorTable:
    """Return the vectors of the originals, of every split, by row of the source.

    A parent of a point that is not in the export, such as one that was cleaned away, is among them
    with '' for its path: points are made from it.
    """
    embeddings, parents = exported.embeddings, exported.points.parents
    wanted = np.array(sorted(exported.originals), np.intp)
    rows = np.union1d(wanted[embeddings.has(wanted)], [] if parents is None else parents.ravel())
    rows = rows.astype(np.intp)
    places = embeddings.positions_of(rows)
    return VectorTable(
        embeddings.dimension,
        lambda block: embeddings.vectors[places[block]],
        exported.codes_of(exported.dataset.codes[rows]),
        exported.classes,
        {
            "row": rows,
            "path": np.array([exported.originals.get(row, "") for row in rows.tolist()], np.str_),
            "split": exported.texts("split", rows),
            "group": exported.texts("group", rows),
        },
    )


def synthetic_vectors(exported: ExportedVectors) -> VectorTable:
    """Return the vectors of the points, their parents, and the picture beside each.

    The picture is '' where its image could not be read any more. A point lies between two images,
    and so between two groups, which may differ: both stand there. Points without parents have a
    vector and a class, no more.
    """
    points, embeddings = exported.points, exported.embeddings
    columns: dict[str, NDArray[Any]] = {}
    interpolation = None
    if points.parents is not None and points.fractions is not None:
        interpolation = LINEAR if points.is_straight else SPHERICAL
        for side, rows in zip(("base", "neighbor"), points.parents.T, strict=True):
            columns |= {
                f"{side}_row": rows,
                f"{side}_path": exported.texts("path", rows),
                f"{side}_group": exported.texts("group", rows),
            }
        columns["fraction"] = points.fractions
        if len(exported.pictures) == len(points):
            columns["picture"] = np.array(exported.pictures, np.str_)
    return VectorTable(
        embeddings.dimension,
        lambda block: points.materialize(embeddings, block),
        exported.codes_of(points.codes),
        exported.classes,
        columns,
        interpolation,
    )


def to_npz(table: VectorTable) -> bytes:
    """Return an .npz: `vectors`, `code`, a name of `class_names` for each code, and the columns."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        with packed.open(f"{VECTORS}.npy", "w", force_zip64=True) as file:
            shape = (len(table), table.dimension)
            header = {"descr": "<f4", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            for _, vectors in table.blocks():
                file.write(np.ascontiguousarray(vectors, "<f4").data.cast("B"))
        arrays = {
            "code": table.codes,
            CLASS_NAMES: np.array(table.classes, np.str_),
            **table.columns,
            **({INTERPOLATION: np.array(table.interpolation)} if table.interpolation else {}),
        }
        for name, array in arrays.items():
            with packed.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asarray(array), allow_pickle=False)
    return buffer.getvalue()


def to_parquet(table: VectorTable) -> bytes:
    """Return a Parquet file: `vector`, `code`, `label` and the columns; a row group a block.

    Vectors are lists of a fixed size, and nothing is encoded by a dictionary. The names of the
    classes in order of code, and the interpolation, are its metadata.
    """
    told = {CLASS_NAMES: json.dumps(table.classes), INTERPOLATION: table.interpolation or ""}
    kinds = {name: _kind(column) for name, column in table.columns.items()}
    schema = pyarrow.schema(
        {
            "vector": pyarrow.list_(pyarrow.float32(), table.dimension),
            "code": pyarrow.int64(),
            "label": pyarrow.string(),
            **kinds,
        },
        metadata=told,
    )
    names = np.array([_as_text(name) for name in table.classes], object)
    buffer = BytesIO()
    with ParquetWriter(buffer, schema, compression="none", use_dictionary=False) as writer:
        for block, vectors in table.blocks():
            flat = pyarrow.array(np.ascontiguousarray(vectors).ravel())
            arrays = [
                pyarrow.FixedSizeListArray.from_arrays(flat, table.dimension),
                pyarrow.array(table.codes[block], pyarrow.int64()),
                pyarrow.array(names[table.codes[block]], pyarrow.string()),
                *(_array(column[block], kinds[name]) for name, column in table.columns.items()),
            ]
            writer.write_batch(pyarrow.record_batch(arrays, schema=schema))
    return buffer.getvalue()


def _kind(column: NDArray[Any]) -> pyarrow.DataType:
    kinds = {"U": pyarrow.string(), "f": pyarrow.float32(), "i": pyarrow.int64()}
    return kinds[column.dtype.kind]


def _array(column: NDArray[Any], kind: pyarrow.DataType) -> pyarrow.Array:
    if column.dtype.kind == "U":
        return pyarrow.array([_as_text(text) for text in column.tolist()], kind)
    return pyarrow.array(column, kind)


def _as_text(name: str) -> str:
    """Return a name in UTF-8, which bytes of a file name may not be; their sign is then '?'."""
    return name.encode("utf-8", "replace").decode()
