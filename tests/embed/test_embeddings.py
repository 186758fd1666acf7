"""What holds for every `Embeddings`."""

import numpy as np
import pytest

from core.embed import Embeddings


def make(vectors: object, rows: object) -> Embeddings:
    return Embeddings(
        np.array(vectors, np.float32), np.array(rows, np.intp), "classical", "digest", "cpu"
    )


def test_arrays_are_read_only() -> None:
    embeddings = make([[1, 2], [3, 4]], [0, 2])

    assert not embeddings.vectors.flags.writeable
    assert not embeddings.rows.flags.writeable


def test_positions_follow_the_order_of_the_rows_asked_for() -> None:
    embeddings = make([[1], [2], [3]], [2, 5, 9])

    assert embeddings.positions_of([9, 2]).tolist() == [2, 0]


def test_a_row_without_a_vector_is_named() -> None:
    embeddings = make([[1], [2]], [2, 5])

    assert embeddings.has([2, 3, 5]).tolist() == [True, False, True]
    with pytest.raises(ValueError, match="Row 3 has no vector"):
        embeddings.positions_of([2, 3])


@pytest.mark.parametrize(
    ("vectors", "rows", "message"),
    [
        ([[1.0], [np.nan]], [0, 1], "not finite"),
        ([[1.0], [np.inf]], [0, 1], "not finite"),
        ([[1.0], [2.0]], [1, 0], "ascending"),
        ([[1.0], [2.0]], [1, 1], "ascending"),
        ([[1.0], [2.0]], [-1, 1], "0 or more"),
        ([[1.0], [2.0]], [0], "as many rows"),
        ([1.0, 2.0], [0, 1], "float32"),
    ],
)
def test_what_cannot_be_embeddings_is_refused(vectors: object, rows: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make(vectors, rows)


def test_vectors_of_another_type_are_refused() -> None:
    with pytest.raises(ValueError, match="float64"):
        Embeddings(np.zeros((1, 2)), np.arange(1), "classical", "digest", "cpu")  # type: ignore[arg-type]
