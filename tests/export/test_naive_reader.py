"""Other programs see in an export what Evenset saw, whatever the format, split and origin."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest
from export_sets import contents, drawn_values, exported, manifest, shown
from hugging_face import counted_rows, hostile_set, read_by_hugging_face
from image_sets import picture, read_folder, saved, write_files
from numpy.typing import NDArray
from PIL import Image

from core.augment import DrawnStep, apply
from core.dataset import ImageDataset, read_picture
from core.export import AS_THEY_ARE, CONTAINERS, DEFAULT_LAYOUT, ENCODED_ANEW, LAYOUTS
from core.pictures.decoding import Decoding

# torchvision 0.28, torchvision/datasets/folder.py
TORCHVISION = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
# keras 3.15, keras/src/utils/image_dataset_utils.py
KERAS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


def rgb(seed: int) -> Image.Image:
    return Image.fromarray(picture(seed, height=40, width=56))


def see_through(seed: int, mode: str) -> Image.Image:
    image = rgb(seed).convert("RGBA")
    rows, columns = np.mgrid[0:40, 0:56]
    alpha = np.clip((rows + columns) * 4, 0, 255).astype(np.uint8)
    image.putalpha(Image.fromarray(alpha))
    return image.convert(mode)


def sixteen(seed: int, top: int, *, is_grey: bool, suffix: str = ".png") -> bytes:
    values = (picture(seed, height=40, width=56).astype(np.float64) * top / 255).astype(np.uint16)
    _, buffer = cv2.imencode(suffix, values[..., 0] if is_grey else values)
    return buffer.tobytes()


def turned(seed: int, format_: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(rgb(seed), format_, exif=exif, quality=95)


def with_chunk(seed: int, name: bytes, held: bytes) -> bytes:
    """Return a PNG with one chunk more behind its first."""
    content = saved(rgb(seed), "PNG")
    chunk = struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))
    return content[:33] + chunk + content[33:]


def bmp(seed: int, bits: int) -> bytes:
    """Return a BMP of 16 bits a pixel, five for each colour, or of 32 with one byte unused."""
    blue = picture(seed, height=40, width=56)[::-1, :, ::-1]
    if bits == 32:
        lines = np.dstack([blue, np.full((40, 56), 7, np.uint8)]).tobytes()
    else:
        five = blue.astype("<u2") >> 3
        lines = (five[..., 0] | five[..., 1] << 5 | five[..., 2] << 10).tobytes()
    sizes = struct.pack("<IHHI", 54 + len(lines), 0, 0, 54)
    form = struct.pack("<IiiHHIIiiII", 40, 56, 40, 1, bits, 0, len(lines), 0, 0, 0, 0)
    return b"BM" + sizes + form + lines


def pgm(seed: int, top: int) -> bytes:
    values = (picture(seed, height=40, width=56)[..., 0].astype(int) * top // 255).astype(">u2")
    return f"P5 56 40 {top}\n".encode() + values.tobytes()


def keyed(seed: int) -> bytes:
    """Return a PNG in which one colour counts as transparent."""
    pixels = picture(seed, height=40, width=56)
    pixels[:10, :10] = (1, 2, 3)
    return saved(Image.fromarray(pixels), "PNG", transparency=(1, 2, 3))


def frames(seed: int, format_: str) -> bytes:
    return saved(rgb(seed), format_, save_all=True, append_images=[rgb(seed + 900)])


# Every odd picture that people have; a seed gives each place a picture of its own.
ODD = {
    "rgba.png": lambda n: saved(see_through(n, "RGBA"), "PNG"),
    "la.png": lambda n: saved(see_through(n, "LA"), "PNG"),
    "palette_trns.png": lambda n: saved(rgb(n).quantize(16), "PNG", transparency=3),
    "key.png": keyed,
    "grey16.png": lambda n: sixteen(n, 65_535, is_grey=True),
    "rgb16.png": lambda n: sixteen(n, 65_535, is_grey=False),
    "grey12.png": lambda n: sixteen(n, 4095, is_grey=True),
    "rgb12.tif": lambda n: sixteen(n, 4095, is_grey=False, suffix=".tif"),
    "cmyk.jpg": lambda n: saved(rgb(n).convert("CMYK"), "JPEG", quality=95),
    "grey.jpg": lambda n: saved(rgb(n).convert("L"), "JPEG", quality=95),
    "progressive.jpeg": lambda n: saved(rgb(n), "JPEG", quality=95, progressive=True),
    "old.jfif": lambda n: saved(rgb(n), "JPEG", quality=95),
    "two.jpg": lambda n: frames(n, "MPO"),
    "palette.png": lambda n: saved(rgb(n).quantize(32), "PNG"),
    "bits.png": lambda n: saved(rgb(n).convert("1"), "PNG"),
    "grey.png": lambda n: saved(rgb(n).convert("L"), "PNG"),
    "moving.png": lambda n: frames(n, "PNG"),
    **{f"exif{o}.jpg": (lambda n, o=o: turned(n, "JPEG", o)) for o in range(2, 9)},
    **{f"exif{o}.png": (lambda n, o=o: turned(n, "PNG", o)) for o in (3, 6)},
    **{f"exif{o}.webp": (lambda n, o=o: turned(n, "WEBP", o)) for o in (2, 8)},
    "still.gif": lambda n: saved(rgb(n), "GIF"),
    "moving.gif": lambda n: frames(n, "GIF"),
    "lossy.avif": lambda n: saved(rgb(n), "AVIF", quality=90),
    "see_through.avif": lambda n: saved(see_through(n, "RGBA"), "AVIF", quality=90),
    "lossy.webp": lambda n: saved(rgb(n), "WEBP", quality=95),
    "lossless.webp": lambda n: saved(rgb(n), "WEBP", lossless=True),
    "see_through.webp": lambda n: saved(see_through(n, "RGBA"), "WEBP", lossless=True),
    "moving.webp": lambda n: frames(n, "WEBP"),
    "plain.tif": lambda n: saved(rgb(n), "TIFF"),
    "jpeg.tif": lambda n: saved(rgb(n), "TIFF", compression="jpeg", quality=95),
    "see_through.tif": lambda n: saved(see_through(n, "RGBA"), "TIFF"),
    "plain.ppm": lambda n: saved(rgb(n), "PPM"),
    "ten_bits.pgm": lambda n: pgm(n, 1023),
    "plain.bmp": lambda n: saved(rgb(n), "BMP"),
    "grey.bmp": lambda n: saved(rgb(n).convert("L"), "BMP"),
    "palette.bmp": lambda n: saved(rgb(n).quantize(32), "BMP"),
    "bits.bmp": lambda n: saved(rgb(n).convert("1"), "BMP"),
    "wide.bmp": lambda n: bmp(n, 32),
    "five.bmp": lambda n: bmp(n, 16),
    "texts.png": lambda n: with_chunk(n, b"zTXt", b"k\0\0" + zlib.compress(b"x" * 2_000_000)),
    "long.png": lambda n: with_chunk(n, b"iTXt", b"k\0\1\0\0\0" + zlib.compress(b"x" * 2_000_000)),
    "xmp.png": lambda n: with_chunk(
        n, b"iTXt", b'XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation="6"/>'
    ),
    "sum.png": lambda n: saved(rgb(n), "PNG")[:-16] + b"\xff" * 4 + saved(rgb(n), "PNG")[-12:],
    "end.png": lambda n: saved(rgb(n), "PNG")[:-12],
    "wrong.jpg": lambda n: saved(rgb(n), "PNG"),
}
LOSSY = {"JPEG"}
PLACES = ("train/few", "train/many", "validation/many", "test/few", "test/many")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> ImageDataset:
    files: dict[str, bytes] = {}
    for place in PLACES:
        for name, make in ODD.items():
            files[f"{place}/{name.replace('.', '_', 1)}.{name.rpartition('.')[2]}"] = make(
                len(files)
            )
    # So that something is added to the other class.
    files |= {f"train/many/more{n}.png": saved(rgb(2000 + n), "PNG") for n in range(len(ODD) // 2)}
    dataset = read_folder(write_files(tmp_path_factory.mktemp("odd") / "set", files))
    assert dataset.skipped == ()
    return replace(dataset, decoding=Decoding(white_level=4095))


def naive(content: bytes) -> NDArray[np.int64]:
    with Image.open(BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"), int)


def seen(dataset: ImageDataset, row: Mapping[str, str]) -> NDArray[np.int64]:
    """Return the pixels that Evenset saw, or made as the row says."""
    place = dataset.table["path"].tolist().index(row["parent"])
    with read_picture(dataset, place) as pixels:
        if row["origin"] == "augmented":
            steps = zip(row["operation"].split("+"), drawn_values(dict(row)), strict=True)
            pixels = apply(pixels, [DrawnStep(name, values) for name, values in steps])
        return pixels.astype(int)


def ways_to_write() -> Iterator[tuple[str, str, str, str]]:
    """Yield layout, container, strategy and originals: of the layouts, one has every way."""
    pictured = [name for name, layout in LAYOUTS.items() if layout.has_pictures]
    for name in pictured:
        yield name, "folder", "augment", AS_THEY_ARE
    ways = product(CONTAINERS, ["augment", "random_oversampling"], [AS_THEY_ARE, ENCODED_ANEW])
    yield from ((DEFAULT_LAYOUT.name, *way) for way in ways)


@pytest.mark.long
@pytest.mark.parametrize(
    ("layout", "container", "strategy", "originals"), sorted(set(ways_to_write()))
)
def test_every_file_shows_what_evenset_saw(
    odd: ImageDataset, tmp_path: Path, layout: str, container: str, strategy: str, originals: str
) -> None:
    target = tmp_path / f"out{CONTAINERS[container].suffix}"

    exported(odd, target, strategy, layout=layout, originals=originals)

    files, rows = shown(target), manifest(target)
    assert len(rows) == len(odd) + len(ODD) // 2
    wrong = {}
    for row in rows:
        found, expected = naive(files[row["path"]]), seen(odd, row)
        with Image.open(BytesIO(files[row["path"]])) as image:
            # Of these pictures, a JPEG at 95 differs by 1.5 grey levels, by 4 at half the colour.
            allowed = 5.0 if image.format in LOSSY else 0.0
        same_size = found.shape == expected.shape
        loss = np.abs(found - expected).mean() if same_size else np.inf
        if loss > allowed:
            wrong[row["path"], row["written"]] = loss
    assert wrong == {}


@pytest.mark.parametrize("strategy", ["augment", "random_oversampling"])
def test_no_split_is_told_by_how_its_files_are_written(
    odd: ImageDataset, tmp_path: Path, strategy: str
) -> None:
    exported(odd, tmp_path / "out", strategy)

    ways: dict[str, set[tuple[str, str, str]]] = {}
    files = contents(tmp_path / "out")
    for row in manifest(tmp_path / "out"):
        if row["origin"] != "augmented":
            name = row["parent"].rpartition("/")[2]
            with Image.open(BytesIO(files[row["path"]])) as image:
                way = (row["written"], str(image.format), image.mode)
            ways.setdefault(name, set()).add(way)
    assert {name: found for name, found in ways.items() if len(found) != 1} == {}


def test_what_is_written_anew_has_nothing_that_readers_take_differently(
    odd: ImageDataset, tmp_path: Path
) -> None:
    exported(odd, tmp_path / "out")

    files = contents(tmp_path / "out")
    for row in manifest(tmp_path / "out"):
        with Image.open(BytesIO(files[row["path"]])) as image:
            assert image.format in {"JPEG", "PNG", "BMP"} | (
                {"MPO"} if "two" in row["path"] else set()
            )
            if image.format == "BMP":
                assert image.mode == "RGB"
                assert int.from_bytes(files[row["path"]][28:30], "little") == 24
            if image.format == "PNG":
                # As strict as TensorFlow: all of it is there, with the right sums.
                with Image.open(BytesIO(files[row["path"]])) as again:
                    again.verify()
                assert b"IEND" in files[row["path"]][-12:]
                assert b"Orientation" not in files[row["path"]]
            if row["written"] != "copied":
                assert image.mode in {"RGB", "L"}
                assert "transparency" not in image.info
                assert image.getexif().get(0x0112) is None


def test_lossless_pictures_become_lossless_files(odd: ImageDataset, tmp_path: Path) -> None:
    exported(odd, tmp_path / "out")

    suffixes = {
        row["parent"].rpartition("/")[2]: row["path"].rpartition(".")[2]
        for row in manifest(tmp_path / "out")
    }
    assert {name for name, suffix in suffixes.items() if suffix == "jpg"} == {
        name
        for name in suffixes
        if name.endswith(("_jpg.jpg", "jpeg", "jfif", "avif"))
        or name.startswith(("lossy", "exif2_webp", "exif8_webp", "moving_webp", "jpeg_tif"))
    } - {"wrong_jpg.jpg"}


def by_suffix(folder: Path, split: str, suffixes: tuple[str, ...]) -> Counter[str]:
    """Return class folder -> files, as torchvision's `find_classes` and Keras list them."""
    classes = sorted(entry.name for entry in (folder / split).iterdir() if entry.is_dir())
    return Counter(
        name
        for name in classes
        for path in (folder / split / name).rglob("*")
        if path.name.lower().endswith(suffixes)
    )


