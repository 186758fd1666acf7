"""What was embedded once is found again by its content, and a damaged cache is a miss."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from image_sets import jpeg, read_folder, write_files

from core.dataset import ImageDataset
from core.embed import ENCODERS, embed
from core.embed.cache import VectorCache, encoder_key
from core.errors import CancelledError

ENCODER = ENCODERS["classical"]
COUNT = 130  # three batches


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    """Return 130 pictures in one class."""
    return read_folder(write_files(tmp_path / "set", named(COUNT)))


def named(count: int) -> dict[str, bytes]:
    return {f"cat/{number:03d}.jpg": jpeg(number) for number in range(count)}


def embedded(dataset: ImageDataset, folder: Path, counted: list[int] | None = None):  # noqa: ANN201
    """Return the embeddings of a dataset; how many pictures were read for it is added to a list."""
    read = ImageDataset.read_bytes

    def counting(self: ImageDataset, row: int) -> bytes:
        if counted is not None:
            counted.append(row)
        return read(self, row)

    ImageDataset.read_bytes = counting  # type: ignore[method-assign]
    try:
        return embed(dataset, encoder="classical", device="cpu", cache=folder)
    finally:
        ImageDataset.read_bytes = read  # type: ignore[method-assign]


def files_of(folder: Path, suffix: str) -> list[Path]:
    return sorted(folder.rglob(f"*{suffix}"))


def test_a_second_time_no_file_is_read(dataset: ImageDataset, tmp_path: Path) -> None:
    first, read = embedded(dataset, tmp_path / "cache"), []

    second = embedded(dataset, tmp_path / "cache", read)

    np.testing.assert_array_equal(first.vectors, second.vectors)
    assert (first.digest, first.device) == (second.digest, second.device)
    assert read == []


def test_of_a_grown_set_only_what_is_new_is_read(dataset: ImageDataset, tmp_path: Path) -> None:
    before, read = embedded(dataset, tmp_path / "cache"), []
    write_files(tmp_path / "set", {"ant/new.jpg": jpeg(999), "dog/0.jpg": jpeg(998)})
    grown = read_folder(tmp_path / "set")

    after = embedded(grown, tmp_path / "cache", read)

    assert sorted(read) == [0, COUNT + 1]
    np.testing.assert_array_equal(after.vectors[1:-1], before.vectors)


@pytest.mark.long
@pytest.mark.parametrize("suffix", [".npy", ".parquet"])
@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "gone"])
def test_a_damaged_part_is_made_again(
    dataset: ImageDataset, tmp_path: Path, suffix: str, damage: str
) -> None:
    first = embedded(dataset, tmp_path / "cache")
    for file in files_of(tmp_path / "cache", suffix):
        whole = file.read_bytes()
        if damage == "gone":
            file.unlink()
        else:
            file.write_bytes({"empty": b"", "cut": whole[:-9], "noise": b"noise" * 99}[damage])

    second = embedded(dataset, tmp_path / "cache")

    np.testing.assert_array_equal(first.vectors, second.vectors)


def test_one_changed_byte_costs_one_vector(dataset: ImageDataset, tmp_path: Path) -> None:
    first, read = embedded(dataset, tmp_path / "cache"), []
    file = files_of(tmp_path / "cache", ".npy")[0]
    content = bytearray(file.read_bytes())
    content[-7] ^= 0x10
    file.write_bytes(content)

    second = embedded(dataset, tmp_path / "cache", read)

    np.testing.assert_array_equal(first.vectors, second.vectors)
    assert len(read) == 1


def test_what_was_made_before_cancelling_is_kept(dataset: ImageDataset, tmp_path: Path) -> None:
    def cancel(stage: str, done: int, total: int) -> None:
        if done >= 64:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        embed(dataset, encoder="classical", cache=tmp_path / "cache", progress=cancel)

    read: list[int] = []
    embedded(dataset, tmp_path / "cache", read)
    assert sorted(read) == list(range(64, COUNT))


SCRIPT = """
import os, signal, sys
from pathlib import Path
from core.embed import embed, pipeline
from core.ingest import open_source
pipeline._KEEP_BATCHES = 1
def progress(stage, done, total):
    if stage == pipeline.STAGE and done >= int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
