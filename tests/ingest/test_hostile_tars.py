"""Tars that are made to do harm: nothing leads out, and nothing grows without bound."""

import tarfile
from pathlib import Path

import pytest
from image_sets import jpeg, read_zip, saved
from PIL import Image
from tar_sets import bytes_below, files_below, write_tar

from core.dataset import SkippedFile
from core.errors import LimitError
from core.ingest import list_archive
from core.limits import Limits

GOOD = {"cat/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2)}
CUT = "the archive is damaged or truncated here; the rest is missing"


def entry(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """Return a member that is no file."""
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = target
    return member


@pytest.mark.parametrize(
    "name",
    ["../../evil.jpg", "/etc/evil.jpg", "cat/../../evil.jpg", "C:\\evil.jpg", "..\\evil.jpg",
     "\\\\server\\share\\evil.jpg", "c:evil.jpg", "./../evil.jpg"],
)  # fmt: skip
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    archive = write_tar(tmp_path / "set.tar", {name: jpeg(3), **GOOD})

    dataset = read_zip(archive, tmp_path / "deep" / "out")

    assert dataset.skipped == (SkippedFile(name.replace("\\", "/"), "unsafe path"),)
    assert files_below(tmp_path) == {"set.tar", "deep/out/0/0.jpg", "deep/out/0/1.jpg"}


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, b"V"],
)
def test_only_files_are_unpacked(tmp_path: Path, kind: bytes) -> None:
    link = entry("cat/link.jpg", kind, "/etc/passwd")
    archive = write_tar(tmp_path / "set.tar", GOOD, entries=(link,))

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.skipped == (SkippedFile("cat/link.jpg", "a link or special file"),)
    assert files_below(tmp_path / "out") == {"0/0.jpg", "0/1.jpg"}


def test_a_link_to_a_file_of_the_tar_is_not_followed(tmp_path: Path) -> None:
    link = entry("cat/2.jpg", tarfile.LNKTYPE, "cat/1.jpg")
    archive = write_tar(tmp_path / "set.tar", GOOD, entries=(link,))

    assert read_zip(archive, tmp_path / "out").skipped[0].path == "cat/2.jpg"


def test_the_holes_of_a_sparse_file_are_not_written(tmp_path: Path) -> None:
    hole = tarfile.TarInfo("cat/hole.jpg")
    hole.pax_headers = {
        "GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,0",
        "GNU.sparse.size": str(10**12), "GNU.sparse.numblocks": "1",
    }  # fmt: skip
    archive = write_tar(tmp_path / "set.tar", GOOD, entries=(hole,))

    dataset = read_zip(archive, tmp_path / "out")

    assert [skip.path for skip in dataset.skipped] == ["cat/hole.jpg"]
    assert "sparse" in dataset.skipped[0].reason
    assert bytes_below(tmp_path / "out") < 10_000


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("name", ["cat/bomb.png", "cat/bomb.mp4", "../bomb.png"])
def test_a_bomb_is_refused_before_much_is_written(tmp_path: Path, mode: str, name: str) -> None:
    archive = write_tar(tmp_path / "set.tar", {**GOOD, name: 8_000_000}, mode)

    with pytest.raises(LimitError, match=r"compressed more than 10 times.*--max-ratio"):
        read_zip(archive, tmp_path / "out", limits=Limits(compression_ratio=10))
    assert bytes_below(tmp_path / "out") < 6_000_000


def test_small_tars_of_drawings_may_shrink_as_much(tmp_path: Path) -> None:
    drawing = saved(Image.new("RGB", (600, 400), "red"), "BMP")
    files = {f"{label}/{n}.bmp": drawing for label in ("cat", "dog") for n in range(9)}
    archive = write_tar(tmp_path / "set.tar.gz", files, "w:gz")

    assert archive.stat().st_size * 100 < len(drawing) * 18
    assert len(read_zip(archive, tmp_path / "out")) == 18


@pytest.mark.parametrize("name", ["cat/large.png", "cat/large.mp4"])
def test_a_tar_that_unpacks_to_too_much_is_refused(tmp_path: Path, name: str) -> None:
    archive = write_tar(tmp_path / "set.tar", {**GOOD, name: 3_000_000})

    with pytest.raises(LimitError, match=r"unpacks to more than 0.0 GB.*--max-gigabytes"):
        read_zip(archive, tmp_path / "out", limits=Limits(unpacked_bytes=1_000_000))
    assert bytes_below(tmp_path / "out") <= 1_000_000


@pytest.mark.parametrize("name", ["cat/{}.jpg", "../{}.jpg", "cat/{}.mp4"])
def test_a_tar_of_too_many_files_is_refused(tmp_path: Path, name: str) -> None:
    archive = write_tar(tmp_path / "set.tar", {name.format(n): b"x" for n in range(9)})

    with pytest.raises(LimitError, match=r"holds more than 8 files.*--max-files"):
        read_zip(archive, tmp_path / "out", limits=Limits(files=8))


def test_a_header_without_end_is_damage(tmp_path: Path) -> None:
    long_name = tarfile.TarInfo("x")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, 5_000_000
    archive = write_tar(tmp_path / "set.tar", GOOD)
    end = tarfile.BLOCKSIZE * 4
    head = archive.read_bytes()[:end]
    archive.write_bytes(head + long_name.tobuf(tarfile.GNU_FORMAT) + b"x" * 6_000_000)

    listing = list_archive(archive, tmp_path / "out")

    assert listing.skipped[-1] == SkippedFile("set.tar", CUT)


def test_headers_of_headers_are_damage(tmp_path: Path) -> None:
    long_name = tarfile.TarInfo("x")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, 4
    head = write_tar(tmp_path / "set.tar", {"cat/1.jpg": b"x" * 512}).read_bytes()[:1024]
    chain = (long_name.tobuf(tarfile.GNU_FORMAT) + b"name".ljust(512, b"\0")) * 3000
    archive = tmp_path / "set.tar"
    archive.write_bytes(head + chain)

    assert list_archive(archive, tmp_path / "out").skipped == (SkippedFile("set.tar", CUT),)
