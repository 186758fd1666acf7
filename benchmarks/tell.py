"""Can a network tell added pictures from originals when only the way of writing differs?

    python benchmarks/tell.py SOURCE [--ways exported,...] [--views native,...] [--seeds 5]
        [--policy FILE] [--originals 'quality 40'] [--only-known]
        [options of `evenset balance`, such as --normalise-originals]

`evenset balance --strategy augment` adds one picture to each image, by a policy that changes no
pixel. Two tells then learn from pairs (an image and its added picture, so that content says
nothing) and are asked about images that they have not seen: a small network on crops, and a
logistic regression on what is known to give an encoder away (histograms of DCT values, and what
changes when the picture is encoded once more). Readers are naive: Pillow's `convert("RGB")`.
Printed is the AUC, mean and spread over seeds, each with another third of the images held out; and
how often the added picture is told when its original lies beside it, which no trainer can ask.

Ways: 'exported' as the command wrote them; the controls 'quality 50' and 'quality 95' write the
added pictures so instead (the first must be told, or a low AUC means nothing); 'nothing' deals the
originals into two heaps. Views: 'native' crops on the 8-pixel grid of JPEG, 'moved' crops anywhere,
'224' (short side 256, the middle 224, as in torchvision's recipes) and '96'.
"""

import argparse
import csv
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from sklearn.metrics import roc_auc_score
from two_tells import Pixels, feature_scores, features, network_scores, read

from app.cli import main as evenset
from core.dataset import ImageDataset
from core.export.names import safe_name
from core.ingest import open_source

Pair = tuple[bytes, bytes]  # an original's file and the one that was added for it

# Brightness times 1.001 is the same brightness in 8 bits.
IDENTITY = [
    {"operation": "brightness", "probability": 1, "values": {"factor": [1.001, 1.001]},
     "except_labels": []}
]  # fmt: skip


def lay_out(dataset: ImageDataset, flat: Path, originals: str) -> None:
    """Write the images of all splits into a folder for each class."""
    for row, path in enumerate(dataset.table["path"]):
        folder = flat / safe_name(dataset.label(row))
        folder.mkdir(parents=True, exist_ok=True)
        content, suffix = dataset.read_bytes(row), Path(path).suffix
        if originals:
            format_, options = ORIGINALS[originals]
            content, suffix = saved(halved(read(content)), format_, options), f".{format_.lower()}"
        (folder / f"{row:06d}{suffix}").write_bytes(content)


def export_pairs(place: Path, policy: str, options: list[str]) -> list[Pair]:
    """Return the files that the command writes: of each image, the original and one added."""
    flat, out = place / "flat", place / "out"
    if not policy:
        policy = str(place / "identity.json")
        Path(policy).write_text(json.dumps({"version": 1, "seed": 0, "steps": IDENTITY}))
    targets = [
        f"--target={folder.name}={2 * len(list(folder.iterdir()))}" for folder in flat.iterdir()
    ]
    command = ["balance", str(flat), "--out", str(out), "--strategy", "augment"]
    with redirect_stdout(StringIO()):
        failed = evenset([*command, *targets, "--policy", policy, *options])
    if failed:
        raise SystemExit("The export failed.")
    with (out / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    files = {(row["parent"], row["origin"]): (out / row["path"]).read_bytes() for row in rows}
    parents = sorted({parent for parent, _ in files})
    return [(files[parent, "original"], files[parent, "augmented"]) for parent in parents]


def saved(pixels: Pixels, format_: str, options: Mapping[str, Any]) -> bytes:
    """Return a picture as Pillow writes it."""
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, format_, **options)
    return buffer.getvalue()


def written_at(pair: Pair, quality: int) -> Pair:
    """Return a pair whose added picture is a JPEG of one quality, whatever the original is."""
    return pair[0], saved(read(pair[0]), "JPEG", {"quality": quality})


def halved(pixels: Pixels) -> Pixels:
    """Return a picture at half the size, which has no trace of its file."""
    return np.asarray(Image.fromarray(pixels).reduce(2))


