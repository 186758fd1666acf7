"""Damage inside files: found, told apart from what is sound, and never a line on the terminal."""

import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from image_sets import picture, saved, write_files
from mutations import KINDS, mutants, with_sums_mended
from numpy.testing import assert_array_equal
from PIL import Image, ImageFile

import core
from core.dataset import read_picture
from core.errors import UnreadableImageError
from core.ingest import open_source
from core.pictures.damage import examine
from core.pictures.decode import decode, read_header
from core.pictures.header import SUFFIXES

ROOT = Path(core.__file__).parent.parent
COUNT = 500
READ = """
import json, sys
from pathlib import Path
from core.dataset import read_picture
from core.ingest import open_source
dataset = open_source(sys.argv[1], Path("unused"))
for row in range(len(dataset)):
    with read_picture(dataset, row, at_least_px=32):
        pass
found = {skip.path: "skipped" for skip in dataset.skipped}
found |= dict(zip(dataset.table["path"], map(str, dataset.table["damage"])))
print(json.dumps(found))
"""
# Of OpenCV's codecs, what they write on the terminal is all that tells what they warn of.
WARN = """
import json, os, sys
from pathlib import Path
import cv2, numpy as np
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_WARNING)
kept = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT)
os.dup2(kept, 2)
warned = []
for path in sorted(Path(sys.argv[1]).rglob("*.*")):
    before = os.fstat(kept).st_size
    try:
        cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        pass
    if os.fstat(kept).st_size > before:
        warned.append(path.relative_to(sys.argv[1]).as_posix())
print(json.dumps(warned))
"""


