"""Bad inputs that no other test brings, and that none of the forty-two is forgotten."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from bad_inputs import TESTS_OF
from image_sets import jpeg, png, read_folder, read_zip, saved, turned_jpeg, write_files, write_zip
from PIL import Image
from tar_sets import write_tar

from core.errors import OutputError, SourceError

ROOT = Path(__file__).parents[2]


def test_every_bad_input_has_its_test() -> None:
    assert list(TESTS_OF) == list(range(1, 43))
    assert all(tests for _, tests in TESTS_OF.values())


@pytest.mark.parametrize("test", sorted({test for _, tests in TESTS_OF.values() for test in tests}))
def test_every_test_that_is_named_is_there(test: str) -> None:
    path, _, name = test.partition("::")

    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", ["set.zip", "set.tar", "set.tar.gz"])
@pytest.mark.parametrize("content", [b"Rar!\x1a\x07\x01\0", b"7z\xbc\xaf'\x1c\0\x04", b"MZ\x90\0"])
def test_an_archive_of_another_kind_is_no_zip(tmp_path: Path, name: str, content: bytes) -> None:
    archive = tmp_path / name
    archive.write_bytes(content + bytes(range(256)) * 8)

    with pytest.raises(SourceError, match=f"'{name}' is not a readable zip or tar"):
        read_zip(archive, tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!doctype html><title>404</title>", "not an image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not an image"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "not an image"),
        (b"PK\x03\x04" + bytes(60), "not an image"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "a HEIC picture, which is not supported"),
        (b"version https://git-lfs.github.com/spec/v1\noid x", "a Git LFS pointer"),
    ],
)
def test_another_file_renamed_is_no_image(tmp_path: Path, content: bytes, reason: str) -> None:
    folder = write_files(tmp_path / "set", {"cat/1.png": png(), "cat/2.png": content})

    [skipped] = read_folder(folder).skipped

    assert skipped.path == "cat/2.png"
    assert skipped.reason.startswith(reason)


FRAMES = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
CHANGED = {
    "1.jpg": (saved(FRAMES[0].convert("CMYK"), "JPEG"), "CMYK to RGB"),
    "2.png": (saved(Image.new("I;16", (20, 20), 999), "PNG"), "16 bits to 8"),
    "3.png": (saved(Image.new("LA", (20, 20)), "PNG"), "transparent parts filled"),
    "4.png": (
        saved(Image.new("P", (20, 20)), "PNG", transparency=0),
        "palette to RGB, transparent parts filled",
    ),
    "5.gif": (
        saved(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]),
        "first of several frames, palette to RGB",
    ),
    "6.tif": (
        saved(FRAMES[0], "TIFF", save_all=True, append_images=FRAMES[1:]),
        "first of several frames",
    ),
    "7.jpg": (turned_jpeg(), "turned upright"),
    "8.jpg": (jpeg(), ""),
}


def test_what_reading_changes_is_told(tmp_path: Path) -> None:
    files = {f"cat/{name}": content for name, (content, _) in CHANGED.items()}

    dataset = read_folder(write_files(tmp_path / "set", files))

    assert dataset.table["conversion"].tolist() == [change for _, change in CHANGED.values()]
    assert dataset.skipped == ()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_while_unpacking_is_told(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "set.zip", {"cat/1.jpg": jpeg(), "dog/1.jpg": jpeg(1)})
    (tmp_path / "out" / "0").mkdir(parents=True)
    (tmp_path / "out" / "0" / "1.jpg").symlink_to("/dev/full")

    with pytest.raises(OutputError, match=r"Cannot unpack into .*No space left.*Free some space"):
        read_zip(archive, tmp_path / "out")


MEASURE = """
import resource, sys
from pathlib import Path
from core.errors import EvensetError
from core.ingest import open_source

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def read(source, number):
    try:
        print(*open_source(source, Path(sys.argv[1]) / str(number)).skipped)
    except EvensetError as error:
        print(error)

read(sys.argv[2], 0)
for number, source in enumerate(sys.argv[3:], 1):
    before = peak()
    read(source, number)
    print(peak() - before < 50_000)
"""


@pytest.mark.long
def test_bombs_take_little_memory(tmp_path: Path) -> None:
    good = {"cat/1.jpg": jpeg(1), "dog/1.jpg": jpeg(2)}
    zeros = 100_000_000  # twice what reading may take
    huge = saved(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(huge) < 60_000
    sources = [
        write_zip(tmp_path / "good.zip", good),
        write_zip(tmp_path / "bomb.zip", {**good, "cat/bomb.png": bytes(zeros)}),
        write_tar(tmp_path / "bomb.tar.gz", {**good, "cat/bomb.png": zeros}, "w:gz"),
        write_tar(tmp_path / "bomb.tar.bz2", {**good, "cat/bomb.mp4": zeros}, "w:bz2"),
        write_files(tmp_path / "huge", {**good, "cat/huge.png": huge}),
        write_zip(tmp_path / "huge.zip", {**good, "cat/huge.png": huge}),
    ]

    done = subprocess.run(
        [sys.executable, "-c", MEASURE, tmp_path / "out", *sources],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip

    lines = done.stdout.splitlines()
    assert lines[0] == ""
    assert lines[2::2] == ["True"] * 5, lines
    told = ["100 times", "100 times", "100 times", "400 Mpx, limit 50", "400 Mpx, limit 50"]
    assert all(what in line for what, line in zip(told, lines[1::2], strict=True)), lines