WAYS: dict[str, Callable[[Pair], Pair]] = {
    "exported": lambda pair: pair,
    "quality 50": partial(written_at, quality=50),
    "quality 95": partial(written_at, quality=95),
}
NOTHING = "nothing"
# Originals of other programs, from pictures at half the size: a quality below what Evenset writes,
# the best one, tables that are no scaled standard tables, and colour at half the width alone.
OWN_TABLE = [6 + (3 * (place // 8) + 2 * (place % 8)) // 2 for place in range(64)]
ORIGINALS: dict[str, tuple[str, dict[str, Any]]] = {
    "quality 40": ("JPEG", {"quality": 40}),
    "quality 90": ("JPEG", {"quality": 90}),
    "quality 98": ("JPEG", {"quality": 98, "subsampling": "4:4:4"}),
    "own tables": ("JPEG", {"qtables": [OWN_TABLE, OWN_TABLE], "subsampling": "4:4:4"}),
    "4:2:2": ("JPEG", {"quality": 85, "subsampling": "4:2:2"}),
    "PNG": ("PNG", {}),
    "WEBP": ("WEBP", {"quality": 80}),
}


def shrunk(side_px: int, middle_px: int) -> Callable[[Pixels], Pixels]:
    """Return a view: the short side made so long, then the middle."""

    def view(pixels: Pixels) -> Pixels:
        image = Image.fromarray(pixels)
        scale = side_px / min(image.size)
        width, height = (max(side_px, round(scale * side)) for side in image.size)
        left, top = (width - middle_px) // 2, (height - middle_px) // 2
        resized = image.resize((width, height), Image.Resampling.BILINEAR)
        return np.asarray(resized.crop((left, top, left + middle_px, top + middle_px)))

    return view


# View -> how a picture gets there, and the grid on which crops are taken.
VIEWS: dict[str, tuple[Callable[[Pixels], Pixels], int]] = {
    "native": (lambda pixels: pixels, 16),
    "moved": (lambda pixels: pixels, 1),
    "224": (shrunk(256, 224), 1),
    "96": (shrunk(96, 96), 1),
}


def auc(scores: NDArray) -> float:
    """Return how often an added picture is scored above an original, whichever it is."""
    return float(roc_auc_score(np.tile([0, 1], len(scores)), scores.ravel()))


def report(name: str, scores: Sequence[NDArray], start: float) -> None:
    """Print the mean and spread over seeds, and how often the two of a pair are told apart."""
    values = [auc(some) for some in scores]
    apart = np.mean([(np.sign(some[:, 1] - some[:, 0]) + 1) / 2 for some in scores])
    print(
        f"  {name:20} AUC {np.mean(values):.3f} +- {np.std(values):.3f}, beside its original "
        f"{apart:.3f}; seeds {', '.join(f'{value:.3f}' for value in values)}; "
        f"{perf_counter() - start:.0f} s",
        flush=True,
    )


def split(count: int, seed: int) -> tuple[NDArray, NDArray]:
    """Return the pairs to learn from and the third that is held out."""
    order = np.random.default_rng(1000 + seed).permutation(count)
    return order[count // 3 :], order[: count // 3]


def dealt(pairs: Sequence[Pair], seed: int = 0) -> list[Pair]:
    """Return originals in pairs with other originals: there is nothing to tell."""
    order = np.random.default_rng(seed).permutation(len(pairs))
    half = len(order) // 2
    return [(pairs[a][0], pairs[b][0]) for a, b in zip(order[:half], order[half:], strict=False)]


def measure(pairs: Sequence[Pair], views: Sequence[str], seeds: int, has_network: bool) -> None:
    """Print what both tells reach on each view."""
    decoded = [(read(original), read(added)) for original, added in pairs]
    same = np.mean([a.shape == b.shape and np.array_equal(a, b) for a, b in decoded])
    gaps = [np.abs(a.astype(int) - b).mean() for a, b in decoded if a.shape == b.shape]
    sizes = [sum(len(pair[side]) for pair in pairs) / 1e6 for side in (0, 1)]
    print(
        f"  {len(pairs)} pairs, {100 * same:.0f}% of equal pixels, pixels differ by "
        f"{np.mean(gaps or [0]):.3f}; {sizes[0]:.1f} and {sizes[1]:.1f} MB"
    )
    seeded = [(seed, *split(len(pairs), seed)) for seed in range(seeds)]
    for view in views:
        change, grid = VIEWS[view]
        start = perf_counter()
        seen = [(change(first), change(second)) for first, second in decoded]
        table = np.array(
            [
                [features(pixels, files[0]) for pixels in both]
                for both, files in zip(seen, pairs, strict=True)
            ]
        )
        scores = [feature_scores(table, train, test) for _, train, test in seeded]
        report(f"{view}, known traces", scores, start)
        if not has_network:
            continue
        start = perf_counter()
        scores = [network_scores(seen, train, test, grid, seed) for seed, train, test in seeded]
        report(f"{view}, network", scores, start)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source")
    parser.add_argument("--ways", default=",".join([*WAYS, NOTHING]))
    parser.add_argument("--views", default=",".join(VIEWS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--policy", default="")
    parser.add_argument("--originals", default="", choices=["", *ORIGINALS])
    parser.add_argument("--only-known", action="store_true", help="leave the network out")
    given, others = parser.parse_known_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        images = open_source(given.source, Path(folder) / "source")
        lay_out(images, Path(folder) / "flat", given.originals)
        exported = export_pairs(Path(folder), given.policy, others)
        seconds = perf_counter() - start
        print(f"{images.name} {given.originals}: exported in {seconds:.0f} s, options {others}")
        for way in given.ways.split(","):
            print(f"{way}:")
            some = dealt(exported) if way == NOTHING else [WAYS[way](pair) for pair in exported]
            measure(some, given.views.split(","), given.seeds, not given.only_known)
