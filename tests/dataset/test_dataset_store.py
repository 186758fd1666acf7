"""A dataset's index comes back as it was written, or not at all."""

import json
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_sets import read_folder

from core.dataset import Choices, Decided, ImageDataset, SkippedFile, Take, build_table
from core.dataset.proposal import Proposal
from core.dataset.store import (
    FACTS_FILE,
    IMAGES_FILE,
    SKIPPED_FILE,
    has_dataset,
    read_dataset,
    write_dataset,
)
from core.errors import SourceError
from core.pictures.decoding import Decoding

FILES = (IMAGES_FILE, SKIPPED_FILE, FACTS_FILE)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
# What Python makes of file names that are no UTF-8.
file_names = st.binary(min_size=1, max_size=8).map(
    lambda name: name.decode("utf-8", "surrogateescape")
)


def drawn(
    root: Path,
    rows: list[tuple[str, str, str]],
    *,
    skipped: tuple[SkippedFile, ...] = (),
) -> ImageDataset:
    """Return the dataset of rows (path, label, file); nothing is on disk."""
    count = len(rows)
    table = build_table(
        {
            "path": [path for path, _, _ in rows],
            "label": [label for _, label, _ in rows],
            "split": ["train"] * count,
            "group": [label[:1] for _, label, _ in rows],
            "origin": [("original", "copy", "augmented")[len(path) % 3] for path, _, _ in rows],
            "parent": [path[:1] if len(path) % 3 else "" for path, _, _ in rows],
            "width": [3] * count,
            "height": [2] * count,
            "format": ["PNG"] * count,
            "vanishing": [1.0, *([float("nan")] * (count - 1))],
            "highest": [4000] * count,
            "bytes": [5] * count,
            "digest": ["ab" * 32] * count,
            "file": [file for _, _, file in rows],
        }
    )
    return ImageDataset("set", root, table, skipped)


def assert_same(read: ImageDataset, written: ImageDataset) -> None:
    """Check every field: one that is new must be kept too."""
    for field in fields(ImageDataset):
        one, other = getattr(read, field.name), getattr(written, field.name)
        if field.name == "table":
            pd.testing.assert_frame_equal(one, other)
        else:
            assert one == other, field.name


@pytest.fixture
def dataset(tmp_path: Path) -> ImageDataset:
    return drawn(
        tmp_path / "set", [("cat/1.png", "cat", "0/1.png"), ("dog/2.png", "dog", "0/2.png")]
    )


def test_a_folder_of_pictures_comes_back_with_every_field(
    drawn_folder: Path, tmp_path: Path
) -> None:
    (drawn_folder / "cat" / "broken.jpg").write_bytes(b"no picture")
    written = replace(
        read_folder(drawn_folder),
        take=Take({"cat": 4, "*": None}, order="random", seed=7),
        choices=Choices(
            labels_file="labels.csv",
            group_column="patient",
            decisions={"missing": "leave out"},
            background="grey",
            white_level=4095,
        ),
        proposal=Proposal(7, 2, 2, 3, highest=4000, usual=900),
        decoding=Decoding("grey", 4095),
        decided=(Decided("missing", 2, "2 rows name no file.", "leave out", ("a", "b")),),
    )

    write_dataset(tmp_path / "home" / "index", written)
    read = read_dataset(tmp_path / "home" / "index")

    assert written.skipped
    assert_same(read, written)
    assert read.digest == written.digest
    assert read.read_bytes(3) == written.read_bytes(3)


@pytest.mark.long
@settings(max_examples=80)
@given(
    rows=st.lists(st.tuples(texts, texts, file_names), min_size=1, max_size=6),
    skipped=st.lists(st.builds(SkippedFile, file_names, texts, file_names), max_size=4),
)
def test_any_names_come_back(rows: list[tuple[str, str, str]], skipped: list[SkippedFile]) -> None:
    with TemporaryDirectory() as folder:
        written = drawn(Path(folder) / "set", rows, skipped=tuple(skipped))

        write_dataset(Path(folder) / "index", written)

        assert_same(read_dataset(Path(folder) / "index"), written)


def test_a_class_without_an_image_is_still_a_category(
    dataset: ImageDataset, tmp_path: Path
) -> None:
    smaller = replace(dataset, table=dataset.table.iloc[:1].reset_index(drop=True))

    write_dataset(tmp_path / "index", smaller)

    read = read_dataset(tmp_path / "index")
    assert read.table["label"].cat.categories.tolist() == ["cat", "dog"]


def test_a_folder_that_was_moved_finds_its_pictures(drawn_folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    drawn_folder.rename(home / "animals")
    written = read_folder(home / "animals")
    write_dataset(home / "index", written)
    content = written.read_bytes(0)

    home.rename(tmp_path / "elsewhere")

    assert read_dataset(tmp_path / "elsewhere" / "index").read_bytes(0) == content


def test_a_set_that_is_read_in_place_keeps_its_place(drawn_folder: Path, tmp_path: Path) -> None:
    write_dataset(tmp_path / "home" / "index", read_folder(drawn_folder))

    assert read_dataset(tmp_path / "home" / "index").root == drawn_folder


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_one_sentence(dataset: ImageDataset, tmp_path: Path, name: str) -> None:
    write_dataset(tmp_path / "index", dataset)
    (tmp_path / "index" / name).unlink()

    with pytest.raises(SourceError, match=r"cannot be read\. Load the images again\."):
        read_dataset(tmp_path / "index")


def test_an_index_of_another_version_is_one_sentence(dataset: ImageDataset, tmp_path: Path) -> None:
    write_dataset(tmp_path / "index", dataset)
    facts = json.loads((tmp_path / "index" / FACTS_FILE).read_bytes())
    (tmp_path / "index" / FACTS_FILE).write_text(json.dumps({**facts, "version": 1}))

    with pytest.raises(
        SourceError, match=r"in version 1 of its format, an older one.* Load the images again\."
    ):
        read_dataset(tmp_path / "index")


@pytest.mark.long
@given(name=st.sampled_from(FILES), place=st.integers(0, 10_000), content=st.binary(max_size=40))
def test_damage_is_one_sentence_or_harmless(name: str, place: int, content: bytes) -> None:
    with TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        write_dataset(index, drawn(Path(folder), [("cat/1.png", "cat", "1.png")]))
        whole = (index / name).read_bytes()
        place %= len(whole)
        (index / name).write_bytes(whole[:place] + content + whole[place + len(content) :])

        try:
            read = read_dataset(index)
        except SourceError:
            return
        assert len(read) == 1


def test_an_index_is_there_only_when_it_is_whole(dataset: ImageDataset, tmp_path: Path) -> None:
    index = tmp_path / "index"
    assert not has_dataset(index)

    write_dataset(index, dataset)
    assert has_dataset(index)
    (index / FACTS_FILE).unlink()

    assert not has_dataset(index)
