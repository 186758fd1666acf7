"""JSON in the forms in which people and programs keep labels."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from written_tables import rows_of

from core.errors import SourceError
from core.ingest.tables import Table, json_file, peek, read_cells


def opened(folder: Path, content: object, name: str = "labels.json") -> Table:
    """Write a value, or the text of one, and return it opened."""
    file = folder / "file"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        file.write_text(text, "utf-8")
    return peek(name, file)


PAIRS = [("1.jpg", "cat"), ("2.jpg", "dog")]
RECORDS = [{"file": file, "label": label} for file, label in PAIRS]
FRAME = pd.DataFrame(RECORDS * 2)


@pytest.mark.parametrize(
    "value",
    [
        RECORDS,
        {"data": RECORDS},
        {"info": {"year": 2020, "by": "me"}, "annotations": RECORDS, "version": 1},
        {"set": {"images": RECORDS}},
        {"file": ["1.jpg", "2.jpg"], "label": ["cat", "dog"]},
        FRAME[:2].to_json(orient="records"),
        FRAME[:2].to_json(orient="table", index=False),
        FRAME[:2].to_json(orient="records", lines=True),
        FRAME[:2].to_json(orient="records", indent=2),
    ],
)
def test_records_are_a_table(tmp_path: Path, value: object) -> None:
    table = opened(tmp_path, value)

    assert (table.names, rows_of(table)) == (("file", "label"), PAIRS)


@pytest.mark.parametrize(
    "value",
    [
        {"1.jpg": "cat", "2.jpg": "dog"},
        {"labels": {"1.jpg": "cat", "2.jpg": "dog"}},
        {"1.jpg": ["cat"], "2.jpg": ["dog"]},
        {"cat": ["1.jpg"], "dog": ["2.jpg"]},
        {"classes": {"cat": ["1.jpg"], "dog": ["2.jpg"]}, "version": 2},
        [["1.jpg", "cat"], ["2.jpg", "dog"]],
        {"labels": [["1.jpg", "cat"], ["2.jpg", "dog"]]},
    ],
)
def test_files_and_labels_in_any_order_are_a_table(tmp_path: Path, value: object) -> None:
    table = opened(tmp_path, value)

    assert table.names in {("file_name", "label"), None}
    assert rows_of(table) == PAIRS


def test_what_is_said_of_a_file_becomes_columns(tmp_path: Path) -> None:
    value = {
        "1.jpg": {"label": "cat", "split": "train", "taken": {"camera": 3}},
        "2.jpg": {"label": "dog", "split": "test"},
    }

    table = opened(tmp_path, value)

    assert table.names == ("file_name", "label", "split", "taken.camera")
    assert rows_of(table) == [("1.jpg", "cat", "train", "3"), ("2.jpg", "dog", "test", "")]


@pytest.mark.parametrize(
    "value",
    [
        {"train": [RECORDS[0]], "val": [RECORDS[1]]},
        {"train": {"data": [RECORDS[0]]}, "val": [RECORDS[1]]},
    ],
)
def test_entries_for_splits_become_a_column(tmp_path: Path, value: object) -> None:
    table = opened(tmp_path, value)

    assert table.names == ("file", "label", "split")
    assert rows_of(table) == [("1.jpg", "cat", "train"), ("2.jpg", "dog", "val")]


def test_rows_without_names_in_splits_get_some(tmp_path: Path) -> None:
    table = opened(tmp_path, {"train": [["1.jpg", "cat"]], "val": [["2.jpg", "dog"]]})

    assert table.names == ("column 1", "column 2", "split")
    assert rows_of(table) == [("1.jpg", "cat", "train"), ("2.jpg", "dog", "val")]


def test_labels_with_their_files_in_splits_are_a_table(tmp_path: Path) -> None:
    value = {"train": {"cat": ["a/1", "a/2"], "dog": ["b/1"]}, "test": {"dog": ["b/2"], "cat": []}}

    assert rows_of(opened(tmp_path, value)) == [
        ("a/1", "cat", "train"),
        ("a/2", "cat", "train"),
        ("b/1", "dog", "train"),
        ("b/2", "dog", "test"),
    ]


def test_several_labels_of_a_file_stand_in_one_cell(tmp_path: Path) -> None:
    table = opened(tmp_path, {"1.jpg": ["cat", "dog"], "2.jpg": ["cat"]})

    assert rows_of(table) == [("1.jpg", "cat|dog"), ("2.jpg", "cat")]


@pytest.mark.parametrize("orient", ["columns", "split"])
def test_other_forms_of_pandas_are_read(tmp_path: Path, orient: str) -> None:
    text = FRAME.to_json(orient=orient)  # type: ignore[call-overload]

    table = opened(tmp_path, text)

    rows = list(read_cells(table, [0, 1], has_header=table.names is None))
    assert [row for _, row in rows] == PAIRS * 2


def test_rows_are_numbered_and_blank_ones_passed_over(tmp_path: Path) -> None:
    table = opened(tmp_path, [{"a": "1", "b": "x"}, {"a": None, "b": " "}, {"a": "2", "c": 3}])

    assert list(read_cells(table, [2, 0], has_header=True)) == [(1, ("", "1")), (3, ("3", "2"))]


def test_nan_and_infinity_are_empty(tmp_path: Path) -> None:
    assert rows_of(opened(tmp_path, '{"a": NaN, "b": 2, "c": -Infinity}')) == [
        ("a", ""),
        ("b", "2"),
        ("c", ""),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_json_of_any_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = '{"1.jpg": "кошка", "2.jpg": "собака"}'

    assert rows_of(opened(tmp_path, text.encode(encoding)))[0] == ("1.jpg", "кошка")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "'l.json' is empty"),
        ("[" * 100_000, "damaged at line 1, or nested too deeply|damaged, or nested too deeply"),
        ('{"a": {"b": ' * 5_000, "damaged"),
        ('{"a": ' + "1" * 5_000 + "}", "damaged"),
        ('{"a": 1,\n"b": }', "damaged at line 2"),
        ('{"1.jpg": "cat", "1.jpg": "dog"}', "two entries named '1.jpg' with different values"),
        ("3", "holds no list of files and labels"),
        ("[1, 2]", "holds no list of files and labels"),
        ("[]", "holds no list of files and labels"),
        ("{}", "holds no list of files and labels"),
        ('{"a": "b"}', "holds no list of files and labels"),
        ('[{"a": 1}, {"a": 2}]', "does not have two or more columns"),
        (json.dumps([dict.fromkeys(map(str, range(20_001)), 1)]), "has 20,001 columns"),
        ("words", "'l.json' cannot be read as JSON"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(
    tmp_path: Path, content: str, reason: str
) -> None:
    with pytest.raises(SourceError, match=reason):
        opened(tmp_path, content, "l.json")


def test_a_repeated_entry_of_the_same_value_counts_once(tmp_path: Path) -> None:
    table = opened(tmp_path, '{"1.jpg": "cat", "1.jpg": "cat", "2.jpg": "dog"}')

    assert rows_of(table) == PAIRS


def test_json_that_is_too_large_says_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_file, "_MOST_BYTES", 1_000)

    with pytest.raises(SourceError, match=r"at most 1.0 kB is read\. Save the labels"):
        opened(tmp_path, [{"a": "1", "b": "x" * 1_000}])


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
scalars = words | st.integers() | st.floats() | st.booleans() | st.none()
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["train", "test", "images", "annotations", "categories", "id"])
            | st.sampled_from(["image_id", "file_name", "data", "columns", "result", "value"])
            | words,
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(values.map(json.dumps) | st.text('[]{}",:01aN \n\\', max_size=40))
@example('{"columns": [], "data": [3]}')
@example('{"train": [[1, 2]], "test": {"a": "b"}}')
@example('{"images": [{"file_name": []}], "annotations": [{"category_id": {}, "image_id": []}]}')
def test_any_json_is_a_table_or_refused(text: str) -> None:
    with TemporaryDirectory() as folder:
        try:
            table = opened(Path(folder), text, "l.json")
            rows = rows_of(table)
        except SourceError as error:
            assert "l.json" in str(error)
        else:
            assert all(len(row) == table.width for row in table.rows)
            assert rows[: len(table.rows)] == list(table.rows)


@given(st.lists(st.tuples(words, words).filter(lambda row: any(map(str.strip, row))), min_size=1))
def test_what_a_writer_of_json_wrote_is_read_back(rows: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        table = opened(Path(folder), [{"a": a, "b": b} for a, b in rows])

        assert rows_of(table) == [(a.strip(), b.strip()) for a, b in rows]
