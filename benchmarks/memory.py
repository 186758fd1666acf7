"""How much memory bombs and the largest pictures take that are let in, with 16 threads.

    python benchmarks/memory.py [--threads 16] [--count 200]

Pictures of almost 50 Mpx of each format, and bombs, are loaded as a set; then each is read whole,
and as an encoder reads it. The peak is that of the process, with interpreter and libraries.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT = 7_200, 6_900
RUN = """
import json, os, sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
threads = int(sys.argv[2])
os.cpu_count = lambda: threads
from core.dataset import read_picture
from core.ingest import open_source
from core.pictures.decode import block_means

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

def told(stage, began):
    print(json.dumps([stage, peak(), time.perf_counter() - began]), flush=True)
    Path("/proc/self/clear_refs").write_text("5")

began = time.perf_counter()
told("libraries", began)
dataset = open_source(sys.argv[1], Path("unused"))
told(f"load, {len(dataset)} used, {len(dataset.skipped)} skipped", began)
for at_least_px in (224, 0):
    def look(row):
        with read_picture(dataset, row, at_least_px=at_least_px) as pixels:
            return pixels[::100, ::100].copy()
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(look, range(len(dataset))))
    told(f"read at {at_least_px or 'full'} px", began)
"""


def _pixels() -> np.ndarray:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.uint16)
    return np.dstack([rows // 28, columns // 29, (rows + columns) // 56]).astype(np.uint8)


def _saved(image: Image.Image, format_: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def _bomb(side: int) -> bytes:
    def chunk(name: bytes, held: bytes) -> bytes:
        return len(held).to_bytes(4) + name + held + zlib.crc32(name + held).to_bytes(4)

    head = side.to_bytes(4) + side.to_bytes(4) + bytes([8, 6, 0, 0, 0])
    packer = zlib.compressobj(9)
    lines = b"".join(packer.compress(bytes(1 + 4 * side)) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def pictures() -> Mapping[str, Callable[[], bytes]]:
    """Return name -> the function that makes a picture; none stays in memory."""
    pixels = _pixels()
    image = Image.fromarray(pixels)
    palette = image.resize((WIDTH // 8, HEIGHT // 8)).convert("P").resize(image.size)

    def opened() -> Image.Image:
        see_through = image.copy()
        see_through.putalpha(Image.fromarray(pixels[..., 0]))
        return see_through

    def wide(suffix: str, planes: int) -> bytes:
        values = pixels[..., :planes].astype(np.uint16) * 200
        return bytes(cv2.imencode(suffix, values)[1].tobytes())

    def moving(format_: str, **options: object) -> bytes:
        return _saved(palette if format_ == "GIF" else image, format_, save_all=True,
                      append_images=[image.rotate(180)], **options)  # fmt: skip

    fast = {"compress_level": 1}
    return {
        "opaque.png": lambda: _saved(image, "PNG", **fast),
        "transparent.png": lambda: _saved(opened(), "PNG", **fast),
        "palette.png": lambda: _saved(palette, "PNG", **fast),
        "grey16.png": lambda: wide(".png", 1),
        "colour16.png": lambda: wide(".png", 3),
        "baseline.jpg": lambda: _saved(image, "JPEG", quality=90),
        "progressive.jpg": lambda: _saved(image, "JPEG", quality=90, progressive=True),
        "cmyk.jpg": lambda: _saved(image.convert("CMYK"), "JPEG", progressive=True),
        "cut.jpg": lambda: _saved(image, "JPEG", quality=90)[:-90_000] + b"\xff\xd9",
        "moving.gif": lambda: moving("GIF"),
        "moving.webp": lambda: moving("WEBP", quality=30, method=0),
        "transparent.webp": lambda: _saved(opened(), "WEBP", quality=30, method=0),
        "plain.avif": lambda: _saved(image, "AVIF", speed=10),
        "deflate.tif": lambda: _saved(image, "TIFF", compression="tiff_adobe_deflate"),
        "lzw.tif": lambda: _saved(image, "TIFF", compression="tiff_lzw"),
        "transparent.tif": lambda: _saved(opened(), "TIFF", compression="tiff_adobe_deflate"),
        "colour16.tif": lambda: wide(".tiff", 3),
        "raw.bmp": lambda: _saved(image, "BMP"),
        "raw.ppm": lambda: _saved(image, "PPM"),
        "bomb.png": lambda: _bomb(20_000),
        "surplus.png": lambda: _bomb(16_000).replace(
            (16_000).to_bytes(4) * 2, (1_600).to_bytes(4) * 2
        ),
    }


def main() -> None:
    """Print the peak of each stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--only", help="the name of one kind of picture")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / "made"
        made.mkdir()
        names = [name for name in pictures() if options.only in {None, name}]
        for name, make in pictures().items():
            if name in names:
                (made / name).write_bytes(make())
        for number in range(options.count):
            name = names[number % len(names)]
            folder = Path(place) / "set" / "ab"[number % 2]
            folder.mkdir(parents=True, exist_ok=True)
            os.link(made / name, folder / f"{number:03d}_{name}")
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", RUN, str(Path(place) / "set"), str(options.threads)],
            cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "."},
        )  # fmt: skip
        for line in done.stdout.splitlines():
            stage, megabytes, seconds = json.loads(line)
            print(f"{stage:30} {megabytes:7,.0f} MB  {seconds:6.1f} s", flush=True)
        print(f"exit {done.returncode}, {time.perf_counter() - began:.0f} s", done.stderr[-2000:])


if __name__ == "__main__":
    main()