def run(program: str, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        capture_output=True, text=True, cwd=ROOT, check=True, env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip


def damage(content: bytes) -> str:
    return examine(content, read_header(content)).damage


@pytest.mark.long
def test_what_codecs_warn_of_is_skipped_or_found_and_no_line_is_written(tmp_path: Path) -> None:
    files = {}
    for number, mutant in enumerate(mutants(COUNT, seed=11)):
        suffix = SUFFIXES[mutant.kind.split()[0]]
        is_mended = suffix == ".png" and number % 2
        content = with_sums_mended(mutant.content) if is_mended else mutant.content
        files[f"{mutant.kind}/{number:03d}{suffix}"] = content
    write_files(tmp_path / "set", files)

    read = run(READ, tmp_path / "set")
    warned = set(json.loads(run(WARN, tmp_path / "set", tmp_path / "lines").stdout))

    found = json.loads(read.stdout)
    assert read.stderr == ""
    assert len(warned) > COUNT / 4
    assert {path for path in warned if not found[path]} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_file_is_not_found(kind: str) -> None:
    for seed in range(3):
        assert damage(KINDS[kind](seed)) == ""


def cut_inside(content: bytes) -> bytes:
    """Return a JPEG without the last third of its pixels, and with its end: that part is grey."""
    return content[: len(content) * 2 // 3] + content[-2:]


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_damaged_jpeg_gives_the_pixels_that_pillow_gives(
    mode: str, options: dict[str, bool]
) -> None:
    image = Image.fromarray(picture(height=80, width=100)).convert(mode)
    content = cut_inside(saved(image, "JPEG", quality=95, **options))

    with Image.open(BytesIO(content)) as opened:
        expected = np.asarray(opened.convert("RGB"))

    assert damage(content).startswith("JPEG: ")
    assert_array_equal(decode(content), expected)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_sound_jpeg_gives_the_pixels_that_pillow_gives(mode: str) -> None:
    content = saved(Image.fromarray(picture()).convert(mode), "JPEG")

    with Image.open(BytesIO(content)) as opened:
        assert_array_equal(decode(content), np.asarray(opened.convert("RGB")))


def test_surplus_bytes_inside_a_jpeg_are_found_and_those_behind_it_are_not() -> None:
    content = saved(Image.fromarray(picture()), "JPEG")

    assert "extraneous bytes" in damage(content[:-2] + bytes([7] * 99) + content[-2:])
    assert damage(content + b"\1\2\3\4") == ""


def test_truncated_pictures_are_not_decoded_in_part() -> None:
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def png_of(lines: bytes, *, height: int = 20, width: int = 30) -> bytes:
    """Return an RGB PNG of these lines, each with its filter; all checksums of parts are right."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", lines), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))
        for name, held in parts
    )


LINES = (bytes(1) + bytes(range(90))) * 20


@pytest.mark.parametrize(
    ("packed", "text"),
    [
        (zlib.compress(LINES), ""),
        (zlib.compress(LINES)[:-1] + b"\0", "incorrect data check"),
        (zlib.compress(LINES)[:-4], "the checksum of its pixels is missing"),
        (zlib.compress(LINES[:-91]), "5% of its pixels are missing"),
        (zlib.compress(LINES + bytes(91)), "more data than its pixels need"),
        (zlib.compress(LINES) + b"more", "more data than its pixels need"),
        (zlib.compress(b"\7" + LINES[1:]), "a line of pixels of an unknown kind"),
        (zlib.compress(LINES[:910] + b"\5" + LINES[911:]), "a line of pixels of an unknown kind"),
    ],
)
def test_packed_pixels_of_a_png_are_checked_though_all_its_sums_are_right(
    packed: bytes, text: str
) -> None:
    found = damage(png_of(packed))

    assert found == text if not text else found.startswith("PNG: ") and text in found


@pytest.mark.parametrize(("height", "width"), [(1, 9), (9, 1), (7, 5), (33, 65)])
@pytest.mark.parametrize(("mode", "bits"), [("RGB", 24), ("L", 8), ("RGBA", 32)])
def test_an_interlaced_png_is_sound(mode: str, bits: int, height: int, width: int) -> None:
    sides = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
             (0, 1, 1, 2))  # fmt: skip
    lines = b""
    for left, top, across, down in sides:
        columns, rows = len(range(left, width, across)), len(range(top, height, down))
        lines += (bytes(1) + bytes(columns * bits // 8)) * rows if columns else b""
    content = bytearray(png_of(zlib.compress(lines), height=height, width=width))
    content[25], content[28] = {"RGB": 2, "L": 0, "RGBA": 6}[mode], 1

    assert examine(with_sums_mended(bytes(content)), HEADER_OF_PNG).damage == ""


HEADER_OF_PNG = read_header(png_of(zlib.compress(LINES)))


def test_a_bomb_in_a_png_is_left_where_its_pixels_end() -> None:
    bomb = png_of(zlib.compress(bytes(300_000_000), 9))

    assert damage(bomb) == "PNG: more data than its pixels need"


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate"])
def test_a_tiff_that_cannot_be_unpacked_to_its_end_is_refused(compression: str) -> None:
    content = bytearray(saved(Image.fromarray(picture()), "TIFF", compression=compression))
    content[200:260] = bytes(60)

    with pytest.raises(UnreadableImageError, match="damaged TIFF"):
        decode(bytes(content))


@pytest.mark.parametrize("side", [(1, 5000), (300, 300), (2, 2)])
@pytest.mark.parametrize("colours", [2, 5, 256])
def test_a_gif_of_any_size_is_sound(side: tuple[int, int], colours: int) -> None:
    noise = np.random.default_rng(0).integers(0, colours, side, np.uint8)
    image = Image.fromarray(noise)
    content = saved(image, "GIF")

    assert examine(content, HEADER_OF_GIF).damage == ""


HEADER_OF_GIF = read_header(saved(Image.new("L", (4, 4)), "GIF"))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda content: content[:-1], "its end is missing"),
        (lambda content: content[:-1] + b"\x99;", "a block of an unknown kind"),
    ],
)
def test_blocks_of_a_gif_are_checked(change: Callable[[bytes], bytes], text: str) -> None:
    content = saved(Image.fromarray(picture()), "GIF")

    assert damage(change(content)) == f"GIF: {text}"


def test_what_was_found_while_loading_is_known_to_all_that_read_the_picture(tmp_path: Path) -> None:
    content = cut_inside(saved(Image.fromarray(picture(height=80, width=100)), "JPEG", quality=95))
    files = {"a/0.jpg": content, "a/1.png": KINDS["PNG RGB"](0), "b/2.png": KINDS["PNG RGB"](1)}

    dataset = open_source(str(write_files(tmp_path / "set", files)), tmp_path / "unused")

    assert dataset.is_damaged.tolist() == [True, False, False]
    with read_picture(dataset, 0) as pixels:
        assert_array_equal(pixels, decode(content))
