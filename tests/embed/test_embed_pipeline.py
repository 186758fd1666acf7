"""From a dataset to its embeddings: order, damage, memory and cancelling."""

import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from math import ceil
from pathlib import Path

import numpy as np
import pytest
from image_sets import read_folder

from core.dataset import ImageDataset, SkippedFile
from core.embed import ENCODERS, Embeddings, computing, embed, pipeline
from core.errors import CancelledError, EmptyDatasetError, SettingError
from core.limits import Limits
from core.pictures.decode import decode, read_header, resize
from core.pictures.encode import encode

COUNT = 300  # five batches


class Heard:
    """Remembers what it was told."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.calls: list[tuple[str, int, int]] = []
        self.threads: set[int] = set()
        self._cancel_at = cancel_at

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.calls.append((stage, done, total))
        self.threads.add(threading.get_ident())
        if self._cancel_at is not None and done >= self._cancel_at:
            raise CancelledError("stopped")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    """Return 300 pictures of several sizes and formats in two classes."""
    rng, root = np.random.default_rng(0), tmp_path_factory.mktemp("drawn") / "images"
    for number in range(COUNT):
        folder = root / ("even", "odd")[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        height, width = rng.integers(2, 90, 2)
        pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        format_, suffix = (("PNG", ".png"), ("JPEG", ".jpg"))[number % 3 == 0]
        (folder / f"{number:03}{suffix}").write_bytes(encode(pixels, format_))
    return read_folder(root)


@pytest.fixture
def dataset(drawn: ImageDataset, tmp_path: Path) -> ImageDataset:
    """Return the drawn pictures in a folder of their own, where a test may damage them."""
    return replace(drawn, root=Path(shutil.copytree(drawn.root, tmp_path / "images")))


def file_of(dataset: ImageDataset, row: int) -> Path:
    return dataset.root / dataset.path(row)


def batch_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("batch")]


def test_vectors_are_those_of_the_pictures_in_row_order(dataset: ImageDataset) -> None:
    embeddings = embed(dataset, encoder="classical")

    assert embeddings.rows.tolist() == list(range(COUNT))
    encode_one = ENCODERS["classical"].open("cpu")
    for row in (0, 63, 64, 299):
        picture = resize(decode(dataset.read_bytes(row), at_least_px=64), width=64, height=64)
        np.testing.assert_allclose(embeddings.vectors[row], encode_one(picture[None])[0], atol=1e-5)


@pytest.mark.long
def test_the_number_of_threads_changes_nothing(
    dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    by_one = embed(dataset, rows=range(70))  # two batches
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    by_seven = embed(dataset, rows=range(70))

    np.testing.assert_array_equal(by_one.vectors, by_seven.vectors)


def test_chosen_rows_come_back_ascending(dataset: ImageDataset) -> None:
    everything = embed(dataset, encoder="classical")

    some = embed(dataset, encoder="classical", rows=[200, 3, 3, 50])

    assert some.rows.tolist() == [3, 50, 200]
    np.testing.assert_allclose(some.vectors, everything.vectors[[3, 50, 200]], atol=1e-5)


def test_rows_that_do_not_exist_are_refused(dataset: ImageDataset) -> None:
    with pytest.raises(ValueError, match="Rows 0 to 300 of 300 images"):
        embed(dataset, rows=[0, 300])


def test_files_that_broke_after_loading_are_absent(dataset: ImageDataset) -> None:
    everything = embed(dataset, encoder="classical")
    file_of(dataset, 1).unlink()
    file_of(dataset, 130).write_bytes(b"no longer an image")
    header = read_header(dataset.read_bytes(140))
    other = np.zeros((header.height, header.width, 3), np.uint8)
    file_of(dataset, 140).write_bytes(encode(other, header.format))

    left = embed(dataset, encoder="classical")

    expected = [row for row in range(COUNT) if row not in (1, 130, 140)]
    assert left.rows.tolist() == expected
    np.testing.assert_allclose(left.vectors, everything.vectors[expected], atol=1e-5)
    assert left.digest != everything.digest


def test_files_that_broke_after_loading_are_listed_with_the_reason(dataset: ImageDataset) -> None:
    file_of(dataset, 1).unlink()
    file_of(dataset, 130).write_bytes(b"no longer an image")

    left = embed(dataset, encoder="classical")

    assert left.absent == (
        SkippedFile(dataset.path(1), "can no longer be read (No such file or directory)"),
        SkippedFile(dataset.path(130), "changed after it was loaded"),
    )


class OutOfMemoryError(RuntimeError):
    """Stands for torch's."""


