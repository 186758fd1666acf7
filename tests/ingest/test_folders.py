"""Folders: what is read, what is skipped and why, and how the work ends."""

import os
import threading
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import pytest
from image_sets import jpeg, picture, png, read_folder, write_files, write_folder

from core.dataset import SkippedFile
from core.errors import CancelledError, EmptyDatasetError, LimitError, SourceError
from core.ingest import open_source
from core.limits import Limits
from core.pictures.encode import encode


def test_a_folder_becomes_a_table(tmp_path: Path) -> None:
    write_files(tmp_path / "set", {"dog/b.PNG": png(1), "cat/a.jpg": jpeg(2)})

    dataset = read_folder(tmp_path / "set")

    assert dataset.name == "set"
    assert dataset.classes == ["cat", "dog"]
    assert dataset.table["path"].tolist() == ["cat/a.jpg", "dog/b.PNG"]
    assert dataset.table[["width", "height", "format"]].values.tolist() == [
        [32, 24, "JPEG"],
        [32, 24, "PNG"],
    ]
    assert dataset.read_bytes(1) == png(1)
    assert dataset.skipped == ()


def test_what_cannot_be_used_is_skipped_with_the_reason(tmp_path: Path) -> None:
    folder = write_files(
        tmp_path / "set",
        {
            "cat/good.jpg": jpeg(),
            "cat/cut.jpg": jpeg()[:-200],
            "cat/empty.png": b"",
            "cat/page.jpg": b"<html>404</html>",
            "cat/dot.png": encode(picture()[:1, :1], "PNG"),
            "cat/notes.txt": b"hello",
            "loose.jpg": jpeg(1),
            "cat/.hidden.jpg": jpeg(2),
            "Thumbs.db": b"x",
        },
    )

    dataset = read_folder(folder)

    assert dataset.table["path"].tolist() == ["cat/good.jpg"]
    cut, *others = dataset.skipped
    assert cut.path == "cat/cut.jpg"
    assert cut.reason.startswith("truncated or damaged file")  # and what Pillow says of it
    assert tuple(others) == (
        SkippedFile("cat/dot.png", "too small (1 x 1 px)", "cat"),
        SkippedFile("cat/empty.png", "empty file", "cat"),
        SkippedFile("cat/notes.txt", "not an image file"),
        SkippedFile("cat/page.jpg", "not an image", "cat"),
        SkippedFile("loose.jpg", "not in a class folder"),
    )


def test_links_are_not_followed_and_are_told_of(tmp_path: Path) -> None:
    outside = write_folder(tmp_path / "outside", {"secret": 1})
    folder = write_folder(tmp_path / "set", {"cat": 1})
    (folder / "cat" / "link.jpg").symlink_to(outside / "secret" / "00.jpg")
    (folder / "dog").symlink_to(outside / "secret")
    (folder / "loop").symlink_to(folder)

    dataset = read_folder(folder)

    assert dataset.table["path"].tolist() == ["cat/00.jpg"]
    assert [skip.path for skip in dataset.skipped] == ["cat/link.jpg", "dog", "loop"]
    assert {skip.reason for skip in dataset.skipped} == {"a link or special file"}


