"""Find planted copies: python benchmarks/duplicates.py [--most N] SOURCE ... | --million.

For each source: what is found in it as it is, with a sheet of the pairs; then, of 200 pictures, a
copy of each kind beside the whole set: the share that is found (recall), the share of found pairs
that are planted or were there before (precision), and the time of one core for describing and for
comparing all. With --million, the comparison of a million random sketches with planted copies.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, process_time

import cv2
import numpy as np
from numpy.typing import NDArray

from core.dataset import ImageDataset, read_picture
from core.duplicates.duplicates import Kind, link_sketches
from core.duplicates.sketch import DECODED_PX, Sketches, sketch_picture
from core.ingest import open_source
from core.pictures.decode import Pixels, decode, resize

_PLANTED = 200

Change = Callable[[Pixels, np.random.Generator], Pixels]


def encoded(extension: str, quality: int) -> Change:
    """Return a change that encodes a picture and reads it again."""
    flag = cv2.IMWRITE_WEBP_QUALITY if extension == ".webp" else cv2.IMWRITE_JPEG_QUALITY

    def change(pixels: Pixels, _: np.random.Generator) -> Pixels:
        bgr = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2BGR)
        return decode(cv2.imencode(extension, bgr, [flag, quality])[1].tobytes())

    return change


def sized(factor: float) -> Change:
    """Return a change of size."""
    return lambda pixels, _: resize(
        pixels,
        width=max(2, round(factor * pixels.shape[1])),
        height=max(2, round(factor * pixels.shape[0])),
    )


def multiplied(*factors: float) -> Change:
    """Return a change of brightness, or of each colour."""
    return lambda pixels, _: np.clip(pixels * np.array(factors), 0, 255).astype(np.uint8)


def cut(left: float, top: float, right: float, bottom: float) -> Change:
    """Return a change that cuts these shares of width and height away."""

    def change(pixels: Pixels, _: np.random.Generator) -> Pixels:
        height, width = pixels.shape[:2]
        rows = slice(round(height * top), height - round(height * bottom))
        return pixels[rows, round(width * left) : width - round(width * right)]

    return change


def cut_at_random(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Cut up to 5 % away at each side."""
    return cut(*rng.uniform(0, 0.05, 4))(pixels, rng)


def mirrored(pixels: Pixels, _: np.random.Generator) -> Pixels:
    """Mirror a picture."""
    return pixels[:, ::-1]


def turned(quarters: int) -> Change:
    """Return a turn to the left."""
    return lambda pixels, _: np.rot90(pixels, quarters)


def both(first: Change, second: Change) -> Change:
    """Return one change after the other."""
    return lambda pixels, rng: second(first(pixels, rng), rng)


CHANGES: dict[str, Change] = {
    "JPEG 75": encoded(".jpg", 75),
    "JPEG 30": encoded(".jpg", 30),
    "WebP 60": encoded(".webp", 60),
    "half": sized(0.5),
    "twice": sized(2),
    "30 % darker": multiplied(0.7),
    "30 % brighter": multiplied(1.3),
    "warmer": multiplied(1.0, 0.96, 0.9),
    "mirrored": mirrored,
    "upside down": both(mirrored, turned(2)),
    "turned by 90": turned(1),
    "turned by 180": turned(2),
    "turned by 270": turned(3),
    "5 % off one side": cut(0.05, 0, 0, 0),
    "5 % off two sides": cut(0.05, 0.05, 0, 0),
    "5 % off all sides": cut(0.05, 0.05, 0.05, 0.05),
    "0 to 5 % off each side": cut_at_random,
    "mirrored and cut": both(mirrored, cut_at_random),
    "mirrored, JPEG 50": both(mirrored, encoded(".jpg", 50)),
    "turned and cut": both(turned(1), cut_at_random),
    "cut, JPEG 50": both(cut_at_random, encoded(".jpg", 50)),
    "half, 20 % brighter": both(sized(0.5), multiplied(1.2)),
}


def measure(source: str, most: int | None) -> None:
    """Print what is found in a source, and of changed copies of its pictures."""
    with tempfile.TemporaryDirectory() as folder:
        dataset = open_source(source, Path(folder))
        rng = np.random.default_rng(0)
        count = min(len(dataset), most or len(dataset))
        rows = np.sort(rng.choice(len(dataset), count, replace=False))
        start = process_time()
        pictures = [read(dataset, row) for row in rows.tolist()]
        reading_s = process_time() - start
        start = process_time()
        sketches = sketched(pictures)
        sketching_s = process_time() - start
        start = process_time()
        links, kinds = link_sketches(sketches)
        print(
            f"{dataset.name}: {count:,} images; reading {reading_s:.1f} s, sketching "
            f"{sketching_s:.1f} s, comparing {process_time() - start:.1f} s of one core"
        )
        said = [
            f"{count} {kind}"
            for kind, count in zip(Kind, np.bincount(kinds, minlength=4), strict=True)
        ]
        codes = dataset.codes[rows[links]]
        print(f"  as it is: {len(links)} pairs, {(codes[:, 0] != codes[:, 1]).sum()} of two labels")
        print("   ", ", ".join(said))
        sheet = draw_sheet(sketches, links)
        if sheet is not None:
            path = Path(tempfile.gettempdir()) / f"pairs_{dataset.name}.png"
            cv2.imwrite(str(path), sheet)
            print(f"    drawn in {path}")
        known = set(map(tuple, links.tolist()))
        chosen = rng.choice(count, min(_PLANTED, count), replace=False)
        for name, change in CHANGES.items():
            copies = sketched([change(pictures[place], rng) for place in chosen])
            print(f"  {name}: {planted(sketches, copies, chosen, known)}", flush=True)


