"""Records keep read-only arrays and leave their callers' alone; equal rows share a number."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core import arrays
from core.augment import Pictures
from core.dataset.edits import Change, Edit
from core.embed import Embeddings
from core.evaluate.folds import Fold
from core.project.projection import Projection
from core.resample.synthetic import PlainPoints, PointsBetween

ROWS = np.arange(3)
POINTS = np.eye(3, 2, dtype=np.float32)
# Each with the arrays that it is given.
RECORDS: dict[str, tuple[Callable[..., object], list[NDArray]]] = {
    "Pictures": (Pictures, [ROWS, ROWS + 1, ROWS * 0]),
    "PointsBetween": (PointsBetween, [np.zeros((3, 2), np.intp), POINTS[:, 0], ROWS]),
    "PlainPoints": (PlainPoints, [POINTS, ROWS]),
    "Fold": (Fold, [ROWS, ROWS + 3]),
    "Edit": (lambda rows: Edit(rows, Change.LEAVE_OUT), [ROWS]),
    "Embeddings": (
        lambda *given: Embeddings(*given, "classical", "digest", "cpu"),
        [POINTS, ROWS],
    ),
    "Projection": (lambda points: Projection(ROWS, points, "pca", 1, 1, ROWS), [POINTS]),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_read_only_and_its_callers_arrays_are_not(name: str) -> None:
    make, arrays_ = RECORDS[name]
    given = [array.copy() for array in arrays_]

    record = make(*given)

    held = [array for array in vars(record).values() if isinstance(array, np.ndarray)]
    mine = [array for array in held if any(np.shares_memory(array, one) for one in given)]
    assert len(mine) == len(given)
    assert not any(array.flags.writeable for array in mine)
    assert all(array.flags.writeable for array in given)


@given(st.lists(st.lists(st.sampled_from([0.0, -0.0, 1.5, -2.0]), min_size=2, max_size=2)))
def test_equal_rows_share_a_number(rows: list[list[float]]) -> None:
    values = np.array(rows, np.float32).reshape(-1, 2)

    numbers = arrays.number_rows(values)

    assert len(numbers) == len(rows)
    for one, row in zip(numbers, rows, strict=True):
        assert [other == one for other in numbers] == [other == row for other in rows]


def test_rows_of_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "_hashes", lambda values: np.zeros(len(values), np.uint64))
    values = np.array([[1, 2], [3, 4], [1, 2], [3, 4], [5, 6]], np.float32)

    numbers = arrays.number_rows(values)

    assert numbers[0] == numbers[2] != numbers[1] == numbers[3] != numbers[4]
    assert len(set(numbers.tolist())) == 3
