"""An export is loaded again as what it was: pictures, labels, splits, groups, and what was made."""

from collections import Counter
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from export_sets import exported, manifest, shown
from hypothesis import given, settings
from hypothesis import strategies as st
from image_sets import jpeg, png, turned_jpeg, write_files

from core.dataset import AUGMENTED, COPY, ORIGINAL, SPLITS, Choices, ImageDataset, build_table
from core.dataset.edits import Edits
from core.dataset.store import read_dataset, write_dataset
from core.export import CONTAINERS, LAYOUTS, items
from core.ingest import open_source

PICTURED = [name for name, layout in LAYOUTS.items() if layout.has_pictures]
HOSTILE = (
    "CON", "a/b", ".x", "l" * 300, "\u05e9\u05dc\u05d5\u05dd\u200f", "Cat", "cat", " spaced ",
    "7.0", "a|b", "two\nlines", "=1+1", "..",
)  # fmt: skip


def hostile(folder: Path) -> ImageDataset:
    """Return a set of all splits with groups, whose classes have names that no folder can have."""
    sizes = [4 + place % 3 for place in range(len(HOSTILE))]
    labels = np.repeat(HOSTILE, sizes).tolist()
    splits = [SPLITS[max(0, 2 - place)] for size in sizes for place in range(size)]
    files = {f"{number:02d}.jpg": jpeg(number) for number in range(len(labels))}
    files["01.jpg"] = turned_jpeg(1)
    rows = [
        (path, label, split, f"p{number // 3}.0")
        for number, (path, label, split) in enumerate(zip(files, labels, splits, strict=True))
    ]
    return as_labelled(write_files(folder, files), rows)


def as_labelled(root: Path, rows: list[tuple[str, str, str, str]]) -> ImageDataset:
    """Return the pictures of a folder with the label, split and group of each row."""
    read = open_source(str(root), root.parent / "unused")
    rows = sorted(rows)
    assert read.table["path"].tolist() == [row[0] for row in rows]
    columns = {name: read.table[name] for name in read.table.columns}
    _, labels, splits, groups = zip(*rows, strict=True)
    columns |= {
        "label": pd.Series(labels, dtype="category"),
        "split": pd.Series(splits, dtype="category"),
        "group": pd.Series(groups, dtype="category"),
    }
    return ImageDataset(read.name, read.root, build_table(columns))


def told(target: Path) -> Counter[tuple[str, ...]]:
    """Return how often an export holds each picture, by its bytes, as its manifest says it."""
    files = shown(target)
    return Counter(
        (
            sha256(files[row["path"]]).hexdigest(),
            *(row[name] for name in ("label", "split", "group", "origin")),
        )
        for row in manifest(target)
    )


def held(dataset: ImageDataset) -> Counter[tuple[str, ...]]:
    """Return how often a set holds each picture, by its bytes."""
    table = dataset.table[["digest", "label", "split", "group", "origin"]].astype(object)
    return Counter(map(tuple, table.to_numpy().tolist()))


def families(dataset: ImageDataset) -> set[frozenset[str]]:
    """Return the families of a set, each by the bytes of its pictures."""
    found: dict[int, set[str]] = {}
    for family, digest in zip(dataset.families.tolist(), dataset.digests, strict=True):
        found.setdefault(family, set()).add(digest)
    return {frozenset(family) for family in found.values()}


