"""Every format trap: upright, on white, in 8 bits, and refused with a reason."""

import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_sets import far, jpeg, picture, png, saved
from numpy.testing import assert_array_equal
from PIL import Image

from core.errors import UnreadableImageError
from core.limits import Limits
from core.pictures.decode import SUFFIXES, decode, read_header
from core.pictures.encode import encode

ROOT = Path(__file__).parents[1]
QUARTERS = np.zeros((40, 60, 3), np.uint8)
QUARTERS[:20, :30] = (255, 0, 0)
QUARTERS[:20, 30:] = (0, 255, 0)
QUARTERS[20:, :30] = (0, 0, 255)
# What an EXIF orientation asks for, in NumPy's words.
UPRIGHT = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: lambda p: p.transpose(1, 0, 2)[:, ::-1],
    7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
    8: lambda p: p.transpose(1, 0, 2)[::-1],
}


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_pictures_stand_upright(format_: str, orientation: int, mode: str) -> None:
    if (format_, mode) == ("JPEG", "RGBA"):
        return  # JPEG has no transparency
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if format_ == "WEBP" else {}
    content = saved(Image.fromarray(QUARTERS).convert(mode), format_, exif=exif, **options)

    pixels, header = decode(content), read_header(content)

    assert far(pixels, UPRIGHT[orientation](QUARTERS)) < 4
    assert (header.height, header.width) == pixels.shape[:2]
    assert header.is_turned == (orientation > 1)


def test_a_png_may_say_at_its_end_that_it_is_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = saved(Image.fromarray(QUARTERS), "PNG", exif=exif)
    start = content.index(b"eXIf") - 4
    length = int.from_bytes(content[start : start + 4]) + 12
    chunk, rest = content[start : start + length], content[:start] + content[start + length :]
    end = rest.index(b"IEND") - 4

    late = rest[:end] + chunk + rest[end:]

    assert read_header(late).is_turned
    assert_array_equal(decode(late), UPRIGHT[6](QUARTERS))


def test_reading_the_header_of_a_png_does_not_decode_it() -> None:
    content = png()
    start = content.index(b"IDAT") + 4

    broken = content[:start] + bytes(len(content) - start)

    assert (read_header(broken).width, read_header(broken).height) == (32, 24)
    with pytest.raises(UnreadableImageError, match="damaged"):
        decode(broken)


@pytest.mark.parametrize("format_", ["PNG", "TIFF", "PPM"])
def test_16_bit_grey_is_scaled_not_cut_off(format_: str) -> None:
    ramp = (np.arange(64 * 64).reshape(64, 64) * 16).astype(np.uint16)

    content = saved(Image.fromarray(ramp), format_)

    assert_array_equal(decode(content)[:, :, 0], np.rint(ramp / 257))
    assert read_header(content).is_grey


def test_16_bit_grey_with_a_transparent_value_lies_on_white() -> None:
    ramp = (np.arange(64 * 64).reshape(64, 64) * 16).astype(np.uint16)
    expected = np.rint(ramp / 257).astype(np.uint8)
    expected[0, 0] = 255

    content = saved(Image.fromarray(ramp), "PNG", transparency=0)

    assert_array_equal(decode(content), np.dstack([expected] * 3))


def see_through(mode: str) -> Image.Image:
    """Return a black picture whose left half is transparent."""
    alpha = np.full((20, 20), 255, np.uint8)
    alpha[:, :10] = 0
    black = np.zeros((20, 20), np.uint8)
    if mode == "LA":
        return Image.fromarray(np.dstack([black, alpha]))
    return Image.fromarray(np.dstack([black, black, black, alpha]))


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_parts_lie_on_white(format_: str, mode: str) -> None:
    pixels = decode(saved(see_through(mode), format_, lossless=True))

    assert (pixels[:, :10] == 255).all()
    assert (pixels[:, 10:] == 0).all()


@pytest.mark.parametrize("format_", ["PNG", "GIF"])
def test_a_transparent_colour_of_a_palette_lies_on_white(format_: str) -> None:
    image = Image.new("P", (20, 20), 1)
    image.putpalette([200, 0, 0, 0, 0, 0])
    image.paste(0, (0, 0, 10, 20))

    pixels = decode(saved(image, format_, transparency=0))

    assert (pixels[:, :10] == 255).all()
    assert (pixels[:, 10:] == 0).all()


