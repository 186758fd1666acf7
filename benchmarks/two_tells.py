"""Two tells: learn from pairs of an original and an added picture, then score unseen ones."""

from collections.abc import Sequence
from io import BytesIO

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

Pixels = NDArray[np.uint8]  # (H, W, 3), RGB

SIDE_PX = 64  # of a crop
STEPS, BATCH = 250, 32  # batches of so many pairs
BINS = (0.5, 1.5, 3, 6, 12, 24)  # of absolute DCT values


def read(content: bytes) -> Pixels:
    """Return what a trainer that knows nothing of files sees."""
    with Image.open(BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


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
            sides = np.min([pixels.shape[:2] for pixels in pairs[index]], axis=0)
            top, left = (
                grid * int(rng.integers(max(0, side - SIDE_PX) // grid + 1)) for side in sides
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


def features(pixels: Pixels, original: bytes) -> NDArray[np.float32]:
    """Return histograms of DCT values at 64 frequencies, and what encoding once more changes.

    The tables for that are those of the original's file for both of a pair: a trainer that reads
    pixels knows of no file's tables.
    """
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
    with Image.open(BytesIO(original)) as image:
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
