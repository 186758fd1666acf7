"""Does a trainer that knows nothing of transparency gain from augmented pictures?

    python benchmarks/trainer_cannot_tell.py [--seeds 20] [--first 0] [--test-images 2000]
        [--steps 200]

60 squares and 12 discs on transparency: position, size and colour vary, and so does the colour
that lies hidden under the transparent parts, as in sprites of many hands; only the shape differs
between the classes. Each row is what `evenset balance` writes; a small network learns from its
training files as Pillow's `convert("RGB")` gives them. Where a class is written in another way
than the other, the network learns the way of writing, and fails on new pictures.

Balanced accuracy on fresh originals, half of them discs: exported with the set as its test split
and read from there, or not exported at all and read from their own files.
"""

import argparse
import csv
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor, nn

from app.cli import main as evenset

SIDE_PX, ENLARGED = 32, 4
SHAPES = ("square", "disc")
COUNTS = {"square": 60, "disc": 12}
ROWS: dict[str, list[str]] = {
    "none": ["--strategy", "none"],
    "augment": ["--strategy", "augment"],
    "augment, originals normalised": ["--strategy", "augment", "--normalise-originals"],
}
BATCH = 16


def sprite(shape: str, rng: np.random.Generator) -> Image.Image:
    """Draw one picture; squares and discs of one size cover the same area."""
    colour = tuple(int(value) for value in rng.integers(0, 256, 3))
    radius = rng.uniform(6, 11) * (np.sqrt(4 / np.pi) if shape == "disc" else 1)
    x, y = rng.uniform(radius, SIDE_PX - radius, 2) if 2 * radius < SIDE_PX else (SIDE_PX / 2,) * 2
    box = [ENLARGED * side for side in (x - radius, y - radius, x + radius, y + radius)]
    mask = Image.new("L", (ENLARGED * SIDE_PX,) * 2, 0)
    draw = ImageDraw.Draw(mask)
    (draw.ellipse if shape == "disc" else draw.rectangle)(box, fill=255)
    opaque = np.asarray(mask.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX))
    pixels = np.where(opaque[..., None] > 0, colour, hidden_colour(rng))
    return Image.fromarray(np.dstack([pixels, opaque]).astype(np.uint8), "RGBA")


def hidden_colour(rng: np.random.Generator) -> Sequence[int]:
    """Draw what lies under transparent parts: black, white, or what was there before."""
    chance = rng.random()
    if chance < 0.4:
        return (0, 0, 0)
    return (255, 255, 255) if chance < 0.6 else rng.integers(0, 256, 3).tolist()


def draw_set(folder: Path, counts: dict[str, int], rng: np.random.Generator) -> None:
    """Write so many pictures of each shape into folders of that name."""
    for shape, count in counts.items():
        (folder / shape).mkdir(parents=True)
        for number in range(count):
            sprite(shape, rng).save(folder / shape / f"{number:05d}.png")


Pictures = tuple[Tensor, Tensor]  # (N, 3, H, W) of -1 to 1, (N,) places in SHAPES


def read(paths: Sequence[Path], labels: Sequence[str]) -> Pictures:
    """Return pictures as one sees them who looks at three channels only."""
    pixels = [np.asarray(Image.open(path).convert("RGB")) for path in paths]
    planes = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2)
    return planes / 127.5 - 1, torch.tensor([SHAPES.index(label) for label in labels])


def read_folder(folder: Path) -> Pictures:
    """Return the pictures of a folder of classes."""
    paths = sorted(folder.glob("*/*.png"))
    return read(paths, [path.parent.name for path in paths])


def read_export(folder: Path, split: str) -> Pictures:
    """Return the pictures of a split, as the manifest names them."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == split]
    return read([folder / row["path"] for row in rows], [row["label"] for row in rows])


def train(pictures: Pictures, seed: int, steps: int) -> nn.Module:
    """Return a network of three convolutions that learned from the pictures."""
    torch.manual_seed(seed)
    network = nn.Sequential(
        *(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten()),
        nn.Linear(32, len(SHAPES)),
    )
    optimizer = torch.optim.Adam(network.parameters(), 2e-3)
    planes, codes = pictures
    rng = np.random.default_rng(seed)
    epochs = [rng.permutation(len(codes)) for _ in range(BATCH * steps // len(codes) + 1)]
    for batch in np.concatenate(epochs)[: BATCH * steps].reshape(steps, BATCH):
        loss = nn.functional.cross_entropy(network(planes[batch]), codes[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network.eval()


def balanced_accuracy(network: nn.Module, pictures: Pictures) -> float:
    """Return the mean recall of both shapes."""
    planes, codes = pictures
    with torch.no_grad():
        guessed = torch.cat([network(some).argmax(1) for some in planes.split(200)])
    right = (guessed == codes).numpy()
    return float(np.mean([right[codes.numpy() == code].mean() for code in range(len(SHAPES))]))


def run_seed(place: Path, seed: int, test_images: int, steps: int) -> NDArray[np.float64]:
    """Return (2, rows) balanced accuracies: with a test split, and without."""
    rng = np.random.default_rng(seed)
    split_set, test = place / "split", dict.fromkeys(SHAPES, test_images // 2)
    draw_set(split_set / "train", COUNTS, rng)
    draw_set(split_set / "test", test, rng)
    fresh = read_folder(split_set / "test")
    results, trained = np.empty((2, len(ROWS))), list[tuple[Pictures, nn.Module]]()
    for with_test, source in enumerate((split_set, split_set / "train")):
        for number, options in enumerate(ROWS.values()):
            out = place / f"out{with_test}{number}"
            with redirect_stdout(StringIO()):
                command = ["balance", str(source), "--out", str(out), "--seed", str(seed)]
                if evenset([*command, *options]):
                    raise SystemExit("The export failed.")
            pictures = read_export(out, "train")
            # Where two exports hold the same pictures, the network would be the same too.
            same = (net for seen, net in trained if all(map(torch.equal, seen, pictures)))
            network = next(same, None) or train(pictures, seed, steps)
            trained.append((pictures, network))
            asked = fresh if with_test else read_export(out, "test")
            results[with_test, number] = balanced_accuracy(network, asked)
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="seed to begin with")
    parser.add_argument("--test-images", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=200)
    given = parser.parse_args()
    torch.set_num_threads(1)
    start, measured = perf_counter(), []
    for seed in range(given.first, given.first + given.seeds):
        with tempfile.TemporaryDirectory() as folder:
            measured.append(run_seed(Path(folder), seed, given.test_images, given.steps))
        print(seed, measured[-1].round(3).tolist(), flush=True)
    values = np.stack(measured)  # (seeds, 2, rows)
    errors = values.std(0, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0 * values[0]
    for name, mean, error in zip(
        ("with a test split", "without one, fresh files"), values.mean(0), errors, strict=True
    ):
        print(f"{name}:")
        for row, accuracy, spread in zip(ROWS, mean, error, strict=True):
            print(f"  {row:30} {accuracy:.3f} +- {spread:.3f}")
        none, default, normalised = mean
        is_met = default - none >= 0.08 and abs(default - normalised) <= 0.02
        print(
            f"  default over none {default - none:+.3f} (0.08 asked), over normalised "
            f"{default - normalised:+.3f} (within 0.02): {'met' if is_met else 'NOT met'}"
        )
    print(f"{len(values)} seeds, {perf_counter() - start:.0f} s")