def again(target: Path, folder: Path) -> ImageDataset:
    return open_source(str(target), folder)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a shard hold a few pictures."""
    monkeypatch.setattr(items, "_SHARD_BYTES", 20_000)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("layout", PICTURED)
@pytest.mark.parametrize("strategy", ["augment", "random_oversampling"])
def test_an_export_comes_back_as_it_was(
    tmp_path: Path, layout: str, container: str, strategy: str
) -> None:
    dataset = hostile(tmp_path / "set")
    suffix = CONTAINERS[container].suffix
    first, second = (tmp_path / f"{name}{suffix}" for name in ("first", "second"))
    exported(dataset, first, strategy, layout=layout)

    back = again(first, tmp_path / "a")
    exported(back, second, "none", layout=layout)
    once_more = again(second, tmp_path / "b")

    assert len(back) > len(dataset)
    assert not back.skipped
    assert {one.kind for one in back.decided} == {"alike_labels", "augmented"}
    assert back.reading.startswith("Labels: manifest.csv of an Evenset export (13 labels, all ")
    assert "Not used" not in back.reading
    assert "Other readings" not in back.reading
    assert held(back) == told(first)
    assert held(once_more) == held(back)
    assert families(once_more) == families(back)
    assert {ORIGINAL, COPY if strategy == "random_oversampling" else AUGMENTED} == {
        key[-1] for key in held(back)
    }


def test_a_list_of_ones_own_files_says_their_labels(tmp_path: Path) -> None:
    dataset = hostile(tmp_path / "set")
    exported(dataset, tmp_path / "out", "augment", layout="index")

    choices = Choices(labels_file=str(tmp_path / "out" / "index.csv"))
    back = open_source(str(tmp_path / "set"), tmp_path / "unused", choices=choices)

    assert held(back) == held(dataset)


def test_what_a_person_has_changed_comes_back_as_changed(tmp_path: Path) -> None:
    dataset = hostile(tmp_path / "set")
    edits = (
        Edits()
        .relabel([0, 1, 9], "Cat")
        .move([2], "validation")
        .leave_out([5])
        .keep_together([10, 30])
    )
    edited = edits.apply(dataset)
    exported(edited, tmp_path / "first", "augment")

    back = again(tmp_path / "first", tmp_path / "a")

    assert held(back) == told(tmp_path / "first")
    originals = back.table[back.table["origin"] == ORIGINAL]
    present = edited.table.iloc[edited.present_rows]
    for column in ("label", "split", "group"):
        assert Counter(originals[column]) == Counter(present[column])


def test_what_is_made_of_a_made_picture_is_of_its_family(tmp_path: Path) -> None:
    exported(hostile(tmp_path / "set"), tmp_path / "first", "augment")
    back = again(tmp_path / "first", tmp_path / "a")
    # Of this class what was made is all that is left, and something is made of that.
    gone = [row for row in back.rows_of("CON", "train") if not back.is_made[row]]
    fewer = Edits().leave_out(gone).apply(back)
    exported(fewer, tmp_path / "second", "augment")

    twice = again(tmp_path / "second", tmp_path / "b")

    path_of = dict(zip(back.digests, back.table["path"], strict=True))
    family_of = dict(zip(back.table["path"], back.families.tolist(), strict=True))
    told_of = {row["path"]: row["parent"] for row in manifest(tmp_path / "second")}
    # Each row names the original of its family, and each family of before is in one family now.
    now: dict[int, set[int]] = {}
    rows = zip(twice.table["path"], twice.digests, twice.families.tolist(), strict=True)
    for path, digest, family in rows:
        known = family_of.get(path_of.get(digest, told_of[path]))
        if known is not None:
            now.setdefault(known, set()).add(family)
    assert len(twice) > len(back.training_rows)
    assert all(len(found) == 1 for found in now.values())
    assert twice.is_made.sum() > fewer.is_made[fewer.present_rows].sum()


@pytest.mark.long
def test_pictures_of_synthetic_points_come_back_as_made(tmp_path: Path) -> None:
    exported(hostile(tmp_path / "set"), tmp_path / "first", "smote")

    back = again(tmp_path / "first", tmp_path / "a")

    assert held(back) == told(tmp_path / "first")
    assert back.is_made.any()


def test_the_index_on_disk_keeps_what_was_made_of_what(tmp_path: Path) -> None:
    exported(hostile(tmp_path / "set"), tmp_path / "first", "augment")
    back = again(tmp_path / "first", tmp_path / "a")

    write_dataset(tmp_path / "kept", back)
    kept = read_dataset(tmp_path / "kept")

    pd.testing.assert_frame_equal(kept.table, back.table)
    assert kept.digest == back.digest


labels = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
small_sets = st.lists(
    st.tuples(
        st.integers(0, 3),  # place of its label
        st.sampled_from([*SPLITS, "train", "train"]),
        st.sampled_from(["", "p1", "p2", "7.0", " p"]),
    ),
    min_size=4,
    max_size=14,
)


@pytest.mark.long
@settings(max_examples=25)
@given(
    st.lists(labels, min_size=4, max_size=4, unique=True),
    small_sets,
    st.sampled_from(PICTURED),
    st.sampled_from(list(CONTAINERS)),
    st.sampled_from(["augment", "random_oversampling", "none"]),
)
def test_whatever_a_set_is_called_it_comes_back_as_it_was(
    names: list[str],
    rows: list[tuple[int, str, str]],
    layout: str,
    container: str,
    strategy: str,
) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        files = {f"{number:02d}.png": png(number) for number in range(len(rows))}
        dataset = as_labelled(
            write_files(folder / "set", files),
            [
                (path, names[label], split, group)
                for path, (label, split, group) in zip(files, rows, strict=True)
            ],
        )
        if sum(count > 0 for count in dataset.counts("train").values()) < 2:
            return
        first, second = (folder / f"{name}{CONTAINERS[container].suffix}" for name in "ab")
        exported(dataset, first, strategy, layout=layout)

        back = again(first, folder / "back")
        exported(back, second, "none", layout=layout)
        once_more = again(second, folder / "once more")

        assert held(back) == told(first)
        assert held(once_more) == held(back)
        assert families(once_more) == families(back)
