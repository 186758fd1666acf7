"""For any source: every file is used or told of, and the same choices give the same again."""

import csv
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_sets import jpeg, png, write_files
from survey_sets import NFC, NFD

from core.dataset import ImageDataset
from core.errors import SourceError
from core.ingest import Listing, Survey, preview_counts, read_survey, survey
from core.ingest.folder import list_folder
from core.ingest.names import is_junk

PARTS = st.sampled_from(
    ["cat", "Cat", "dog", "test", "train", "val", "masks", "images", ".git", "__MACOSX", NFC, NFD]
)
FILES = st.sampled_from(
    ["1.jpg", "2.png", "1_mask.png", "3", "x.mp4", "notes.txt", "Thumbs.db", "._1.jpg", "bad.jpg"]
)
PATHS = st.builds(
    lambda folders, name: "/".join([*folders, name]), st.lists(PARTS, max_size=3), FILES
)
LABELS = st.sampled_from(["cat", "Cat", "dog", "", NFC, NFD, "test"])


def content_of(path: str) -> bytes:
    if path.endswith(("bad.jpg", ".mp4", ".txt", ".db")):
        return b"nothing to see"
    return png(1) if path.endswith("png") else jpeg(2)


@st.composite
def sources(draw: st.DrawFn) -> dict[str, bytes]:
    """Return a small folder, and in half of all cases a labels file that mostly fits."""
    paths = draw(st.lists(PATHS, min_size=1, max_size=9, unique=True))
    paths = [path for path in paths if not any(other.startswith(path + "/") for other in paths)]
    files = {path: content_of(path) for path in paths}
    if draw(st.booleans()):
        names = st.sampled_from([*paths, "gone.jpg", *(p.rpartition("/")[2] for p in paths)])
        splits = st.sampled_from(["train", "test", "", "odd"])
        rows = draw(st.lists(st.tuples(names, LABELS, splits), max_size=12))
        text = StringIO()
        csv.writer(text).writerows([("file", "label", "split"), *rows])
        files[draw(st.sampled_from(["labels.csv", "train/labels.csv", "cat.csv"]))] = (
            text.getvalue().encode()
        )
    return files


@st.composite
def decisions_for(draw: st.DrawFn, found: Survey) -> dict[str, str]:
    return {
        mismatch.kind: draw(st.sampled_from(sorted(mismatch.decisions)))
        for mismatch in found.mismatches
    }


@pytest.mark.long
@given(sources(), st.data())
@settings(max_examples=80)
def test_every_file_of_any_source_is_used_or_told_of(
    files: dict[str, bytes], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        listing = list_folder(write_files(Path(folder) / "set", files))
        found = survey(listing)
        decisions = data.draw(decisions_for(found))

        try:
            dataset = read_survey(found, decisions)
        except SourceError:  # nothing at all is left
            return

        told = [*dataset.table["path"], *(skip.path for skip in dataset.skipped)]
        tables = [table.path for used in found.tables for table in used.tables]
        assert sorted([*told, *tables]) == sorted(p for p in listing.paths if not is_junk(p))
        check_the_same_again(dataset, listing)


def check_the_same_again(dataset: ImageDataset, listing: Listing) -> None:
    again = read_survey(survey(listing, dataset.choices), dataset.choices.decisions)

    assert again.digest == dataset.digest
    assert again.skipped == dataset.skipped
    assert again.decided == dataset.decided


@pytest.mark.long
@given(sources(), st.data())
@settings(max_examples=60)
def test_counts_are_known_before_the_pictures_are_read(
    files: dict[str, bytes], data: st.DataObject
) -> None:
    readable = {path: files[path] for path in files if "bad" not in path} | {"1.jpg": jpeg()}
    with TemporaryDirectory() as folder:
        found = survey(list_folder(write_files(Path(folder) / "set", readable)))
        decisions = data.draw(decisions_for(found))
        counts = preview_counts(found, decisions)

        try:
            dataset = read_survey(found, decisions)
        except SourceError:
            return

    assert counts == dataset.counts()
