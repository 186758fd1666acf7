"""Zips: hostile ones harm nobody, and honest ones read like folders."""

import random
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest
from image_sets import jpeg, png, read_zip, write_zip

from core.dataset import SkippedFile
from core.errors import CancelledError, EmptyDatasetError, EvensetError, LimitError, SourceError
from core.limits import Limits

GOOD = {"cat/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2)}


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def test_a_zip_reads_like_a_folder(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "animals.zip", GOOD)

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.name == "animals"
    assert dataset.table["path"].tolist() == ["cat/1.jpg", "dog/1.jpg"]
    assert dataset.read_bytes(1) == jpeg(2)


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.jpg",
        "/etc/evil.jpg",
        "cat/../../evil.jpg",
        "C:\\evil.jpg",
        "..\\evil.jpg",
        "\\\\server\\share\\evil.jpg",
        "c:evil.jpg",
    ],
)
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    archive = write_zip(tmp_path / "set.zip", {**GOOD, name: jpeg(3)})

    dataset = read_zip(archive, tmp_path / "deep" / "out")

    assert dataset.skipped == (SkippedFile(name.replace("\\", "/"), "unsafe path"),)
    assert files_below(tmp_path) == {"set.zip", "deep/out/0/1.jpg", "deep/out/0/2.jpg"} or (
        len(files_below(tmp_path / "deep" / "out")) == 2 and len(files_below(tmp_path)) == 3
    )


