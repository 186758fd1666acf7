"""What is common in microscopy, medicine and graphics: 16 bits, opacity, other packings."""

import struct
import zlib
from io import BytesIO

import cv2
import numpy as np
import pytest
from image_sets import far, picture, saved
from numpy.testing import assert_array_equal
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from core.errors import SettingError, UnreadableImageError
from core.pictures.decode import decode, read_header
from core.pictures.decoding import Decoding

ON_GREY = Decoding("grey")
OF_12_BITS = Decoding(white_level=4095)
VALUES = np.random.default_rng(0).integers(0, 4096, (6, 5, 4)).astype(np.uint16)


def png_of(rows: list[bytes], width: int, bits: int, kind: int, *chunks: bytes) -> bytes:
    """Return a PNG of these rows of samples, with chunks before them."""
    head = struct.pack(">IIBBBBB", width, len(rows), bits, kind, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", head), *chunks, chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    )


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def tiff_of(
    values: NDArray[np.unsignedinteger], photometric: int, *,
    extra: int | None = None, orientation: int = 1,
) -> bytes:  # fmt: skip
    """Return an uncompressed TIFF of (H, W, planes), with these tags."""
    height, width, planes = values.shape
    bits, data = values.dtype.itemsize * 8, values.tobytes()
    tags = {
        256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * planes), 259: (3, [1]),
        262: (3, [photometric]), 273: (4, [0]), 274: (3, [orientation]), 277: (3, [planes]),
        278: (4, [height]), 279: (4, [len(data)]), 284: (3, [1]),
    } | ({} if extra is None else {338: (3, [extra])})  # fmt: skip
    after = 8 + 2 + 12 * len(tags) + 4
    entries, beside = b"", b""
    for tag, (type_, numbers) in sorted(tags.items()):
        packed = struct.pack("<" + "HI"[type_ - 3] * len(numbers), *numbers)
        if tag == 273:
            packed = struct.pack("<I", after + 2 * 4)
        elif len(packed) > 4:
            packed, beside = struct.pack("<I", after), packed.ljust(8, b"\0")
        entries += struct.pack("<HHI", tag, type_, len(numbers)) + packed.ljust(4, b"\0")
    head = b"II*\0" + struct.pack("<IH", 8, len(tags))
    return head + entries + bytes(4) + beside.ljust(8, b"\0") + data


def by_opencv(values: NDArray[np.uint16], suffix: str) -> bytes:
    """Return (H, W, 1), RGB or RGBA as OpenCV writes it."""
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[values.shape[2]]
    return bytes(cv2.imencode(suffix, values[..., order])[1].tobytes())


def expected(values: NDArray[np.uint16], decoding: Decoding, full: int = 65_535) -> NDArray:
    """Return what grey, RGB, or either with opacity becomes, in floating point."""
    planes = values.shape[2]
    colours = values[..., : planes - (planes in {2, 4})]
    colours = np.minimum(np.floor(colours * 255.0 / decoding.white_level + 0.5), 255)
    if planes in {2, 4}:
        opacity = values[..., -1:] / full
        behind = {"white": 255, "grey": 128}[decoding.background]
        colours = np.floor(colours * opacity + behind * (1 - opacity) + 0.5)
    return colours * np.ones(3)


@pytest.mark.parametrize("decoding", [Decoding(), OF_12_BITS, Decoding("grey", 4095)])
@pytest.mark.parametrize(
    ("content", "values"),
    [
        *((by_opencv(VALUES[..., :n], suffix), VALUES[..., :n])
          for n in (1, 3) for suffix in (".png", ".tif")),
        (by_opencv(VALUES, ".png"), VALUES),
        (png_of([row.astype(">u2").tobytes() for row in VALUES[..., :2]], 5, 16, 4),
         VALUES[..., :2]),
        (tiff_of(VALUES, 2, extra=2), VALUES),
        (tiff_of(VALUES, 2, extra=0), VALUES[..., :3]),
        (tiff_of(VALUES[..., :1], 1), VALUES[..., :1]),
        (saved(Image.fromarray(VALUES[..., 0]), "TIFF", compression="zstd"), VALUES[..., :1]),
    ],
)  # fmt: skip
def test_16_bits_of_any_form_are_scaled_by_the_white_level(
    content: bytes, values: NDArray[np.uint16], decoding: Decoding
) -> None:
    header = read_header(content)

    pixels = decode(content, decoding=decoding)

    assert_array_equal(pixels, expected(values, decoding))
    assert header.bits == 16
    assert header.hangs_on_white_level
    assert "16 bits to 8" in header.conversion


def test_where_0_is_white_the_white_level_is_black() -> None:
    values = VALUES[..., :1]

    pixels = decode(tiff_of(values, 0), decoding=OF_12_BITS)

    assert_array_equal(pixels, expected(4095 - values, OF_12_BITS))
    assert_array_equal(
        decode(tiff_of(values.astype(np.uint8), 0))[..., :1], 255 - values.astype(np.uint8)
    )


