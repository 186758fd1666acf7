"""A class folder without a file is named, in whatever a person brings it."""

import tarfile
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from image_sets import jpeg

from core.ingest import list_source, survey

TREE = {"set/cat/1.jpg": jpeg(1), "set/dog/1.jpg": jpeg(2), "set/owl/young/": b"", "set/emu/": b""}


def as_folder(place: Path) -> Path:
    for path, content in TREE.items():
        if path.endswith("/"):
            (place / "in" / path).mkdir(parents=True)
        else:
            (place / "in" / path).parent.mkdir(parents=True)
            (place / "in" / path).write_bytes(content)
    return place / "in" / "set"


def as_zip(place: Path) -> Path:
    with zipfile.ZipFile(place / "set.zip", "w") as archive:
        archive.writestr("set/", b"")
        for path, content in TREE.items():
            archive.writestr(path, content)
        archive.writestr("../outside/", b"")
    return place / "set.zip"


def as_tar(place: Path) -> Path:
    root = as_folder(place)
    with tarfile.open(place / "set.tar", "w") as archive:
        archive.add(root, "set")
    return place / "set.tar"


@pytest.mark.parametrize("bring", [as_folder, as_zip, as_tar])
def test_empty_folders_are_named(tmp_path: Path, bring: Callable[[Path], Path]) -> None:
    listing = list_source(str(bring(tmp_path)), tmp_path / "out")

    named = [folder.removeprefix("set/") for folder in listing.empty_folders]
    assert sorted(named) == ["emu", "owl/young"]
    assert listing.notes == ()


def test_names_in_an_archive_that_were_guessed_are_said_with_the_labels(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "set.tar", "w", encoding="cp932") as archive:
        archive.format = tarfile.GNU_FORMAT
        for number, word in enumerate(("りんごの写真", "猫", "東京タワー", "ソース表", "欠陥")):
            content = jpeg(number)
            entry = tarfile.TarInfo(f"{word}/1.jpg")
            entry.size = len(content)
            archive.addfile(entry, BytesIO(content))

    listing = list_source(str(tmp_path / "set.tar"), tmp_path / "out")

    assert listing.empty_folders == ()
    assert len(listing.notes) == 1
    assert listing.notes[0] in survey(listing).sentence
