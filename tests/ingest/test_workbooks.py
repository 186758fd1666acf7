"""Sheets of Excel and OpenDocument: read as a person sees them, refused where they do harm."""

import datetime
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_tables import found_in, ods, passed_in, rows_of, xlsx, zipped

from core.errors import SourceError
from core.ingest.tables import Table, peek, read_cells

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def opened(folder: Path, content: bytes, name: str = "labels.xlsx") -> Table:
    file = folder / "file"
    file.write_bytes(content)
    return peek(name, file)


def workbook(*sheets: Sequence[Sequence[object]], hidden: Sequence[int] = ()) -> bytes:
    """Return a workbook with sheets 'S0', 'S1', ..."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"S{number}")
        sheet.sheet_state = "hidden" if number in hidden else "visible"
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


LABELS = [["file", "label"], ["1.jpg", "cat"], ["2.jpg", "dog"]]


def test_a_sheet_is_a_table_with_a_header(tmp_path: Path) -> None:
    table = opened(tmp_path, workbook(LABELS))

    assert (table.kind, table.names) == ("Excel, sheet 'S0'", None)
    assert table.rows == (("file", "label"), ("1.jpg", "cat"), ("2.jpg", "dog"))
    assert list(read_cells(table, [1], has_header=True)) == [(2, ("cat",)), (3, ("dog",))]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (20200101.0, "20200101"),
        (0.1 + 0.2, "0.3"),
        (-2.5, "-2.5"),
        (True, "true"),
        (False, "false"),
        ("007", "007"),
        ("  cat ", "cat"),
        ("é\n犬", "é\n犬"),
        (datetime.date(2020, 1, 2), "2020-01-02"),
        (datetime.datetime(2020, 1, 2, 3, 4, 5), "2020-01-02 03:04:05"),
        (datetime.time(3, 4), "03:04:00"),
    ],
)
def test_a_cell_is_the_text_that_a_person_sees(tmp_path: Path, value: object, text: str) -> None:
    table = opened(tmp_path, workbook([["file", "label"], ["1.jpg", value]]))

    assert table.rows[1] == ("1.jpg", text)


def test_pandas_writes_what_is_read_back(tmp_path: Path) -> None:
    frame = pd.DataFrame({"file": ["1.jpg", "2.jpg"], "label": [1, None], "x": ["a", "b"]})
    frame.to_excel(tmp_path / "labels.xlsx", index=False)

    table = peek("labels.xlsx", tmp_path / "labels.xlsx")

    assert rows_of(table) == [("file", "label", "x"), ("1.jpg", "1", "a"), ("2.jpg", "", "b")]


def test_strings_shared_inline_and_of_formulas_are_read(tmp_path: Path) -> None:
    cells = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
        '<row r="2"><c r="A2" t="str"><f>A1</f><v>c</v></c><c r="B2"><f>1+1</f><v>2</v></c></row>'
    )

    assert opened(tmp_path, xlsx(cells, ["a"])).rows == (("a", "b"), ("c", "2"))


def test_a_table_below_a_title_keeps_the_numbers_of_its_rows(tmp_path: Path) -> None:
    table = opened(tmp_path, workbook([[], [None, "Our labels"], [], *LABELS]))

    assert [number for number, _ in read_cells(table, [0], has_header=True)] == [5, 6]


def test_each_sheet_with_labels_is_a_table_and_the_others_are_said(tmp_path: Path) -> None:
    book = workbook([["only words"]], LABELS, [["a", "b"]], LABELS, [], hidden=[3])

    found = found_in(tmp_path, {"a/l.xlsx": book})

    assert [table.path for table in found.tables] == ["a/l.xlsx#S1", "a/l.xlsx#S2"]
    assert {passed.path: passed.reason for passed in found.passed} == {
        "a/l.xlsx#S0": "a single column",
        "a/l.xlsx#S3": "a hidden sheet",
    }
    assert found.used == {"a/l.xlsx"}


def test_the_only_sheet_has_the_name_of_its_file(tmp_path: Path) -> None:
    found = found_in(tmp_path, {"l.xlsx": workbook(LABELS, [], LABELS, hidden=[2])})

    assert [table.path for table in found.tables] == ["l.xlsx"]


def test_sheets_for_splits_are_one_table_that_says_them(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(LABELS, LABELS, [["a", "b"], ["c", "d"]])))
    book["S0"].title, book["S1"].title = "Train", "test"
    book.save(tmp_path / "l.xlsx")

    found = found_in(tmp_path, {"l.xlsx": (tmp_path / "l.xlsx").read_bytes()})

    assert [table.path for table in found.tables] == ["l.xlsx", "l.xlsx#S2"]
    table = found.tables[0]
    assert table.kind == "Excel, sheets 'Train' and 'test'"
    assert list(table.rows) == rows_of(table)
    assert rows_of(table) == [
        ("file", "label", "split"),
        ("1.jpg", "cat", "train"),
        ("2.jpg", "dog", "train"),
        ("1.jpg", "cat", "test"),
        ("2.jpg", "dog", "test"),
    ]
    assert list(read_cells(table, [2, 0], has_header=True))[-1] == (3, ("test", "2.jpg"))


def test_opendocument_is_read_without_the_empty_rest_of_the_sheet(tmp_path: Path) -> None:
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p>'
            "</table:table-cell>"
            for text in row
        )
        + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        for row in (("file", "label"), ("1.jpg", "cat"))
    )
    end = (
        '<table:table-row table:number-rows-repeated="1048574">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )

    table = opened(tmp_path, ods(rows + end), "labels.ods")

    assert (table.kind, rows_of(table)) == (
        "OpenDocument, sheet 'S'",
        [("file", "label"), ("1.jpg", "cat")],
    )


def test_text_under_the_name_of_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    table = opened(tmp_path, b"file\tlabel\n1.jpg\tcat\n", "labels.xls")

    assert (table.kind, table.rows[1]) == ("TSV", ("1.jpg", "cat"))


def test_a_workbook_under_another_name_is_read_as_one(tmp_path: Path) -> None:
    assert opened(tmp_path, workbook(LABELS), "labels.csv").kind == "Excel, sheet 'S0'"


CORNERS = (
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
)
FULL = (
    '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
    'table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
    "</table:table-cell></table:table-row>"
)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("l.xlsx", b"PK\x03\x04 and more", "'l.xlsx' is damaged or not a workbook"),
        ("l.xlsx", zipped({"a.txt": "a"}), "'l.xlsx' is damaged or not a workbook"),
        ("l.xls", OLE + b"x" * 1000, "'l.xls' is damaged or not a workbook"),
        ("l.xlsx", workbook([]), "'l.xlsx' has no rows"),
        ("l.xlsx", workbook([["a"], ["b"]]), "'l.xlsx' does not have two or more columns"),
        ("l.xlsx", xlsx(CORNERS), "'l.xlsx' needs more than .* of memory .* as CSV"),
        ("l.ods", ods(FULL), "'l.ods' (needs more than|is damaged)"),
    ],
)
def test_what_is_no_sheet_of_labels_is_refused_with_the_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(SourceError, match=reason):
        opened(tmp_path, content, name)


def test_a_workbook_that_unpacks_to_far_too_much_is_not_unpacked(tmp_path: Path) -> None:
    bomb = zipped({"xl/worksheets/sheet1.xml": b" " * 501_000_000})

    with pytest.raises(SourceError, match="unpacks to 501 MB, which is more than is read"):
        opened(tmp_path, bomb)


def test_pictures_in_a_workbook_do_not_count_as_its_size(tmp_path: Path) -> None:
    content = io.BytesIO(workbook(LABELS))

    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bmp", b" " * 501_000_000)

    assert opened(tmp_path, content.getvalue()).width == 2


def test_a_workbook_with_a_password_says_so(tmp_path: Path) -> None:
    # What Excel writes then is an OLE file with an entry of this name.
    assert passed_in(tmp_path, {"l.xlsx": encrypted()}) == {"l.xlsx": "protected by a password"}


def encrypted() -> bytes:
    """Return the least OLE file with the entries of an encrypted workbook."""
    sector = 512
    free, end, fat = b"\xff" * 4, (0xFFFFFFFE).to_bytes(4, "little"), b"\xfd\xff\xff\xff"
    header = OLE + bytes(16) + bytes.fromhex("3e000300feff09000600") + bytes(6) + bytes(4)
    header += (1).to_bytes(4, "little") + (1).to_bytes(4, "little") + bytes(4)
    header += (4096).to_bytes(4, "little") + end + bytes(4) + end + bytes(4)
    header += (0).to_bytes(4, "little") + free * 108

    def entry(name: str, kind: int, child: int = -1, right: int = -1) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        links = b"".join(x.to_bytes(4, "little", signed=True) for x in (-1, right, child))
        head = text.ljust(64, b"\0") + len(text).to_bytes(2, "little") + bytes([kind, 1])
        return (head + links + bytes(36) + end + bytes(8)).ljust(128, b"\0")

    directory = entry("Root Entry", 5, child=1) + entry("EncryptedPackage", 2, right=2)
    directory += entry("EncryptionInfo", 2) + bytes(128)
    return header + (fat + end).ljust(sector, b"\xff") + directory


def test_what_excel_leaves_of_an_open_workbook_is_no_table(tmp_path: Path) -> None:
    found = found_in(tmp_path, {"~$l.xlsx": b"\x05owner", "l.xlsx": workbook(LABELS)})

    assert (len(found.tables), found.passed) == (1, ())


def test_the_first_rows_are_kept_and_all_are_read(tmp_path: Path) -> None:
    table = opened(tmp_path, workbook([["file", "label"], *([f"{n}.jpg", n] for n in range(300))]))

    assert (len(table.rows), len(rows_of(table))) == (200, 301)


def test_reading_can_be_given_up(tmp_path: Path) -> None:
    book = workbook([["file", "label"], *([f"{n}.jpg", "x" * 500] for n in range(2_000))])

    first = next(read_cells(opened(tmp_path, book), [0], has_header=True))

    assert first == (2, ("0.jpg",))  # the program that reads had far more to write


GOOD = workbook(LABELS)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Draw a workbook with some bytes changed, and perhaps its end cut off."""
    content = bytearray(GOOD)
    for _ in range(draw(st.integers(1, 6))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.just(len(content)) | st.integers(0, len(content)))])


