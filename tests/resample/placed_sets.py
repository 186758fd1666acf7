"""Points placed by hand, with their labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.embed import Embeddings


@dataclass(frozen=True, eq=False)
class Placed:
    """Labels alone: all that is measured knows of a dataset."""

    classes: list[str]
    codes: np.ndarray
    training_rows: np.ndarray


def placed(labels: Sequence[str], points: object) -> tuple[Placed, Embeddings]:
    """Return a point for each label, all in the training split; numbers lie on a line."""
    vectors = np.asarray(points, np.float32).reshape(len(labels), -1)
    classes = sorted(set(labels))
    codes = np.array([classes.index(label) for label in labels], np.intp)
    rows = np.arange(len(labels))
    return Placed(classes, codes, rows), Embeddings(vectors, rows, "placed", "digest", "cpu")
