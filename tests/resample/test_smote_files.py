"""SMOTE from file to file: the same result as in memory, whole or not at all."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from smote_sets import clouds

from core.errors import CancelledError, OutputError
from core.progress import silent
from core.resample.drawing import VARIANTS
from core.smote import resampled, vector_file
from core.smote.resampled import write_resampled
from core.smote.sampler import SMOTE
from core.smote.vector_file import VectorFile

COUNTS = {"cat": 50, "dog": 20, "fox": 7}


def saved(folder: Path, array: np.ndarray, name: str = "x.npy") -> Path:
    np.save(folder / name, array)
    return folder / name


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.uint8])
def test_the_file_holds_what_memory_would(tmp_path: Path, variant: str, dtype: type) -> None:
    vectors, labels = clouds(COUNTS)
    vectors = (vectors * 9 + 60).astype(dtype)
    sampler = SMOTE(variant=variant, random_state=0)

    new_labels = sampler.fit_resample_to(saved(tmp_path, vectors), labels, tmp_path / "out.npy")

    in_memory = SMOTE(variant=variant, random_state=0)
    expected = in_memory.fit_resample(vectors, labels)
    written = np.load(tmp_path / "out.npy")
    assert written.dtype == expected[0].dtype
    assert np.array_equal(written, expected[0])
    assert np.array_equal(new_labels, expected[1])
    assert np.array_equal(sampler.provenance_, in_memory.provenance_)


@pytest.mark.parametrize("form", ["path", "text", "map", "part of a map", "array"])
def test_every_form_of_input_gives_the_same(tmp_path: Path, form: str) -> None:
    vectors, labels = clouds(COUNTS)
    path = saved(tmp_path, vectors)
    longer = saved(tmp_path, np.concatenate([vectors[::-1], vectors]), "longer.npy")
    forms: dict[str, Any] = {
        "path": path,
        "text": str(path),
        "map": np.load(path, mmap_mode="r"),
        "part of a map": np.load(longer, mmap_mode="r")[77:],
        "array": vectors,
    }

    SMOTE(random_state=0).fit_resample_to(forms[form], labels, tmp_path / "out.npy")

    expected = SMOTE(random_state=0).fit_resample(vectors, labels)[0]
    assert np.array_equal(np.load(tmp_path / "out.npy"), expected)


@pytest.mark.parametrize("interpolation", ["linear", "spherical"])
def test_blocks_and_memory_change_nothing(
    tmp_path: Path, interpolation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors, labels = clouds(COUNTS)
    path = saved(tmp_path, vectors)

    def written(name: str, memory_bytes: int) -> bytes:
        sampler = SMOTE(
            random_state=0, interpolation=interpolation, memory_bytes=memory_bytes, variant="adasyn"
        )
        sampler.fit_resample_to(path, labels, tmp_path / name)
        return (tmp_path / name).read_bytes()

    whole = written("whole.npy", 64_000_000)
    monkeypatch.setattr(resampled, "_BLOCK_BYTES", 50)
    monkeypatch.setattr(vector_file, "_SPAN_BYTES", 40)
    monkeypatch.setattr(vector_file, "_GAP_BYTES", 16)
    assert written("parts.npy", 500) == whole


@pytest.mark.parametrize("variant", ["regular", "borderline-2"])
def test_no_more_rows_are_held_than_memory_allows(tmp_path: Path, variant: str) -> None:
    vectors, labels = clouds(COUNTS)
    segments = SMOTE(random_state=0, variant=variant)._drawn(vectors, labels, silent)[0]
    asked: list[int] = []

    class Watched(VectorFile):
        def __getitem__(self, index: slice | np.ndarray) -> np.ndarray:
            rows = super().__getitem__(index)
            asked.append(0 if isinstance(index, slice) else len(rows))
            return rows

    with Watched(saved(tmp_path, vectors)) as file:
        # Half of the memory, in float32: 12 rows of 4 numbers.
        write_resampled(tmp_path / "out.npy", file, segments, memory_bytes=2 * 12 * 16)

    assert max(asked) <= 12


def test_a_missing_value_is_named_before_anything_runs(tmp_path: Path) -> None:
    vectors, labels = clouds(COUNTS)
    vectors[30, 2] = np.inf

    with pytest.raises(ValueError, match="Row 30, column 2 of X is not a finite number"):
        SMOTE().fit_resample_to(saved(tmp_path, vectors), labels, tmp_path / "out.npy")


def test_a_work_that_is_cancelled_leaves_no_file(tmp_path: Path) -> None:
    vectors, labels = clouds(COUNTS)

    def cancel(stage: str, done: int, total: int) -> None:
        if stage == "writing vectors" and done > 77:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        SMOTE().fit_resample_to(
            saved(tmp_path, vectors), labels, tmp_path / "out.npy", progress=cancel
        )
    assert [path.name for path in tmp_path.iterdir()] == ["x.npy"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    vectors, labels = clouds(COUNTS)

    with pytest.raises(OutputError, match="it is a folder"):
        SMOTE().fit_resample_to(vectors, labels, tmp_path)


def test_labels_of_another_length_are_refused(tmp_path: Path) -> None:
    vectors, labels = clouds(COUNTS)

    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        SMOTE().fit_resample_to(saved(tmp_path, vectors), labels[:-1], tmp_path / "out.npy")


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros(5), "not contain a table of vectors"),
        (np.asfortranarray(np.zeros((5, 2))), "not a C-ordered array"),
        (np.array([["a"]]), "not a C-ordered array"),
    ],
)
def test_a_file_that_holds_no_vectors_is_refused(
    tmp_path: Path, array: np.ndarray, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        VectorFile(saved(tmp_path, array))


def test_a_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, np.zeros((100, 4)))
    with VectorFile(path) as vectors:
        path.write_bytes(path.read_bytes()[:-8])

        with pytest.raises(ValueError, match="ends before row 100"):
            vectors[98:]


@given(rows=st.lists(st.integers(0, 199), max_size=60), read_bytes=st.integers(1, 300))
def test_rows_come_in_the_order_asked(rows: list[int], read_bytes: int) -> None:
    array = np.arange(600, dtype=np.int16).reshape(200, 3)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(vector_file, "_SPAN_BYTES", read_bytes)
        patch.setattr(vector_file, "_GAP_BYTES", read_bytes // 3)

        with VectorFile(saved(Path(folder), array)) as vectors:
            found = vectors[np.array(rows, np.intp)]

    assert np.array_equal(found, array[np.array(rows, np.intp)])


@pytest.mark.parametrize("part", [slice(3, 9), slice(None), slice(9, 3), slice(2, 40, 7)])
def test_a_slice_of_a_file_is_that_of_its_array(tmp_path: Path, part: slice) -> None:
    array = np.arange(60).reshape(20, 3)

    with VectorFile(saved(tmp_path, array)) as vectors:
        assert np.array_equal(vectors[part], array[part])


def test_rows_outside_the_file_are_refused(tmp_path: Path) -> None:
    with VectorFile(saved(tmp_path, np.zeros((3, 2)))) as vectors, pytest.raises(IndexError):
        vectors[np.array([3])]
