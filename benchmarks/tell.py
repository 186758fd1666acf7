"""Can a network tell added pictures from originals when only the way of writing differs?

    python benchmarks/tell.py SOURCE [--ways exported,...] [--views native,...] [--seeds 5]
        [--policy FILE] [options of `evenset balance`, such as --normalise-originals]

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
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from io import BytesIO, StringIO
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from app.cli import main as evenset
from core.dataset import ImageDataset
from core.export.names import safe_name
from core.ingest import open_source

Pixels = NDArray[np.uint8]
Pair = tuple[bytes, bytes]  # an original's file and the one that was added for it

SIDE_PX = 64
STEPS, BATCH = 250, 32  # batches of so many pairs
# Brightness times 1.001 is the same brightness in 8 bits.
IDENTITY = [
    {"operation": "brightness", "probability": 1, "values": {"factor": [1.001, 1.001]},
     "except_labels": []}
]  # fmt: skip


def export_pairs(dataset: ImageDataset, place: Path, policy: str, options: list[str]) -> list[Pair]:
    """Return the files that the command writes: of each image, the original and one added."""
    flat, out = place / "flat", place / "out"
    for row, path in enumerate(dataset.table["path"]):
        folder = flat / safe_name(dataset.label(row))  # of every split
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{row:06d}{Path(path).suffix}").write_bytes(dataset.read_bytes(row))
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


def written_at(quality: int) -> Callable[[Pair], Pair]:
    """Return a way that writes each added picture as a JPEG of one quality."""

    def write(pair: Pair) -> Pair:
        buffer = BytesIO()
        Image.fromarray(read(pair[0])).save(buffer, "JPEG", quality=quality)
        return pair[0], buffer.getvalue()

    return write


WAYS: dict[str, Callable[[Pair], Pair]] = {
    "exported": lambda pair: pair,
    "quality 50": written_at(50),
    "quality 95": written_at(95),
}
NOTHING = "nothing"


def read(content: bytes) -> Pixels:
    """Return what a trainer that knows nothing of files sees."""
    with Image.open(BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


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


class Network(nn.Module):
    """Five convolutions on crops; the first sees what a blur takes away, beside the picture."""

    def __init__(self) -> None:
        """Start from random weights."""
        super().__init__()
        widths, strides = (8, 16, 24, 32, 48), (2, 2, 2, 1)
        self.first = nn.Sequential(nn.Conv2d(6, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        self.rest = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(before, after, 3, stride), nn.BatchNorm2d(after), nn.ReLU())
                for before, after, stride in zip(widths, widths[1:], strides, strict=False)
            )
        )
        self.head = nn.Linear(widths[-1], 1)

    def forward(self, crops: Tensor) -> Tensor:
        """Return the logit of being added, of (B, 3, S, S) crops of 0 to 255."""
        # Brightness and colour apart, as JPEG keeps them.
        red, green, blue = crops.unbind(1)
        light = 0.299 * red + 0.587 * green + 0.114 * blue
        planes = torch.stack([light, 0.564 * (blue - light), 0.713 * (red - light)], 1)
        details = planes - nn.functional.avg_pool2d(planes, 3, 1, 1)
        states = self.first(torch.cat([planes / 64 - 1, details / 8], 1))
        return self.head(self.rest(states).mean((2, 3)))[:, 0]


def cut(pixels: Pixels, top: int, left: int) -> Pixels:
    """Return a crop; where the picture is too small for it, its edges are mirrored."""
    crop = pixels[top : top + SIDE_PX, left : left + SIDE_PX]
    lacks = [(0, SIDE_PX - side) for side in crop.shape[:2]]
    return np.pad(crop, [*lacks, (0, 0)], "reflect") if any(b for _, b in lacks) else crop


def network_scores(
    pairs: Sequence[tuple[Pixels, Pixels]], train: NDArray, test: NDArray, grid: int, seed: int
) -> NDArray[np.float64]:
    """Return (T, 2) logits of test pairs, from a network that learned from pairs in `train`."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = Network().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), 3e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, STEPS)
    truth = torch.tensor([0.0, 1.0]).repeat(BATCH)
    for _ in range(STEPS):
        crops = []
        for index in rng.choice(train, BATCH, replace=len(train) < BATCH):
            height, width = pairs[index][0].shape[:2]
            top, left = (
                grid * int(rng.integers(max(0, side - SIDE_PX) // grid + 1))
                for side in (height, width)
            )
            crops += [cut(pixels, top, left) for pixels in pairs[index]]
        loss = nn.functional.binary_cross_entropy_with_logits(network(as_batch(crops)), truth)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    network.eval()
    with torch.no_grad():
        return np.array([[look(network, pixels, grid) for pixels in pairs[i]] for i in test])


def look(network: Network, pixels: Pixels, grid: int) -> float:
    """Return the mean logit of nine crops, evenly over the picture."""
    tops, lefts = (
        np.linspace(0, max(0, side - SIDE_PX) // grid, 3).astype(int) * grid
        for side in pixels.shape[:2]
    )
    return float(network(as_batch([cut(pixels, t, left) for t in tops for left in lefts])).mean())


def as_batch(crops: Sequence[Pixels]) -> Tensor:
    """Return (B, 3, S, S) floats."""
    return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float()


BINS = (0.5, 1.5, 3, 6, 12, 24)


def features(pixels: Pixels, content: bytes) -> NDArray[np.float32]:
    """Return histograms of DCT values at 64 frequencies, and what encoding once more changes."""
    planes = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
    values = []
    for channel in range(3):
        plane = planes[..., channel].astype(np.float32) - 128
        if channel:  # at half the size, as nearly all JPEGs keep it
            height, width = (side // 2 * 2 for side in plane.shape)
            plane = plane[:height, :width].reshape(height // 2, 2, width // 2, 2).mean((1, 3))
        height, width = (side // 8 * 8 for side in plane.shape)
        blocks = plane[:height, :width].reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2)
        rows = DCT @ blocks.reshape(-1, 8, 8) @ DCT.T
        sizes = np.abs(rows).reshape(-1, 64)
        values += [(sizes < most).mean(0) for most in BINS]
        values.append(np.log1p(sizes).mean(0))
    buffer = BytesIO()
    with Image.open(BytesIO(content)) as image:
        is_jpeg = isinstance(image, JpegImagePlugin.JpegImageFile)
        tables = {"qtables": image.quantization, "subsampling": "4:2:0"} if is_jpeg else {}
    Image.fromarray(pixels).save(buffer, "JPEG", **tables)
    again = cv2.cvtColor(read(buffer.getvalue()), cv2.COLOR_RGB2YCrCb)
    changed = np.abs(again.astype(np.int16) - planes).reshape(-1, 3)
    once_more = [np.log(changed.mean(0) + 1e-4), (changed > 0).mean(0), (changed > 3).mean(0)]
    return np.concatenate([*values, *once_more]).astype(np.float32)


DCT = np.array(
    [
        [np.sqrt((1 if k == 0 else 2) / 8) * np.cos(np.pi * (2 * n + 1) * k / 16) for n in range(8)]
        for k in range(8)
    ],
    np.float32,
)


def feature_scores(table: NDArray[np.float32], train: NDArray, test: NDArray) -> NDArray:
    """Return (T, 2) scores of test pairs, from a (N, 2, F) table."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.03, max_iter=300))
    model.fit(table[train].reshape(-1, table.shape[2]), np.tile([0, 1], len(train)))
    scores = model.decision_function(table[test].reshape(-1, table.shape[2]))
    return np.asarray(scores).reshape(-1, 2)


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


def measure(pairs: Sequence[Pair], views: Sequence[str], seeds: int) -> None:
    """Print what both tells reach on each view."""
    decoded = [(read(original), read(added)) for original, added in pairs]
    same = np.mean([a.shape == b.shape and np.array_equal(a, b) for a, b in decoded])
    gaps = [np.abs(a.astype(int) - b).mean() for a, b in decoded if a.shape == b.shape]
    sizes = [sum(len(pair[side]) for pair in pairs) / 1e6 for side in (0, 1)]
    print(
        f"  {len(pairs)} pairs, {100 * same:.0f}% of equal pixels, pixels differ by "
        f"{np.mean(gaps or [0]):.3f}; {sizes[0]:.1f} and {sizes[1]:.1f} MB"
    )
    start = perf_counter()
    table = np.array(
        [
            [features(p, c) for p, c in zip(both, files, strict=True)]
            for both, files in zip(decoded, pairs, strict=True)
        ]
    )
    seeded = [(seed, *split(len(pairs), seed)) for seed in range(seeds)]
    scores = [feature_scores(table, train, test) for _, train, test in seeded]
    report("native, known traces", scores, start)
    for view in views:
        change, grid = VIEWS[view]
        start = perf_counter()
        seen = [(change(first), change(second)) for first, second in decoded]
        scores = [network_scores(seen, train, test, grid, seed) for seed, train, test in seeded]
        report(f"{view}, network", scores, start)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source")
    parser.add_argument("--ways", default=",".join([*WAYS, NOTHING]))
    parser.add_argument("--views", default=",".join(VIEWS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--policy", default="")
    given, others = parser.parse_known_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        images = open_source(given.source, Path(folder) / "source")
        exported = export_pairs(images, Path(folder), given.policy, others)
        print(f"{images.name}: exported in {perf_counter() - start:.0f} s, options {others}")
        for way in given.ways.split(","):
            print(f"{way}:")
            some = dealt(exported) if way == NOTHING else [WAYS[way](pair) for pair in exported]
            measure(some, given.views.split(","), given.seeds)
