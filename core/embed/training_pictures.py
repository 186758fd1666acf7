"""The pictures that the built-in encoder is trained on, and what its teacher says of them.

Only `train_encoder` uses this. The teacher runs on `ai-edge-litert`, which the package itself
does not need.
"""

from __future__ import annotations

import importlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from core.pictures.decode import Pixels, decode, resize
from core.randomness import stream

if TYPE_CHECKING:
    from torch import Tensor

SEED = 0
CORPUS, CIFAR = "encoder_corpus.zip", "cifar10.zip"
TEACHER = "mobilenet_v2_1.0_224_quant.tflite"
TEACHER_TENSOR = "MobilenetV2/Logits/AvgPool"
TEACHER_PX = 224
STORED_PX = 96
CIFAR_COUNT = 16_000
HELD_OUT_COUNT = 1_500
# Where a training picture came from, beside the folders of the corpus.
WHOLE, SMALL = "whole", "small"
PARTS = ("part", "part_b", "part_c", "part_d", "part_e", "part_f")
_CHUNK = 1_000

_log = logging.getLogger("train_encoder")


@dataclass(frozen=True, eq=False)
class TrainingPictures:
    """P pictures, the teacher's vectors of them, and the folder of the corpus each came from."""

    squares: NDArray[np.uint8]  # (P, STORED_PX, STORED_PX, 3)
    vectors: NDArray[np.float16]  # (P, 1280)
    folders: NDArray[np.str_]  # (P,)


def make_inputs(data: Path, work: Path) -> None:
    """Write squares of the pictures and the teacher's vectors in chunks; go on where it stopped.

    'whole' is the corpus, each of 'part...' a box out of each of its pictures, 'small' are
    pictures of CIFAR-10's training side, without their labels.
    """
    corpus, cifar = _names(data)
    teacher = None
    jobs = [(WHOLE, CORPUS, corpus), (SMALL, CIFAR, cifar)]
    jobs += [(title, CORPUS, corpus) for title in PARTS]
    for title, source, names in jobs:
        with ZipFile(data / source) as archive:
            for start in range(0, len(names), _CHUNK):
                chunk = names[start : start + _CHUNK]
                target = work / f"{title}{start:06d}.npz"
                if target.exists():
                    continue
                teacher = teacher or Teacher(data / TEACHER)
                pictures = [decode(archive.read(name)) for name in chunk]
                if title in PARTS:
                    rngs = (stream(SEED, title, start + place) for place in range(len(pictures)))
                    pictures = [_part(p, rng) for p, rng in zip(pictures, rngs, strict=True)]
                squares = [resize(p, width=STORED_PX, height=STORED_PX) for p in pictures]
                vectors = np.stack([teacher.vector(p) for p in pictures]).astype(np.float16)
                temporary = target.with_suffix(".part.npz")
                np.savez(temporary, squares=np.stack(squares), vectors=vectors)
                temporary.replace(target)
                _log.info("%s: %d of %d pictures", title, start + len(chunk), len(names))


def load_inputs(data: Path, work: Path) -> tuple[TrainingPictures, TrainingPictures]:
    """Return what to train on, and the whole pictures of the corpus that only watch."""
    corpus, _ = _names(data)
    folders = np.array([name.split("/")[1] for name in corpus])
    watches = np.zeros(len(corpus), bool)
    chosen = stream(SEED, "held out").choice(len(corpus), HELD_OUT_COUNT, replace=False)
    watches[chosen] = True
    seen = ~watches
    whole = _stored(work, WHOLE)
    held_out = TrainingPictures(whole[0][watches], whole[1][watches], folders[watches])
    squares, vectors, origins = [whole[0][seen]], [whole[1][seen]], [folders[seen]]
    for title in (*PARTS, SMALL):
        more = _stored(work, title)
        kept = np.ones(len(more[0]), bool) if title == SMALL else seen
        squares.append(more[0][kept])
        vectors.append(more[1][kept])
        origins.append(np.repeat(title, kept.sum()))
    pictures = np.concatenate(squares), np.concatenate(vectors), np.concatenate(origins)
    return TrainingPictures(*pictures), held_out


