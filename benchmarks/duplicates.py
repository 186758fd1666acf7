"""Find near copies: python benchmarks/duplicates.py SOURCE ... | --million.

For each source: groups that are found as they are, how many of 400 changed copies are found, and
the time beside decoding alone. With --million, the search among a million random bit strings
beside comparing a sample of them with all others.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from core.dataset import ImageDataset
from core.duplicates.duplicates import are_alike, picture_groups, repeated
from core.duplicates.hamming import MOST_BITS, near_pairs
from core.duplicates.picture_hash import hash_picture
from core.ingest import open_source
from core.pictures.decode import Pixels, decode, resize


def encoded(quality: int) -> Callable[[Pixels], Pixels]:
    """Return a change that encodes a picture as a JPEG and reads it again."""

    def change(pixels: Pixels) -> Pixels:
        bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        return decode(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())

    return change


def sized(factor: float) -> Callable[[Pixels], Pixels]:
    """Return a change of size."""
    return lambda pixels: resize(
        pixels,
        width=max(2, round(factor * pixels.shape[1])),
        height=max(2, round(factor * pixels.shape[0])),
    )


def cut(share: float) -> Callable[[Pixels], Pixels]:
    """Return a change that cuts this share of width and height away, half at each side."""

    def change(pixels: Pixels) -> Pixels:
        rows, columns = (round(side * share / 2) for side in pixels.shape[:2])
        return pixels[rows : pixels.shape[0] - rows, columns : pixels.shape[1] - columns]

    return change


CHANGES = {
    "JPEG 75": encoded(75),
    "JPEG 30": encoded(30),
    "half": sized(0.5),
    "twice": sized(2),
    "25 brighter": lambda pixels: np.clip(pixels.astype(int) + 25, 0, 255).astype(np.uint8),
    "cut 2 %": cut(0.02),
    "cut 5 %": cut(0.05),
}


def measure(source: str) -> None:
    """Print what is found in a source, and of changed copies of its pictures."""
    with tempfile.TemporaryDirectory() as folder:
        dataset = open_source(source, Path(folder))
        start = perf_counter()
        for row in range(min(2000, len(dataset))):
            decode(dataset.read_bytes(row), at_least_px=64)
        decode_s = (perf_counter() - start) * len(dataset) / min(2000, len(dataset))
        start = perf_counter()
        groups = repeated(picture_groups(dataset))
        seconds = perf_counter() - start
        mixed = sum(len(set(dataset.codes[rows].tolist())) > 1 for rows in groups)
        print(
            f"{dataset.name}: {len(dataset):,} images, {seconds:.1f} s, decoding {decode_s:.1f} s"
        )
        print(f"  {len(groups)} groups, {sum(map(len, groups))} images, {mixed} of two labels")
        print(" ", ", ".join(f"{name} {share:.0%}" for name, share in found(dataset).items()))


def found(dataset: ImageDataset) -> dict[str, float]:
    """Return change -> share of 400 pictures whose changed copy is within reach."""
    rows = np.random.default_rng(0).choice(len(dataset), min(400, len(dataset)), replace=False)
    hits = dict.fromkeys(CHANGES, 0)
    for row in rows.tolist():
        pixels = decode(dataset.read_bytes(row))
        for name, change in CHANGES.items():
            first, second = hash_picture(pixels), hash_picture(change(pixels))
            if first and second:
                bits, colours = (
                    [np.frombuffer(part, np.uint8).astype(int) for part in parts]
                    for parts in zip(first, second, strict=True)
                )
                distance = np.bitwise_count(bits[0] ^ bits[1]).sum(keepdims=True)
                apart = np.abs(colours[0] - colours[1]).mean(keepdims=True)
                hits[name] += int(are_alike(distance, apart)[0])
    return {name: count / len(rows) for name, count in hits.items()}


def search_a_million() -> None:
    """Print the time of the search, and of comparing every pair."""
    hashes = np.random.default_rng(0).integers(0, 2**64, (1_000_000, 4), np.uint64)
    hashes[500_000:500_100] = hashes[:100]
    hashes[500_000:500_100, 0] ^= np.uint64(0b1011)
    start = perf_counter()
    pairs, _ = near_pairs(hashes, MOST_BITS)
    seconds = perf_counter() - start
    start = perf_counter()
    for row in range(20):
        np.bitwise_count(hashes[row] ^ hashes).sum(axis=1)
    every_s = (perf_counter() - start) / 20 * len(hashes) / 2
    print(f"a million: {len(pairs)} of 100 pairs in {seconds:.0f} s; every pair {every_s:,.0f} s")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        if argument == "--million":
            search_a_million()
        else:
            measure(argument)