@pytest.fixture
def forbidding(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Give a set of folder names that cannot be listed, for whoever runs the tests."""
    names: set[str] = set()
    scandir = os.scandir

    def guarded(path: str) -> object:
        if Path(path).name in names:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    yield names


def test_a_class_that_cannot_be_listed_is_told_of(tmp_path: Path, forbidding: set[str]) -> None:
    folder = write_folder(tmp_path / "set", {"cat": 1, "dog": 1})
    forbidding.add("dog")

    dataset = read_folder(folder)

    assert dataset.skipped == (SkippedFile("dog", "cannot be listed (Permission denied)"),)


def test_a_source_that_cannot_be_listed_is_refused(tmp_path: Path, forbidding: set[str]) -> None:
    folder = write_folder(tmp_path / "set", {"cat": 1})
    forbidding.add("set")

    with pytest.raises(SourceError, match=r"cannot be listed \(Permission denied\)"):
        read_folder(folder)


def test_names_that_are_no_text_are_spelled_out(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", {"cat": 1})
    place = os.fsencode(folder) + b"/caf\xe9"
    write_files(Path(os.fsdecode(place)), {os.fsdecode(b"\xff.jpg"): jpeg(5)})

    dataset = read_folder(folder)

    assert dataset.classes == ["caf\\udce9", "cat"]
    assert dataset.table["path"].tolist()[0] == "caf\\udce9/\\udcff.jpg"
    assert dataset.read_bytes(0) == jpeg(5)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, r"'set' is empty"),
        ({".DS_Store": b"x"}, r"'set' is empty"),
        ({"cat/a.txt": b"x", "b.csv": b"x"}, r"has 2 files, but none of them is an image"),
        ({"a.jpg": b""}, r"The only file of 'set' cannot be read"),
        ({"cat/a.jpg": b"", "cat/b.txt": b""}, r"None of the 2 files .*'cat/a.jpg': empty file"),
        ({"train/cat/a.jpg": b"", "test/cat/a.jpg": jpeg()}, r"No image in the training split"),
    ],
)
def test_an_unusable_source_says_what_to_do(
    tmp_path: Path, files: dict[str, bytes], message: str
) -> None:
    (tmp_path / "set").mkdir()
    write_files(tmp_path / "set", files)

    with pytest.raises(EmptyDatasetError, match=message):
        read_folder(tmp_path / "set")


def test_limits_are_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", {"cat": 2, "dog": 2})

    with pytest.raises(LimitError, match="more than 3 files"):
        read_folder(folder, limits=Limits(files=3))
    with pytest.raises(LimitError, match="2 class folders; the limit is 1"):
        read_folder(folder, limits=Limits(classes=1))


def test_a_picture_over_the_limit_is_skipped(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "set", {"cat/a.jpg": jpeg(), "cat/b.png": png()})
    (folder / "cat" / "big.png").write_bytes(encode(picture(1, height=40, width=50), "PNG"))

    dataset = read_folder(folder, limits=Limits(image_pixels=1000))

    assert [skip.path for skip in dataset.skipped] == ["cat/big.png"]
    assert dataset.skipped[0].reason.startswith("too large")


def test_the_order_in_which_a_system_lists_files_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "set", {"cat": 5, "dog/deep": 3, "bad": 1})
    (folder / "bad" / "00.jpg").write_bytes(b"")
    expected = read_folder(folder)
    scandir = os.scandir

    @contextmanager
    def backwards(path: str) -> Iterator[list[os.DirEntry[str]]]:
        with scandir(path) as entries:
            yield sorted(entries, key=lambda entry: entry.name, reverse=True)

    monkeypatch.setattr(os, "scandir", backwards)
    dataset = read_folder(folder)

    assert dataset.table.equals(expected.table)
    assert dataset.skipped == expected.skipped
    assert dataset.digest == expected.digest


def test_folders_may_lie_deep_in_each_other(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", {"cat": 1, "dog": 1})
    place = folder / "cat"
    with chdir(place):
        for _ in range(1100):
            Path("d").mkdir()
            os.chdir("d")
        Path("deep.jpg").write_bytes(jpeg(9))
    deep = "cat/" + "d/" * 1100 + "deep.jpg"

    dataset = read_folder(folder)

    # What removes temporary folders after the tests would go too deep.
    while (place / "d").exists():
        below = next(iter((place / "d").iterdir()))
        below.rename(tmp_path / "next")
        (place / "d").rmdir()
        (tmp_path / "next").rename(place / below.name)
    assert dataset.table["path"].tolist() == ["cat/00.jpg", deep, "dog/00.jpg"]
    assert dataset.classes == ["cat", "dog"]


def test_a_file_larger_than_any_picture_is_not_read(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", {"cat": 1})
    with (folder / "cat" / "dump.jpg").open("wb") as file:
        file.truncate(500_000_000)

    dataset = read_folder(folder)

    assert dataset.skipped == (
        SkippedFile("cat/dump.jpg", "too large: 500 MB, limit 417 MB", "cat"),
    )


def test_cancelling_ends_all_threads(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", {"cat": 130})
    before = threading.active_count()

    def cancel(stage: str, done: int, total: int) -> None:
        if stage == "reading images" and done:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        read_folder(folder, progress=cancel)
    assert threading.active_count() == before


def test_progress_counts_every_picture(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", {"cat": 300})
    heard: list[tuple[int, int]] = []

    read_folder(folder, progress=lambda s, d, t: heard.append((d, t)) if "reading" in s else None)

    assert heard[0] == (0, 300)
    assert heard[-1] == (300, 300)
    assert heard == sorted(set(heard))


def test_a_few_pictures_are_shared_among_the_cores(tmp_path: Path) -> None:
    write_folder(tmp_path / "set", {"cat": 20, "dog": 20})
    heard: list[int] = []

    read_folder(tmp_path / "set", progress=lambda s, d, _: heard.append(d) if "reading" in s else 0)

    assert len(heard) > 16


def test_a_missing_source_says_what_is_possible(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no folder"):
        read_folder(tmp_path / "nothere")
    with pytest.raises(SourceError, match=r"There is no folder or file 'nothere'.*sample"):
        open_source("nothere", tmp_path)
    with pytest.raises(SourceError, match="cannot be opened"):
        open_source("x" * 5000, tmp_path)