def counted(target: Path) -> dict[str, Counter[str]]:
    """Return split -> class folder -> pictures of the manifest."""
    counts: dict[str, Counter[str]] = {}
    for row in manifest(target):
        counts.setdefault(row["split"], Counter())[row["path"].split("/")[1]] += 1
    return counts


@pytest.mark.long
def test_every_trainer_counts_what_the_manifest_counts(odd: ImageDataset, tmp_path: Path) -> None:
    hostile = hostile_set(tmp_path / "hostile")
    alone = read_folder(
        write_files(
            tmp_path / "alone",
            {
                **{f"train/{name}/{n}.png": saved(rgb(n + 50 * (name == "b")), "PNG")
                   for name in ("a", "b") for n in range(3)},
                "test/a/9.json.png": saved(rgb(77), "PNG"),
                "validation/c/9.zip.png": saved(rgb(78), "PNG"),
            },
        )
    )  # fmt: skip
    targets = {}
    for name, dataset in (("odd", odd), ("names", hostile), ("alone", alone)):
        targets[name] = tmp_path / f"out {name}"
        exported(dataset, targets[name], "augment")

    found = read_by_hugging_face(*targets.values(), cache=tmp_path / "cache")

    assert set(hostile.classes) >= {"test tube", "val-d'isere", "train", "[x]", "__pycache__"}
    for target in targets.values():
        expected = counted(target)
        assert counted_rows(found[str(target)]) == expected
        for split, counts in expected.items():
            for suffixes in (TORCHVISION, KERAS):
                assert by_suffix(target, split, suffixes) == counts


def test_labels_of_the_manifest_tell_what_folders_cannot(tmp_path: Path) -> None:
    hostile = hostile_set(tmp_path / "hostile")

    exported(hostile, tmp_path / "out", "none")

    labels = {row["path"].split("/")[1]: row["label"] for row in manifest(tmp_path / "out")}
    assert sorted(labels.values()) == hostile.classes
    card = contents(tmp_path / "out")["README.md"].decode()
    assert 'load_dataset("imagefolder", data_dir=FOLDER)' in card
    assert '- `a_b`: "a*b"' in card
