"""Names in archives that do not say how they are encoded."""

import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest
from image_sets import jpeg

from core.ingest import Listing, list_archive
from core.ingest.entry_names import ENCODINGS, read_names

WORDS = {
    "cp932": ("りんごの写真", "猫", "東京タワー", "ソース表", "欠陥"),
    "gbk": ("苹果图片", "狗", "正常", "缺陷", "训练集"),
    "cp950": ("蘋果圖片", "狗", "正常", "缺陷", "訓練集"),
    "cp949": ("고양이", "강아지", "정상", "결함", "사과 사진"),
    "cp1251": ("Кошки", "собака", "трещина", "норма", "Яблоки"),
    "cp866": ("Кошки", "собака", "трещина", "норма", "Яблоки"),
    "koi8-r": ("Кошки", "собака", "трещина", "норма", "Яблоки"),
    "cp437": ("Äpfel", "Löwe", "crème brûlée", "señal", "Übung"),
    "cp1252": ("Äpfel", "Löwe", "crème brûlée", "maçã", "Größe"),
    "cp850": ("Löwe", "coração", "maçã", "São Paulo", "Größe"),
    "cp852": ("żaba", "łódź", "kočka", "růže", "jabłko"),
    "cp1250": ("żaba", "łódź", "kočka", "růže", "jabłko"),
    "cp1253": ("Γάτα", "σκύλος", "μήλο", "πουλί", "δέντρο"),
}


class Unflagged(zipfile.ZipInfo):
    """An entry whose name is bytes, and which does not say what they mean."""

    def __init__(self, raw: bytes, extra: bytes = b"") -> None:
        super().__init__(raw.hex())
        self.raw, self.extra = raw, extra

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - zipfile's own name
        return self.raw, self.flag_bits & ~0x800


def unflagged_zip(archive: Path, extras: Mapping[bytes, bytes]) -> Path:
    """Write a zip of pictures, whose names have these extra fields."""
    with zipfile.ZipFile(archive, "w") as opened:
        for number, (raw, extra) in enumerate(extras.items()):
            opened.writestr(Unflagged(raw, extra), jpeg(number))
    return archive


def listing_of(tmp_path: Path, names: list[bytes]) -> Listing:
    archive = unflagged_zip(tmp_path / "set.zip", dict.fromkeys(names, b""))
    return list_archive(archive, tmp_path / "out")


@pytest.mark.parametrize("encoding", WORDS)
def test_words_of_each_encoding_are_read(tmp_path: Path, encoding: str) -> None:
    paths = [f"{word}/{word} {n}.jpg" for word in WORDS[encoding] for n in range(2)]

    listing = listing_of(tmp_path, [path.encode(encoding) for path in paths])

    assert sorted(listing.paths) == sorted(paths)
    [note] = listing.notes
    assert "'set.zip' does not say how 10 names of files are encoded" in note
    assert f"{ENCODINGS[encoding]} ({encoding})" in note


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_utf_8_is_read_without_a_word_and_its_form_is_kept(tmp_path: Path, form: str) -> None:
    words = [unicodedata.normalize(form, word) for word in ("Äpfel", "梨", "Кошка", "犬", "あ")]

    listing = listing_of(tmp_path, [f"{word}/1.jpg".encode() for word in words])

    assert sorted(listing.paths) == sorted(f"{word}/1.jpg" for word in words)
    assert listing.notes == ()


def test_what_may_be_another_language_is_said() -> None:
    reading = read_names(["강아지/정상".encode("cp949")])

    assert {reading.encoding, *reading.others} >= {"gbk", "cp949"}


def test_a_foreign_name_that_has_the_form_of_utf_8_is_read_as_the_others(tmp_path: Path) -> None:
    words = ["缺陷", "正常", "训练集", "猫"]
    assert words[-1].encode("gbk").decode("utf-8") != words[-1]

    listing = listing_of(tmp_path, [f"{word}/1.jpg".encode("gbk") for word in words])

    assert sorted(listing.paths) == sorted(f"{word}/1.jpg" for word in words)


def test_info_zips_unicode_name_is_taken_where_it_is_of_this_name(tmp_path: Path) -> None:
    names = {}
    for raw, of_name in ((b"caf\x82/1.jpg", b"caf\x82/1.jpg"), (b"b\x82b/2.jpg", b"other")):
        held = b"\1" + struct.pack("<I", zlib.crc32(of_name)) + "猫/1.jpg".encode()
        names[raw] = struct.pack("<HH", 0x7075, len(held)) + held

    listing = list_archive(unflagged_zip(tmp_path / "set.zip", names), tmp_path / "out")

    assert sorted(listing.paths) == ["béb/2.jpg", "猫/1.jpg"]


def test_names_of_a_tar_are_read_by_a_guess_too(tmp_path: Path) -> None:
    archive = tmp_path / "set.tar"
    with tarfile.open(archive, "w", encoding="cp932", format=tarfile.GNU_FORMAT) as opened:
        for number, word in enumerate(WORDS["cp932"]):
            content = jpeg(number)
            member = tarfile.TarInfo(f"{word}/1.jpg")
            member.size = len(content)
            opened.addfile(member, BytesIO(content))

    listing = list_archive(archive, tmp_path / "out")

    assert sorted(listing.paths) == sorted(f"{word}/1.jpg" for word in WORDS["cp932"])
    assert "Japanese (cp932)" in listing.notes[0]


def test_names_that_are_the_same_once_they_are_read_do_not_replace_each_other(
    tmp_path: Path,
) -> None:
    names = [b"caf\x82/1.jpg", b"./caf\x82/1.jpg", "été/1.jpg".encode("cp437")]

    listing = listing_of(tmp_path, names)

    assert sorted(listing.paths) == ["café/1.jpg", "été/1.jpg"]
    assert [(skip.path, skip.reason) for skip in listing.skipped] == [
        ("café/1.jpg", "a second file of the same name")
    ]


def test_a_name_that_reaches_outside_is_refused_in_any_encoding(tmp_path: Path) -> None:
    listing = listing_of(tmp_path, ["..\\猫/1.jpg".encode("cp932"), "猫/1.jpg".encode("cp932")])

    assert listing.paths == ["猫/1.jpg"]
    assert [skip.reason for skip in listing.skipped] == ["unsafe path"]
