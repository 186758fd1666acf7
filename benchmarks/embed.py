"""The whole pipeline of an encoder against what decoding and the forward pass allow together.

    python benchmarks/embed.py [--encoder NAME] [--device cpu] [--count 5000] [SIDE ...]

Pictures of SIDE px (32, 300, 500 and 3,000 unless given) are drawn as JPEGs, fewer of large ones.
Decoding alone and the bare forward pass alone each have all cores, used as the pipeline uses them:
of a small encoder on a CPU each core computes a batch of its own. One after the other they could do
1 / (1/decode + 1/forward) pictures a second on the same cores. Each is measured three times in
turn; medians count. Where `Encoder.read` decodes to fewer pixels than a file has, decoding it whole
is measured beside it.
"""

import argparse
import resource
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import cv2
import numpy as np

from core.batches import run_ahead, run_batches
from core.dataset import ImageDataset, read_picture
from core.embed import DEFAULT_ENCODER, Encoder, embed, find_encoder, resolve_device
from core.embed.computing import stay_in_this_thread
from core.embed.devices import CPU
from core.embed.encoder import open_encoder
from core.embed.pipeline import _BATCH, _read
from core.ingest import open_source
from core.pictures.decode import Pixels
from core.progress import silent

RUNS = 3
MOST_PIXELS = 1_300_000_000  # of all pictures of a size


def draw(folder: Path, side_px: int, count: int) -> ImageDataset:
    """Write smooth pictures with some noise, which compress about as photographs do."""
    (folder / "drawn").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number in range(count):
        small = rng.integers(0, 256, (8, 8, 3), np.uint8)
        large = cv2.resize(small, (side_px, side_px), interpolation=cv2.INTER_CUBIC)
        noise = rng.integers(0, 24, large.shape, np.uint8)
        _, content = cv2.imencode(".jpg", cv2.add(large, noise), [cv2.IMWRITE_JPEG_QUALITY, 88])
        (folder / "drawn" / f"{number:05d}.jpg").write_bytes(content.tobytes())
    return open_source(str(folder), folder / "unused")


def whole_squares(dataset: ImageDataset, rows: Sequence[int], encoder: Encoder) -> list[Pixels]:
    """Return what `_read` returns, of pictures that were decoded whole."""
    squares = []
    for row in rows:
        with read_picture(dataset, row) as pixels:
            squares.append(encoder.square(pixels))
    return squares


def seconds_to_read(
    dataset: ImageDataset, encoder: Encoder,
    read: Callable[[ImageDataset, Sequence[int], Encoder], object],
) -> float:  # fmt: skip
    """Return how long all threads take to read all pictures, and to do nothing else."""
    began = perf_counter()
    for _pictures in run_batches(
        lambda rows: read(dataset, rows, encoder), range(len(dataset)), batch_size=_BATCH,
        stage="", progress=silent,
    ):  # fmt: skip
        pass
    return perf_counter() - began


def compare_decoding(dataset: ImageDataset, encoder: Encoder) -> None:
    """Print how fast pictures are decoded whole, where they are not always."""
    with encoder.read(dataset, 0) as pixels:
        read_px = len(pixels)
    if read_px == dataset.shapes[0, 1]:
        return
    both = [
        [seconds_to_read(dataset, encoder, read) for read in (whole_squares, _read)]
        for _ in range(RUNS)
    ]
    whole_s, part_s = (median(seconds) for seconds in zip(*both, strict=True))
    count = len(dataset)
    print(
        f"decoded whole {count / whole_s:,.1f}/s, to {read_px} px {count / part_s:,.1f}/s: "
        f"{whole_s / part_s:.1f} times as fast"
    )


def measure(dataset: ImageDataset, encoder: str, device: str) -> None:
    """Print decode, forward and pipeline in pictures a second, and the repeated run."""
    chosen = find_encoder(encoder)
    count = len(dataset)
    encode = open_encoder(chosen, device)
    is_alone = chosen.is_small and device == CPU
    batch = np.stack([p for p in _read(dataset, range(_BATCH), chosen) if not isinstance(p, str)])
    encode(batch)  # warm
    decodes, forwards, wholes = [], [], []
    for _ in range(RUNS):
        decodes.append(seconds_to_read(dataset, chosen, _read))
        began = perf_counter()
        for _vectors in run_ahead(
            lambda _: encode(batch), range(0, count, _BATCH), workers=None if is_alone else 1,
            prepare=stay_in_this_thread if is_alone else None,
        ):  # fmt: skip
            pass
        forwards.append(perf_counter() - began)
        began = perf_counter()
        embed(dataset, encoder=encoder, device=device)
        wholes.append(perf_counter() - began)
    decode_s, forward_s, whole_s = median(decodes), median(forwards), median(wholes)
    with tempfile.TemporaryDirectory() as kept:
        embed(dataset, encoder=encoder, device=device, cache=Path(kept))
        began = perf_counter()
        embed(dataset, encoder=encoder, device=device, cache=Path(kept))
        again_s = perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"decode {count / decode_s:,.0f}/s, forward {count / forward_s:,.0f}/s, "
        f"allowed {count / (decode_s + forward_s):,.0f}/s, pipeline {count / whole_s:,.0f}/s: "
        f"{(decode_s + forward_s) / whole_s:.0%} of it; {whole_s:.1f} s for {count:,}, "
        f"again from the cache {again_s:.2f} s; peak {peak:.0f} MB"
    )


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sides", nargs="*", type=int)
    parser.add_argument("--encoder", default=DEFAULT_ENCODER)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--count", type=int, default=5_000)
    options = parser.parse_args()
    device = resolve_device(options.device)
    for side_px in options.sides or (32, 300, 500, 3_000):
        with tempfile.TemporaryDirectory() as folder:
            # Whole batches: the forward pass is measured in no others.
            most = max(1, MOST_PIXELS // side_px**2 // _BATCH) * _BATCH
            count = min(options.count, most)
            dataset = draw(Path(folder) / "set", side_px, count)
            print(f"{options.encoder} on {device}, {side_px} px: ", end="", flush=True)
            measure(dataset, options.encoder, device)
            compare_decoding(dataset, find_encoder(options.encoder))


if __name__ == "__main__":
    main()
