"""Tables in other encodings than UTF-8: labels are read as they were written, and it is said."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SourceError
from core.ingest.tables import Table, peek, read_cells

LABELS = {
    "cp932": ["犬", "猫", "ウサギ", "りんご", "正常", "異常"],
    "euc_jp": ["犬", "猫", "ウサギ", "りんご", "正常", "異常"],
    "gb18030": ["猫", "狗", "苹果", "玫瑰", "向日葵", "桌子", "椅子", "锈病"],
    "big5": ["貓", "狗", "蘋果", "玫瑰", "向日葵"],
    "cp949": ["고양이", "강아지", "장미", "튤립", "정상", "불량"],
    "cp1251": ["кошка", "собака", "Яблоко", "ГРУША", "їжак"],
    "koi8_r": ["кошка", "собака", "Яблоко", "ГРУША", "лошадь"],
    "cp866": ["кошка", "собака", "Яблоко", "груша", "лошадь"],
    "cp1252": ["Hündchen", "Kätzchen", "Äpfel", "piñón", "café", "50 µm", "naïve"],
    "cp1250": ["żaba", "łoś", "źrebię", "Žirafa", "kůň", "gołąb"],
    "cp1254": ["kuş", "ağaç", "ışık", "İnek", "köpek"],
    "cp1253": ["γάτα", "σκύλος", "άλογο"],
    "cp1255": ["חתול", "כלב", "סוס"],
    "cp1256": ["قطة", "كلب", "حصان"],
    "cp874": ["แมว", "หมา", "ช้าง"],
    "mac_roman": ["Hündchen", "café", "Kätzchen", "piñón"],
    "cp850": ["Hündchen", "café", "Kätzchen", "piñón"],
}


def opened(folder: Path, content: bytes) -> Table:
    file = folder / "labels.csv"
    file.write_bytes(content)
    return peek("labels.csv", file)


@pytest.mark.parametrize("encoding", LABELS)
def test_labels_are_read_as_they_were_written(tmp_path: Path, encoding: str) -> None:
    labels = LABELS[encoding]
    text = "file,label\n" + "".join(f"{n}.jpg,{label}\n" for n, label in enumerate(labels))

    table = opened(tmp_path, text.encode(encoding))

    assert [label for _, (label,) in read_cells(table, [1], has_header=True)] == labels
    assert table.about.startswith("Its text is not UTF-8: read as ")
    assert f"({encoding}), a guess." in table.about


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_is_known_is_no_guess(tmp_path: Path, encoding: str) -> None:
    assert opened(tmp_path, "file,label\n1.jpg,кошка\n".encode(encoding)).about == ""


def test_utf_8_with_damage_is_refused_by_line_and_not_misread(tmp_path: Path) -> None:
    text = "file,label\n1.jpg,Hündchen\n2.jpg,Kätzchen\n3.jpg,Mäuse\n".encode()

    with pytest.raises(SourceError, match="cannot be read as utf-8 text, at line"):
        opened(tmp_path, text + b"4.jpg,K\xe4tzchen\n")


def test_a_guess_holds_for_the_whole_file(tmp_path: Path) -> None:
    rows = [f"{n}.jpg,кошка\n".encode("cp1251") for n in range(1_000)]

    table = opened(tmp_path, b"".join(rows) + b"1000.jpg,\x98\n")  # 0x98 is no letter there

    assert table.format is not None
    assert table.format.encoding != "cp1251"


words = st.sampled_from([(name, label) for name, labels in LABELS.items() for label in labels])


@given(words, st.integers(1, 30))
def test_repeating_a_row_changes_no_guess(word: tuple[str, str], count: int) -> None:
    encoding, label = word
    row = f"1.jpg,{label}\n".encode(encoding)
    with TemporaryDirectory() as folder:
        once, often = (opened(Path(folder), row * times).format for times in (1, count))

    assert once == often