def varied(
    squares: NDArray[np.uint8],
    rng: np.random.Generator,
    *,
    side_px: int,
    least_area: float,
    grey_share: float,
) -> Tensor:
    """Return (B, 3, side_px, side_px) 0 to 1: other crops, sides, colours and sharpness."""
    import torch
    from torch.nn.functional import affine_grid, avg_pool2d, grid_sample

    count = len(squares)
    whole = torch.from_numpy(squares).permute(0, 3, 1, 2).float() / 255
    side = np.sqrt(rng.uniform(least_area, 1, count))
    slant = np.exp(rng.uniform(-0.2, 0.2, count))
    wide, tall = np.minimum(1, side * slant), np.minimum(1, side / slant)
    mirror = rng.choice([-1.0, 1.0], count)
    turn = rng.normal(0, 0.06, count)
    box = np.zeros((count, 2, 3))
    box[:, 0, 0], box[:, 0, 1] = wide * mirror * np.cos(turn), -tall * np.sin(turn)
    box[:, 1, 0], box[:, 1, 1] = wide * mirror * np.sin(turn), tall * np.cos(turn)
    box[:, 0, 2] = rng.uniform(-1, 1, count) * (1 - wide)
    box[:, 1, 2] = rng.uniform(-1, 1, count) * (1 - tall)
    grid = affine_grid(_float(box), [count, 3, side_px, side_px], align_corners=False)
    pictures = grid_sample(whole, grid, padding_mode="reflection", align_corners=False)
    colours = torch.einsum(
        "bij,bjhw->bihw", _float(_colour_changes(rng, count, grey_share)), pictures
    )
    light = rng.normal(0, 0.07, (count, 1, 1, 1))
    contrast = np.exp(rng.normal(0, 0.2, (count, 1, 1, 1)))
    colours = (colours - 0.45) * _float(contrast) + _float(0.45 + light)
    # Below 0 this sharpens, above it blurs.
    blur = np.clip(rng.normal(0.1, 0.4, (count, 1, 1, 1)), -0.6, 1)
    smooth = avg_pool2d(colours, 3, 1, 1, count_include_pad=False)
    return (colours + _float(blur) * (smooth - colours)).clamp(0, 1)


class Teacher:
    """Keeps the teacher's interpreter open between pictures."""

    def __init__(self, path: Path) -> None:
        runtime = importlib.import_module("ai_edge_litert.interpreter")
        self._runtime = runtime.Interpreter(
            model_path=str(path), num_threads=1, experimental_preserve_all_tensors=True
        )
        self._runtime.allocate_tensors()
        self._input = self._runtime.get_input_details()[0]["index"]
        tensors = self._runtime.get_tensor_details()
        (pooled,) = (tensor for tensor in tensors if tensor["name"] == TEACHER_TENSOR)
        self._output = pooled["index"]
        self._step, self._zero = pooled["quantization"]

    def vector(self, picture: Pixels) -> NDArray[np.float32]:
        """Return the (1280,) pooled features of a picture, stretched to the teacher's square."""
        square = resize(picture, width=TEACHER_PX, height=TEACHER_PX)
        self._runtime.set_tensor(self._input, square[None])
        self._runtime.invoke()
        units = self._runtime.get_tensor(self._output).reshape(-1).astype(np.float32)
        return np.asarray((units - self._zero) * self._step, np.float32)


def _names(data: Path) -> tuple[list[str], list[str]]:
    """Return the members of the corpus, and those of CIFAR-10's training side that are used."""
    with ZipFile(data / CORPUS) as archive:
        corpus = sorted(name for name in archive.namelist() if name.endswith(".jpg"))
    with ZipFile(data / CIFAR) as archive:
        cifar = sorted(
            name
            for name in archive.namelist()
            if name.startswith("cifar10/train/") and name.endswith(".jpg")
        )
    chosen = stream(SEED, "cifar").choice(len(cifar), CIFAR_COUNT, replace=False)
    return corpus, [cifar[place] for place in np.sort(chosen)]


def _part(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a box of 35 to 85% of the picture's area."""
    height, width = picture.shape[:2]
    area, slant = rng.uniform(0.35, 0.85), np.exp(rng.uniform(-0.25, 0.25))
    tall = round(height * min(1.0, np.sqrt(area) * slant))
    wide = round(width * min(1.0, np.sqrt(area) / slant))
    top, left = rng.integers(height - tall + 1), rng.integers(width - wide + 1)
    return picture[top : top + tall, left : left + wide]


def _stored(work: Path, title: str) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    chunks = [np.load(path) for path in sorted(work.glob(f"{title}??????.npz"))]
    squares = np.concatenate([chunk["squares"] for chunk in chunks])
    return squares, np.concatenate([chunk["vectors"] for chunk in chunks])


def _colour_changes(rng: np.random.Generator, count: int, grey_share: float) -> NDArray[np.float64]:
    """Return (B, 3, 3): more or less colour, none at all for some, and a tint."""
    grey = np.tile(np.array([0.299, 0.587, 0.114]), (3, 1))
    colour = np.clip(rng.normal(1, 0.3, (count, 1, 1)), 0, 2)
    colour[rng.random(count) < grey_share] = 0
    tint = np.exp(rng.normal(0, 0.08, (count, 3, 1)))
    return np.asarray(tint * (colour * np.eye(3) + (1 - colour) * grey))


def _float(values: NDArray[np.float64]) -> Tensor:
    import torch

    return torch.from_numpy(values.astype(np.float32))