@pytest.mark.parametrize("format_", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb(format_: str) -> None:
    assert far(decode(saved(Image.fromarray(QUARTERS).convert("CMYK"), format_)), QUARTERS) < 4


@pytest.mark.parametrize(
    ("format_", "mode"),
    [
        ("PNG", "1"),
        ("TIFF", "1"),
        ("PPM", "1"),
        ("PNG", "P"),
        ("PNG", "L"),
        ("TIFF", "YCbCr"),
        ("GIF", "P"),
        ("BMP", "RGB"),
        ("PPM", "RGB"),
        ("AVIF", "RGB"),
    ],
)
def test_other_modes_become_rgb(format_: str, mode: str) -> None:
    image = Image.fromarray(QUARTERS).convert(mode)

    assert far(decode(saved(image, format_)), np.asarray(image.convert("RGB"))) < 4


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "TIFF", "PNG"])
def test_the_first_frame_stands_for_an_animation(format_: str) -> None:
    first, second = (Image.new("RGB", (20, 20), colour) for colour in ("red", "blue"))

    content = saved(first, format_, save_all=True, append_images=[second], lossless=True)

    assert far(decode(content), np.asarray(first)) < 2


def test_a_jpeg_with_a_second_picture_is_a_jpeg() -> None:
    images = [Image.fromarray(picture(seed)) for seed in (0, 1)]

    content = saved(images[0], "MPO", save_all=True, append_images=images[1:], quality=95)

    assert read_header(content).format == "JPEG"
    assert far(decode(content), picture(0)) < 4


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM", "AVIF"])
@pytest.mark.parametrize("part", [0.5, 0.95])
def test_a_cut_file_is_refused(format_: str, part: float) -> None:
    content = saved(Image.fromarray(picture(0, height=90, width=90)), format_)

    with pytest.raises(UnreadableImageError):
        decode(content[: int(len(content) * part)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty file"),
        (b"<html><body>404</body></html>", "not an image"),
        (b"\xff\xd8\xff\xe0", "not an image"),
    ],
)
def test_what_is_no_image_is_refused(content: bytes, reason: str) -> None:
    for read in (read_header, decode):
        with pytest.raises(UnreadableImageError, match=reason):
            read(content)


def test_values_without_a_defined_brightness_are_refused() -> None:
    content = saved(
        Image.fromarray(np.linspace(0, 1, 400, dtype=np.float32).reshape(20, 20)), "TIFF"
    )

    with pytest.raises(UnreadableImageError, match="no defined brightness"):
        decode(content)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 60_000), (60_000, 1)])
def test_a_line_of_pixels_is_no_picture(height: int, width: int) -> None:
    content = encode(np.zeros((height, width, 3), np.uint8), "PNG")

    with pytest.raises(UnreadableImageError, match=rf"too small \({width} x {height} px\)"):
        read_header(content)


def png_of_size(width: int, height: int) -> bytes:
    """Return a black 1-bit PNG without ever holding its pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data).to_bytes(4)
        return len(data).to_bytes(4) + name + data + check

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(bytes((1 + (width + 7) // 8) * height), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("side", "exif"), [(20_000, b""), (13_000, b"eXIf")])
def test_a_bomb_is_refused_without_unpacking_it(tmp_path: Path, side: int, exif: bytes) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_of_size(side, side) + exif)
    assert bomb.stat().st_size < 60_000
    program = (
        "import resource, sys; from core.pictures.decode import decode, read_header\n"
        "from core.errors import UnreadableImageError\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "content = open(sys.argv[1], 'rb').read(); before = peak()\n"
        "for read in (read_header, decode):\n"
        "    try: read(content)\n"
        "    except UnreadableImageError as error: print(error)\n"
        "print(peak() - before < 20_000)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, bomb], capture_output=True, text=True, cwd=ROOT, check=True
    )

    message = f"too large: {side * side / 1e6:.0f} Mpx, limit 50 Mpx"
    assert done.stdout.splitlines() == [message, message, "True"]
    assert done.stderr == ""


def test_a_raised_limit_lets_a_large_picture_in() -> None:
    content = png_of_size(14_000, 14_000)

    assert read_header(content, Limits(image_pixels=200_000_000)).width == 14_000


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of damaged EXIF
@given(st.data())
def test_no_damage_gets_past_the_one_refusal(data: st.DataObject) -> None:
    format_ = data.draw(st.sampled_from(sorted(SUFFIXES)))
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {} if format_ in {"BMP", "GIF", "PPM"} else {"exif": exif}
    content = bytearray(saved(Image.fromarray(picture(0)), format_, **options))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    try:
        pixels, header = decode(bytes(content)), read_header(bytes(content))
    except UnreadableImageError as error:
        assert 0 < len(str(error)) < 150
        assert "0x" not in str(error)
    else:
        assert pixels.dtype == np.uint8
        assert pixels.shape == (header.height, header.width, 3)


def test_nothing_is_written_to_the_terminal_about_a_damaged_tiff(
    capfd: pytest.CaptureFixture[str],
) -> None:
    content = saved(Image.fromarray(picture()), "TIFF")

    with pytest.raises(UnreadableImageError):
        decode(content[:-100])
    assert capfd.readouterr().err == ""


def test_trailing_bytes_do_not_matter() -> None:
    assert_array_equal(decode(jpeg() + b"<script>"), decode(jpeg()))
