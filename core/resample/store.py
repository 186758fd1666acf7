"""Stored embeddings for a sampler: the labels it needs, and what it made, written as files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.dataset import TRAIN, Rows
from core.embed import Embeddings, StoredEmbeddings
from core.resample.made import Made
from core.storage import replacing

PROVENANCE_FILE = "provenance.parquet"
KEPT_FILE = "kept.parquet"
POINTS_FILE = "synthetic.npy"


@dataclass(frozen=True, eq=False)
class StoredLabels:
    """The labels of stored embeddings, as a sampler needs them."""

    classes: list[str]
    codes: NDArray[np.intp]  # by row of the dataset; -1 for a row without a vector
    training_rows: Rows
    digests: NDArray[np.object_]  # by row; '' for a row without a vector

    @cached_property
    def ordinals(self) -> NDArray[np.intp]:
        """Return which each row is among those with its digest, from 0, in order of row."""
        return np.asarray(pd.Series(self.digests).groupby(self.digests).cumcount(), np.intp)

    @property
    def counts(self) -> Mapping[str, int]:
        """Return label -> training images."""
        codes = self.codes[self.training_rows]
        counts = np.bincount(codes, minlength=len(self.classes)).tolist()
        return dict(zip(self.classes, counts, strict=True))


def stored_labels(stored: StoredEmbeddings) -> StoredLabels:
    """Return the labels that the index tells of."""
    rows = stored.index["row"].to_numpy(np.intp)
    labels = pd.Categorical(stored.index["label"])
    codes = np.full(int(rows.max()) + 1, -1, np.intp)
    codes[rows] = labels.codes
    digests = np.full(len(codes), "", object)
    digests[rows] = stored.index["digest"].to_numpy(object)
    training = rows[stored.index["split"].to_numpy() == TRAIN]
    return StoredLabels([str(label) for label in labels.categories], codes, training, digests)


def write_points(
    folder: Path,
    labels: StoredLabels,
    embeddings: Embeddings,
    made: Made,
) -> None:
    """Write labels and parents of the points, kept rows, and vectors to `folder`.

    Points without parents have neither base, neighbour nor fraction.

    Raises:
        OutputError: the folder cannot be written.
    """
    names = np.array(labels.classes, object)
    points, kept = made.points, made.kept
    columns: dict[str, NDArray[Any]] = {}
    if points.parents is not None and points.fractions is not None:
        columns = {
            "base_row": points.parents[:, 0],
            "neighbor_row": points.parents[:, 1],
            "fraction": points.fractions,
        }
    provenance = pd.DataFrame({**columns, "label": names[points.codes].astype(str)})
    keeping = pd.DataFrame({"row": kept, "label": names[labels.codes[kept]].astype(str)})
    for name, frame in ((PROVENANCE_FILE, provenance), (KEPT_FILE, keeping)):
        with replacing(folder / name) as file:
            frame.to_parquet(file, index=False)
    with replacing(folder / POINTS_FILE) as file:
        np.save(file, points.materialize(embeddings))