dataset = open_source(sys.argv[1], Path("unused"))
embed(dataset, encoder="classical", device="cpu", cache=Path(sys.argv[2]), progress=progress)
"""


def start(folder: Path, kept: Path, killed_at: int) -> "subprocess.Popen[bytes]":
    arguments = [str(folder), str(kept), str(killed_at)]
    root = Path(__file__).parents[2]
    return subprocess.Popen([sys.executable, "-c", SCRIPT, *arguments], cwd=root)


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_after_a_kill_only_what_is_missing_is_read(dataset: ImageDataset, tmp_path: Path) -> None:
    assert start(tmp_path / "set", tmp_path / "cache", 128).wait(60) == -signal.SIGKILL

    read: list[int] = []
    embeddings = embedded(dataset, tmp_path / "cache", read)

    assert sorted(read) in (list(range(64, COUNT)), list(range(128, COUNT)))
    np.testing.assert_array_equal(embeddings.vectors, embedded(dataset, tmp_path / "x").vectors)


@pytest.mark.long
def test_two_processes_share_one_cache(dataset: ImageDataset, tmp_path: Path) -> None:
    processes = [start(tmp_path / "set", tmp_path / "cache", 9999) for _ in range(2)]

    assert [process.wait(120) for process in processes] == [0, 0]
    read: list[int] = []
    embeddings = embedded(dataset, tmp_path / "cache", read)
    assert read == []
    np.testing.assert_array_equal(embeddings.vectors, embedded(dataset, tmp_path / "x").vectors)


def vectors_of(seed: int, count: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, ENCODER.dimension)).astype(np.float32)


def test_pictures_of_one_content_share_a_vector(tmp_path: Path) -> None:
    files = named(4) | {"dog/again.jpg": jpeg(2)}
    dataset = read_folder(write_files(tmp_path / "set", files))

    first = embedded(dataset, tmp_path / "cache")

    again = embedded(dataset, tmp_path / "cache")
    np.testing.assert_array_equal(first.vectors, again.vectors)
    np.testing.assert_array_equal(again.vectors[2], again.vectors[4])


def test_many_small_parts_become_one(tmp_path: Path) -> None:
    kept = VectorCache(tmp_path, ENCODER, "cpu")
    for seed in range(20):
        kept.add([f"{seed}_{n}" for n in range(3)], vectors_of(seed))

    kept.tidy()

    assert len(files_of(tmp_path, ".npy")) == len(files_of(tmp_path, ".parquet")) == 1
    found = np.empty((3, ENCODER.dimension), np.float32)
    assert kept.load(["7_0", "7_1", "7_2"], found).all()
    np.testing.assert_array_equal(found, vectors_of(7))


def test_a_cache_that_is_too_large_loses_what_was_unused_the_longest(tmp_path: Path) -> None:
    size = 3 * 4 * ENCODER.dimension
    kept = VectorCache(tmp_path, ENCODER, "cpu", max_bytes=3 * size)
    for seed in range(3):
        kept.add([f"{seed}_{n}" for n in range(3)], vectors_of(seed))
    for age, file in enumerate(files_of(tmp_path, ".parquet")):
        os.utime(file, (age, age))
    old = next(f for f in files_of(tmp_path, ".parquet") if f.stat().st_mtime == 0)

    kept.tidy()

    assert not old.exists()
    assert not old.with_suffix(".npy").exists()
    assert len(files_of(tmp_path, ".npy")) == 2


@pytest.mark.parametrize("change", [{"version": "2"}, {"input_px": 65}, {"name": "other"}])
def test_another_encoder_never_finds_these_vectors(change: dict[str, object]) -> None:
    from dataclasses import replace

    assert encoder_key(ENCODER, "cpu") != encoder_key(replace(ENCODER, **change), "cpu")
    assert encoder_key(ENCODER, "cpu") != encoder_key(ENCODER, "cuda")
