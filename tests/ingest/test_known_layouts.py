"""Well-known layouts, as they are downloaded: the right labels, splits and groups, said aloud."""

import re
from fnmatch import fnmatch
from pathlib import PurePosixPath

import pytest
from documents import section
from known_layouts import KNOWN_LAYOUTS, layout, read_layout, wrong_in

every_layout = pytest.mark.parametrize("name", KNOWN_LAYOUTS)
_PARTS = re.compile(r"\d+|train|validation|valid|val|test", re.IGNORECASE)
_TABLES = frozenset({".csv", ".tsv", ".xlsx", ".json", ".jsonl", ".parquet"})


@every_layout
def test_labels_and_splits_are_those_that_a_careful_person_reads(name: str) -> None:
    assert wrong_in(name) == ""


@every_layout
def test_groups_are_those_that_the_table_names(name: str) -> None:
    assert read_layout(name).groups == layout(name).groups


@every_layout
def test_what_is_not_read_is_said(name: str) -> None:
    known, read = layout(name), read_layout(name)

    assert [text for text in known.said if not re.search(text, read.said, re.IGNORECASE)] == []


@every_layout
def test_a_folder_without_labels_is_named(name: str) -> None:
    read = read_layout(name)
    unlabelled = [
        folder
        for folder in layout(name).unlabelled
        if not any(f"/{folder}/" in f"/{path}" for path in read.images)
    ]
    # The sentence may speak of 'test' without naming the folder.
    named = "; ".join(mismatch.text.partition(": ")[2] for mismatch in read.survey.mismatches)

    assert [folder for folder in unlabelled if not re.search(rf"\b{folder}\b", named)] == []


@every_layout
def test_the_sentence_counts_what_is_read(name: str) -> None:
    read = read_layout(name)
    if read.dataset is None:
        return

    found = re.search(r"\((\d+) labels?, (?:all |1 of )?(\d+)", read.survey.sentence)

    assert found, read.survey.sentence
    assert (int(found[1]), int(found[2])) == (len(read.dataset.classes), len(read.images))


@every_layout
def test_the_source_of_the_labels_stands_in_one_line(name: str) -> None:
    sentence = read_layout(name).survey.sentence

    assert "\n" not in sentence
    assert 20 <= len(sentence) <= 1_000


@every_layout
def test_no_table_is_passed_over_in_silence(name: str) -> None:
    read = read_layout(name)
    tables = [
        path
        for path in layout(name).files
        if PurePosixPath(path).suffix in _TABLES and not PurePosixPath(path).name.startswith(".")
    ]

    unnamed = [path for path in tables if not is_named(path, read.said)]
    # A sentence that names some and counts the rest is short, not silent.
    is_counted = len(tables) - len(unnamed) >= 2 and re.search(r"\d+ more", read.said)
    assert unnamed == [] or is_counted, f"{unnamed}: {read.said}"


@every_layout
def test_the_document_says_what_is_read(name: str) -> None:
    rows = dict(documented())

    assert rows.get(name) == (layout(name).about, read_layout(name).told)


def test_the_document_has_no_other_layouts() -> None:
    assert [name for name, _ in documented()] == sorted(KNOWN_LAYOUTS, key=str.casefold)


def is_named(path: str, said: str) -> bool:
    """Return whether a table is named, by itself or as one of a set such as one per split."""
    name = PurePosixPath(path).name
    if any(fnmatch(path, word.strip(",;")) for word in re.findall(r"\S*\*\S+", said)):
        return True
    return bool(re.search(re.sub(_PARTS, r"[\\w-]+", re.escape(name)), said))


def documented() -> list[tuple[str, tuple[str, str]]]:
    """Return name, what lies there and what is read, of each row of the document."""
    lines = section("sources", "Well-known layouts").splitlines()
    rows = [re.split(r" (?<!\\)\| ", line.strip("| ")) for line in lines if line.startswith("| ")]
    return [(name, (about, reading)) for name, about, reading in rows[1:]]
