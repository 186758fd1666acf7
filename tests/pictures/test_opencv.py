"""What OpenCV is given of a PNG: all that its pixels hang on, and nothing that it would tell of."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from image_sets import picture
from numpy.testing import assert_array_equal

import core
from core.pictures.encode import encode
from core.pictures.opencv import read_with_opencv

ROOT = Path(core.__file__).parent.parent
BEHIND_THE_HEAD = 33  # of a PNG: its signature and its first chunk
LONG = b"x" * 9_000_000  # above what libpng takes
READ = """
import sys
from core.pictures.decode import decode

print(decode(open(sys.argv[1], "rb").read()).shape)
"""


def with_chunk(content: bytes, name: bytes, held: bytes) -> bytes:
    """Return a PNG with one more chunk behind its head."""
    sum_ = struct.pack(">I", zlib.crc32(name + held))
    chunk = struct.pack(">I", len(held)) + name + held + sum_
    return content[:BEHIND_THE_HEAD] + chunk + content[BEHIND_THE_HEAD:]


@pytest.mark.parametrize(
    ("name", "held"),
    [
        (b"tEXt", b"about\0" + LONG),
        (b"zTXt", b"about\0\0" + zlib.compress(LONG)),
        (b"iTXt", b"about\0\1\0\0\0" + zlib.compress(LONG)),
        (b"iCCP", b"profile\0\0" + zlib.compress(b"none")),
        (b"tIME", b"\0\0"),
    ],
)
def test_a_chunk_beside_the_pixels_is_no_line_on_the_terminal(
    name: bytes, held: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(with_chunk(encode(picture(1, height=20, width=30), "PNG"), name, held))

    done = subprocess.run(
        [sys.executable, "-c", READ, file], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert done.stdout == "(20, 30, 3)\n"
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("name", "held"),
    [
        (b"gAMA", struct.pack(">I", 100_000)),
        (b"sRGB", b"\0"),
        (b"sBIT", b"\5\5\5"),
        (b"bKGD", struct.pack(">HHH", 255, 0, 0)),
        (b"tRNS", struct.pack(">HHH", 255, 0, 0)),
        (b"pHYs", struct.pack(">IIB", 1, 2, 0)),
    ],
)
@pytest.mark.parametrize("flag", [cv2.IMREAD_COLOR_RGB, cv2.IMREAD_UNCHANGED])
def test_what_is_left_out_changes_no_pixel(name: bytes, held: bytes, flag: int) -> None:
    pixels = picture(2, height=20, width=30)
    pixels[:5] = [255, 0, 0]
    content = with_chunk(encode(pixels, "PNG"), name, held)

    read = read_with_opencv(content, flag)

    assert_array_equal(read, cv2.imdecode(np.frombuffer(content, np.uint8), flag))
