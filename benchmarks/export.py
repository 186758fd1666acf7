"""A balanced set as files against bare decode, apply, encode and write, with the same threads.

    python benchmarks/export.py [--pictures 20000] [--side 300] [--originals 1000]
                                [--policy standard] [--format JPEG] [--parts 4] [--profile]
                                [--layout class_folders] [--container folder]

The floor copies the same originals, and for each augmented picture reads its original, applies the
steps that the manifest names, encodes at the same quality and writes the file, by OpenCV in as many
threads as there are cores: no digest is checked, nothing is drawn, named, journalled or told. Both
take turns, a part of the pictures at a time; the ratios are of all parts, by the clock and by
processor time, which other work on the machine disturbs less. Memory is the resident set during
each export, from the first part to the last: it must not grow. Layouts and containers are measured
one at a time, against the same floor: loose files.
"""

import argparse
import json
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time, sleep

import cv2
import numpy as np
from numpy.typing import NDArray

from core.augment import PRESETS, AugmentPolicy, DrawnStep, apply
from core.batches import run_batches
from core.dataset import ImageDataset
from core.export import CONTAINERS, LAYOUTS, ExportSource, Recipe, export
from core.export.manifest import ManifestRow
from core.ingest import open_source
from core.pictures.encode import encode
from core.progress import silent
from core.resample import make_plan

QUALITY = 90
Made = tuple[str, tuple[DrawnStep, ...]]  # parent, steps; without steps a copy
Times = NDArray[np.float64]  # seconds by the clock, and of processors


def now() -> Times:
    """Return the time by both clocks."""
    return np.array([perf_counter(), process_time()])


