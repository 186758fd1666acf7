"""Every picture is read once, and what was measured of it is kept."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from detailed_pictures import detailed
from image_sets import png, read_folder, saved, write_files
from PIL import Image

from core.audit import measures
from core.audit.measures import MEASURES, View, measure_pictures
from core.audit.properties import MEASURED
from core.dataset import ImageDataset
from core.dataset.edits import Edits
from core.errors import CancelledError
from core.pictures.decode import decode, read_header

Reads = list[int]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """Give the rows that are measured, from a process that has seen no picture yet."""
    rows: Reads = []
    measured = measures._measured
    monkeypatch.setattr(measures, "_KEPT", measures._Kept())
    monkeypatch.setattr(
        measures, "_measured", lambda dataset, row: rows.append(row) or measured(dataset, row)
    )
    return rows


def dataset_of(folder: Path, count: int) -> ImageDataset:
    files = {f"{'ab'[number % 2]}/{number:02d}.png": png(number) for number in range(count)}
    return read_folder(write_files(folder / "set", files))


def table(dataset: ImageDataset) -> np.ndarray:
    return np.array(list(measure_pictures(dataset).columns.values()))


def test_pictures_of_one_content_are_read_once(tmp_path: Path, reads: Reads) -> None:
    files = {"a/1.png": png(1), "a/2.png": png(2), "b/1.png": png(1)}
    dataset = read_folder(write_files(tmp_path / "set", files))

    found = table(dataset)

    assert sorted(reads) == [0, 1]
    assert np.array_equal(found[:, 2], found[:, 0], equal_nan=True)
    assert not np.array_equal(found[:, 1], found[:, 0], equal_nan=True)


def test_the_same_pictures_are_not_read_again_with_other_labels_or_fewer(
    tmp_path: Path, reads: Reads
) -> None:
    dataset = dataset_of(tmp_path, 6)
    whole = table(dataset)
    reads.clear()

    edited = Edits().relabel([1], "c").leave_out([2]).apply(dataset)
    (tmp_path / "set" / "a" / "00.png").unlink()
    fewer = table(read_folder(tmp_path / "set"))

    assert np.array_equal(table(edited), whole, equal_nan=True)
    assert np.array_equal(fewer, np.delete(whole, 0, axis=1), equal_nan=True)
    assert reads == []


def test_a_picture_that_is_gone_is_left_open_until_it_is_back(tmp_path: Path, reads: Reads) -> None:
    dataset = dataset_of(tmp_path, 4)
    place = tmp_path / "set" / str(dataset.files[1])
    content = place.read_bytes()
    place.unlink()

    gone = table(dataset)
    place.write_bytes(content)
    back = table(dataset)

    assert np.isnan(gone[:, 1]).all()
    assert np.array_equal(np.isnan(gone).all(axis=0), [False, True, False, False])
    assert np.isfinite(back[:, 1]).any()
    assert sorted(reads) == [0, 1, 1, 2, 3]


def test_what_was_measured_before_cancel_is_not_read_again(
    tmp_path: Path, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "_BATCH", 2)
    dataset = dataset_of(tmp_path, 30)

    def cancel(stage: str, done: int, total: int) -> None:
        if done >= 4:
            raise CancelledError

    with pytest.raises(CancelledError):
        measure_pictures(dataset, cancel)
    reads.clear()
    found = table(dataset)

    assert not {0, 1, 2, 3} & set(reads)
    assert np.isfinite(found[0]).all()


def test_no_more_is_kept_than_there_may_be(
    tmp_path: Path, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "_MOST_KEPT", 5)
    files = {f"a/{number}.png": png(number) for number in range(10, 13)}
    first = dataset_of(tmp_path, 4)
    second = read_folder(write_files(tmp_path / "other", files))
    table(first), table(second)
    reads.clear()

    table(second)
    assert reads == []
    table(first)

    assert sorted(reads) == [0, 1, 2, 3]


def test_progress_tells_of_pictures(tmp_path: Path, reads: Reads) -> None:
    told = []

    measure_pictures(dataset_of(tmp_path, 5), lambda *step: told.append(step))

    assert reads
    assert (measures.STAGE, 5, 5) in told


def test_a_jpeg_decoded_smaller_is_measured_alike() -> None:
    large = cv2.resize(detailed(3), (1280, 960), interpolation=cv2.INTER_LANCZOS4)
    content = saved(Image.fromarray(large), "JPEG", quality=90)
    header = read_header(content)

    def measured(at_least_px: int) -> np.ndarray:
        view = View(decode(content, header=header, at_least_px=at_least_px), content, header)
        told = [measure for measure in MEASURES if measure.columns != MEASURED]
        return np.array([value for measure in told for value in measure.measure(view)])

    assert decode(content, at_least_px=256).shape[0] == 480
    # Blur is in px, noise in grey levels, all else between 0 and 1.
    assert measured(256) == pytest.approx(measured(0), abs=0.03)
