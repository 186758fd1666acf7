"""Tars: honest ones read like folders, cut ones as far as they go."""

import bz2
import gzip
import tarfile
from pathlib import Path

import numpy as np
import pytest
from image_sets import jpeg, png, read_folder, read_zip, write_files, write_zip
from tar_sets import files_below, write_tar

from core.dataset import SkippedFile
from core.errors import CancelledError, EmptyDatasetError, SourceError
from core.ingest import list_archive

GOOD = {"cat/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2)}
CUT = "the archive is damaged or truncated here; the rest is missing"


@pytest.mark.parametrize(
    ("suffix", "mode"),
    [(".tar", "w"), (".tar.gz", "w:gz"), (".tgz", "w:gz"), (".tar.bz2", "w:bz2"),
     (".tar.xz", "w:xz"), (".TXZ", "w:xz")],
)  # fmt: skip
def test_a_tar_reads_like_a_folder(tmp_path: Path, suffix: str, mode: str) -> None:
    expected = read_folder(write_files(tmp_path / "animals", GOOD))
    archive = write_tar(tmp_path / f"animals{suffix}", GOOD, mode)

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.name == "animals"
    assert dataset.digest == expected.digest
    assert dataset.skipped == ()
    assert dataset.read_bytes(1) == jpeg(2)


@pytest.mark.parametrize("format_", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_form_of_tar_is_read(tmp_path: Path, format_: int) -> None:
    archive = write_tar(tmp_path / "set.tar", GOOD, format_=format_)

    assert read_zip(archive, tmp_path / "out").classes == ["cat", "dog"]


@pytest.mark.parametrize("wrap", ["set/", "./", "./set/", "a/./b//"])
def test_what_wraps_the_classes_is_passed_over(tmp_path: Path, wrap: str) -> None:
    archive = write_tar(tmp_path / "set.tar", {wrap + path: GOOD[path] for path in GOOD})

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.classes == ["cat", "dog"]
    assert dataset.skipped == ()


def test_backslashes_part_folders(tmp_path: Path) -> None:
    archive = write_tar(
        tmp_path / "set.tar", {"set\\cat\\1.jpg": jpeg(1), "set\\dog\\1.jpg": png(2)}
    )

    assert read_zip(archive, tmp_path / "out").classes == ["cat", "dog"]


def test_the_second_file_of_a_name_is_skipped(tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "set.tar", {**GOOD, "./cat/1.jpg": jpeg(9)})

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.read_bytes(0) == jpeg(1)
    assert dataset.skipped == (SkippedFile("cat/1.jpg", "a second file of the same name"),)


@pytest.mark.parametrize("label", ["x" * 300, "käfer 🐈", "a\nb", "=cmd()", "<img src=x>", "CON"])
@pytest.mark.parametrize("format_", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_any_class_name_is_kept_as_it_is(tmp_path: Path, label: str, format_: int) -> None:
    files = {f"{label}/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2)}
    archive = write_tar(tmp_path / "set.tar", files, format_=format_)

    assert read_zip(archive, tmp_path / "out").classes == sorted([label, "dog"])


@pytest.mark.parametrize("format_", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_that_are_not_utf_8_are_read_by_a_guess(tmp_path: Path, format_: int) -> None:
    archive = write_tar(tmp_path / "set.tar", {"caf\udce9/1.jpg": jpeg(1), **GOOD}, format_=format_)

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.classes == ["café", "cat", "dog"]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_cut_tar_keeps_what_came_before_and_says_so(tmp_path: Path, mode: str) -> None:
    # bzip2 gives nothing of a block of 900 kB before the whole of it is there.
    noise = np.random.default_rng(0).bytes(4000)
    files = {f"cat/{number}.jpg": jpeg(number) + noise[number:] for number in range(400)}
    archive = write_tar(tmp_path / "set.tar", files, mode)
    content = archive.read_bytes()
    archive.write_bytes(content[: len(content) * 2 // 3])

    dataset = read_zip(archive, tmp_path / "out")

    assert 0 < len(dataset) < 400
    assert SkippedFile("set.tar", CUT) in dataset.skipped
    assert dataset.read_bytes(0) == files["cat/0.jpg"]


@pytest.mark.parametrize("left", [1024, 1024 + 100, 1536 + 700, 1536])
def test_a_cut_at_any_place_of_a_member_is_told(tmp_path: Path, left: int) -> None:
    """A cut between two files, in a header, in the content, and behind a header."""
    files = {"cat/0.jpg": jpeg()[:512], "cat/2.mp4": bytes(2000), **GOOD}
    archive = write_tar(tmp_path / "set.tar", files)
    archive.write_bytes(archive.read_bytes()[:left])

    listing = list_archive(archive, tmp_path / "out")

    assert listing.paths[0] == "cat/0.jpg"
    assert listing.skipped[-1] == SkippedFile("set.tar", CUT)


def test_a_header_that_is_damaged_is_no_end(tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "set.tar", {**GOOD, "fox/1.jpg": jpeg(3)})
    content = bytearray(archive.read_bytes())
    content[content.index(b"fox/1.jpg") + 150] ^= 1  # its checksum
    archive.write_bytes(content)

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.classes == ["cat", "dog"]
    assert dataset.skipped == (SkippedFile("set.tar", CUT),)


def test_damage_in_a_compressed_tar_is_told(tmp_path: Path) -> None:
    files = {f"cat/{number}.jpg": jpeg(number) for number in range(300)}
    archive = write_tar(tmp_path / "set.tar.gz", files, "w:gz")
    content = bytearray(archive.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 50] = bytes(50)
    archive.write_bytes(content)

    dataset = read_zip(archive, tmp_path / "out")

    assert 0 < len(dataset) < 300
    assert SkippedFile("set.tar.gz", CUT) in dataset.skipped


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_garbage_behind_the_end_does_not_matter(tmp_path: Path, mode: str) -> None:
    archive = write_tar(tmp_path / "set.tar", GOOD, mode)
    archive.write_bytes(archive.read_bytes() + b"garbage" * 5000)

    dataset = read_zip(archive, tmp_path / "out")

    assert len(dataset) == 2
    assert dataset.skipped == ()


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress])
def test_a_tar_compressed_in_several_pieces_is_one_tar(tmp_path: Path, compress: object) -> None:
    whole = write_tar(tmp_path / "whole.tar", GOOD).read_bytes()
    archive = tmp_path / "set.tar.z"
    archive.write_bytes(compress(whole[:1000]) + compress(whole[1000:]))  # type: ignore[operator]

    assert len(read_zip(archive, tmp_path / "out")) == 2


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_of_nothing_is_empty(tmp_path: Path, mode: str) -> None:
    archive = write_tar(tmp_path / "set.tar", {}, mode)

    with pytest.raises(EmptyDatasetError, match=r"'set' is empty"):
        read_zip(archive, tmp_path / "out")


@pytest.mark.parametrize(
    "content", [gzip.compress(b"hello" * 300, mtime=0), b"\x1f\x8b", b"BZh9", b"x"]
)
def test_what_is_no_tar_is_refused(tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "set.tar.gz"
    archive.write_bytes(content)

    with pytest.raises(SourceError, match=r"'set.tar.gz' is not a readable zip or tar"):
        read_zip(archive, tmp_path / "out")


def test_content_tells_a_tar_from_a_zip(tmp_path: Path) -> None:
    tar = write_tar(tmp_path / "tar.zip", GOOD)
    zip_ = write_zip(tmp_path / "zip.tar.gz", GOOD)

    assert len(read_zip(tar, tmp_path / "a")) == len(read_zip(zip_, tmp_path / "b")) == 2


def test_a_zip_at_the_end_of_a_tar_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    inner = write_zip(tmp_path / "inner.zip", {"fox/1.jpg": jpeg(7)}).read_bytes()
    archive = write_tar(tmp_path / "set.tar", {**GOOD, "cat/inner.zip": inner})

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.classes == ["cat", "dog"]
    assert [skip.path for skip in dataset.skipped] == ["cat/inner.zip"]


def test_the_order_in_the_tar_does_not_matter(tmp_path: Path) -> None:
    files = {f"{label}/{n}.jpg": jpeg(n) for label in ("cat", "dog") for n in range(4)}
    files["cat/bad.jpg"] = b""

    first = read_zip(write_tar(tmp_path / "1.tar", files), tmp_path / "a", name="set")
    second = read_zip(
        write_tar(tmp_path / "2.tar", dict(reversed(files.items()))), tmp_path / "b", name="set"
    )

    assert first.digest == second.digest
    assert first.skipped == second.skipped


@pytest.mark.parametrize("size", [1000, 30_000_000])
def test_cancelling_the_unpacking_stops_it(tmp_path: Path, size: int) -> None:
    """Between two files, and within one that is passed over."""
    files = {"cat/1.jpg": jpeg(1), "cat/film.mp4": size, "cat/2.jpg": jpeg(2)}
    archive = write_tar(tmp_path / "set.tar", files)
    heard: list[tuple[int, int]] = []

    def cancel(stage: str, done: int, total: int) -> None:
        assert stage == "unpacking"
        heard.append((done, total))
        if len(heard) == 2:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        read_zip(archive, tmp_path / "deep" / "out", progress=cancel)
    assert files_below(tmp_path) == {"set.tar", "deep/out/0/0.jpg"}
    assert all(done <= total == archive.stat().st_size for done, total in heard)
