"""Labels tables in every shape: whatever their text, each cell is read as it was written."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyarrow import parquet

from core.errors import SourceError
from core.ingest.tables import Table, TableFormat, peek, read_cells
from core.ingest.tables.lines import text_rows

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"


def opened(folder: Path, content: bytes | str, name: str = "labels.csv") -> Table:
    """Write a table and return it opened."""
    file = folder / "file"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return peek(name, file)


def parquet_of(columns: Mapping[str, object], notes: Mapping[str, object] | None = None) -> bytes:
    """Return a Parquet file of `columns`, with what Hugging Face notes about them."""
    made = pyarrow.table(dict(columns))
    if notes is not None:
        features = json.dumps({"info": {"features": notes}})
        made = made.replace_schema_metadata({"huggingface": features})
    buffer = io.BytesIO()
    parquet.write_table(made, buffer)
    return buffer.getvalue()


def repeated_columns() -> bytes:
    buffer = io.BytesIO()
    column = pyarrow.array(["1.jpg"])
    parquet.write_table(pyarrow.Table.from_arrays([column, column], names=["a", "a"]), buffer)
    return buffer.getvalue()


def cells(table: Table, *, has_header: bool = False) -> list[tuple[int, tuple[str, ...]]]:
    return list(read_cells(table, range(table.width), has_header=has_header))


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a.jpg,cat\nb.jpg,dog\n", ","),
        ("a.jpg;cat\nb.jpg;dog\n", ";"),
        ("a.jpg\tcat\nb.jpg\tdog\n", "\t"),
        ("a.jpg|cat\nb.jpg|dog\n", "|"),
        ("val_1.JPEG 65\nval_2.JPEG 970\n", " "),
        ("val_1.JPEG   65\nval_20.JPEG  970 \n", " "),
        ("a.jpg,big cat;dog\nb.jpg,old dog\n", ","),
        ("file;score\na.jpg;3,5\nb.jpg;4,5\n", ";"),
        ("a.jpg;3,5\nb.jpg;4,5\n", ";"),
        ("a.jpg,cat|dog\nb.jpg,fox|cat\n", ","),
        ("# drawn by hand\nfile,label\na.jpg,cat\nb.jpg,dog\n", ","),
        ('a.jpg, "cat, dog"\nb.jpg, fox\n', ","),
        ('a.jpg,"big" cat\nb.jpg,dog\n', ","),
        ('"a.jpg","cat;dog"\n"b.jpg","fox;cat"\n', ","),
    ],
)
def test_the_delimiter_is_the_one_that_cuts_evenly(
    tmp_path: Path, text: str, delimiter: str
) -> None:
    assert opened(tmp_path, text).format == TableFormat("utf-8", delimiter)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("a,é".encode(), "utf-8"),
        ("a,é".encode("utf-8-sig"), "utf-8-sig"),
        ("a,é".encode("utf-16"), "utf-16"),
        ("a,é".encode("cp1252"), "cp1252"),
        (b"a,b\n" * 600_000 + "a,é".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_that_of_the_whole_file(
    tmp_path: Path, content: bytes, encoding: str
) -> None:
    assert opened(tmp_path, content).format == TableFormat(encoding, ",")


def test_big_endian_utf_16_is_read(tmp_path: Path) -> None:
    assert opened(tmp_path, "\ufeffa,é".encode("utf-16-be")).rows == (("a", "é"),)


def test_rows_are_filled_up_to_the_longest(tmp_path: Path) -> None:
    table = opened(tmp_path, "a,b\nc,d,e\nf\ng,h\n")

    assert (table.width, table.names) == (3, None)
    assert table.rows == (("a", "b", ""), ("c", "d", "e"), ("f", "", ""), ("g", "h", ""))


def test_only_the_first_rows_are_looked_at(tmp_path: Path) -> None:
    table = opened(tmp_path, "a,b\n" * 300)

    assert len(table.rows) == 200
    assert len(cells(table)) == 300


def test_a_quote_may_follow_a_space(tmp_path: Path) -> None:
    assert cells(opened(tmp_path, 'a.jpg, "cat, dog"\n')) == [(1, ("a.jpg", "cat, dog"))]


def test_what_excel_writes_about_its_delimiter_is_no_row(tmp_path: Path) -> None:
    assert cells(opened(tmp_path, "sep=;\na.jpg;1,5\n")) == [(2, ("a.jpg", "1,5"))]


@pytest.mark.parametrize("above", ["# drawn by hand\n", "Our labels\n\n", "a\nb\nc\n"])
def test_a_title_above_a_table_is_no_row(tmp_path: Path, above: str) -> None:
    table = opened(tmp_path, f"{above}file,label\na.jpg,cat\nb.jpg,dog\nc.jpg,cat\n")

    assert table.rows[:2] == (("file", "label"), ("a.jpg", "cat"))
    assert [row for _, row in cells(table)] == list(table.rows)


def test_a_picture_without_a_label_at_the_top_is_a_row(tmp_path: Path) -> None:
    assert opened(tmp_path, "a.jpg\nb.jpg,cat\nc.jpg,dog\n").rows[0] == ("a.jpg", "")


def test_digits_stay_text(tmp_path: Path) -> None:
    assert cells(opened(tmp_path, "007,1.50\n")) == [(1, ("007", "1.50"))]


def test_a_row_is_numbered_by_the_line_it_begins_in(tmp_path: Path) -> None:
    table = opened(tmp_path, 'file,label\n\na.jpg,"big\ncat"\n,\nb.jpg,dog')

    assert cells(table, has_header=True) == [(3, ("a.jpg", "big\ncat")), (6, ("b.jpg", "dog"))]


def test_columns_come_in_the_order_asked_for(tmp_path: Path) -> None:
    table = opened(tmp_path, "a,b,c\nd,e\n")

    assert list(read_cells(table, [2, 0], has_header=False)) == [(1, ("c", "a")), (2, ("", "d"))]


def test_line_ends_of_an_old_mac_part_rows(tmp_path: Path) -> None:
    assert cells(opened(tmp_path, "a,b\rc,d\r")) == [(1, ("a", "b")), (2, ("c", "d"))]


def test_json_lines_are_a_table(tmp_path: Path) -> None:
    text = '{"file_name": "a.jpg", "n": 7, "is": true}\n\n{"file_name": "b.jpg", "label": " x "}\n'

    table = opened(tmp_path, text, "train/metadata.jsonl")

    assert (table.format, table.names) == (None, ("file_name", "n", "is", "label"))
    assert table.rows == (("a.jpg", "7", "true", ""), ("b.jpg", "", "", "x"))
    assert cells(table, has_header=True) == [(1, table.rows[0]), (3, table.rows[1])]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("007", "007"),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        (None, ""),
        (["é", 1], '["é", 1]'),
        ({"a": None}, '{"a": null}'),
        ("a\0\ud800", "a\N{REPLACEMENT CHARACTER}?"),
    ],
)
def test_values_of_json_become_text(tmp_path: Path, value: object, text: str) -> None:
    table = opened(tmp_path, json.dumps({"a": "1.jpg", "b": value}), "m.jsonl")

    assert table.rows == (("1.jpg", text),)


def test_parquet_is_a_table(tmp_path: Path) -> None:
    content = parquet_of(
        {
            "file_name": ["1.jpg", "2.jpg"],
            "count": [7, None],
            "is": [True, False],
            "boxes": [[1, 2], None],
            "image": [{"bytes": b"PNG", "path": "p"}, None],
            "kind": pyarrow.array(["cat", " dog "]).dictionary_encode(),
        }
    )

    table = opened(tmp_path, content, "metadata.PARQUET")

    assert table.names == ("file_name", "count", "is", "boxes", "image", "kind")
    assert table.rows == (
        ("1.jpg", "7", "true", "[1, 2]", "", "cat"),
        ("2.jpg", "", "false", "", "", "dog"),
    )
    assert list(read_cells(table, [5, 0], has_header=True)) == [
        (1, ("cat", "1.jpg")),
        (2, ("dog", "2.jpg")),
    ]


def test_numbers_of_classes_become_their_names(tmp_path: Path) -> None:
    columns = {"file_name": ["1.jpg", "2.jpg", "3.jpg", "4.jpg"], "label": [1, 0, -1, 5]}
    notes = {"label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}

    table = opened(tmp_path, parquet_of(columns, notes), "m.parquet")

    assert [row[1] for row in table.rows] == ["dog", "cat", "", "5"]


def test_numbers_of_classes_without_names_stay_digits(tmp_path: Path) -> None:
    content = parquet_of({"file_name": ["1.jpg"], "label": [1]}, {"label": 3})

    assert opened(tmp_path, content, "m.parquet").rows == (("1.jpg", "1"),)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("l.csv", b"", "'l.csv' is empty"),
        ("l.csv", b"\n \r\n", "'l.csv' has no rows"),
        ("l.csv", LFS, "'l.csv' is a Git LFS pointer.*'git lfs pull'"),
        ("l.parquet", LFS, "'l.parquet' is a Git LFS pointer.*'git lfs pull'"),
        ("l.txt", b"a.jpg\nb.jpg\n", "'l.txt' does not have two"),
        ("l.txt", b"Read me, please.\nIt tells\nyou what to do.\nBye\n", "does not have two"),
        ("l.csv", b"a,b\n\0,c\n", "Line 2 of 'l.csv' is not text"),
        ("l.csv", b"a,\x81", "'l.csv' cannot be read as cp1252 text"),
        ("l.csv", b"\xff\xfea", "'l.csv' cannot be read as utf-16 text"),
        ("l.csv", b'a,b\nc,"d\n', r"row at line 2 of 'l.csv' cannot be split .* \(a quote is not"),
        (
            "l.csv",
            b'a,b\nc,"' + b"d" * 200_000 + b'"\n',
            "row at line 2 of 'l.csv' cannot be split",
        ),
        ("l.csv", b"a," * 600_000, "line 1 of 'l.csv' is longer than 1,000,000 characters"),
        ("l.csv", b"a," * 30_000, "'l.csv' has 30,001 columns; at most 20,000"),
        ("l.jsonl", b"\n", "'l.jsonl' does not have two"),
        ("l.jsonl", b'{"a": 1}', "'l.jsonl' does not have two"),
        ("l.jsonl", b'{"a": 1, "b": 2}\n[1]\n', "Line 2 of 'l.jsonl' is not a JSON object"),
        ("l.jsonl", b'{"a": 1, "b": ' + b"[" * 100_000, "Line 1 of 'l.jsonl' is not a JSON"),
        ("l.jsonl", b'{"a": ' + b"1" * 5_000 + b"}", "Line 1 of 'l.jsonl' is not a JSON"),
        ("l.parquet", b"PAR1 and more", "'l.parquet' is damaged or not a Parquet file"),
        ("l.parquet", parquet_of({"a": ["1"]}), "'l.parquet' does not have two"),
        ("l.parquet", parquet_of({"a": [], "b": []}), "'l.parquet' has no rows"),
        ("l.parquet", repeated_columns(), "'l.parquet' has two columns named 'a'"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    with pytest.raises(SourceError, match=reason):
        opened(tmp_path, content, name)


@pytest.mark.parametrize("name", ["l.csv", "l.jsonl", "l.parquet"])
def test_a_file_that_is_gone_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=rf"'{name}' cannot be opened \(No such file"):
        peek(name, tmp_path / "gone")


@pytest.mark.parametrize(
    ("name", "row", "damage", "reason"),
    [
        ("l.csv", b"a,b\n", b'"', "row at line 251 of 'l.csv'"),
        ("l.csv", b"a,b\n", b"\0", "Line 251 of 'l.csv'"),
        ("l.jsonl", b'{"a":"1","b":"2"}\n', b"{", "Line 251 of 'l.jsonl'"),
    ],
)
def test_damage_after_the_first_rows_is_told_when_it_is_reached(
    tmp_path: Path, name: str, row: bytes, damage: bytes, reason: str
) -> None:
    table = opened(tmp_path, row * 250 + damage, name)
    rows = read_cells(table, [0], has_header=False)

    before = [next(rows) for _ in range(250)]

    assert before[-1][0] == 250
    with pytest.raises(SourceError, match=reason):
        next(rows)


# A mark at the start tells the encoding, and a zero byte stands in no text.
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=9)
tricky = st.text("a é\"',;\t|\n\r", max_size=6)
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])


@st.composite
def grids(draw: st.DrawFn, elements: st.SearchStrategy[str] = text | tricky) -> list[list[str]]:
    """Draw a table of 2 to 4 columns in which no row is blank."""
    width = draw(st.integers(2, 4))
    row = st.lists(elements, min_size=width, max_size=width)
    return draw(st.lists(row.filter(lambda row: any(map(str.strip, row))), min_size=1, max_size=6))


def written(rows: Sequence[Sequence[str]], delimiter: str, quoting: int) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=quoting).writerows(rows)
    return buffer.getvalue()


def stripped(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in row) for row in rows]


@given(grids(), st.sampled_from(",;\t|"), encodings)
def test_what_a_writer_of_csv_wrote_is_read_back(
    rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "labels.csv")
        file.write_bytes(written(rows, delimiter, csv.QUOTE_MINIMAL).encode(encoding))
        reads = text_rows("labels.csv", file, encoding, delimiter)

        assert [tuple(row) for _, row in reads] == stripped(rows)


@given(grids(), st.sampled_from(",;\t|"), encodings)
def test_quoted_cells_tell_delimiter_and_encoding(
    rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    with TemporaryDirectory() as folder:
        content = written(rows, delimiter, csv.QUOTE_ALL).encode(encoding)
        table = opened(Path(folder), content)

        assert table.format == TableFormat(encoding, delimiter)
        assert list(table.rows) == [row for _, row in cells(table)] == stripped(rows)


words = st.text("abcé\"'-_.#", min_size=1, max_size=6)


@given(grids(words), st.sampled_from(",;\t| "), encodings)
def test_words_tell_delimiter_and_encoding(
    rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    with TemporaryDirectory() as folder:
        content = written(rows, delimiter, csv.QUOTE_MINIMAL).encode(encoding)
        table = opened(Path(folder), content)

        assert table.format == TableFormat(encoding, delimiter)
        assert list(table.rows) == [row for _, row in cells(table)] == stripped(rows)


@given(grids())
def test_what_a_writer_of_json_wrote_is_read_back(rows: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        made = [json.dumps(dict(zip("abcd", row, strict=False))) for row in rows]
        table = opened(Path(folder), "\n".join(made), "m.jsonl")

        assert list(table.rows) == [row for _, row in cells(table)] == stripped(rows)


PARQUET = parquet_of({"file_name": ["1.jpg", "2.jpg"], "label": [["cat"], ["dog"]], "n": [1.5, 2]})


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Draw a Parquet file with some bytes changed, and perhaps its end cut off."""
    content = bytearray(PARQUET)
    for _ in range(draw(st.integers(1, 6))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.just(len(content)) | st.integers(0, len(content)))])


@given(
    st.binary(max_size=60)
    | st.binary(max_size=60).map(lambda some: b"\xff\xfe" + some)
    | st.text('ab,;\t| \n\r"{}[]:0é\0', max_size=60).map(str.encode)
    | st.lists(st.sampled_from([b'{"a":1,"b":"c"}\n', b"a,b\n", b'"', b"\xe9", b"{"])).map(b"".join)
    | damaged(),
    st.sampled_from(["l.csv", "l.txt", "l.jsonl", "l.parquet"]),
)
@example(b'{"a":1,"b":1e999}', "l.jsonl")
def test_any_bytes_are_a_table_or_refused(content: bytes, name: str) -> None:
    with TemporaryDirectory() as folder:
        try:
            table = opened(Path(folder), content, name)
            rows = cells(table)
        except SourceError as error:
            assert name in str(error)
        else:
            assert all(len(row) == table.width for row in table.rows)
            assert [row for _, row in rows][: len(table.rows)] == list(table.rows)


@given(damaged())
def test_a_damaged_parquet_file_is_a_table_or_refused(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        try:
            cells(opened(Path(folder), content, "l.parquet"))
        except SourceError as error:
            assert "'l.parquet'" in str(error)