def drawn(seed: int, side: int) -> NDArray[np.uint8]:
    """Return a picture with areas, edges and a little grain, as photos have."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:side, 0:side] / side
    waves = [np.sin(a * rows + b * columns + c) for a, b, c in rng.uniform(1, 14, (3, 3))]
    pixels = 127 + 90 * np.stack(waves, axis=-1)
    for _ in range(12):
        top, left, height, width = rng.integers(0, side // 2, 4)
        pixels[top : top + height, left : left + width] = rng.uniform(0, 255, 3)
    return np.clip(pixels + rng.normal(0, 4, pixels.shape), 0, 255).astype(np.uint8)


def written(folder: Path, count: int, side: int, format_: str) -> ImageDataset:
    """Write two classes and read them."""
    suffix = {"JPEG": "jpg", "PNG": "png"}[format_]
    for number in range(count + 20):
        place = folder / ("few" if number < count else "other")
        place.mkdir(parents=True, exist_ok=True)
        content = encode(drawn(number, side), format_, quality=QUALITY, has_full_colour=False)
        (place / f"{number:06d}.{suffix}").write_bytes(content)
    return open_source(str(folder), folder.with_name("unused"))


def recipe_of(dataset: ImageDataset, policy: AugmentPolicy, layout: str) -> Recipe:
    """Return the recipe of an export."""
    return Recipe(
        source=dataset.name, dataset_digest=dataset.digest, choices=dataset.choices, take=None,
        strategy="augment", target=None, settings={}, most_per_image=None, encoder="efficientnet",
        policy=policy, seed=0, layout=layout,
    )  # fmt: skip


def run_export(
    dataset: ImageDataset, policy: AugmentPolicy, count: int, target: Path, layout: str
) -> tuple[Times, list[Made]]:
    """Write a set with `count` augmented pictures; return what it took, and what was made."""
    before = dataset.counts("train")
    plan = make_plan(dataset, "augment", {**before, "few": before["few"] + count})
    began = now()
    report = export(ExportSource(dataset, plan), recipe_of(dataset, policy, layout), target)
    taken = now() - began
    made = sum(row.origin == "augmented" for row in report.rows)
    assert made == (count if LAYOUTS[layout].has_pictures else 0)
    return taken, made_of(report.rows)


def made_of(rows: Sequence[ManifestRow]) -> list[Made]:
    """Return what the manifest says of each picture."""
    copies: list[Made] = [(row.parent, ()) for row in rows if row.origin == "original"]
    return copies + [
        (
            row.parent,
            tuple(
                DrawnStep(name, values)
                for name, values in zip(
                    row.operation.split("+"), json.loads(row.values), strict=True
                )
            ),
        )
        for row in rows
        if row.origin == "augmented"
    ]


def run_floor(root: Path, made: list[Made], suffix: str, target: Path) -> Times:
    """Write the same pictures with no more than it takes."""
    target.mkdir()
    half = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420  # of colour, as cameras write it
    jpeg = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, half]
    options = jpeg if suffix == ".jpg" else []

    def write(batch: list[tuple[int, Made]]) -> None:
        for number, (parent, steps) in batch:
            content = (root / parent).read_bytes()
            place = target / f"{number}{suffix}"
            if not steps:
                place.write_bytes(content)
                continue
            read = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
            pixels = cv2.cvtColor(read, cv2.COLOR_BGR2RGB)
            changed = cv2.cvtColor(apply(pixels, steps), cv2.COLOR_RGB2BGR)
            _, buffer = cv2.imencode(suffix, changed, options)
            place.write_bytes(buffer.tobytes())

    began = now()
    items = list(enumerate(made))
    for _ in run_batches(write, items, batch_size=32, stage="", progress=silent):
        pass
    return now() - began


@contextmanager
def watched_memory() -> Iterator[list[int]]:
    """Give the highest resident set during the block, in MB, once it has ended."""
    peak, is_done = [0], threading.Event()

    def watch() -> None:
        while not is_done.is_set():
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            peak[0] = max(peak[0], pages * 4096 // 1_000_000)
            sleep(0.05)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        is_done.set()
        thread.join()


def main() -> None:
    """Print the rates, their ratio and memory."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--originals", type=int, default=1_000)
    parser.add_argument("--side", type=int, default=300)
    parser.add_argument("--policy", default="standard", choices=PRESETS)
    parser.add_argument("--format", default="JPEG", choices=("JPEG", "PNG"))
    parser.add_argument("--parts", type=int, default=4)
    parser.add_argument("--layout", default="class_folders", choices=LAYOUTS)
    parser.add_argument("--container", default="folder", choices=CONTAINERS)
    parser.add_argument("--profile", action="store_true", help="of the thread that writes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        dataset = written(place / "set", options.originals, options.side, options.format)
        policy = PRESETS[options.policy]
        ending = CONTAINERS[options.container].suffix
        run_export(dataset, policy, 64, place / f"warm{ending}", options.layout)  # loaded once
        suffix = ".jpg" if options.format == "JPEG" else ".png"
        count = options.pictures // options.parts
        ours, floors = np.zeros(2), np.zeros(2)
        for part in range(options.parts):
            target = place / f"out{part}{ending}"
            seeded = AugmentPolicy(policy.steps, seed=part, pick=policy.pick, border=policy.border)
            with watched_memory() as peak:
                way = (dataset, seeded, count, target, options.layout)
                taken, made = profiled(*way, is_wanted=options.profile)
            floor = run_floor(dataset.root, made, suffix, place / f"floor{part}")
            ours, floors = ours + taken, floors + floor
            print(f"part {part + 1}: {told(count, taken, floor)}, at most {peak[0]:,} MB")
        what = f"{options.layout} in a {options.container}, {options.pictures:,} pictures of "
        what += f"{options.side} px, {options.policy}"
        print(f"{what}: {told(options.pictures, ours, floors)}")


def told(count: int, taken: Times, floor: Times) -> str:
    """Return rates and ratios in words."""
    ratios = floor / taken
    return (
        f"{count / taken[0]:,.0f} a second, floor {count / floor[0]:,.0f}, ratio {ratios[0]:.2f}, "
        f"of processor time {ratios[1]:.2f}"
    )


def profiled(
    dataset: ImageDataset,
    policy: AugmentPolicy,
    count: int,
    target: Path,
    layout: str,
    *,
    is_wanted: bool,
) -> tuple[Times, list[Made]]:
    """Run the export, and print where its first thread spent the time."""
    if not is_wanted:
        return run_export(dataset, policy, count, target, layout)
    import cProfile
    import pstats

    profile = cProfile.Profile()
    done = profile.runcall(run_export, dataset, policy, count, target, layout)
    pstats.Stats(profile).sort_stats("tottime").print_stats(15)
    return done


if __name__ == "__main__":
    main()
