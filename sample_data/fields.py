"""Number fields over a picture: coordinates, smooth noise, streaks and soft steps."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Field: TypeAlias = NDArray[np.floating[Any]]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Frame:
    """Say how large a picture is and how finely it is drawn before it is reduced."""

    width: int
    height: int
    oversampling: int = 3

    @property
    def shape(self) -> tuple[int, int]:
        """Return rows and columns of the fine drawing."""
        return self.height * self.oversampling, self.width * self.oversampling

    @property
    def pixel(self) -> float:
        """Return the side of a fine pixel, half the shorter side of the picture being 1."""
        return 2.0 / (min(self.width, self.height) * self.oversampling)

    def grid(self) -> tuple[Field, Field]:
        """Return the x and y of every fine pixel, the middle of the picture being (0, 0)."""
        rows, columns = self.shape
        x = (np.arange(columns, dtype=np.float32) - (columns - 1) / 2) * self.pixel
        y = (np.arange(rows, dtype=np.float32) - (rows - 1) / 2) * self.pixel
        across, down = np.meshgrid(x, y)
        return across, down


def blur(field: Field, sigma: float, sigma_down: float | None = None) -> Field:
    """Smooth a field with a Gaussian whose widths are in fine pixels."""
    down = sigma if sigma_down is None else sigma_down
    image = np.ascontiguousarray(field, dtype=np.float32)
    smooth = cv2.GaussianBlur(
        image,
        (0, 0),
        sigmaX=max(sigma, 1e-3),
        sigmaY=max(down, 1e-3),
        borderType=cv2.BORDER_REFLECT,
    )
    return np.asarray(smooth, dtype=np.float32)


def soft_step(field: Field, low: float, high: float) -> Field:
    """Rise smoothly from 0 at ``low`` to 1 at ``high``."""
    t = np.clip((field - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), dtype=np.float32)


def round_edge(depth: Field, width: float) -> Field:
    """Rise like a quarter circle from 0 at the edge to 1 at ``width`` inside it."""
    t = np.clip(depth / width, 0.0, 1.0)
    return np.asarray(np.sqrt(1.0 - (1.0 - t) ** 2), dtype=np.float32)


def slope(field: Field, pixel: float) -> tuple[Field, Field]:
    """Return how fast a field rises to the right and downwards, per unit of length."""
    image = np.ascontiguousarray(field, dtype=np.float32)
    scale = 1.0 / (32.0 * pixel)
    right = cv2.Scharr(image, cv2.CV_32F, 1, 0, scale=scale)
    down = cv2.Scharr(image, cv2.CV_32F, 0, 1, scale=scale)
    return np.asarray(right, dtype=np.float32), np.asarray(down, dtype=np.float32)


def cloud(
    generator: np.random.Generator, shape: tuple[int, int], cell: float, octaves: int = 1
) -> Field:
    """Draw smooth noise of mean 0 whose largest lumps are ``cell`` fine pixels wide."""
    total = np.zeros(shape, dtype=np.float32)
    weight = 1.0
    for _ in range(octaves):
        rows, columns = (max(2, int(side / cell) + 3) for side in shape)
        coarse = generator.standard_normal((rows, columns), dtype=np.float32)
        size = (int(columns * cell) + 1, int(rows * cell) + 1)
        fine = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
        total += weight * fine[: shape[0], : shape[1]].astype(np.float32)
        weight *= 0.5
        cell = max(cell / 2, 1.0)
    return total


def streaks(
    generator: np.random.Generator, along: Field, across: Field, fineness: float, length: float
) -> Field:
    """Look up a repeating brushed texture, ``along`` and ``across`` being in turns of it."""
    side = 512
    noise = generator.standard_normal((side, side), dtype=np.float32)
    margin = 128
    wrapped = blur(np.pad(noise, margin, mode="wrap"), length, fineness)
    texture = wrapped[margin:-margin, margin:-margin]
    texture = (texture - texture.mean()) / texture.std()
    column = np.asarray((along % 1.0) * side, dtype=np.float32)
    row = np.asarray((across % 1.0) * side, dtype=np.float32)
    found = cv2.remap(
        np.ascontiguousarray(texture), column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
    )
    return np.asarray(found, dtype=np.float32)


def shift(field: Field, right: float, down: float) -> Field:
    """Move a field by a fraction of a pixel or more, repeating its border."""
    matrix = np.array([[1.0, 0.0, right], [0.0, 1.0, down]], dtype=np.float32)
    size = (field.shape[1], field.shape[0])
    image = np.ascontiguousarray(field, dtype=np.float32)
    moved = cv2.warpAffine(
        image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, dtype=np.float32)