@pytest.mark.parametrize(
    "error",
    [MemoryError(), OutOfMemoryError("CUDA"), RuntimeError("MPS backend out of memory (8 GB)")],
    ids=repr,
)
def test_a_group_that_is_too_large_for_memory_is_halved_from_then_on(
    error: Exception, dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ENCODERS["classical"].open("cpu")
    sizes: list[int] = []

    def small_memory(pixels: np.ndarray) -> np.ndarray:
        sizes.append(len(pixels))
        if len(pixels) > 5:
            raise error
        return real(pixels)

    encoder = replace(ENCODERS["classical"], open=lambda device: small_memory)
    monkeypatch.setattr("core.embed.pipeline.find_encoder", lambda name: encoder)

    embeddings = embed(dataset, encoder="classical", rows=range(64))

    assert sizes == [8, *[4] * 16]
    assert len(embeddings) == 64


def test_another_fault_of_an_encoder_is_not_hidden(
    dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(pixels: np.ndarray) -> np.ndarray:
        raise RuntimeError("shapes do not fit")

    encoder = replace(ENCODERS["classical"], open=lambda device: broken)
    monkeypatch.setattr("core.embed.pipeline.find_encoder", lambda name: encoder)

    with pytest.raises(RuntimeError, match="do not fit"):
        embed(dataset)


def test_a_whole_batch_of_broken_files_is_passed_over(dataset: ImageDataset) -> None:
    for row in range(128):
        file_of(dataset, row).unlink()

    assert embed(dataset, encoder="classical").rows.tolist() == list(range(128, COUNT))


def test_when_nothing_can_be_read_the_person_is_told_what_to_do(dataset: ImageDataset) -> None:
    for row in range(COUNT):
        file_of(dataset, row).unlink()

    with pytest.raises(EmptyDatasetError, match=r"None of the 300 images.*then load them again"):
        embed(dataset)


@pytest.mark.long
def test_a_picture_above_the_default_limit_that_was_let_in_is_embedded(tmp_path: Path) -> None:
    (tmp_path / "wide").mkdir()
    pixels = np.zeros((7100, 7100, 3), np.uint8)
    (tmp_path / "wide" / "a.png").write_bytes(encode(pixels, "PNG"))
    dataset = read_folder(tmp_path, limits=Limits(image_pixels=60_000_000))

    assert len(embed(dataset)) == 1


def test_progress_ends_with_everything_and_comes_from_the_calling_thread(
    dataset: ImageDataset,
) -> None:
    heard = Heard()

    embed(dataset, encoder="classical", progress=heard)

    steps = (0, 64, 128, 192, 256, COUNT)
    assert heard.calls == [("embedding images", done, COUNT) for done in steps]
    assert heard.threads == {threading.get_ident()}


@pytest.mark.parametrize("cancel_at", [0, 1, 200])
def test_cancelling_raises_through_and_leaves_no_thread(
    dataset: ImageDataset, cancel_at: int
) -> None:
    with pytest.raises(CancelledError):
        embed(dataset, encoder="classical", progress=Heard(cancel_at))

    assert batch_threads() == []


def test_cancelling_leaves_the_rest_unread(
    dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    cancelled = threading.Event()
    original = ImageDataset.read_bytes

    def read_after_cancelling(self: ImageDataset, row: int) -> bytes:
        if row >= 128:
            cancelled.wait(timeout=30)
        read.append(row)
        return original(self, row)

    def cancel(stage: str, done: int, total: int) -> None:
        if done:
            cancelled.set()
            raise CancelledError("stopped")

    monkeypatch.setattr(ImageDataset, "read_bytes", read_after_cancelling)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with pytest.raises(CancelledError):
        embed(dataset, encoder="classical", progress=cancel)

    assert len(read) < COUNT


def test_the_same_images_under_other_names_have_the_same_digest(tmp_path: Path) -> None:
    def digest(folder: str, label: str) -> Embeddings:
        (tmp_path / folder / label).mkdir(parents=True)
        pixels = np.full((8, 8, 3), 90, np.uint8)
        (tmp_path / folder / label / "a.png").write_bytes(encode(pixels, "PNG"))
        return embed(read_folder(tmp_path / folder))

    assert digest("one", "cat").digest == digest("two", "dog").digest


def test_an_unknown_encoder_is_refused_before_any_work(dataset: ImageDataset) -> None:
    heard = Heard()

    with pytest.raises(SettingError, match="unknown"):
        embed(dataset, encoder="resnet", progress=heard)

    assert heard.calls == []


Encode = Callable[[np.ndarray], np.ndarray]


def take(device: str, encode: Encode, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a device stand in for a real one, and `encode` for a network too large for one thread."""
    encoder = replace(ENCODERS["classical"], open=lambda device: encode, is_small=False)
    monkeypatch.setattr(pipeline, "find_encoder", lambda name: encoder)
    monkeypatch.setattr(pipeline, "resolve_device", lambda name: device)
    monkeypatch.setattr(pipeline, "take_a_stream", lambda: None)


@pytest.mark.long
@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
def test_every_device_gives_each_picture_its_vector(
    device: str, dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_of(dataset, 70).unlink()
    expected = embed(dataset, encoder="classical", device="cpu")
    take(device, ENCODERS["classical"].open("cpu"), monkeypatch)
    heard = Heard()

    made = embed(dataset, device=device, progress=heard)

    np.testing.assert_array_equal(made.vectors, expected.vectors)
    np.testing.assert_array_equal(made.rows, expected.rows)
    assert (made.device, made.absent) == (device, expected.absent)
    assert [done for _, done, _ in heard.calls] == [0, 64, 128, 192, 256, COUNT]


def test_on_cuda_a_batch_is_sent_while_another_is_computed(
    dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ENCODERS["classical"].open("cpu")
    both_there = threading.Barrier(2, timeout=30)

    def encode(pixels: np.ndarray) -> np.ndarray:
        both_there.wait()
        return real(pixels)

    take("cuda", encode, monkeypatch)

    assert len(embed(dataset, rows=range(256))) == 256


def test_on_mps_two_jobs_take_turns(dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ENCODERS["classical"].open("cpu")
    busy = threading.Lock()
    crowded: list[bool] = []

    def encode(pixels: np.ndarray) -> np.ndarray:
        is_free = busy.acquire(blocking=False)
        crowded.append(not is_free)
        vectors = real(pixels)
        if is_free:
            busy.release()
        return vectors

    take("mps", encode, monkeypatch)
    jobs = [threading.Thread(target=embed, args=(dataset,)) for _ in range(2)]

    for job in jobs:
        job.start()
    for job in jobs:
        job.join()

    assert crowded == [False] * 10


def test_a_small_encoder_keeps_torch_to_the_threads_that_read(
    dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    real = ENCODERS["classical"].open("cpu")
    counts: set[int] = set()
    usual = torch.get_num_threads()

    def encode(pixels: np.ndarray) -> np.ndarray:
        counts.add(torch.get_num_threads())
        return real(pixels)

    encoder = replace(ENCODERS["classical"], open=lambda device: encode)
    monkeypatch.setattr(pipeline, "find_encoder", lambda name: encoder)

    torch.set_num_threads(3)
    try:
        embed(dataset, device="cpu")
    finally:
        torch.set_num_threads(usual)

    assert counts == {1}


@pytest.mark.long
@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
@pytest.mark.parametrize("cancel_at", [0, 1, 200])
def test_cancelling_on_a_device_leaves_no_thread_and_no_turn_taken(
    device: str, cancel_at: int, dataset: ImageDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(device, ENCODERS["classical"].open("cpu"), monkeypatch)

    with pytest.raises(CancelledError):
        embed(dataset, device=device, progress=Heard(cancel_at))

    assert batch_threads() == []
    assert not computing._MPS_TURN.locked()


def test_cancelling_on_a_device_keeps_what_was_told_as_done(
    dataset: ImageDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ENCODERS["classical"].open("cpu")
    sizes: list[int] = []

    def encode(pixels: np.ndarray) -> np.ndarray:
        sizes.append(len(pixels))
        return real(pixels)

    take("cuda", encode, monkeypatch)
    with pytest.raises(CancelledError):
        embed(dataset, cache=tmp_path / "cache", progress=Heard(cancel_at=64))
    sizes.clear()

    embed(dataset, cache=tmp_path / "cache")

    assert sizes == [64] * ceil((COUNT - 64) / 64)
