"""Small pictures of every format that is read, damaged as disks, networks and programs do it."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from image_sets import picture, saved
from PIL import Image

HEIGHT, WIDTH = 80, 104


def _noisy(seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    pixels = picture(seed, height=HEIGHT, width=WIDTH).astype(int)
    return Image.fromarray(
        np.clip(pixels + rng.integers(-9, 10, pixels.shape), 0, 255).astype("u1")
    )


def _open(seed: int) -> Image.Image:
    image = _noisy(seed)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def _with_opencv(suffix: str, seed: int) -> bytes:
    wide = np.asarray(_noisy(seed), np.uint16) * 250
    return bytes(cv2.imencode(suffix, wide)[1].tobytes())


def _moving(seed: int, format_: str) -> bytes:
    first, second = _noisy(seed), _noisy(seed + 1000)
    return saved(first, format_, save_all=True, append_images=[second])


# Kind -> the file of a seed. The part before the blank is the format.
KINDS: Mapping[str, Callable[[int], bytes]] = {
    "JPEG baseline": lambda seed: saved(_noisy(seed), "JPEG", quality=90),
    "JPEG progressive": lambda seed: saved(_noisy(seed), "JPEG", quality=90, progressive=True),
    "JPEG restarts": lambda seed: saved(_noisy(seed), "JPEG", quality=90, restart_marker_rows=1),
    "JPEG grey": lambda seed: saved(_noisy(seed).convert("L"), "JPEG", quality=90),
    "JPEG CMYK": lambda seed: saved(_noisy(seed).convert("CMYK"), "JPEG", quality=90),
    "PNG RGB": lambda seed: saved(_noisy(seed), "PNG"),
    "PNG RGBA": lambda seed: saved(_open(seed), "PNG"),
    "PNG palette": lambda seed: saved(_noisy(seed).convert("P"), "PNG"),
    "PNG grey": lambda seed: saved(_noisy(seed).convert("L"), "PNG"),
    "PNG 16-bit": lambda seed: _with_opencv(".png", seed),
    "GIF still": lambda seed: saved(_noisy(seed), "GIF"),
    "GIF moving": lambda seed: _moving(seed, "GIF"),
    "WEBP lossy": lambda seed: saved(_noisy(seed), "WEBP"),
    "WEBP lossless": lambda seed: saved(_noisy(seed), "WEBP", lossless=True),
    "WEBP open": lambda seed: saved(_open(seed), "WEBP"),
    "WEBP moving": lambda seed: _moving(seed, "WEBP"),
    "BMP RGB": lambda seed: saved(_noisy(seed), "BMP"),
    "BMP palette": lambda seed: saved(_noisy(seed).convert("P"), "BMP"),
    "TIFF raw": lambda seed: saved(_noisy(seed), "TIFF"),
    "TIFF lzw": lambda seed: saved(_noisy(seed), "TIFF", compression="tiff_lzw"),
    "TIFF deflate": lambda seed: saved(_noisy(seed), "TIFF", compression="tiff_adobe_deflate"),
    "TIFF jpeg": lambda seed: saved(_noisy(seed), "TIFF", compression="jpeg"),
    "TIFF 16-bit": lambda seed: _with_opencv(".tiff", seed),
    "PPM RGB": lambda seed: saved(_noisy(seed), "PPM"),
    "AVIF RGB": lambda seed: saved(_noisy(seed), "AVIF", speed=10),
}


@dataclass(frozen=True)
class Mutant:
    """A damaged file, and what it was."""

    kind: str  # a key of KINDS
    way: str  # a key of WAYS
    original: bytes
    content: bytes


def _flipped(content: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for place in rng.integers(0, len(content), rng.integers(1, 5)).tolist():
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _cut(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: int(len(content) * rng.uniform(0.3, 1))]


def _swapped(content: bytes, rng: np.random.Generator) -> bytes:
    size = int(rng.integers(8, max(9, len(content) // 8)))
    first, second = sorted(rng.integers(0, len(content) - size, 2).tolist())
    second = max(second, min(first + size, len(content) - size))
    if second < first + size:
        return content[:-1]
    one, other = content[first : first + size], content[second : second + size]
    middle = content[first + size : second]
    return content[:first] + other + middle + one + content[second + size :]


def _grown(content: bytes, rng: np.random.Generator) -> bytes:
    place = int(rng.integers(0, len(content)))
    return content[:place] + rng.bytes(int(rng.integers(1, 40))) + content[place:]


def _shrunk(content: bytes, rng: np.random.Generator) -> bytes:
    place = int(rng.integers(0, len(content)))
    return content[:place] + content[place + int(rng.integers(1, 40)) :]


def _blank(content: bytes, rng: np.random.Generator) -> bytes:
    """As a download leaves a piece that never came."""
    start = int(rng.integers(0, len(content)))
    end = min(len(content), start + int(rng.integers(16, 600)))
    return content[:start] + bytes(end - start) + content[end:]


WAYS: Mapping[str, Callable[[bytes, np.random.Generator], bytes]] = {
    "bits flipped": _flipped,
    "cut": _cut,
    "blocks swapped": _swapped,
    "bytes put in": _grown,
    "bytes taken out": _shrunk,
    "a piece of zeros": _blank,
}


def mutants(count: int, seed: int = 0) -> Iterator[Mutant]:
    """Yield `count` damaged files of all kinds and ways in turn, the same for the same seed."""
    rng = np.random.default_rng(seed)
    originals = {kind: [make(number) for number in range(4)] for kind, make in KINDS.items()}
    kinds, ways = list(KINDS), list(WAYS)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        way = ways[number // len(kinds) % len(ways)]
        original = originals[kind][int(rng.integers(4))]
        yield Mutant(kind, way, original, WAYS[way](original, rng))


def with_sums_mended(content: bytes) -> bytes:
    """Return a PNG whose checksums are right, as a program that damages pixels writes it."""
    mended, start = bytearray(content), 8
    while start + 12 <= len(mended):
        end = start + 12 + int.from_bytes(mended[start : start + 4])
        if end > len(mended):
            break
        mended[end - 4 : end] = zlib.crc32(bytes(mended[start + 4 : end - 4])).to_bytes(4)
        start = end
    return bytes(mended)