def test_opacity_that_is_multiplied_in_is_taken_out() -> None:
    colours = np.full((4, 4, 3), 30_000)
    opacity = np.full((4, 4, 1), 32_768)
    values = np.concatenate([colours * opacity // 65_535, opacity], axis=2).astype(np.uint16)

    pixels = decode(tiff_of(values, 2, extra=1))

    assert far(pixels, np.full((4, 4, 3), round(30_000 / 257 / 2 + 255 / 2), np.uint8)) <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_16_bit_tiff_stands_upright(orientation: int) -> None:
    values = VALUES[..., :3]
    small = (values >> 4).astype(np.uint8)

    pixels = decode(tiff_of(values, 2, orientation=orientation), decoding=OF_12_BITS)
    upright = decode(tiff_of(small, 2, orientation=orientation))

    assert pixels.shape == ((6, 5, 3) if orientation < 5 else (5, 6, 3))
    assert far(pixels, upright) < 2


def test_a_transparent_colour_of_16_bits_is_not_seen() -> None:
    values = VALUES[..., :3]
    colour = chunk(b"tRNS", struct.pack(">HHH", *values[0, 0].tolist()))

    pixels = decode(
        png_of([row.astype(">u2").tobytes() for row in values], 5, 16, 2, colour),
        decoding=Decoding("grey", 4095),
    )

    assert pixels[0, 0].tolist() == [128, 128, 128]
    assert_array_equal(pixels[1:], expected(values, OF_12_BITS)[1:])


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_transparent_grey_of_few_bits_is_not_seen(bits: int) -> None:
    samples = np.arange(8) % (1 << bits)
    packed = np.packbits(
        (samples[:, None] >> np.arange(bits)[::-1] & 1).astype(np.uint8).ravel()
    ).tobytes()
    content = png_of([packed] * 2, 8, bits, 0, chunk(b"tRNS", struct.pack(">H", 1)))

    pixels = decode(content, decoding=ON_GREY)

    levels = samples * 255 // ((1 << bits) - 1)
    assert_array_equal(pixels[0, :, 0], np.where(samples == 1, 128, levels))


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "TIFF", "GIF", "AVIF"])
def test_transparent_parts_lie_on_the_background_of_the_set(format_: str) -> None:
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (4, 0, 8, 8))

    pixels = decode(saved(image, format_, lossless=True), decoding=ON_GREY)

    assert far(pixels[:, :3], np.full((8, 3, 3), 128, np.uint8)) < 2
    assert far(pixels[:, 5:], np.tile(np.uint8([200, 0, 0]), (8, 3, 1))) < 3


@pytest.mark.parametrize(
    "content",
    [
        saved(Image.fromarray(picture()), "TIFF", compression="zstd"),
        saved(Image.fromarray(picture()), "TIFF", compression="packbits"),
        saved(Image.fromarray(picture()), "TIFF", compression="tiff_adobe_deflate"),
    ],
)
def test_what_one_library_cannot_read_the_other_one_does(content: bytes) -> None:
    assert_array_equal(decode(content), picture())


def with_text(where: str, image: Image.Image) -> bytes:
    """Return a PNG, turned by EXIF, with 2 MB of text before or after its pixels."""
    text, exif = PngImagePlugin.PngInfo(), Image.Exif()
    text.add_text("workflow", "x" * 2_000_000, zip=True)
    exif[0x0112] = 3
    content = saved(image, "PNG", pnginfo=text, exif=exif)
    if where == "before":
        return content
    start = content.index(b"zTXt") - 4
    end = start + 12 + int.from_bytes(content[start : start + 4])
    last = content.index(b"IEND") - 4
    return content[:start] + content[end:last] + content[start:end] + content[last:]


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("mode", ["RGB", "P", "RGBA"])
def test_a_long_text_in_a_png_is_passed_over(mode: str, where: str) -> None:
    image = Image.fromarray(picture()).convert(mode)
    content = with_text(where, image)
    with pytest.raises(ValueError, match="MAX_TEXT"), Image.open(BytesIO(content)) as opened:
        opened.load()

    assert_array_equal(decode(content), np.asarray(image.convert("RGB"))[::-1, ::-1])
    assert read_header(content).is_turned


def test_planes_of_other_numbers_of_bits_are_refused_in_words() -> None:
    float_values = np.zeros((4, 4, 3), np.float32)
    content = bytes(cv2.imencode(".tiff", float_values)[1].tobytes())

    with pytest.raises(UnreadableImageError, match="save it as 8- or 16-bit"):
        decode(content)


@pytest.mark.parametrize("level", [0, 254, 65_536])
def test_a_white_level_out_of_range_is_refused(level: int) -> None:
    with pytest.raises(SettingError, match=r"between 255 and 65,535"):
        Decoding(white_level=level)