def read(dataset: ImageDataset, row: int) -> Pixels:
    """Return the pixels that a sketch is made of."""
    with read_picture(dataset, row, at_least_px=DECODED_PX) as pixels:
        return pixels


def sketched(pictures: list[Pixels]) -> Sketches:
    """Return the sketches of those that have one; their rows are places in the list."""
    found = [sketch_picture(np.ascontiguousarray(pixels)) for pixels in pictures]
    rows = [place for place, sketch in enumerate(found) if sketch is not None]
    content = np.frombuffer(b"".join(sketch for sketch in found if sketch), np.uint8)
    return Sketches(np.array(rows, np.intp), content.reshape(len(rows), -1))


def planted(
    sketches: Sketches, copies: Sketches, chosen: NDArray[np.intp], known: set[tuple[int, ...]]
) -> str:
    """Return recall and precision of the copies of chosen pictures beside all pictures."""
    content = np.concatenate([sketches.content, copies.content])
    links, _ = link_sketches(Sketches(np.arange(len(content)), content))
    # A copy of a picture stands for it: pairs of the set itself are no mistakes of the copies.
    stands_for = np.concatenate([sketches.rows, chosen[copies.rows]])
    is_copy = np.arange(len(content)) >= len(sketches.rows)
    ends = np.sort(stands_for[links], axis=1)
    is_right = (ends[:, 0] == ends[:, 1]) | np.array(
        [tuple(pair) in known for pair in ends.tolist()], bool
    )
    found = {int(row) for row in links[ends[:, 0] == ends[:, 1]].max(axis=1)}
    about_copies = is_copy[links].any(axis=1)
    right = int((is_right & about_copies).sum())
    precision = right / max(1, int(about_copies.sum()))
    return f"recall {len(found) / len(chosen):.1%}, precision {precision:.1%}"


def draw_sheet(sketches: Sketches, links: NDArray[np.intp]) -> NDArray[np.uint8] | None:
    """Return the sketches of up to 240 pairs beside each other, twelve pairs a line."""
    pairs = [cv2.resize(np.hstack(list(sketches.grey[pair])), (128, 64)) for pair in links[:240]]
    if not pairs:
        return None
    pairs += [np.zeros_like(pairs[0])] * (-len(pairs) % 12)
    return np.vstack([np.hstack(pairs[start : start + 12]) for start in range(0, len(pairs), 12)])


def search_a_million(count: int) -> None:
    """Print the time to compare a million sketches, and how many of 1,000 copies are found."""
    rng = np.random.default_rng(0)
    content = np.empty((count, 1032), np.uint8)
    content[:, 1024:] = 128
    for start in range(0, count, 10_000):
        some = content[start : start + 10_000]
        whole = np.zeros((len(some), 32, 32), np.float32)
        for side in (4, 8, 16, 32):
            whole += (
                rng.uniform(0, 1, (len(some), side, side))
                .astype(np.float32)
                .repeat(32 // side, axis=1)
                .repeat(32 // side, axis=2)
                / side
            )
        some[:, :1024] = (255 * whole / whole.max()).reshape(len(some), -1)
    copies = np.arange(1000)
    mirrored_grey = content[copies, :1024].reshape(-1, 32, 32)[:, :, ::-1]
    content[-1000:, :1024] = mirrored_grey.reshape(1000, -1)
    start_s, start_cpu_s = perf_counter(), process_time()
    links, _ = link_sketches(Sketches(np.arange(count), content))
    is_copy = links[:, 1] - links[:, 0] == count - 1000
    print(
        f"{count:,} sketches: {is_copy.sum()} of 1,000 copies, {(~is_copy).sum()} other pairs; "
        f"{perf_counter() - start_s:.0f} s, {process_time() - start_cpu_s:.0f} s of one core, "
        f"at most {getrusage(RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB of memory"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="*")
    parser.add_argument("--most", type=int, help="images of a source")
    parser.add_argument("--million", type=int, nargs="?", const=1_000_000, help="sketches")
    options = parser.parse_args()
    for argument in options.sources:
        measure(argument, options.most)
    if options.million:
        search_a_million(options.million)