def test_backslashes_part_folders(tmp_path: Path) -> None:
    archive = write_zip(
        tmp_path / "set.zip", {"set\\cat\\1.jpg": jpeg(1), "set\\dog\\1.jpg": png(2)}
    )

    assert read_zip(archive, tmp_path / "out").classes == ["cat", "dog"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", GOOD)
    link = zipfile.ZipInfo("cat/link.jpg")
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr(link, "/etc/passwd")

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.skipped == (SkippedFile("cat/link.jpg", "a link or special file"),)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", {**GOOD, "cat/bomb.png": bytes(5_000_000)})

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.skipped == (SkippedFile("cat/bomb.png", "compressed more than 100 times"),)
    assert len(files_below(tmp_path / "out")) == 2


def test_a_zip_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", GOOD)

    with pytest.raises(LimitError, match="unpacks to"):
        read_zip(archive, tmp_path / "out", limits=Limits(unpacked_bytes=500))
    with pytest.raises(LimitError, match="holds more than 1 file, which is the limit"):
        read_zip(archive, tmp_path / "out", limits=Limits(files=1))
    assert not (tmp_path / "out").exists()


def lie_about_size(archive: Path, name: str, size: int) -> None:
    """Write another unpacked size into both headers of one entry."""
    content = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as opened:
        entry = opened.getinfo(name)
        central = content.index(b"PK\x01\x02")
        while content[central + 46 : central + 46 + len(name)] != name.encode():
            central = content.index(b"PK\x01\x02", central + 1)
    struct.pack_into("<I", content, entry.header_offset + 22, size)
    struct.pack_into("<I", content, central + 24, size)
    archive.write_bytes(content)


def test_a_lie_about_the_size_spoils_one_file_only(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", {**GOOD, "cat/2.jpg": jpeg(3)})
    lie_about_size(archive, "cat/2.jpg", 100)

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.table["path"].tolist() == ["cat/1.jpg", "dog/1.jpg"]
    assert dataset.skipped == (SkippedFile("cat/2.jpg", "damaged in the zip"),)


def test_an_encrypted_entry_says_so(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", GOOD)
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(content)

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.skipped == (SkippedFile("cat/1.jpg", "encrypted"),)


def test_an_unknown_compression_says_so(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", GOOD)
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 10] = 9  # Deflate64, as Windows writes large files
    archive.write_bytes(content)

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.skipped == (SkippedFile("cat/1.jpg", "compressed with an unsupported method"),)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_python_unpacks_without_a_bound_is_not_unpacked(tmp_path: Path, method: int) -> None:
    archive = write_zip(tmp_path / "set.zip", GOOD)
    with zipfile.ZipFile(archive, "a", method) as opened:
        opened.writestr("cat/2.jpg", jpeg(3))

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.skipped == (SkippedFile("cat/2.jpg", "compressed with an unsupported method"),)


def test_a_damaged_entry_is_no_full_disk(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", GOOD)
    content = bytearray(archive.read_bytes())
    content[60:200] = bytes(140)
    archive.write_bytes(content)

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.skipped == (SkippedFile("cat/1.jpg", "damaged in the zip"),)


def test_a_zip_in_a_zip_is_not_opened(tmp_path: Path) -> None:
    inner = write_zip(tmp_path / "inner.zip", GOOD).read_bytes()
    archive = write_zip(tmp_path / "set.zip", {**GOOD, "cat/inner.zip": inner})

    dataset = read_zip(archive, tmp_path / "out")

    reason = "an archive inside the source: unpack it first"
    assert dataset.skipped == (SkippedFile("cat/inner.zip", reason),)


def test_dots_and_empty_parts_of_a_path_mean_nothing(tmp_path: Path) -> None:
    files = {"./cat/1.jpg": jpeg(1), "dog//./1.jpg": jpeg(2), "dog\\": b""}
    archive = write_zip(tmp_path / "set.zip", files)

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.table["path"].tolist() == ["cat/1.jpg", "dog/1.jpg"]
    assert dataset.skipped == ()


def test_the_second_file_of_a_name_is_skipped(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", GOOD)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(archive, "a") as opened:
            opened.writestr("cat/1.jpg", jpeg(9))

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.read_bytes(0) == jpeg(1)
    assert dataset.skipped == (SkippedFile("cat/1.jpg", "a second file of the same name"),)


@pytest.mark.parametrize(
    "label",
    [
        "<img src=x onerror=alert(1)>",
        "🐈",
        "abc\u202egpj",
        "x" * 300,
        "CON",
        "=cmd()",
        "a\nb",
        "$x$",
    ],
)
def test_any_class_name_is_kept_as_it_is(tmp_path: Path, label: str) -> None:
    archive = write_zip(tmp_path / "set.zip", {f"{label}/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2)})

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.classes == sorted([label, "dog"])
    assert all(len(name) < 20 for name in files_below(tmp_path / "out"))


@pytest.mark.parametrize("files", [{}, {"__MACOSX/cat/._1.jpg": b"x", "cat/.DS_Store": b"x"}])
def test_a_zip_of_nothing_is_empty(tmp_path: Path, files: dict[str, bytes]) -> None:
    archive = write_zip(tmp_path / "set.zip", files)

    with pytest.raises(EmptyDatasetError, match=r"'set' is empty"):
        read_zip(archive, tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"Rar!\x1a\x07", b"hello" * 100])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "set.zip"
    archive.write_bytes(content)

    with pytest.raises(SourceError, match=r"'set.zip' is not a readable zip or tar"):
        read_zip(archive, tmp_path / "out")


def test_a_cut_zip_is_refused(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", GOOD)
    archive.write_bytes(archive.read_bytes()[:-30])

    with pytest.raises(SourceError, match="damaged"):
        read_zip(archive, tmp_path / "out")


def test_a_name_that_is_no_utf8_is_refused_with_a_sentence(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", {"é/1.jpg": jpeg(1)})
    archive.write_bytes(archive.read_bytes().replace("é".encode(), b"\xff\xff"))

    with pytest.raises(SourceError, match="damaged"):
        read_zip(archive, tmp_path / "out")


def test_a_file_that_cannot_be_opened_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="'out' cannot be opened"):
        read_zip(tmp_path, tmp_path / "out", name="out")
    with pytest.raises(SourceError, match="cannot be opened"):
        read_zip(tmp_path / "nothere.zip", tmp_path / "out")


@pytest.mark.long
def test_random_damage_never_ends_in_a_traceback(tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "set.zip", {**GOOD, "cat/é.png": png(3)}).read_bytes()
    chance = random.Random(0)
    outcomes = {"read": 0, "refused": 0}

    for number in range(300):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            # The directory at the end and the headers are where a reader stumbles.
            place = chance.choice([chance.randrange(len(content)), -chance.randint(1, 300)])
            content[place] = chance.randrange(256)
        archive = tmp_path / "damaged.zip"
        archive.write_bytes(content)
        try:
            read_zip(archive, tmp_path / str(number))
            outcomes["read"] += 1
        except EvensetError:
            outcomes["refused"] += 1
        assert all(path.is_relative_to(tmp_path / str(number)) or path.suffix == ".zip"
                   for path in tmp_path.iterdir()
                   if not path.is_dir())  # fmt: skip

    assert min(outcomes.values()) > 20, outcomes


def test_the_order_in_the_zip_does_not_matter(tmp_path: Path) -> None:
    files = {f"{label}/{n}.jpg": jpeg(n) for label in ("cat", "dog") for n in range(4)}
    files["cat/bad.jpg"] = b""
    backwards = dict(reversed(files.items()))

    first = read_zip(write_zip(tmp_path / "set.zip", files), tmp_path / "a")
    second = read_zip(write_zip(tmp_path / "set.zip", backwards), tmp_path / "b")

    assert first.digest == second.digest
    assert first.table.equals(second.table)
    assert first.skipped == second.skipped


def test_cancelling_the_unpacking_stops_it(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", {f"cat/{n}.jpg": jpeg(n) for n in range(9)})

    def cancel(stage: str, done: int, total: int) -> None:
        assert (stage, total) == ("unpacking", 9)
        if done == 3:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        read_zip(archive, tmp_path / "out", progress=cancel)
    assert len(files_below(tmp_path / "out")) == 3


def test_a_checksum_that_is_wrong_spoils_one_file_only(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", GOOD)
    content = archive.read_bytes()
    checksum = struct.pack("<I", zlib.crc32(jpeg(2)))
    assert content.count(checksum) == 2
    archive.write_bytes(content.replace(checksum, b"\0\0\0\0"))

    dataset = read_zip(archive, tmp_path / "out")

    assert dataset.skipped == (SkippedFile("dog/1.jpg", "damaged in the zip"),)