@st.composite
def hostile_sheets(draw: st.DrawFn) -> bytes:
    """Draw a workbook whose sheet is well-formed XML that no program would write."""
    cell = st.builds(
        '<c r="{}" t="{}" s="{}"><v>{}</v></c>'.format,
        st.sampled_from(["A1", "B1", "A2", "ZZ9", "", "1", "A0", "XFE1", "é", "A99999999999"]),
        st.sampled_from(["s", "b", "e", "d", "n", "str", "x", "inlineStr"]),
        st.integers(-1, 3),
        st.sampled_from(["0", "-1", "1e400", "NaN", "", "x", "99999999999999", "2020-01-01"]),
    )
    row = st.builds(
        '<row r="{}">{}</row>'.format,
        st.sampled_from(["1", "2", "0", "-1", "x", "99999999999"]),
        st.lists(cell, max_size=3).map("".join),
    )
    return xlsx("".join(draw(st.lists(row, max_size=3))), ["a"])


@settings(max_examples=25)
@given(damaged() | hostile_sheets(), st.sampled_from(["l.xlsx", "l.xls", "l.ods", "l.xlsb"]))
def test_any_workbook_is_a_table_or_refused(content: bytes, name: str) -> None:
    with TemporaryDirectory() as folder:
        try:
            table = opened(Path(folder), content, name)
            rows = rows_of(table)
        except SourceError as error:
            assert name in str(error)
        else:
            assert rows[: len(table.rows)] == list(table.rows)
